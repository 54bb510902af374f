// Command schema writes internal/store/schema.sql: the whole schema as all
// migrations together make it, to be read and reviewed in one place.
//
//	go run ./internal/tool/schema
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"allmende/internal/db"
	"allmende/internal/store"
)

const target = "internal/store/schema.sql"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "schema")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary directory; the system clears it at last
	path := filepath.Join(dir, "schema.db")
	migrated, err := db.Open(ctx, path, db.Options{Migrations: store.Migrations})
	if err != nil {
		return err
	}
	if err := migrated.Close(); err != nil {
		return err
	}
	text, err := dump(ctx, path)
	if err != nil {
		return err
	}
	return os.WriteFile(target, []byte(text), 0o644)
}

// dump reads the statements back from SQLite, each table followed by its
// indexes, without what goose, SQLite and the full-text index keep for themselves.
func dump(ctx context.Context, path string) (string, error) {
	d, err := sql.Open("sqlite", path)
	if err != nil {
		return "", err
	}
	defer func() { _ = d.Close() }() // only read from
	rows, err := d.QueryContext(ctx, `select sql from sqlite_schema s
		where sql is not null and tbl_name not like 'goose%' and tbl_name not like 'sqlite%' and not exists (select 1 from sqlite_schema v
			where v.sql like 'create virtual%' and s.tbl_name like v.name || '\_%' escape '\')
		order by tbl_name, type desc, name`)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	var b strings.Builder
	b.WriteString("-- Generated from migrations/ by internal/tool/schema; to be read, not to be edited.\n")
	for rows.Next() {
		var statement string
		if err := rows.Scan(&statement); err != nil {
			return "", err
		}
		if strings.HasPrefix(strings.ToUpper(statement), "CREATE TABLE") || strings.HasPrefix(strings.ToUpper(statement), "CREATE VIRTUAL") {
			b.WriteString("\n")
		}
		b.WriteString(strings.TrimSpace(statement) + ";\n")
	}
	return b.String(), rows.Err()
}
