package db

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"sync"
	"time"

	"allmende"
)

// postgresTries is how often a function runs at most when it loses conflicts.
const postgresTries = 6

// postgresWriter runs every function in a transaction of its own (read
// committed), as many at once as there are connections.
type postgresWriter struct {
	pool *sql.DB
	jobs chan struct{} // a slot for every job that may run at once

	mu      sync.RWMutex // held for reading during a call; Close waits for it
	closing bool         // owned by mu
}

func newPostgresWriter(pool *sql.DB) *postgresWriter {
	return &postgresWriter{pool: pool, jobs: make(chan struct{}, postgresJobs)}
}

func (w *postgresWriter) do(ctx context.Context, fn func(*Tx) error, job bool) error {
	tx, err := w.write(ctx, fn, job)
	if err != nil {
		return translate(err)
	}
	tx.committed()
	return nil
}

// write gives the transaction that was committed.
func (w *postgresWriter) write(ctx context.Context, fn func(*Tx) error, job bool) (*Tx, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closing {
		return nil, allmende.E(allmende.Unavailable, "error.closing")
	}
	if job {
		select {
		case w.jobs <- struct{}{}:
			defer func() { <-w.jobs }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	for try := 1; ; try++ {
		tx, err := w.once(ctx, fn)
		if err == nil || try == postgresTries || factOf(err) != serialized {
			return tx, err
		}
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
	}
}

// pause waits a little longer each time, by chance, so that two that lost to each
// other don't meet again.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Millisecond<<try + rand.N(10*time.Millisecond))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// once runs the function in one transaction. Its statements end with the
// context; the commit does not, else nobody would know whether it happened.
func (w *postgresWriter) once(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	conn, err := w.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	on, err := conn.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return nil, err
	}
	defer on.Rollback() // after an error, a panic or Goexit; nothing after a commit
	tx := &Tx{engine: Postgres, on: postgresSession{on}}
	if err := tx.result(fn(tx)); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return tx, on.Commit()
}

func (w *postgresWriter) close() error {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
	return w.pool.Close()
}

// postgresSession runs a function's statements in its transaction.
type postgresSession struct{ tx *sql.Tx }

func (s postgresSession) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return s.tx.ExecContext(ctx, query, args...)
}

func (s postgresSession) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, query, args...)
}

func (s postgresSession) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	return s.tx.QueryRowContext(ctx, query, args...)
}
