package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
)

// holdWriter keeps SQLite's writer busy until the returned function is called,
// so that what is written meanwhile lands in one group.
func holdWriter(t *testing.T, d *db.DB) (release func()) {
	t.Helper()
	held, free, done := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		if err := d.Write(context.Background(), func(*db.Tx) error { close(held); <-free; return nil }); err != nil {
			t.Error(err)
		}
	}()
	<-held
	return func() { close(free); <-done }
}

// queued starts a write and waits until it stands in the queue, behind those
// started before it.
func queued(wg *sync.WaitGroup, write func()) {
	wg.Go(write)
	<-time.After(5 * time.Millisecond)
}

func TestAFailingFunctionTakesNobodyWithIt(t *testing.T) {
	d, ctx := open(t), t.Context()
	refused := errors.New("refused")
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := insert(int64(i), fmt.Sprint("note ", i))(tx); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return refused
				case 2:
					return insert(int64(1000+i), fmt.Sprint("note ", i))(tx) // a duplicate
				}
				return nil
			})
			if i%3 == 0 && err != nil || i%3 == 1 && !errors.Is(err, refused) || i%3 == 2 && !db.IsUnique(err) {
				t.Errorf("write %d gave %v", i, err)
			}
		})
	}
	wg.Wait()
	var n, kept int
	must(t, d.Read().QueryRow(ctx, "select count(*), count(*) filter (where id % 3 = 0 and id < 60) from note").Scan(&n, &kept))
	if n != 20 || kept != 20 {
		t.Errorf("%d notes, %d of them wanted; want 20 and 20", n, kept)
	}
}

func TestAPanicInAGroupTakesNobodyWithIt(t *testing.T) {
	dbtest.SQLite(t)
	d, ctx := open(t), t.Context()
	release := holdWriter(t, d)
	var wg sync.WaitGroup
	queued(&wg, func() { must(t, d.Write(ctx, insert(1, "one"))) })
	queued(&wg, func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic in the caller")
			}
		}()
		_ = d.Write(ctx, func(tx *db.Tx) error { must(t, insert(2, "two")(tx)); panic("boom") })
	})
	queued(&wg, func() { must(t, d.Write(ctx, insert(3, "three"))) })
	release()
	wg.Wait()
	if n := count(t, d.Read()); n != 2 {
		t.Errorf("%d notes, want the first and the third", n)
	}
}

func TestAGroupThatLosesItsTransactionRunsAgain(t *testing.T) {
	dbtest.SQLite(t)
	d, ctx := open(t), t.Context()
	release := holdWriter(t, d)
	var wg sync.WaitGroup
	var runs, after atomic.Int32
	queued(&wg, func() {
		must(t, d.Write(ctx, func(tx *db.Tx) error {
			runs.Add(1)
			tx.AfterCommit(func() { after.Add(1) })
			return insert(1, "one")(tx)
		}))
	})
	lost := make(chan bool)
	wg.Go(func() { // ends the writer's goroutine in the middle of the group
		defer close(lost)
		_ = d.Write(ctx, func(tx *db.Tx) error {
			must(t, insert(2, "two")(tx))
			runtime.Goexit()
			return nil
		})
	})
	<-time.After(5 * time.Millisecond)
	queued(&wg, func() { must(t, d.Write(ctx, insert(3, "three"))) })
	release()
	wg.Wait()
	if runs.Load() != 2 || after.Load() != 1 {
		t.Errorf("the first function ran %d times, AfterCommit %d times; want 2 and 1", runs.Load(), after.Load())
	}
	if n := count(t, d.Read()); n != 2 {
		t.Errorf("%d notes, want the first and the third", n)
	}
}

func TestMembersGoBeforeJobs(t *testing.T) {
	dbtest.SQLite(t)
	d, ctx := open(t), t.Context()
	release := holdWriter(t, d)
	var wg sync.WaitGroup
	var order []string // only the writer's goroutine appends
	note := func(s string) func(*db.Tx) error {
		return func(*db.Tx) error { order = append(order, s); return nil }
	}
	for range 3 {
		queued(&wg, func() { must(t, d.WriteJobs(ctx, note("job"))) })
	}
	for range 2 {
		queued(&wg, func() { must(t, d.Write(ctx, note("member"))) })
	}
	release()
	wg.Wait()
	// The held group has used up its time, so that it takes only the one job that
	// every group takes.
	if !slices.Equal(order, []string{"job", "member", "member", "job", "job"}) {
		t.Errorf("order: %v", order)
	}
}

func TestJobsGetTheirTurnWhenMembersNeverPause(t *testing.T) {
	d := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				_ = d.Write(ctx, func(*db.Tx) error { <-time.After(3 * time.Millisecond); return nil })
			}
		})
	}
	inTime, stop := context.WithTimeout(t.Context(), 5*time.Second)
	for range 10 {
		if err := d.WriteJobs(inTime, func(*db.Tx) error { return nil }); err != nil {
			t.Errorf("a job starved: %v", err)
			break
		}
	}
	stop()
	cancel()
	wg.Wait()
}

func TestACallCancelledInTheQueueNeverRuns(t *testing.T) {
	dbtest.SQLite(t)
	d := open(t)
	release := holdWriter(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan error)
	go func() {
		got <- d.Write(ctx, func(*db.Tx) error { t.Error("ran although it was cancelled"); return nil })
	}()
	<-time.After(5 * time.Millisecond)
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) { // comes while the writer is held
		t.Errorf("Write gave %v", err)
	}
	release()
	must(t, d.Write(t.Context(), insert(1, "one")))
}

func TestCloseLetsTheQueueFinish(t *testing.T) {
	dbtest.SQLite(t)
	file := dbtest.DSN(t, schema)
	d, err := db.Open(t.Context(), file, db.Options{Migrations: schema})
	must(t, err)
	release := holdWriter(t, d)
	var wg sync.WaitGroup
	queued(&wg, func() { must(t, d.Write(context.Background(), insert(1, "one"))) })
	queued(&wg, func() { must(t, d.Close()) })
	release()
	wg.Wait()
	d, err = db.Open(t.Context(), file, db.Options{Migrations: schema})
	must(t, err)
	defer d.Close()
	if n := count(t, d.Read()); n != 1 {
		t.Errorf("%d notes", n)
	}
}

func TestAFullDiskIsUnavailableAndHurtsOnlyTheBig(t *testing.T) {
	dbtest.SQLite(t)
	d, ctx := open(t), t.Context()
	limit := func(pages int) {
		must(t, d.Write(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, fmt.Sprintf("pragma max_page_count = %d", pages)).Scan(new(int))
		}))
	}
	limit(30)
	release := holdWriter(t, d)
	var wg sync.WaitGroup
	queued(&wg, func() { must(t, d.Write(ctx, insert(1, "one"))) })
	queued(&wg, func() {
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "insert into note (id, name, body) values (2, 'big', $1)", strings.Repeat("x", 1<<20))
			return err
		})
		var e *allmende.Error
		if !errors.As(err, &e) || e.Kind != allmende.Unavailable || e.Key != "error.disk_full" {
			t.Errorf("a full disk gave %v", err)
		}
	})
	queued(&wg, func() { must(t, d.Write(ctx, insert(3, "three"))) })
	release()
	wg.Wait()
	if n := count(t, d.Read()); n != 2 {
		t.Errorf("%d notes, want the two small ones", n)
	}
	limit(1 << 20)
	must(t, d.Write(ctx, insert(4, "four")))
}

func TestTheLogOfSQLiteStaysShort(t *testing.T) {
	dbtest.SQLite(t)
	file := dbtest.DSN(t, schema)
	d, err := db.Open(t.Context(), file, db.Options{Migrations: schema})
	must(t, err)
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var readers, writers sync.WaitGroup
	for range 3 { // readers that overlap without end
		readers.Go(func() {
			for ctx.Err() == nil {
				rows, err := d.Read().Query(context.Background(), "select id, body from note order by id limit 50")
				if err != nil {
					t.Error(err)
					return
				}
				for rows.Next() {
				}
				rows.Close()
			}
		})
	}
	body := strings.Repeat("x", 20_000)
	for w := range 4 {
		writers.Go(func() {
			for i := range 750 { // 60 MB in all
				id := int64(w*1000 + i)
				must(t, d.Write(ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(ctx, "insert into note (id, name, body) values ($1, $2, $3)", id, fmt.Sprint(id), body)
					return err
				}))
			}
		})
	}
	writers.Wait()
	cancel()
	readers.Wait()
	size := func() int64 {
		s, err := os.Stat(file + "-wal")
		must(t, err)
		return s.Size()
	}
	if n := size(); n > 40<<20 {
		t.Errorf("the log has %d MB", n>>20)
	}
	must(t, d.Checkpoint(t.Context()))
	if n := size(); n != 0 {
		t.Errorf("after Checkpoint the log has %d bytes", n)
	}
}

func TestTheWriterCommitsToTheDiskItself(t *testing.T) {
	dbtest.SQLite(t)
	d, ctx := open(t), t.Context()
	must(t, d.Write(ctx, func(tx *db.Tx) error {
		var mode string
		var sync, foreign int
		must(t, tx.QueryRow(ctx, "pragma journal_mode").Scan(&mode))
		must(t, tx.QueryRow(ctx, "pragma synchronous").Scan(&sync))
		must(t, tx.QueryRow(ctx, "pragma foreign_keys").Scan(&foreign))
		if mode != "wal" || sync != 2 || foreign != 1 {
			t.Errorf("journal_mode %s, synchronous %d, foreign_keys %d", mode, sync, foreign)
		}
		return nil
	}))
}
