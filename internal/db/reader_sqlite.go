package db

import (
	"context"
	"database/sql"
)

// cachedReader is SQLite's Read: a pool of connections and statements by text.
type cachedReader struct {
	pool       *sql.DB
	statements *statements
}

type slowKey struct{}

// Slow marks a context for a query that may take long (a search, a count over
// everything): on SQLite it then stops as soon as the context ends. Others don't
// pay for that: watching the context costs a third of a query by key, so they
// look at it only before they start.
func Slow(ctx context.Context) context.Context { return context.WithValue(ctx, slowKey{}, true) }

// steady is a context that a statement need not watch. One that has ended stays,
// so that database/sql refuses the statement.
func steady(ctx context.Context) context.Context {
	if ctx.Err() != nil || ctx.Value(slowKey{}) != nil {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

func (r *cachedReader) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := r.statements.exec(steady(ctx), query, args)
	return res, translate(err)
}

func (r *cachedReader) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.statements.query(steady(ctx), query, args)
	return rows, translate(err)
}

func (r *cachedReader) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return r.statements.queryRow(steady(ctx), query, args, r.pool)
}

func (r *cachedReader) close() { r.statements.close() }
