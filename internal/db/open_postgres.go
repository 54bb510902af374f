package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Connections of one process: a server allows 100 by default, and several of us
// may share it.
const (
	postgresReads  = 16
	postgresWrites = 12
	postgresJobs   = 4 // of the writes; members find the others free
)

// openPostgres keeps readers and writers in pools of their own: a function in
// Write that reads must not wait for the connection its waiting peers hold.
func openPostgres(ctx context.Context, dsn string, o Options) (*DB, error) {
	conf, err := pgx.ParseConfig(dsn)
	if err != nil {
		// pgx leaves the password out of this error.
		return nil, fmt.Errorf("db: reading the PostgreSQL address: %w", err)
	}
	if conf.RuntimeParams["application_name"] == "" {
		conf.RuntimeParams["application_name"] = "allmende"
	}
	conns := o.ReadConns
	if conns <= 0 {
		conns = postgresReads
	}
	reads, writes := poolPostgres(conf, conns), poolPostgres(conf, postgresWrites)
	d := &DB{engine: Postgres, reads: reads, read: pooledReader{reads}, write: newPostgresWriter(writes)}
	if err := d.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("db: connecting to PostgreSQL: %w", err), d.Close())
	}
	if err := migrate(ctx, writes, Postgres, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func poolPostgres(conf *pgx.ConnConfig, conns int) *sql.DB {
	pool := stdlib.OpenDB(*conf)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour) // so that a moved server is found again
	return pool
}

// pooledReader is PostgreSQL's Read; pgx keeps prepared statements by text for
// every connection itself.
type pooledReader struct{ pool *sql.DB }

func (r pooledReader) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := r.pool.ExecContext(ctx, query, args...)
	return res, translate(err)
}

func (r pooledReader) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.pool.QueryContext(ctx, query, args...)
	return rows, translate(err)
}

func (r pooledReader) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return r.pool.QueryRowContext(ctx, query, args...)
}
