package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"allmende"
	"allmende/internal/app"
	"allmende/internal/auth"
	"allmende/internal/read"
)

// path is something to read, with the share of the bare handler it must reach.
type path struct {
	name   string
	target float64
	load
	spread bool // over all objects, so that memory takes longer to fill
}

// spread picks by Zipf's law over all things, the same for every run.
func spread(list []thing) func(n int64) thing {
	random := rand.New(rand.NewPCG(9, 9))
	picks := make([]int, 1<<16)
	z := rand.NewZipf(random, 1.1, 20, uint64(len(list)-1))
	for i := range picks {
		picks[i] = len(list) - 1 - int(z.Uint64()) // the newest most often
	}
	return func(n int64) thing { return list[picks[n%int64(len(picks))]] }
}

// tokens is how many members have a token, the first ones.
const tokens = 50

// editable are those that a member with a token made, or everybody may edit.
func editable(list []thing, everybody bool) (out []thing) {
	for _, x := range list {
		if everybody || x.By < tokens {
			out = append(out, x)
		}
	}
	return out
}

// markOf is what the n-th edit writes, editMark finds it on a page.
const markOf = "edited for the %dth time"

var editMark = regexp.MustCompile(`edited for the \d+th time`)

// edits changes one of a list and reads its page at once.
func (w *world) edits(base string, list []thing, everybody bool) func(n int64) edit {
	pick, others := spread(editable(list, everybody)), newEditing()
	return func(n int64) edit {
		x := pick(n / editEvery)
		by := w.Members[x.By%tokens]
		mark := fmt.Sprintf(markOf, n)
		source := "This note was " + mark + "."
		if x.Path != "/o/"+x.ID.String() {
			source += "\n\n" + long(rand.New(rand.NewPCG(uint64(n), 5)), 12)
		}
		return edit{change: verb(base, by.Token, &allmende.Edit{Object: x.ID, Source: &source, Why: "bench"}), read: get(base+x.Path, ""), mark: mark, others: others}
	}
}

// readingPathsOf are all paths of a house.
func readingPathsOf(base string, w *world) []path {
	notes, pages, articles := spread(w.Notes), spread(w.Pages), spread(w.Articles)
	someone := func(n int64) member { return w.Members[n%min(tokens, int64(len(w.Members)))] }
	cookie := &http.Cookie{Name: auth.CookieName(false), Value: w.Cookie}
	open := func(pick func(n int64) thing) func(n int64) *http.Request {
		return func(n int64) *http.Request { return get(base+pick(n).Path, "") }
	}
	api := func(path func(n int64) string) func(n int64) *http.Request {
		return func(n int64) *http.Request { return get(base+"/api/v1/"+path(n), someone(n).Token) }
	}
	return []path{
		{"object page, anonymous", 0.5, load{next: open(notes)}, true},
		{"object page, anonymous, 1 % edits", 0.5, load{open(notes), w.edits(base, w.Notes, false)}, true},
		{"wiki page, anonymous", 0.5, load{next: open(pages)}, true},
		{"wiki page, anonymous, 1 % edits", 0.5, load{open(pages), w.edits(base, w.Pages, true)}, true},
		{"article, anonymous", 0.5, load{next: open(articles)}, true},
		{"article, anonymous, 1 % edits", 0.5, load{open(articles), w.edits(base, w.Articles, false)}, true},
		{"feed of a person (Atom)", 0.5, load{next: func(n int64) *http.Request { return get(base+"/@"+someone(n).Name+"/feed.atom", "") }}, false},
		{"home, API, 40", 0.25, load{next: api(func(int64) string { return "timelines/home?limit=40" })}, false},
		{"public, API, 40", 0.25, load{next: api(func(int64) string { return "timelines/public?local=true&limit=40" })}, false},
		{"account's statuses, API, 40", 0.25, load{next: api(func(n int64) string { return "accounts/" + someone(n+3).Actor.String() + "/statuses?limit=40" })}, false},
		{"notifications, API", 0.25, load{next: api(func(int64) string { return "notifications?limit=40" })}, false},
		{"one status, API", 0.5, load{next: api(func(n int64) string { return "statuses/" + notes(n).ID.String() })}, true},
		{"home page, HTML, signed in", 0.1, load{next: func(int64) *http.Request {
			req := get(base+"/", "")
			req.AddCookie(cookie)
			return req
		}}, false},
	}
}

func measurePaths(s *server, w *world, o options, r *report) error {
	for _, p := range readingPathsOf(s.base, w) {
		if !o.only.MatchString(p.name) {
			continue
		}
		warm := 1.0
		if p.spread && p.edits == nil {
			warm = o.warm
		}
		drive(16, warm, s.processor, load{next: p.next})
		got := drive(16, o.seconds, s.processor, p.load)
		limit, err := bare(s, p.next(1), 16, o.seconds/2)
		if err != nil {
			return err
		}
		r.compare(p.name, got, limit, p.target)
	}
	return nil
}

// question is the i-th search: rare words, two middling ones, the commonest.
func question(i int) string {
	switch i % 3 {
	case 0:
		return fmt.Sprintf("rare%d", i*7919%100000)
	case 1:
		return words[i%len(words)] + " " + words[(i*7)%len(words)]
	}
	return words[i%50%len(words)]
}

// searching asks for rare, middling and the commonest words.
func searching(h *app.House, w *world, r *report) error {
	var times []time.Duration
	before := processor()
	for i := range 1000 {
		q := question(i)
		m := w.Members[i%len(w.Members)]
		v := allmende.Viewer{Account: m.Account, Actor: m.Actor}
		if i%4 == 0 {
			v = allmende.Viewer{}
		}
		start := time.Now()
		if _, err := h.Read.Search(context.Background(), v, read.SearchQuery{Text: q}); err != nil {
			return fmt.Errorf("searching %q: %w", q, err)
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	each := (processor() - before) / time.Duration(len(times))
	r.figure("search, one at a time: p50 / p99", fmt.Sprintf("%.1f / %.1f ms; %d µs of processor each", ms(times[len(times)/2]), ms(times[len(times)*99/100]), each.Microseconds()), "p99 ≤ 20 ms")
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// publishing posts notes for a time and waits until every outlet has caught up.
func publishing(s *server, w *world, o options, r *report) error {
	got := drive(8, o.publish, s.processor, load{next: func(n int64) *http.Request {
		return send(http.MethodPost, s.base+"/api/v1/statuses", w.Members[n%min(tokens, int64(len(w.Members)))].Token, "status="+url.QueryEscape(fmt.Sprintf("measured note %d about the garden", n)))
	}})
	r.rate(fmt.Sprintf("publish, durable, 8 clients (HTTP), %.0f s", o.publish), got, 1000)
	start := time.Now()
	for time.Since(start) < 2*time.Minute {
		n, err := s.waiting()
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.figure("all outlets caught up after the last publish", fmt.Sprintf("%.1f s", time.Since(start).Seconds()), "≤ 5 s")
	return nil
}

// seenByFollowers publishes and asks every follower's home until all show it.
func seenByFollowers(ctx context.Context, h *app.House, w *world) (time.Duration, error) {
	author := w.Members[0]
	for _, m := range w.Members[1:] { // homes are in use
		if _, err := h.Read.Home(ctx, allmende.Viewer{Account: m.Account, Actor: m.Actor}, allmende.Span{Limit: 5}); err != nil {
			return 0, err
		}
	}
	var times []time.Duration
	for i := range 5 {
		start := time.Now()
		res, err := h.Core.Do(ctx, &allmende.Publish{Act: allmende.Act{By: author.Account, As: author.Actor, Via: "api"}, Kind: allmende.Note, Source: fmt.Sprint("seen ", i)})
		if err != nil {
			return 0, err
		}
		for _, m := range w.Members[1:] {
			b, err := h.Read.Home(ctx, allmende.Viewer{Account: m.Account, Actor: m.Actor}, allmende.Span{Limit: 5})
			if err != nil {
				return 0, err
			}
			if len(b.Entries) == 0 || b.Entries[0].Object != res.Object {
				return 0, fmt.Errorf("home of %s does not show the note", m.Name)
			}
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// saving edits distinct wiki pages of 20 KB, through the core.
func saving(ctx context.Context, h *app.House, w *world, o options, r *report) error {
	filler := strings.Repeat("Ein Satz über die Wiese und den [[Page 13]], mit **Nachdruck**. ", 300)
	var turn atomic.Int64
	got := work(8, o.seconds*2, func(worker int) error {
		n := turn.Add(1)
		p := w.Pages[int(n)%min(400, len(w.Pages))]
		m := w.Members[worker%len(w.Members)]
		source := fmt.Sprintf("%s\n\nSave %d.", filler, n)
		_, err := h.Core.Do(ctx, &allmende.Edit{Act: allmende.Act{By: m.Account, As: m.Actor, Via: "api"}, Object: p.ID, Source: &source, Why: "bench"})
		return err
	})
	r.rate("wiki save, 20 KB, 8 at a time (core)", got, 500)
	return nil
}

// work runs something with some workers for a time.
func work(workers int, seconds float64, do func(worker int) error) result {
	until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	times := make([][]time.Duration, workers)
	var failed atomic.Int64
	var why atomic.Value
	done := make(chan struct{})
	before, start := processor(), time.Now()
	for i := range workers {
		go func() {
			defer func() { done <- struct{}{} }()
			for time.Now().Before(until) {
				at := time.Now()
				if err := do(i); err != nil {
					failed.Add(1)
					why.Store(err.Error())
				}
				times[i] = append(times[i], time.Since(at))
			}
		}()
	}
	for range workers {
		<-done
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	r := result{rate: float64(len(all)) / time.Since(start).Seconds(), failed: failed.Load()}
	if len(all) > 0 {
		r.p50, r.p99, r.cpu = all[len(all)/2], all[len(all)*99/100], (processor()-before)/time.Duration(len(all))
	}
	if s, ok := why.Load().(string); ok {
		r.why = s
	}
	return r
}
