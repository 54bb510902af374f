// Package store is the SQL of the house, one file per table family. Its
// functions take the pool or transaction they run on, translate rows to and
// from the words of package allmende, and decide nothing: rules are core's,
// visibility is read's.
package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"time"

	"allmende"
	"allmende/internal/db"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations are the numbered changes of the schema, for db.Open.
var Migrations = func() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the directory is embedded
	}
	return sub
}()

// Q is a pool or a transaction.
type Q = db.Queryer

// Hold keeps rows from being changed by others until the transaction ends, so
// that what is read next can be changed and written back without losing what
// somebody else wrote meanwhile. The SQLite writer is alone anyway.
func Hold(ctx context.Context, tx *db.Tx, table Table, ids ...allmende.ID) error {
	if tx.Engine() != db.Postgres || len(ids) == 0 {
		return nil
	}
	return chunks(ids, func(part []allmende.ID) error {
		_, err := tx.Exec(ctx, `select 1 from `+string(table)+` where id in (`+db.In(1, len(part))+`) order by id for no key update`, args(part)...)
		return err
	})
}

// Table is one whose rows are read, changed and written back whole.
type Table string

// The tables that Hold knows.
const (
	TableAccount Table = "account"
	TableActor   Table = "actor"
	TableObject  Table = "object"
	TableMedia   Table = "media"
	TableReport  Table = "report"
)

// ms is a time as kept in the database.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is a time read from the database.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// joinIDs and splitIDs keep short id lists that are only ever read with their row.
func joinIDs(ids []allmende.ID) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(int64(id), 10))
	}
	return b.String()
}

func splitIDs(s string) []allmende.ID {
	if s == "" {
		return nil
	}
	ids := make([]allmende.ID, 0, strings.Count(s, " ")+1)
	for part := range strings.SplitSeq(s, " ") {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			ids = append(ids, allmende.ID(n))
		}
	}
	return ids
}

// args turns ids into arguments behind those already there.
func args(ids []allmende.ID, before ...any) []any {
	out := make([]any, 0, len(before)+len(ids))
	out = append(out, before...)
	for _, id := range ids {
		out = append(out, int64(id))
	}
	return out
}

// nullText is null for an empty text, for columns whose uniqueness matters.
func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// below is the exclusive upper bound of a list: everything when max is zero.
// (PostgreSQL would take "$1 = 0" for an int4, hence no "or" in the SQL.)
func below(max allmende.ID) int64 {
	if max == 0 {
		return math.MaxInt64
	}
	return int64(max)
}

// chunks calls fn with at most 500 ids at a time.
func chunks(ids []allmende.ID, fn func([]allmende.ID) error) error {
	for len(ids) > 0 {
		n := min(len(ids), 500)
		if err := fn(ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// collect scans all rows of a query with one function.
func collect[T any](ctx context.Context, q Q, scan func(row) (T, error), query string, arguments ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// row is one row of a result.
type row interface{ Scan(dest ...any) error }

// changed tells whether a statement touched a row.
func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// scanID scans one id column.
func scanID(r row) (allmende.ID, error) {
	var id int64
	err := r.Scan(&id)
	return allmende.ID(id), err
}
