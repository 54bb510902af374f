package db_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
)

func TestWhatWriteReturnedNilForIsRead(t *testing.T) {
	d, ctx := open(t), t.Context()
	must(t, d.Write(ctx, insert(1, "one")))
	must(t, d.WriteJobs(ctx, insert(2, "two")))
	rows, err := d.Read().Query(ctx, "select name, visible from note where id in ("+db.In(2, 2)+") and visible = $1 order by id", true, int64(1), int64(2))
	must(t, err)
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		var visible bool
		must(t, rows.Scan(&name, &visible))
		names = append(names, name)
	}
	if must(t, rows.Err()); !slices.Equal(names, []string{"one", "two"}) {
		t.Errorf("read %v", names)
	}
	must(t, d.Ping(ctx))
}

func TestAFunctionReadsItsOwnWork(t *testing.T) {
	d, ctx := open(t), t.Context()
	err := d.Write(ctx, func(tx *db.Tx) error {
		must(t, insert(1, "one")(tx))
		if n := count(t, tx); n != 1 {
			t.Errorf("inside: %d notes", n)
		}
		if n := count(t, d.Read()); n != 0 {
			t.Errorf("outside, before the commit: %d notes", n)
		}
		if tx.Engine() != d.Engine() {
			t.Error("the transaction names another engine")
		}
		return nil
	})
	must(t, err)
}

func TestReadersCannotWriteOnSQLite(t *testing.T) {
	dbtest.SQLite(t)
	d := open(t)
	if _, err := d.Read().Exec(t.Context(), "insert into note (id, name) values (1, 'x')"); err == nil {
		t.Error("a reader wrote")
	}
}

func TestAPanicUndoesAndGoesOnInTheCaller(t *testing.T) {
	d, ctx := open(t), t.Context()
	boom := errors.New("boom")
	func() {
		defer func() {
			if p := recover(); p != boom {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = d.Write(ctx, func(tx *db.Tx) error {
			must(t, insert(1, "one")(tx))
			tx.AfterCommit(func() { t.Error("AfterCommit after a panic") })
			panic(boom)
		})
		t.Error("Write returned")
	}()
	must(t, d.Write(ctx, insert(2, "two")))
	if n := count(t, d.Read()); n != 1 {
		t.Errorf("%d notes, want only the second", n)
	}
}

func TestAFailedTestInsideWriteDoesNotStopTheWriter(t *testing.T) {
	d, ctx := open(t), t.Context()
	done := make(chan bool)
	go func() {
		defer close(done)
		_ = d.Write(ctx, func(tx *db.Tx) error {
			must(t, insert(1, "one")(tx))
			runtime.Goexit() // as t.FailNow does
			return nil
		})
		t.Error("Write returned")
	}()
	<-done
	must(t, d.Write(ctx, insert(2, "two")))
	if n := count(t, d.Read()); n != 1 {
		t.Errorf("%d notes, want only the second", n)
	}
}

func TestAfterCommitRunsInOrderBeforeWriteReturns(t *testing.T) {
	d, ctx := open(t), t.Context()
	var got []string
	must(t, d.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { got = append(got, "first"); count(t, d.Read()) })
		tx.AfterCommit(func() { must(t, d.Write(ctx, insert(2, "from after commit"))) })
		tx.AfterCommit(func() {
			if n := count(t, d.Read()); n != 2 {
				t.Errorf("AfterCommit sees %d notes", n)
			}
			got = append(got, "second")
		})
		got = append(got, "function")
		return insert(1, "one")(tx)
	}))
	if !slices.Equal(got, []string{"function", "first", "second"}) {
		t.Errorf("order: %v", got)
	}
	refused := errors.New("refused")
	err := d.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { t.Error("AfterCommit after a rollback") })
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("Write gave %v", err)
	}
}

func TestADuplicateIsAConflict(t *testing.T) {
	d, ctx := open(t), t.Context()
	must(t, d.Write(ctx, insert(1, "one")))
	for what, fn := range map[string]func(*db.Tx) error{
		"unique index": insert(2, "one"),
		"primary key":  insert(1, "other"),
		"returning": func(tx *db.Tx) error {
			var id int64
			return tx.QueryRow(ctx, "insert into note (id, name) values ($1, $2) returning id", int64(3), "one").Scan(&id)
		},
	} {
		err := d.Write(ctx, fn)
		if !db.IsUnique(err) || !allmende.IsKind(err, allmende.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "insert into reply (id, note) values (1, 99)")
		return err
	})
	if db.IsUnique(err) || !allmende.IsKind(err, allmende.Conflict) {
		t.Errorf("foreign key: %v", err)
	}
	if err := d.Read().QueryRow(ctx, "select id from note where id = 99").Scan(new(int64)); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("no row: %v", err)
	}
}

func TestOwnErrorsStayAsTheyAre(t *testing.T) {
	d, ctx := open(t), t.Context()
	must(t, d.Write(ctx, insert(1, "one")))
	err := d.Write(ctx, func(tx *db.Tx) error {
		if err := insert(2, "one")(tx); db.IsUnique(err) {
			return allmende.E(allmende.Conflict, "error.name_taken").Because(err)
		}
		return nil
	})
	var e *allmende.Error
	if !errors.As(err, &e) || e.Key != "error.name_taken" {
		t.Errorf("got %v", err)
	}
	if _, err := d.Read().Query(ctx, "select nonsense from note"); err == nil || allmende.KindOf(err) != allmende.Internal {
		t.Errorf("a bug is Internal: %v", err)
	}
}

func TestAfterAFailedStatementNothingIsCommitted(t *testing.T) {
	d, ctx := open(t), t.Context()
	must(t, d.Write(ctx, insert(1, "one")))
	err := d.Write(ctx, func(tx *db.Tx) error {
		must(t, insert(2, "two")(tx))
		_ = insert(3, "one")(tx)
		if insert(4, "four")(tx) == nil {
			t.Error("a statement ran after a failed one")
		}
		if tx.QueryRow(ctx, "select 1").Scan(new(int)) == nil {
			t.Error("a query ran after a failed statement")
		}
		return nil
	})
	if !db.IsUnique(err) {
		t.Errorf("Write gave %v", err)
	}
	if n := count(t, d.Read()); n != 1 {
		t.Errorf("%d notes", n)
	}
}

func TestATransactionIsDeadAfterItsFunction(t *testing.T) {
	d, ctx := open(t), t.Context()
	var kept *db.Tx
	must(t, d.Write(ctx, func(tx *db.Tx) error { kept = tx; return nil }))
	if insert(1, "one")(kept) == nil {
		t.Error("a statement ran after the transaction")
	}
}

func TestAnEndedContextUndoesAndStaysAContextError(t *testing.T) {
	d := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := d.Write(ctx, func(tx *db.Tx) error {
		must(t, insert(1, "one")(tx))
		cancel()
		_, err := tx.Exec(ctx, "insert into note (id, name) values (2, 'two')")
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Write gave %v", err)
	}
	if err := d.Write(ctx, insert(3, "three")); !errors.Is(err, context.Canceled) {
		t.Errorf("Write with an ended context gave %v", err)
	}
	if _, err := d.Read().Query(ctx, "select 1"); !errors.Is(err, context.Canceled) {
		t.Errorf("Query gave %v", err)
	}
	if n := count(t, d.Read()); n != 0 {
		t.Errorf("%d notes", n)
	}
}

func TestASlowQueryStopsWithItsContext(t *testing.T) {
	d := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	var n int64
	err := d.Read().QueryRow(db.Slow(ctx), `with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000000) select count(*) from n`).Scan(&n)
	if err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("ended after %v with %v", time.Since(began), err)
	}
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	newer := fstest.MapFS{"00003_later.sql": {Data: []byte("-- +goose Up\ncreate table later (id bigint primary key);\n")}}
	for name, f := range schema {
		newer[name] = f
	}
	dsn := dbtest.DSN(t, newer)
	_, err := db.Open(t.Context(), dsn, db.Options{Migrations: schema})
	if !allmende.IsKind(err, allmende.Unsupported) || !strings.Contains(err.Error(), "newer program") {
		t.Fatalf("opened an old program on a newer database: %v", err)
	}
	d, err := db.Open(t.Context(), dsn, db.Options{Migrations: newer})
	must(t, err)
	must(t, d.Close())
}

func TestOnlyTheEnginesOwnMigrationsRun(t *testing.T) {
	d := open(t)
	_, sqlite := d.Read().Query(t.Context(), "select id from only_sqlite")
	_, postgres := d.Read().Query(t.Context(), "select id from only_postgres")
	if (sqlite == nil) != (d.Engine() == db.SQLite) || (postgres == nil) != (d.Engine() == db.Postgres) {
		t.Errorf("on %v: %v, %v", d.Engine(), sqlite, postgres)
	}
}

func TestAClosedDatabaseIsUnavailable(t *testing.T) {
	d := open(t)
	must(t, d.Close())
	must(t, d.Close())
	if err := d.Write(t.Context(), insert(1, "one")); !allmende.IsKind(err, allmende.Unavailable) {
		t.Errorf("Write gave %v", err)
	}
}

func TestABackupIsWhole(t *testing.T) {
	d, ctx := open(t), t.Context()
	to := filepath.Join(t.TempDir(), "it's a copy.db")
	if d.Engine() == db.Postgres {
		if err := d.Backup(ctx, to); !allmende.IsKind(err, allmende.Unsupported) {
			t.Errorf("Backup gave %v", err)
		}
		return
	}
	must(t, d.Write(ctx, insert(1, "one")))
	must(t, d.Backup(ctx, to))
	if err := d.Backup(ctx, to); !allmende.IsKind(err, allmende.Conflict) {
		t.Errorf("overwrote a backup: %v", err)
	}
	again, err := db.Open(ctx, to, db.Options{Migrations: schema})
	must(t, err)
	defer again.Close()
	if n := count(t, again.Read()); n != 1 {
		t.Errorf("%d notes in the copy", n)
	}
}

func TestInListsPlaceholders(t *testing.T) {
	for want, got := range map[string]string{"$3, $4, $5": db.In(3, 3), "$9": db.In(9, 1), "null": db.In(1, 0)} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
