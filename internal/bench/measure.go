package main

import (
	"context"
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
)

// path is something to read, with the share of the bare handler it must reach.
type path struct {
	name   string
	target float64
	next   func(n int64) *http.Request
	spread bool // over all objects, so that memory takes longer to fill
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

func readingPaths(s *server, w *world, o options, r *report) error {
	base := s.base
	notes, pages, articles := spread(len(w.Notes)), spread(len(w.Pages)), spread(len(w.Articles))
	someone := func(n int64) member { return w.Members[n%50%int64(len(w.Members))] }
	cookie := &http.Cookie{Name: auth.CookieName(false), Value: w.Cookie}
	paths := []path{
		{"object page, anonymous", 0.5, func(n int64) *http.Request { return get(base+"/o/"+w.Notes[notes(n)].String(), "") }, true},
		{"wiki page, anonymous", 0.5, func(n int64) *http.Request { return get(base+w.Pages[pages(n)], "") }, true},
		{"article, anonymous", 0.5, func(n int64) *http.Request { return get(base+w.Articles[articles(n)], "") }, true},
		{"feed of a person (Atom)", 0.5, func(n int64) *http.Request { return get(base+"/@"+someone(n).Name+"/feed.atom", "") }, false},
		{"home, API, 40", 0.25, func(n int64) *http.Request { return get(base+"/api/v1/timelines/home?limit=40", someone(n).Token) }, false},
		{"public, API, 40", 0.25, func(n int64) *http.Request {
			return get(base+"/api/v1/timelines/public?local=true&limit=40", someone(n).Token)
		}, false},
		{"account's statuses, API, 40", 0.25, func(n int64) *http.Request {
			return get(base+"/api/v1/accounts/"+someone(n+3).Actor.String()+"/statuses?limit=40", someone(n).Token)
		}, false},
		{"notifications, API", 0.25, func(n int64) *http.Request { return get(base+"/api/v1/notifications?limit=40", someone(n).Token) }, false},
		{"one status, API", 0.5, func(n int64) *http.Request {
			return get(base+"/api/v1/statuses/"+w.Notes[notes(n)].String(), someone(n).Token)
		}, true},
		{"home page, HTML, signed in", 0.1, func(int64) *http.Request {
			req := get(base+"/", "")
			req.AddCookie(cookie)
			return req
		}, false},
	}
	for _, p := range paths {
		if !o.only.MatchString(p.name) {
			continue
		}
		warm := 1.0
		if p.spread {
			warm = o.warm
		}
		drive(16, warm, s.processor, p.next)
		got := drive(16, o.seconds, s.processor, p.next)
		limit, err := bare(s, p.next(1), 16, o.seconds/2)
		if err != nil {
			return err
		}
		r.compare(p.name, got, limit, p.target)
	}
	return nil
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
	r.figure("search, one at a time: p50 / p99", fmt.Sprintf("%.1f / %.1f ms", ms(times[len(times)/2]), ms(times[len(times)*99/100])), "p99 ≤ 20 ms")
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// publishing posts notes for a time and waits until every outlet has caught up.
func publishing(s *server, w *world, o options, r *report) error {
	got := drive(8, o.publish, s.processor, func(n int64) *http.Request {
		return post(s.base+"/api/v1/statuses", w.Members[n%50%int64(len(w.Members))].Token, "status="+url.QueryEscape(fmt.Sprintf("measured note %d about the garden", n)))
	})
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
	if len(w.Writers) == 0 {
		return nil
	}
	filler := strings.Repeat("Ein Satz über die Wiese und den [[Page 13]], mit **Nachdruck**. ", 300)
	var turn atomic.Int64
	got := work(8, o.seconds*2, func(worker int) error {
		n := turn.Add(1)
		p := w.Writers[int(n)%len(w.Writers)]
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
