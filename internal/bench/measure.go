package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"allmende"
	"allmende/internal/app"
	"allmende/internal/auth"
	"allmende/internal/read"
	"allmende/internal/store"
)

// path is something to read, with the share of the bare handler it must reach.
type path struct {
	name   string
	target float64
	next   func(n int64) *http.Request
}

// spread picks by Zipf's law over all things, the same for every run.
func spread(list int) func(n int64) int {
	random := rand.New(rand.NewPCG(9, 9))
	picks := make([]int, 1<<16)
	z := rand.NewZipf(random, 1.1, 20, uint64(list-1))
	for i := range picks {
		picks[i] = list - 1 - int(z.Uint64()) // the newest most often
	}
	return func(n int64) int { return picks[n%int64(len(picks))] }
}

func readingPaths(base string, h *app.House, w *world, o options, r *report) error {
	notes, pages, articles := spread(len(w.notes)), spread(len(w.pages)), spread(len(w.articles))
	someone := func(n int64) member { return w.members[n%50%int64(len(w.members))] }
	cookie, err := signIn(h, w.members[1])
	if err != nil {
		return err
	}
	paths := []path{
		{"object page, anonymous", 0.5, func(n int64) *http.Request { return get(base+"/o/"+w.notes[notes(n)].String(), "") }},
		{"wiki page, anonymous", 0.5, func(n int64) *http.Request { return get(base+w.pages[pages(n)], "") }},
		{"article, anonymous", 0.5, func(n int64) *http.Request { return get(base+w.articles[articles(n)], "") }},
		{"feed of a person (Atom)", 0.5, func(n int64) *http.Request { return get(base+"/@"+someone(n).name+"/feed.atom", "") }},
		{"home, API, 40", 0.25, func(n int64) *http.Request { return get(base+"/api/v1/timelines/home?limit=40", someone(n).token) }},
		{"public, API, 40", 0.25, func(n int64) *http.Request {
			return get(base+"/api/v1/timelines/public?local=true&limit=40", someone(n).token)
		}},
		{"account's statuses, API, 40", 0.25, func(n int64) *http.Request {
			return get(base+"/api/v1/accounts/"+someone(n+3).actor.String()+"/statuses?limit=40", someone(n).token)
		}},
		{"notifications, API", 0.25, func(n int64) *http.Request { return get(base+"/api/v1/notifications?limit=40", someone(n).token) }},
		{"one status, API", 0.5, func(n int64) *http.Request {
			return get(base+"/api/v1/statuses/"+w.notes[notes(n)].String(), someone(n).token)
		}},
		{"home page, HTML, signed in", 0.1, func(int64) *http.Request {
			req := get(base+"/", "")
			req.AddCookie(cookie)
			return req
		}},
	}
	for _, p := range paths {
		drive(16, 0.5, p.next) // warm
		got := drive(16, o.seconds, p.next)
		limit, err := bare(p.next(1), 16, o.seconds/2)
		if err != nil {
			return err
		}
		r.compare(p.name, got, limit, p.target)
	}
	return searching(h, w, r)
}

// signIn makes a browser's cookie.
func signIn(h *app.House, m member) (*http.Cookie, error) {
	value, _, err := h.Auth.Start(context.Background(), m.account, "bench", "127.0.0.1")
	return &http.Cookie{Name: auth.CookieName(false), Value: value}, err
}

// searching asks for rare, middling and the commonest words.
func searching(h *app.House, w *world, r *report) error {
	var times []time.Duration
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 600 {
		q := words[i%50%len(words)]
		switch i % 3 {
		case 0:
			q = fmt.Sprintf("rare%d", random.IntN(100000))
		case 1:
			q = words[i%len(words)] + " " + words[(i*7)%len(words)]
		}
		m := w.members[i%len(w.members)]
		v := allmende.Viewer{Account: m.account, Actor: m.actor}
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
	r.figure("search, one at a time: p50 / p99", fmt.Sprintf("%.1f / %.1f ms", ms(times[len(times)/2]), ms(times[len(times)*99/100])), "p99 ≤ 20 ms")
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func writingPaths(ctx context.Context, base string, h *app.House, w *world, o options, r *report) error {
	seen, err := seenByFollowers(ctx, h, w)
	if err != nil {
		return err
	}
	r.figure(fmt.Sprintf("publish until the last of %d followers' homes shows it, median", len(w.members)-1), fmt.Sprintf("%.1f ms", ms(seen)), "≤ 100 ms for 1,000")
	got := drive(8, o.seconds*3, func(n int64) *http.Request {
		return post(base+"/api/v1/statuses", w.members[n%50%int64(len(w.members))].token, "status="+url.QueryEscape(fmt.Sprintf("measured note %d about the garden", n)))
	})
	r.rate("publish, durable, 8 clients (HTTP)", got, 1000)
	start := time.Now()
	if err := settle(ctx, h); err != nil {
		return err
	}
	r.figure("all outlets caught up after the last publish", fmt.Sprintf("%.1f s", time.Since(start).Seconds()), "≤ 5 s")
	return saving(ctx, h, w, o, r)
}

// settle waits until no outlet has work that is due.
func settle(ctx context.Context, h *app.House) error {
	for range 6000 {
		counts, err := store.CountJobs(ctx, h.DB.Read())
		if err != nil {
			return err
		}
		waiting := 0
		for _, c := range counts {
			if c.Outlet != "erase" {
				waiting += c.Waiting
			}
		}
		if waiting == 0 {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.New("the outlets did not catch up within a minute")
}

// seenByFollowers publishes and asks every follower's home until all show it.
func seenByFollowers(ctx context.Context, h *app.House, w *world) (time.Duration, error) {
	author := w.members[0]
	for _, m := range w.members[1:] { // homes are in use
		if _, err := h.Read.Home(ctx, allmende.Viewer{Account: m.account, Actor: m.actor}, allmende.Span{Limit: 5}); err != nil {
			return 0, err
		}
	}
	var times []time.Duration
	for i := range 5 {
		start := time.Now()
		res, err := h.Core.Do(ctx, &allmende.Publish{Act: allmende.Act{By: author.account, As: author.actor, Via: "api"}, Kind: allmende.Note, Source: fmt.Sprint("seen ", i)})
		if err != nil {
			return 0, err
		}
		for _, m := range w.members[1:] {
			b, err := h.Read.Home(ctx, allmende.Viewer{Account: m.account, Actor: m.actor}, allmende.Span{Limit: 5})
			if err != nil {
				return 0, err
			}
			if len(b.Entries) == 0 || b.Entries[0].Object != res.Object {
				return 0, fmt.Errorf("home of %s does not show the note", m.name)
			}
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// saving edits distinct wiki pages of 20 KB, through the core.
func saving(ctx context.Context, h *app.House, w *world, o options, r *report) error {
	if len(w.writers) == 0 {
		return nil
	}
	filler := strings.Repeat("Ein Satz über die Wiese und den [[Page 13]], mit **Nachdruck**. ", 300)
	var turn atomic.Int64
	got := work(8, o.seconds*2, func(worker int) error {
		n := turn.Add(1)
		p := w.writers[int(n)%len(w.writers)]
		m := w.members[worker%len(w.members)]
		source := fmt.Sprintf("%s\n\nSave %d.", filler, n)
		_, err := h.Core.Do(ctx, &allmende.Edit{Act: allmende.Act{By: m.account, As: m.actor, Via: "api"}, Object: p.id, Source: &source, Why: "bench"})
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
