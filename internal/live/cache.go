package live

import (
	"hash/maphash"
	"sync"

	"github.com/maypok86/otter/v2"
)

// Cache keeps loaded values, bounded by weight, and is never stale: a value
// whose key was dropped while it was being loaded is handed out once and not
// kept.
type Cache[K comparable, V any] struct {
	values *otter.Cache[K, V]
	seed   maphash.Seed
	stamps [256]stamp
}

type stamp struct {
	mu    sync.Mutex
	drops uint64 // guarded by mu: how often a key of this shard was dropped
}

// NewCache makes a cache of at most max weight; weigh nil counts entries.
func NewCache[K comparable, V any](max int, weigh func(K, V) uint32) *Cache[K, V] {
	o := &otter.Options[K, V]{}
	if weigh == nil {
		o.MaximumSize = max
	} else {
		o.MaximumWeight, o.Weigher = uint64(max), weigh
	}
	return &Cache[K, V]{values: otter.Must(o), seed: maphash.MakeSeed()}
}

// Get answers from memory or loads.
func (c *Cache[K, V]) Get(key K, load func() (V, error)) (V, error) {
	if v, ok := c.values.GetIfPresent(key); ok {
		return v, nil
	}
	ticket := c.Ticket(key)
	v, err := load()
	if err == nil {
		c.Put(key, v, ticket)
	}
	return v, err
}

// Peek answers from memory only.
func (c *Cache[K, V]) Peek(key K) (V, bool) { return c.values.GetIfPresent(key) }

// Ticket is taken before loading and given to Put.
func (c *Cache[K, V]) Ticket(key K) uint64 {
	s := c.stamp(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drops
}

// Put keeps a loaded value unless its key was dropped since the ticket.
func (c *Cache[K, V]) Put(key K, v V, ticket uint64) {
	s := c.stamp(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops == ticket {
		c.values.Set(key, v)
	}
}

// Drop forgets a key, also one that is being loaded right now.
func (c *Cache[K, V]) Drop(key K) {
	s := c.stamp(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	c.values.Invalidate(key)
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	for i := range c.stamps {
		s := &c.stamps[i]
		s.mu.Lock()
		s.drops++
		s.mu.Unlock()
	}
	c.values.InvalidateAll()
}

func (c *Cache[K, V]) stamp(key K) *stamp {
	return &c.stamps[maphash.Comparable(c.seed, key)%uint64(len(c.stamps))]
}
