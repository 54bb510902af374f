package live

import (
	"hash/maphash"
	"sync/atomic"

	"allmende"
)

// Ledger keeps, for each thing, when it last changed, so that whoever drew
// something from many things can ask whether the drawing is still right. Times
// are counted in commits, not in seconds. Things share slots; who shares one
// with a thing that changed is drawn anew without need, never kept too long.
type Ledger struct {
	seed    maphash.Seed
	commits atomic.Uint64
	slots   [ledgerSlots]atomic.Uint64 // the commit that last changed a thing of the slot
}

// ledgerSlots is so large (4 MB) that even after thousands of changes hardly
// anything is drawn anew without need.
const ledgerSlots = 1 << 19

// NewLedger makes a ledger in which nothing has changed.
func NewLedger() *Ledger { return &Ledger{seed: maphash.MakeSeed()} }

// siteKey stands for what the community says of itself.
const siteKey = "site"

// Now is the time to remember before anything is read for a drawing.
func (l *Ledger) Now() uint64 { return l.commits.Load() }

// Slot is where a thing's changes are kept.
func (l *Ledger) Slot(id allmende.ID) uint32 {
	return uint32(maphash.Comparable(l.seed, id) % ledgerSlots)
}

// TextSlot is where the changes of something with an address are kept.
func (l *Ledger) TextSlot(s string) uint32 { return uint32(maphash.String(l.seed, s) % ledgerSlots) }

// SiteSlot is where the changes of the community's own words are kept.
func (l *Ledger) SiteSlot() uint32 { return l.TextSlot(siteKey) }

// Enter notes what a commit changed. It is called after caches have dropped
// it, so that a drawing that began at this time or later has seen it.
func (l *Ledger) Enter(n News) {
	at := l.commits.Add(1)
	for _, ids := range [][]allmende.ID{n.Objects, n.Stats, n.Actors, n.Media} {
		for _, id := range ids {
			if id != 0 {
				l.mark(l.Slot(id), at)
			}
		}
	}
	for _, entries := range [][]allmende.Entry{n.Entries, n.Dropped} {
		for _, e := range entries {
			l.mark(l.Slot(e.Source), at)
		}
	}
	for _, u := range n.Previews {
		l.mark(l.TextSlot(u), at)
	}
	if n.Site {
		l.mark(l.SiteSlot(), at)
	}
}

// mark raises a slot; commits may be told at the same time, in any order.
func (l *Ledger) mark(slot uint32, at uint64) {
	for {
		before := l.slots[slot].Load()
		if before >= at || l.slots[slot].CompareAndSwap(before, at) {
			return
		}
	}
}

// Same tells whether none of the slots has changed since a time.
func (l *Ledger) Same(since uint64, slots []uint32) bool {
	for _, s := range slots {
		if l.slots[s].Load() > since {
			return false
		}
	}
	return true
}
