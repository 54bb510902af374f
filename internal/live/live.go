// Package live is where doors and outlets meet in memory: after each commit
// core tells what changed; caches drop what is stale, rings of streams grow,
// and open connections hear of it. Nothing that matters lives here alone.
package live

import (
	"context"
	"sync"

	"allmende"
)

// News is what one committed transaction changed.
type News struct {
	Objects  []allmende.ID    // drawn differently now, or gone
	Stats    []allmende.ID    // objects whose counters changed
	Actors   []allmende.ID    // drawn differently now
	Viewers  []allmende.ID    // actors whose relations or roles changed: what they may see
	Accounts []allmende.ID    // accounts whose state, rank or settings changed
	Entries  []allmende.Entry // new lines in streams
	Dropped  []allmende.Entry // lines that left streams
	Notified []allmende.Notification
	Unread   []allmende.ID // actors who read, or lost, notifications
	Outlets  []string      // outlets that got work
	Site     bool          // what the community says of itself changed
	Media    []allmende.ID
	Previews []string // addresses whose link previews changed
}

// Hub passes news on. The zero value is ready.
type Hub struct {
	mu        sync.RWMutex
	listeners []func(News)           // guarded by mu
	streams   map[chan News]struct{} // guarded by mu
}

// Listen adds a function that hears all news before the writer gets its
// answer, so that the next read is never stale. It must be quick and must not
// write. Listeners are added while the house is built and stay.
func (h *Hub) Listen(fn func(News)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners = append(h.listeners, fn)
}

// Subscribe hears news until ctx ends. Whoever reads too slowly is cut off:
// the channel is closed and the reader has to come again.
func (h *Hub) Subscribe(ctx context.Context, buffer int) <-chan News {
	ch := make(chan News, buffer)
	h.mu.Lock()
	if h.streams == nil {
		h.streams = map[chan News]struct{}{}
	}
	h.streams[ch] = struct{}{}
	h.mu.Unlock()
	context.AfterFunc(ctx, func() { h.drop(ch) })
	return ch
}

// Tell passes news to listeners, in order, and then to streams.
func (h *Hub) Tell(n News) {
	h.mu.RLock()
	listeners := h.listeners
	h.mu.RUnlock()
	for _, fn := range listeners {
		fn(n)
	}
	var slow []chan News
	h.mu.RLock()
	for ch := range h.streams {
		select {
		case ch <- n:
		default:
			slow = append(slow, ch)
		}
	}
	h.mu.RUnlock()
	for _, ch := range slow {
		h.drop(ch)
	}
}

// Streams is how many connections listen.
func (h *Hub) Streams() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.streams)
}

func (h *Hub) drop(ch chan News) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, there := h.streams[ch]; there {
		delete(h.streams, ch)
		close(ch)
	}
}
