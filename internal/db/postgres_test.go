package db_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
)

func TestALostConflictRunsAgain(t *testing.T) {
	dbtest.Postgres(t)
	d, ctx := open(t), t.Context()
	var runs, after int
	must(t, d.Write(ctx, func(tx *db.Tx) error {
		runs++
		tx.AfterCommit(func() { after++ })
		must(t, insert(1, "one")(tx))
		if runs < 3 {
			_, err := tx.Exec(ctx, "do $$ begin raise exception 'lost' using errcode = '40001'; end $$")
			return err
		}
		return nil
	}))
	if runs != 3 || after != 1 || count(t, d.Read()) != 1 {
		t.Errorf("%d runs, %d times AfterCommit, %d notes; want 3, 1, 1", runs, after, count(t, d.Read()))
	}
}

func TestAConflictThatNeverEndsIsUnavailable(t *testing.T) {
	dbtest.Postgres(t)
	d, ctx := open(t), t.Context()
	runs := 0
	err := d.Write(ctx, func(tx *db.Tx) error {
		runs++
		_, err := tx.Exec(ctx, "do $$ begin raise exception 'lost' using errcode = '40P01'; end $$")
		return err
	})
	if !allmende.IsKind(err, allmende.Unavailable) || runs != 6 {
		t.Errorf("after %d runs: %v", runs, err)
	}
}

func TestTwoThatLockEachOtherBothFinish(t *testing.T) {
	dbtest.Postgres(t)
	d, ctx := open(t), t.Context()
	must(t, d.Write(ctx, insert(1, "one")))
	must(t, d.Write(ctx, insert(2, "two")))
	var met, wg sync.WaitGroup
	met.Add(2)
	var runs atomic.Int32
	for _, order := range [][2]int64{{1, 2}, {2, 1}} {
		first := true
		wg.Go(func() {
			must(t, d.Write(ctx, func(tx *db.Tx) error {
				runs.Add(1)
				if _, err := tx.Exec(ctx, "update note set body = 'a' where id = $1", order[0]); err != nil {
					return err
				}
				if first {
					first = false
					met.Done()
					met.Wait()
				}
				_, err := tx.Exec(ctx, "update note set body = 'b' where id = $1", order[1])
				return err
			}))
		})
	}
	wg.Wait()
	if runs.Load() < 3 {
		t.Errorf("%d runs: the deadlock did not happen", runs.Load())
	}
}

func TestAWrongPasswordOrAddressIsAnErrorAtOnce(t *testing.T) {
	_, err := db.Open(t.Context(), "postgres://nobody:hidden-word@127.0.0.1:1/none", db.Options{Migrations: schema})
	var e *allmende.Error
	if !errors.As(err, &e) || e.Kind != allmende.Unavailable {
		t.Fatalf("opening nothing gave %v", err)
	}
}
