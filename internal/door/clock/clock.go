// Package clock is the door through which time comes in: scheduled objects are
// published when they are due, and what has to be done every hour or day is
// started.
package clock

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"allmende"
	"allmende/internal/read"
)

const (
	beat    = 10 * time.Second // how often the clock looks
	atOnce  = 50               // scheduled objects per look
	dailyAt = 15 * time.Minute // after the start: a start is busy enough
)

// Chore is something to be done again and again.
type Chore struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

// Deps are whom the clock works with.
type Deps struct {
	// Do is core's.
	Do func(ctx context.Context, cmd allmende.Command) (allmende.Result, error)
	// Due is the reader's DueObjects.
	Due func(ctx context.Context, now time.Time, limit int) ([]read.Due, error)
	Log *slog.Logger
	Now func() time.Time
}

// Clock starts what is due.
type Clock struct {
	Deps
	mu     sync.Mutex
	chores []*round                   // guarded by mu
	failed map[allmende.ID]*postponed // guarded by mu; scheduled objects that could not be published
}

// round is a chore with its next time.
type round struct {
	Chore
	next time.Time
}

// postponed is a scheduled object that is tried again later.
type postponed struct {
	next  time.Time
	times int
}

// New makes a clock that does not run yet. Chores are first done soon after
// the start, those that come less often later, and then by their own period;
// they must bear being done more often than that.
func New(d Deps, chores ...Chore) *Clock {
	c := &Clock{Deps: d, failed: map[allmende.ID]*postponed{}}
	now := d.Now()
	for _, ch := range chores {
		c.chores = append(c.chores, &round{Chore: ch, next: now.Add(min(dailyAt, ch.Every/60))})
	}
	return c
}

// Run looks again and again until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		c.Look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Look does everything that is due now.
func (c *Clock) Look(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	c.publish(ctx, now)
	for _, r := range c.chores {
		if r.next.After(now) {
			continue
		}
		r.next = now.Add(r.Every)
		if err := r.Do(ctx); err != nil && ctx.Err() == nil {
			c.Log.Error("a chore failed", "chore", r.Name, "err", err)
		}
	}
}

// publish releases scheduled objects. One that cannot be published (its text
// breaks a newer rule, its title was taken) is tried again less and less often;
// its author sees it among the scheduled and can mend it.
func (c *Clock) publish(ctx context.Context, now time.Time) {
	due, err := c.Due(ctx, now, atOnce+len(c.failed))
	if err != nil {
		if ctx.Err() == nil {
			c.Log.Error("looking for scheduled objects", "err", err)
		}
		return
	}
	waiting := make(map[allmende.ID]*postponed, len(c.failed))
	for _, d := range due {
		p := c.failed[d.Object]
		if p == nil || !p.next.After(now) {
			p = c.release(ctx, d, p, now)
		}
		if p != nil {
			waiting[d.Object] = p
		}
	}
	c.failed = waiting
}

// release publishes one object; when that fails it says when to try again.
func (c *Clock) release(ctx context.Context, d read.Due, p *postponed, now time.Time) *postponed {
	_, err := c.Do(ctx, &allmende.Release{Act: allmende.Act{Via: "clock", As: d.Owner}, Object: d.Object})
	if err == nil || allmende.IsKind(err, allmende.NotFound) || ctx.Err() != nil {
		return nil
	}
	if p == nil {
		p = &postponed{}
	}
	p.times++
	wait := min(time.Minute<<min(p.times, 10), 6*time.Hour)
	p.next = now.Add(wait)
	c.Log.Warn("a scheduled object cannot be published", "object", d.Object, "again", p.next, "err", err)
	return p
}
