package db

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"allmende"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// migrate brings the schema up to date, each migration in a transaction. Several
// programs that start at once on one PostgreSQL take turns.
func migrate(ctx context.Context, on *sql.DB, e Engine, o Options) error {
	p, err := migrations(on, e, o.Migrations)
	if err != nil {
		return err
	}
	has, ours, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("db: reading the schema's version: %w", translate(err))
	}
	if has > ours {
		return allmende.E(allmende.Unsupported, "error.database_newer", "database", has, "program", ours).
			Because(fmt.Errorf("the database has schema %d, this program knows up to %d: use the newer program or an older backup", has, ours))
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("db: migrating from schema %d to %d: %w", has, ours, translate(err))
	}
	if len(done) > 0 {
		o.Logger.Info("database migrated", "engine", e.String(), "from", has, "to", ours)
	}
	return nil
}

// migrations collects those of an engine.
func migrations(on *sql.DB, e Engine, from fs.FS) (*goose.Provider, error) {
	if sub, err := fs.Stat(from, "migrations"); err == nil && sub.IsDir() {
		from, _ = fs.Sub(from, "migrations")
	}
	other, dialect := "_postgres.sql", goose.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if e == Postgres {
		other, dialect = "_sqlite.sql", goose.DialectPostgres
		turns, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("db: migration lock: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(turns))
	}
	names, err := fs.Glob(from, "*"+other)
	if err != nil {
		return nil, fmt.Errorf("db: listing migrations: %w", err)
	}
	p, err := goose.NewProvider(dialect, on, from, append(opts, goose.WithExcludeNames(names))...)
	if err != nil {
		return nil, fmt.Errorf("db: reading migrations for %s: %w", e, err)
	}
	return p, nil
}
