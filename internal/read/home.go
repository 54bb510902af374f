package read

import (
	"container/heap"
	"context"
	"slices"
	"sync"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/store"
)

// ringSize is how many of a source's newest lines are kept in memory.
const ringSize = 256

// homes keeps the newest lines of each stream in memory, loaded on demand and
// told of news after each commit. There is no row per follower: a home is
// merged from its sources' rings when it is asked for.
type homes struct {
	db    *db.DB
	rings *live.Cache[allmende.ID, *ring]
}

// ring holds a stream's newest lines, newest first.
type ring struct {
	mu    sync.RWMutex
	lines []allmende.Entry // guarded by mu; replaced, never changed in place
	all   bool             // guarded by mu: nothing older is in the database
}

func newHomes(d *db.DB) *homes {
	return &homes{db: d, rings: live.NewCache[allmende.ID, *ring](20000, nil)}
}

// hear adds and drops lines after a commit.
func (h *homes) hear(n live.News) {
	for _, e := range n.Entries {
		if r, ok := h.rings.Peek(e.Source); ok {
			r.add(e)
		} else {
			h.rings.Drop(e.Source) // one that is being loaded now must not be kept
		}
	}
	for _, e := range n.Dropped {
		h.rings.Drop(e.Source)
	}
}

// add puts a line where it belongs; a known one stays once.
func (r *ring) add(e allmende.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, known := slices.BinarySearchFunc(r.lines, e.ID, newestFirst)
	if known {
		return
	}
	lines := make([]allmende.Entry, 0, len(r.lines)+1)
	lines = append(append(append(lines, r.lines[:at]...), e), r.lines[at:]...)
	if len(lines) > ringSize {
		lines, r.all = lines[:ringSize], false
	}
	r.lines = lines
}

func newestFirst(e allmende.Entry, id allmende.ID) int {
	switch {
	case e.ID > id:
		return -1
	case e.ID < id:
		return 1
	}
	return 0
}

// below is the part of the ring older than max, and whether the database has more.
func (r *ring) below(max allmende.ID) (lines []allmende.Entry, more bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	lines = r.lines
	if max != 0 {
		at, known := slices.BinarySearchFunc(lines, max, newestFirst)
		if known {
			at++
		}
		lines = lines[at:]
	}
	return lines, !r.all
}

// ring loads a source's newest lines, or has them.
func (h *homes) ring(ctx context.Context, source allmende.ID) (*ring, error) {
	return h.rings.Get(source, func() (*ring, error) {
		lines, err := store.EntriesOf(ctx, h.db.Read(), source, 0, ringSize)
		return &ring{lines: lines, all: len(lines) < ringSize}, err
	})
}

// cursor walks one source downwards.
type cursor struct {
	source allmende.ID
	lines  []allmende.Entry
	more   bool
}

// merge walks several sources at once, newest first.
type merge struct {
	homes   *homes
	cursors []*cursor // a heap by newest line
}

func (m *merge) Len() int           { return len(m.cursors) }
func (m *merge) Less(i, j int) bool { return m.cursors[i].lines[0].ID > m.cursors[j].lines[0].ID }
func (m *merge) Swap(i, j int)      { m.cursors[i], m.cursors[j] = m.cursors[j], m.cursors[i] }
func (m *merge) Push(x any)         { m.cursors = append(m.cursors, x.(*cursor)) }

// Pop takes the last cursor, as container/heap wants it.
func (m *merge) Pop() any {
	last := m.cursors[len(m.cursors)-1]
	m.cursors = m.cursors[:len(m.cursors)-1]
	return last
}

// walk starts merging sources below max.
func (h *homes) walk(ctx context.Context, sources []allmende.ID, max allmende.ID) (*merge, error) {
	m := &merge{homes: h, cursors: make([]*cursor, 0, len(sources))}
	trace(ctx, sources...)
	cursors := make([]cursor, len(sources))
	for i, s := range sources {
		r, err := h.ring(ctx, s)
		if err != nil {
			return nil, err
		}
		c := &cursors[i]
		c.source = s
		c.lines, c.more = r.below(max)
		if len(c.lines) == 0 && c.more {
			if err := m.refill(ctx, c, max); err != nil {
				return nil, err
			}
		}
		if len(c.lines) > 0 {
			m.cursors = append(m.cursors, c)
		}
	}
	heap.Init(m)
	return m, nil
}

// refill reads older lines than memory holds.
func (m *merge) refill(ctx context.Context, c *cursor, max allmende.ID) error {
	lines, err := store.EntriesOf(ctx, m.homes.db.Read(), c.source, max, 40)
	c.lines, c.more = lines, len(lines) == 40
	return err
}

// next is the next line of the merged stream; false at the end.
func (m *merge) next(ctx context.Context) (allmende.Entry, bool, error) {
	if len(m.cursors) == 0 {
		return allmende.Entry{}, false, nil
	}
	c := m.cursors[0]
	e := c.lines[0]
	c.lines = c.lines[1:]
	if len(c.lines) == 0 && c.more {
		if err := m.refill(ctx, c, e.ID); err != nil {
			return e, false, err
		}
	}
	if len(c.lines) == 0 {
		heap.Pop(m)
	} else {
		heap.Fix(m, 0)
	}
	return e, true, nil
}
