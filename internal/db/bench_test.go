package db_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"allmende/internal/db"
	"allmende/internal/db/dbtest"
)

// benchSchema is shaped like what a publication writes: an object of 1 KB, its
// revision, an activity, a feed entry, three jobs, a counter; ten indexes.
var benchSchema = fstest.MapFS{"00001_bench.sql": {Data: []byte(`-- +goose Up
create table object (id bigint primary key, owner bigint not null, place bigint not null, kind text not null, body text not null, html text not null, thread bigint not null, published bigint not null, uri text);
create index object_owner on object (owner, id);
create index object_thread on object (thread, id);
create index object_place on object (place, id) where place <> 0;
create unique index object_uri on object (uri) where uri is not null;
create table revision (object bigint not null, number integer not null, source text not null, who bigint not null, at bigint not null, primary key (object, number));
create table activity (id bigint primary key, actor bigint not null, verb text not null, object bigint not null, at bigint not null);
create index activity_actor on activity (actor, id);
create table entry (source bigint not null, object bigint not null, primary key (source, object));
create table job (id bigint primary key, kind text not null, key text not null, run_at bigint not null, payload text not null);
create unique index job_key on job (kind, key);
create table counter (actor bigint primary key, posts bigint not null);
`)}}

var (
	benchBody = strings.Repeat("Lorem ipsum dolor sit amet. ", 18)
	benchIDs  atomic.Int64
)

// publish does what a small publication does in its transaction.
func publish(ctx context.Context) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		id := time.Now().UnixMilli()<<16 | benchIDs.Add(1)&0xffff
		actor, now := id*7919%1000, id>>16
		var first error
		do := func(query string, args ...any) {
			if _, err := tx.Exec(ctx, query, args...); err != nil && first == nil {
				first = err
			}
		}
		do("insert into object (id, owner, place, kind, body, html, thread, published) values ($1, $2, 0, 'Note', $3, $3, $1, $4)", id, actor, benchBody, now)
		do("insert into revision (object, number, source, who, at) values ($1, 1, $2, $3, $4)", id, benchBody, actor, now)
		do("insert into activity (id, actor, verb, object, at) values ($1, $2, 'Create', $1, $3)", id, actor, now)
		do("insert into entry (source, object) values ($1, $2)", actor, id)
		for i, kind := range []string{"search", "federate", "notify"} {
			do("insert into job (id, kind, key, run_at, payload) values ($1, $2, $3, $4, '{}')", id<<2|int64(i), kind, fmt.Sprint(id), now)
		}
		do("insert into counter (actor, posts) values ($1, 1) on conflict (actor) do update set posts = counter.posts + 1", actor)
		return first
	}
}

func BenchmarkWriteSingle(b *testing.B) { benchmarkWrite(b, 1, 0) }

func BenchmarkWriteGrouped(b *testing.B) {
	for _, clients := range []int{8, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { benchmarkWrite(b, clients, 0) })
	}
}

func BenchmarkWriteWhileReading(b *testing.B) { benchmarkWrite(b, 8, 4) }

// benchmarkWrite lets clients publish, while readers read feeds of 20.
func benchmarkWrite(b *testing.B, clients, readers int) {
	d := dbtest.OpenWith(b, benchSchema)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var left, reads atomic.Int64
	left.Store(int64(b.N))
	ended := make(chan error, clients)
	for range readers {
		go readFeeds(ctx, d, &reads)
	}
	b.ResetTimer()
	cpu := cpuTime()
	for range clients {
		go func() {
			var err error
			for err == nil && left.Add(-1) >= 0 {
				err = d.Write(ctx, publish(ctx))
			}
			ended <- err
		}()
	}
	for range clients {
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(b.N), "cpu-µs/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "publications/s")
	if readers > 0 {
		b.ReportMetric(float64(reads.Load())/b.Elapsed().Seconds(), "feeds/s")
	}
}

func readFeeds(ctx context.Context, d *db.DB, reads *atomic.Int64) {
	for actor := int64(0); ctx.Err() == nil; actor = (actor + 7) % 1000 {
		rows, err := d.Read().Query(ctx, "select id, html from object where owner = $1 order by id desc limit 20", actor)
		if err != nil {
			return
		}
		for rows.Next() {
			var id int64
			var html string
			if rows.Scan(&id, &html) != nil {
				break
			}
		}
		rows.Close()
		reads.Add(1)
		<-time.After(500 * time.Microsecond)
	}
}

func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkAppendFsync is the floor: what the disk takes for one durable append.
func BenchmarkAppendFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadByKey is the cheapest read there is.
func BenchmarkReadByKey(b *testing.B) {
	d := dbtest.OpenWith(b, benchSchema)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for range 1000 {
		if err := d.Write(ctx, publish(ctx)); err != nil {
			b.Fatal(err)
		}
	}
	var actor int64
	if err := d.Read().QueryRow(ctx, "select min(actor) from counter").Scan(&actor); err != nil {
		b.Fatal(err)
	}
	for name, with := range map[string]context.Context{"steady": ctx, "slow": db.Slow(ctx)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var posts int64
				if err := d.Read().QueryRow(with, "select posts from counter where actor = $1", actor).Scan(&posts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
