package auth

import (
	"math"
	"sync"
	"time"

	"allmende"
)

// Failed attempts are counted for a quarter of an hour from the first one: for
// an account from one address, and (ten times as many) for the account from
// anywhere and for the address with any account.
const (
	attemptTime = 15 * time.Minute
	attemptMost = 100_000 // entries kept
)

// attempts counts failures in memory; a restart forgives.
type attempts struct {
	limit int // zero: no limit

	mu    sync.Mutex
	tally map[string]count // guarded by mu
}

type count struct {
	n     int
	since time.Time
}

func newAttempts(limit int) *attempts { return &attempts{limit: limit, tally: map[string]count{}} }

type bucket struct {
	key   string
	limit int
}

func (t *attempts) buckets(account, address string) []bucket {
	list := []bucket{{"both " + account + " " + address, t.limit}, {"account " + account, 10 * t.limit}}
	if address != "" {
		list = append(list, bucket{"address " + address, 10 * t.limit})
	}
	return list
}

// begin counts an attempt as failed until forgive says otherwise, so that many
// at once don't slip through. TooMany when there were too many already.
func (t *attempts) begin(account, address string, now time.Time) error {
	if t.limit <= 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.buckets(account, address)
	for _, b := range list {
		c := t.tally[b.key]
		if left := attemptTime - now.Sub(c.since); c.n >= b.limit && left > 0 {
			return allmende.E(allmende.TooMany, "error.sign_in_often", "minutes", int(math.Ceil(left.Minutes())))
		}
	}
	if len(t.tally) >= attemptMost {
		t.makeRoom(now)
	}
	for _, b := range list {
		c := t.tally[b.key]
		if now.Sub(c.since) >= attemptTime {
			c = count{since: now}
		}
		c.n++
		t.tally[b.key] = c
	}
	return nil
}

// forgive takes back the attempt that succeeded, and all others of this
// account from this address.
func (t *attempts) forgive(account, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, b := range t.buckets(account, address) {
		c := t.tally[b.key]
		if c.n--; i == 0 || c.n <= 0 {
			delete(t.tally, b.key)
			continue
		}
		t.tally[b.key] = c
	}
}

// makeRoom wants mu held. If nothing is old, everything goes: whoever fills
// the table on purpose gains ten attempts by it.
func (t *attempts) makeRoom(now time.Time) {
	for k, c := range t.tally {
		if now.Sub(c.since) >= attemptTime {
			delete(t.tally, k)
		}
	}
	if len(t.tally) >= attemptMost {
		clear(t.tally)
	}
}
