package read

import (
	"context"
	"slices"

	"allmende"
	"allmende/internal/live"
)

// Trail notes all that is read on the way to a drawing, so that a door may keep
// the drawing for as long as nothing of it changes. It belongs to one request.
type Trail struct {
	ledger *live.Ledger
	since  uint64
	slots  []uint32
}

type trailKey struct{}

// Trail begins one: what is read with the context it returns is noted.
func (r *Reader) Trail(ctx context.Context) (context.Context, *Trail) {
	t := &Trail{ledger: r.ledger, since: r.ledger.Now(), slots: make([]uint32, 0, 16)}
	return context.WithValue(ctx, trailKey{}, t), t
}

// Moment is the time to remember before anything is read that TrailOf will name.
func (r *Reader) Moment() uint64 { return r.ledger.Now() }

// TrailOf is the trail of something that was drawn from these things, read since
// a moment. Address is that of a link preview; empty: none.
func (r *Reader) TrailOf(moment uint64, ids []allmende.ID, address string) *Trail {
	t := &Trail{ledger: r.ledger, since: moment, slots: make([]uint32, 0, len(ids)+1)}
	for _, id := range ids {
		if id != 0 {
			t.slots = append(t.slots, r.ledger.Slot(id))
		}
	}
	if address != "" {
		t.slots = append(t.slots, r.ledger.TextSlot(address))
	}
	t.End()
	return t
}

// Same tells whether nothing that was read has changed since.
func (t *Trail) Same() bool { return t.ledger.Same(t.since, t.slots) }

// End tidies up after the last reading.
func (t *Trail) End() {
	slices.Sort(t.slots)
	t.slots = slices.Clip(slices.Compact(t.slots))
}

// Len is how many things it holds at most.
func (t *Trail) Len() int { return len(t.slots) }

// trace notes things that are about to be read, those that are not there too.
func trace(ctx context.Context, ids ...allmende.ID) {
	t, ok := ctx.Value(trailKey{}).(*Trail)
	if !ok {
		return
	}
	for _, id := range ids {
		if id != 0 {
			t.slots = append(t.slots, t.ledger.Slot(id))
		}
	}
}

// traceText notes link previews by their address.
func traceText(ctx context.Context, addresses []string) {
	t, ok := ctx.Value(trailKey{}).(*Trail)
	if !ok {
		return
	}
	for _, a := range addresses {
		t.slots = append(t.slots, t.ledger.TextSlot(a))
	}
}

// traceSite notes the community's own words.
func traceSite(ctx context.Context) {
	if t, ok := ctx.Value(trailKey{}).(*Trail); ok {
		t.slots = append(t.slots, t.ledger.SiteSlot())
	}
}
