package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"allmende/internal/db"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// templateLock is the advisory lock under which one process migrates while the
// test processes of other packages wait for its template.
const templateLock = 72517

// clonePostgres makes a database from the migrated template and drops it when
// the test ends.
func clonePostgres(t testing.TB, server string, migrations fs.FS) string {
	t.Helper()
	template, err := templates.get(migrations, func(m fs.FS) (string, error) { return migrateDatabase(server, m) })
	if err != nil {
		t.Fatalf("making the template database: %v", err)
	}
	name := "allmende_test_" + strings.ToLower(rand.Text()[:16])
	if err := onServer(server, "create database "+name+" template "+template); err != nil {
		t.Fatalf("making the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := onServer(server, "drop database if exists "+name+" with (force)"); err != nil {
			t.Errorf("dropping the test database: %v", err)
		}
	})
	dsn, err := withDatabase(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// migrateDatabase gives the name of a migrated database, made by this process or
// another one. It gets its name when it is complete.
func migrateDatabase(server string, migrations fs.FS) (string, error) {
	key, err := fingerprint(migrations)
	if err != nil {
		return "", err
	}
	template, raw := "allmende_template_"+key, "allmende_raw_"+key
	ctx := context.Background()
	pool, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close() // and with it the lock
	if _, err := conn.ExecContext(ctx, "select pg_advisory_lock($1)", templateLock); err != nil {
		return "", err
	}
	var there bool
	if err := conn.QueryRowContext(ctx, "select exists (select 1 from pg_database where datname = $1)", template).Scan(&there); err != nil || there {
		return template, err
	}
	for _, q := range []string{"drop database if exists " + raw, "create database " + raw + " template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"} {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			return "", err
		}
	}
	if err := migrateOn(ctx, server, raw, migrations); err != nil {
		return "", err
	}
	_, err = conn.ExecContext(ctx, "alter database "+raw+" rename to "+template)
	return template, err
}

func migrateOn(ctx context.Context, server, name string, migrations fs.FS) error {
	dsn, err := withDatabase(server, name)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, dsn, db.Options{Migrations: migrations})
	if err != nil {
		return err
	}
	return d.Close()
}

func onServer(server, query string) error {
	pool, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = pool.Exec(query)
	return err
}

func withDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("ALLMENDE_TEST_POSTGRES: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}
