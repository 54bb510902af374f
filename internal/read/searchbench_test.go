package read_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/outlet/search"
	"allmende/internal/read"
	"allmende/internal/store"
)

// BenchmarkSearch fills a database with 200,000 objects (ALLMENDE_BENCH_OBJECTS:
// another number) over three years, in a mix of audiences, and searches for
// rare, middling and the 50 commonest words, as nobody and as a member who
// follows 200. It reports the processor time of each, the median and the
// 99th percentile.
//
//	go test ./internal/read -run '^$' -bench Search -benchtime 1x
func BenchmarkSearch(b *testing.B) {
	count := 200_000
	if n, err := strconv.Atoi(os.Getenv("ALLMENDE_BENCH_OBJECTS")); err == nil {
		count = n
	}
	w := fillTown(b, count)
	for _, who := range []struct {
		name   string
		viewer allmende.Viewer
	}{{"nobody", allmende.Viewer{}}, {"member", allmende.Viewer{Account: 5, Actor: w.members[0], Rank: allmende.Member}}} {
		for _, class := range []struct {
			name  string
			query func(i int) string
		}{
			{"rare", func(i int) string { return w.words[20_000+i*37%20_000] }},
			{"middling", func(i int) string { return w.words[300+i*7%2000] }},
			{"common", func(i int) string { return w.words[i%50] }},
			{"common pair", func(i int) string { return w.words[i%50] + " " + w.words[(i*7+3)%50] }},
			{"mixed", func(i int) string { return w.words[i%50] + " " + w.words[2000+i] }},
			{"from", func(i int) string { return w.words[i%50] + " from:m" + strconv.Itoa(i%900+1) }},
			{"phrase", func(i int) string { return `"` + w.words[i%50] + " " + w.words[50+i%50] + `"` }},
		} {
			b.Run(who.name+"/"+class.name, func(b *testing.B) {
				for b.Loop() {
					w.measure(b, who.viewer, class.query)
				}
			})
		}
		b.Run(who.name+"/suggest", func(b *testing.B) {
			for b.Loop() {
				w.report(b, 200, func(i int) error {
					_, err := w.read.Suggest(context.Background(), who.viewer, w.words[50+i][:2+i%3])
					return err
				})
			}
		})
	}
}

type town struct {
	db      *db.DB
	read    *read.Reader
	words   []string // the commonest first
	members []allmende.ID
}

func (w *town) measure(b *testing.B, v allmende.Viewer, query func(i int) string) {
	b.Helper()
	w.report(b, 200, func(i int) error {
		_, err := w.read.Search(context.Background(), v, read.SearchQuery{Text: query(i)})
		return err
	})
}

func (w *town) report(b *testing.B, n int, do func(i int) error) {
	b.Helper()
	var took []time.Duration
	used := cpu()
	for i := range n {
		start := time.Now()
		if err := do(i); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	b.ReportMetric(ms((cpu()-used)/time.Duration(n)), "cpu-ms")
	slices.Sort(took)
	b.ReportMetric(ms(took[n/2]), "p50-ms")
	b.ReportMetric(ms(took[n*99/100]), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// cpu is what this process has used of the processors so far; on a machine
// that others use too it says more than the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func fillTown(b *testing.B, count int) *town {
	b.Helper()
	ctx := context.Background()
	d := dbtest.Open(b)
	end := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	w := &town{db: d, read: read.New(d, &live.Hub{}, slog.Default(), func() time.Time { return end }), words: townWords()}
	for i := range 1000 {
		w.members = append(w.members, allmende.IDAt(end.AddDate(-4, 0, 0))+allmende.ID(i*65536))
	}
	w.write(b, func(tx *db.Tx) error { return w.insertMembers(ctx, tx) })
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.07, 2.7, uint64(len(w.words)-1))
	var ids allmende.Minter
	const batch = 2000
	for from := 0; from < count; from += batch {
		w.write(b, func(tx *db.Tx) error {
			for i := from; i < min(count, from+batch); i++ {
				at := end.Add(-time.Duration(float64(3*365*24*time.Hour) * float64(count-i) / float64(count)))
				if err := w.insertObject(ctx, tx, rnd, zipf, ids.New(at), at); err != nil {
					return err
				}
			}
			return nil
		})
	}
	start, used := time.Now(), cpu()
	if err := search.New(d).Rebuild(ctx, func(int, int) {}); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d objects indexed in %v, %v of the processor", count, time.Since(start).Round(time.Second), (cpu() - used).Round(time.Second))
	return w
}

func (w *town) write(b *testing.B, fn func(tx *db.Tx) error) {
	b.Helper()
	if err := w.db.WriteJobs(context.Background(), fn); err != nil {
		b.Fatal(err)
	}
}

// townWords are 50,000 invented words, all different.
func townWords() []string {
	syllables := strings.Fields("ba de fi go lu ma ne pi ro su ta ve wi xo zu kra ste bli dro flu gru")
	var out []string
	for i := range 50_000 {
		word := ""
		for n := i + 21; n > 0; n /= len(syllables) {
			word += syllables[n%len(syllables)]
		}
		out = append(out, word)
	}
	return out
}

func (w *town) insertMembers(ctx context.Context, tx *db.Tx) error {
	for i, id := range w.members {
		a := &allmende.Actor{ID: id, Kind: allmende.Person, Name: fmt.Sprint("m", i), DisplayName: w.words[i*3], State: allmende.ActorActive}
		if err := store.InsertActor(ctx, tx, a, "", a.Name+" "+a.DisplayName); err != nil {
			return err
		}
		audience := &allmende.Audience{Kind: allmende.AudFollowers, Target: id}
		if err := store.PutAudience(ctx, tx, audience, 1000+allmende.ID(i)); err != nil {
			return err
		}
		if i > 0 && i <= 200 {
			follow := &allmende.Relation{ID: 9000 + allmende.ID(i), Actor: w.members[0], Kind: allmende.Follow, Target: id, State: allmende.Accepted}
			if err := store.PutRelation(ctx, tx, follow); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *town) insertObject(ctx context.Context, tx *db.Tx, rnd *rand.Rand, zipf *rand.Zipf, id allmende.ID, at time.Time) error {
	member := rnd.IntN(len(w.members))
	o := &allmende.Object{ID: id, Kind: allmende.Note, State: allmende.Published, Origin: allmende.OriginLocal, Owner: w.members[member],
		Authors: []allmende.ID{w.members[member]}, Format: allmende.Markdown, Thread: id, Revision: 1, PublishedAt: at, ChangedAt: at, Lang: "de"}
	length := 10 + rnd.IntN(50)
	switch n := rnd.IntN(100); {
	case n < 70:
		o.Audience.ID = allmende.PublicAudience
	case n < 75:
		o.Audience.ID = allmende.UnlistedAudience
	case n < 83:
		o.Audience.ID = allmende.LocalAudience
	default:
		o.Audience.ID = 1000 + allmende.ID(member)
	}
	if n := rnd.IntN(100); n < 12 {
		o.Kind, o.Section, o.Place, length = allmende.Article, "blog", o.Owner, 200+rnd.IntN(600)
		if n < 4 {
			o.Kind, o.Section, o.Place = allmende.Page, "wiki", allmende.Server
		}
		o.Title = w.sentence(zipf, 3)
	}
	o.HTML = "<p>" + w.sentence(zipf, length) + "</p>"
	if rnd.IntN(3) == 0 {
		o.Tags = []string{w.words[100+zipf.Uint64()%1000]}
	}
	return store.InsertObject(ctx, tx, o)
}

func (w *town) sentence(zipf *rand.Zipf, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = w.words[zipf.Uint64()]
	}
	return strings.Join(words, " ")
}
