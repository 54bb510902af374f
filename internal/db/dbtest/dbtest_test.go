package dbtest_test

import (
	"testing"

	"allmende/internal/db"
	"allmende/internal/db/dbtest"
)

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	a, b := dbtest.Open(t), dbtest.Open(t)
	ctx := t.Context()
	err := a.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "create table mine (id bigint primary key)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read().Query(ctx, "select id from mine"); err == nil {
		t.Error("one test sees what another one made")
	}
	rows, err := b.Read().Query(ctx, "select id from account limit 1")
	if err != nil {
		t.Fatalf("the product's schema is missing: %v", err)
	}
	rows.Close()
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if err := dbtest.Open(b).Close(); err != nil {
			b.Fatal(err)
		}
	}
}
