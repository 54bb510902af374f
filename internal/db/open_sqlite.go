package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"allmende"
)

// What the pragmas are for (figures in docs/measured/commits.md):
//   - temp_store(memory): else every savepoint goes through a temporary file, and
//     a function in a group costs twice as much.
//   - wal_autocheckpoint(0): the writer checkpoints itself, after it answered.
//   - journal_size_limit: a log that once grew is cut back when it starts anew.
//   - no mmap: it saves 15 % when nobody writes, costs double when somebody does,
//     and all pages ever touched count as our memory.
//   - cache_size: in KiB when negative. A commit empties the readers' caches.
var (
	writerPragmas = []string{
		"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)", "temp_store(memory)",
		"cache_size(-8000)", "wal_autocheckpoint(0)", "journal_size_limit(16777216)",
	}
	readerPragmas = []string{"busy_timeout(5000)", "query_only(1)", "cache_size(-2000)", "temp_store(memory)"}
	// A migration may rebuild a table that others point to.
	migrationPragmas = []string{"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(0)"}
)

// openSQLite migrates with connections of its own, then opens the writer and the
// readers.
func openSQLite(ctx context.Context, file string, o Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("db: making the directory of %s: %w", file, err)
	}
	if err := migrateSQLite(ctx, file, o); err != nil {
		return nil, err
	}
	w, err := newSQLiteWriter(ctx, file, o.Logger)
	if err != nil {
		return nil, err
	}
	conns := o.ReadConns
	if conns <= 0 {
		conns = min(16, max(4, 2*runtime.GOMAXPROCS(0)))
	}
	reads, err := poolSQLite(file, "ro", readerPragmas, conns)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	d := &DB{engine: SQLite, reads: reads, read: &cachedReader{reads, newStatements(reads)}, write: w, file: file}
	if err := d.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("db: reading %s: %w", file, err), d.Close())
	}
	return d, nil
}

func migrateSQLite(ctx context.Context, file string, o Options) error {
	on, err := poolSQLite(file, "rwc", migrationPragmas, 2)
	if err != nil {
		return err
	}
	defer on.Close()
	return migrate(ctx, on, SQLite, o)
}

// poolSQLite opens a pool on a file. mode is SQLite's: ro, rw or rwc (make it).
func poolSQLite(file, mode string, pragmas []string, conns int) (*sql.DB, error) {
	q := url.Values{"mode": {mode}, "_pragma": pragmas}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("db: opening %s: %w", file, err)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute) // gives the page cache of a quiet connection back
	return pool, nil
}

// checkpointSQLite empties the log, from a connection of its own: it waits for
// the readers and the writer of this moment.
func checkpointSQLite(ctx context.Context, file string) error {
	on, err := poolSQLite(file, "rw", []string{"busy_timeout(5000)", "synchronous(full)"}, 1)
	if err != nil {
		return err
	}
	defer on.Close()
	var busy, length, moved int
	if err := on.QueryRowContext(ctx, "pragma wal_checkpoint(truncate)").Scan(&busy, &length, &moved); err != nil {
		return fmt.Errorf("db: emptying the log of %s: %w", file, translate(err))
	}
	if busy != 0 {
		return allmende.E(allmende.Unavailable, "error.database_away").Because(errors.New("db: a reader keeps the log from being emptied"))
	}
	return nil
}

// backupSQLite copies into a file beside the wanted one, makes it durable and
// renames it, so that a file with the wanted name is always whole.
func backupSQLite(ctx context.Context, file, to string) error {
	if _, err := os.Stat(to); err == nil {
		return allmende.E(allmende.Conflict, "error.backup_exists", "file", to)
	}
	from, err := poolSQLite(file, "ro", []string{"busy_timeout(5000)"}, 1)
	if err != nil {
		return err
	}
	defer from.Close()
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("db: backup to %s: %w", to, err)
	}
	if _, err := from.ExecContext(ctx, "vacuum into '"+strings.ReplaceAll(part, "'", "''")+"'"); err != nil {
		return errors.Join(fmt.Errorf("db: backup to %s: %w", to, translate(err)), removeLeft(part))
	}
	if err := settle(part); err != nil {
		return fmt.Errorf("db: backup to %s: %w", to, err)
	}
	if err := os.Rename(part, to); err != nil {
		return fmt.Errorf("db: backup to %s: %w", to, err)
	}
	return settle(filepath.Dir(to))
}

func removeLeft(file string) error {
	if err := os.Remove(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// settle makes a file, or the names in a directory, durable.
func settle(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
