// Package dbtest gives each test a real database of its own in a few
// milliseconds: SQLite in a temporary directory, or PostgreSQL when
// ALLMENDE_TEST_POSTGRES holds the address of a server on which the tests may
// make databases (scripts/test-postgres starts one and prints it).
package dbtest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"allmende/internal/db"
	"allmende/internal/store"
)

// Open gives an empty database with the product's schema.
func Open(t testing.TB) *db.DB {
	t.Helper()
	return OpenWith(t, store.Migrations)
}

// OpenWith gives an empty database with the schema of these migrations. They run
// once per process; every test gets a copy.
func OpenWith(t testing.TB, migrations fs.FS) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), DSN(t, migrations), db.Options{Migrations: migrations})
	if err != nil {
		t.Fatalf("opening the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing the test database: %v", err)
		}
	})
	return d
}

// DSN gives the address of such a database for tests that open it themselves
// (a second process, a restart). It is removed when the test ends.
func DSN(t testing.TB, migrations fs.FS) string {
	t.Helper()
	if server := os.Getenv("ALLMENDE_TEST_POSTGRES"); server != "" {
		return clonePostgres(t, server, migrations)
	}
	return copySQLite(t, migrations)
}

// Postgres skips the test unless it runs on PostgreSQL.
func Postgres(t testing.TB) {
	t.Helper()
	if os.Getenv("ALLMENDE_TEST_POSTGRES") == "" {
		t.Skip("wants PostgreSQL: ALLMENDE_TEST_POSTGRES is not set")
	}
}

// SQLite skips the test unless it runs on SQLite.
func SQLite(t testing.TB) {
	t.Helper()
	if os.Getenv("ALLMENDE_TEST_POSTGRES") != "" {
		t.Skip("wants SQLite, and ALLMENDE_TEST_POSTGRES is set")
	}
}

// copySQLite writes the migrated template, kept in memory, to a new file.
func copySQLite(t testing.TB, migrations fs.FS) string {
	t.Helper()
	template, err := templates.get(migrations, migrateFile)
	if err != nil {
		t.Fatalf("making the template database: %v", err)
	}
	file := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(file, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// migrateFile gives the bytes of a migrated SQLite file.
func migrateFile(migrations fs.FS) (string, error) {
	dir, err := os.MkdirTemp("", "allmende-template-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "template.db")
	d, err := db.Open(context.Background(), file, db.Options{Migrations: migrations})
	if err != nil {
		return "", err
	}
	if err := d.Close(); err != nil {
		return "", err
	}
	b, err := os.ReadFile(file)
	return string(b), err
}
