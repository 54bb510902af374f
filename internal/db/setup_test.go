package db_test

import (
	"context"
	"os"
	"testing"
	"testing/fstest"

	"allmende/internal/db"
	"allmende/internal/db/dbtest"
)

// schema has a little of everything: a unique name, a foreign key, room for big rows.
var schema = fstest.MapFS{
	"00001_notes.sql": {Data: []byte(`-- +goose Up
create table note (id bigint primary key, name text not null unique, body text not null default '', visible boolean not null default true);
create table reply (id bigint primary key, note bigint not null references note (id));
`)},
	"00002_engine_sqlite.sql":   {Data: []byte("-- +goose Up\ncreate table only_sqlite (id bigint primary key);\n")},
	"00002_engine_postgres.sql": {Data: []byte("-- +goose Up\ncreate table only_postgres (id bigint primary key);\n")},
}

func TestMain(m *testing.M) {
	if dsn := os.Getenv(crashChild); dsn != "" {
		writeUntilKilled(dsn)
		return
	}
	os.Exit(m.Run())
}

func open(t testing.TB) *db.DB {
	t.Helper()
	return dbtest.OpenWith(t, schema)
}

// insert is a function for Write that adds a note.
func insert(id int64, name string) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), "insert into note (id, name) values ($1, $2)", id, name)
		return err
	}
}

func count(t testing.TB, q db.Queryer) int {
	t.Helper()
	var n int
	if err := q.QueryRow(context.Background(), "select count(*) from note").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
