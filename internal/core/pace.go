package core

import (
	"math"
	"sync"
	"time"

	"allmende"
)

// pace counts what accounts publish, as whomever, from the first of an hour on.
// It is kept in memory; a restart forgives.
type pace struct {
	limit int // zero: no limit

	mu   sync.Mutex
	done map[allmende.ID]hour // guarded by mu
}

type hour struct {
	n     int
	since time.Time
}

// paceMost is how many accounts are counted before those of past hours go.
const paceMost = 10_000

// step counts one more; TooMany when an account has published enough.
func (p *pace) step(account allmende.ID, now time.Time) error {
	if p.limit <= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.done[account]
	left := time.Hour - now.Sub(h.since)
	switch {
	case left <= 0:
		h = hour{since: now}
	case h.n >= p.limit:
		return allmende.E(allmende.TooMany, "error.publish_often", "minutes", int(math.Ceil(left.Minutes())))
	}
	if len(p.done) >= paceMost {
		for id, old := range p.done {
			if now.Sub(old.since) >= time.Hour {
				delete(p.done, id)
			}
		}
	}
	h.n++
	p.done[account] = h
	return nil
}
