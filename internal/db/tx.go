package db

import (
	"context"
	"database/sql"
	"fmt"
)

// Tx is the transaction of one function given to Write. It is used by that
// function only, in one goroutine, and is dead after it.
type Tx struct {
	engine Engine
	on     session
	after  []func()
	failed error // the first failed statement; afterwards all fail
	over   bool
}

// session runs statements on the connection that a transaction holds.
type session interface {
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	queryRow(ctx context.Context, query string, args []any) *sql.Row
}

// Engine says which database this is.
func (t *Tx) Engine() Engine { return t.engine }

// AfterCommit runs fn once the transaction is durable, in the goroutine and
// before the return of Write, in the order given; never after a rollback.
func (t *Tx) AfterCommit(fn func()) { t.after = append(t.after, fn) }

// Exec runs a statement that returns no rows.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	r, err := t.on.exec(ctx, query, args)
	return r, t.note(err)
}

// Query runs a statement that returns rows; close them before the next one.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	rows, err := t.on.query(ctx, query, args)
	return rows, t.note(err)
}

// QueryRow runs a statement of which the first row counts; Scan gives the error,
// sql.ErrNoRows when there is none.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if t.usable(ctx) != nil {
		// A *sql.Row with an error can only be had from database/sql.
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		return t.on.queryRow(ended, query, args)
	}
	row := t.on.queryRow(ctx, query, args)
	t.note(row.Err())
	return row
}

// usable refuses statements in a transaction that is lost or over, and notes
// a context that has ended: a function that ignores it is not committed.
func (t *Tx) usable(ctx context.Context) error {
	switch {
	case t.over:
		return fmt.Errorf("db: transaction used after its function returned")
	case t.failed != nil:
		return fmt.Errorf("db: an earlier statement of this transaction failed: %w", t.failed)
	}
	return t.note(ctx.Err())
}

func (t *Tx) note(err error) error {
	err = translate(err)
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

// result is what a function's transaction came to: an error that the function
// swallowed counts, since PostgreSQL could not commit after it either.
func (t *Tx) result(err error) error {
	t.over = true
	if err == nil {
		return t.failed
	}
	return translate(err)
}

// committed runs what waited for the commit.
func (t *Tx) committed() {
	for _, fn := range t.after {
		fn()
	}
}
