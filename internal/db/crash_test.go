package db_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"allmende/internal/db"
	"allmende/internal/db/dbtest"
)

// crashChild names the database that a child of this test binary writes to.
const crashChild = "ALLMENDE_TEST_CRASH_CHILD"

// writeUntilKilled writes notes from 8 goroutines and prints the id of each as
// soon as Write has acknowledged it.
func writeUntilKilled(dsn string) {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, db.Options{Migrations: schema})
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				id := rand.Int64()
				if err := d.Write(ctx, insert(id, strconv.FormatInt(id, 10))); err != nil {
					fmt.Println("write:", err)
					os.Exit(1)
				}
				fmt.Println(id) // one write(2) per line
			}
		})
	}
	wg.Wait()
}

func TestWhatWasAcknowledgedSurvivesKill9(t *testing.T) {
	dsn := dbtest.DSN(t, schema)
	var acknowledged []int64
	for range 10 {
		acknowledged = append(acknowledged, killAtRandom(t, dsn)...)
		d, err := db.Open(t.Context(), dsn, db.Options{Migrations: schema})
		must(t, err)
		missing(t, d, acknowledged)
		must(t, d.Close())
	}
	if len(acknowledged) < 1000 {
		t.Errorf("only %d writes in 10 rounds: the test says little", len(acknowledged))
	}
	t.Logf("%d acknowledged writes survived 10 kills", len(acknowledged))
}

// killAtRandom lets a child write for a moment, kills it and gives the ids that
// it printed.
func killAtRandom(t *testing.T, dsn string) (ids []int64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashChild+"="+dsn)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	lines := bufio.NewScanner(out)
	var kill *time.Timer
	for lines.Scan() {
		if kill == nil { // counted from the first write on
			kill = time.AfterFunc(time.Duration(10+rand.IntN(250))*time.Millisecond, func() { _ = child.Process.Kill() })
		}
		id, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Errorf("the child said %q", lines.Text())
			break
		}
		ids = append(ids, id)
	}
	_ = child.Process.Kill()
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return ids
}

func missing(t *testing.T, d *db.DB, want []int64) {
	t.Helper()
	rows, err := d.Read().Query(t.Context(), "select id, name from note")
	must(t, err)
	defer rows.Close()
	there := map[int64]bool{}
	for rows.Next() {
		var id int64
		var name string
		must(t, rows.Scan(&id, &name))
		there[id] = name == strconv.FormatInt(id, 10)
	}
	must(t, rows.Err())
	for _, id := range want {
		if !there[id] {
			t.Errorf("%d was acknowledged and is gone", id)
		}
	}
	if d.Engine() == db.SQLite {
		var sound string
		must(t, d.Read().QueryRow(t.Context(), "pragma integrity_check").Scan(&sound))
		if sound != "ok" {
			t.Errorf("integrity: %s", sound)
		}
	}
}
