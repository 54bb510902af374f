// Package db is the one way to the database: SQLite in a file or PostgreSQL,
// with one SQL text for both.
//
// SQLite has a single writer. Functions given to [DB.Write] wait in a queue; the
// writer takes all that wait, runs each in a savepoint, commits once with
// synchronous=FULL and only then answers them. A failing function undoes its own
// work and nobody else's. PostgreSQL runs every function in a transaction of its
// own, in parallel, and again when it lost a conflict with another one.
//
// Rules for functions given to Write and WriteJobs:
//   - They may run more than once; what must happen once goes to [Tx.AfterCommit].
//   - After a failed statement the transaction is lost, on both engines: use
//     "on conflict" instead of trying. Rows are closed before the next statement.
//   - They don't call Write themselves (on SQLite they would wait for ever), and
//     don't wait for the network: everyone else waits behind them.
//
// Driver errors are read here and nowhere else: what comes out is an
// *allmende.Error where the fact is known (Conflict, Unavailable), sql.ErrNoRows
// and context errors as they are, anything else raw (and so Internal).
package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"sync"

	"allmende"
)

// Engine says which database is behind a DB, for the few queries that differ.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	Postgres
)

// String is the engine's name as in file names ("sqlite", "postgres").
func (e Engine) String() string {
	if e == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Queryer runs SQL with $1, $2, … as placeholders; the statement is kept
// prepared under its text. [Tx] and the readers of [DB.Read] are Queryers.
type Queryer interface {
	Exec(ctx context.Context, query string, args ...any) (sql.Result, error)
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// Options are what Open needs besides the address.
type Options struct {
	Logger     *slog.Logger // nil: no log
	Migrations fs.FS        // *.sql at the top or in "migrations"; see [Open]
	ReadConns  int          // most connections that read at once; 0: chosen by engine and machine
}

// DB is an open database.
type DB struct {
	engine Engine
	reads  *sql.DB // owned; closed by Close
	read   Queryer
	write  writer
	file   string // SQLite only

	closing  sync.Once
	closeErr error // owned by closing
}

// writer is what differs in writing between the engines.
type writer interface {
	do(ctx context.Context, fn func(*Tx) error, job bool) error
	close() error
}

// Open opens "postgres://…" or a SQLite file (made if missing) and brings its
// schema up to date. A file 00012_x_sqlite.sql or 00012_x_postgres.sql counts for
// that engine only. A database that a newer program has migrated is refused.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn, o)
	}
	return openSQLite(ctx, dsn, o)
}

// Engine says which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Read gives the pooled readers. They see what is committed, so not what a
// function in Write has just written. On SQLite a cancelled context stops the
// next query, not the running one, unless it comes from [Slow].
func (d *DB) Read() Queryer { return d.read }

// Write runs fn in a transaction and returns nil only when its work is durable.
// This is for what members wait for. A panic in fn undoes its work and goes on
// in the caller.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	return d.write.do(ctx, fn, false)
}

// WriteJobs is Write for the job runner and imports: members' writes go first.
func (d *DB) WriteJobs(ctx context.Context, fn func(tx *Tx) error) error {
	return d.write.do(ctx, fn, true)
}

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return translate(d.reads.QueryRowContext(ctx, "select 1").Scan(&one))
}

// Checkpoint moves everything from SQLite's log into the database file and
// empties the log. On PostgreSQL it is Unsupported.
func (d *DB) Checkpoint(ctx context.Context) error {
	if d.engine != SQLite {
		return allmende.E(allmende.Unsupported, "error.backup_postgres")
	}
	return checkpointSQLite(ctx, d.file)
}

// Backup writes a complete, consistent copy of a SQLite database to a new file
// while others read and write. PostgreSQL has its own tools: Unsupported.
func (d *DB) Backup(ctx context.Context, toFile string) error {
	if d.engine != SQLite {
		return allmende.E(allmende.Unsupported, "error.backup_postgres")
	}
	return backupSQLite(ctx, d.file, toFile)
}

// Close lets the queued functions finish, refuses new ones and closes all
// connections. Closing again changes nothing.
func (d *DB) Close() error {
	d.closing.Do(func() {
		err := d.write.close()
		if r, ok := d.read.(*cachedReader); ok {
			r.close()
		}
		d.closeErr = errors.Join(err, d.reads.Close())
	})
	return d.closeErr
}
