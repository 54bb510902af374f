package web

import (
	"time"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/live"
	"allmende/internal/read"
)

// Cards in streams are kept as drawn, for all who may do the same with them,
// until anything changes that they were drawn from.
const keptCardBytes = 8 << 20

// cardKey is all of a viewer that shows on a card.
type cardKey struct {
	object allmende.ID
	lang   lang.Tag
	can    ui.CanView
	mine   read.Mine
	open   bool // warnings are unfolded
}

type keptCard struct {
	trail *read.Trail
	until time.Time
	drawn *ui.Drawn
}

func newKeptCards() *live.Cache[cardKey, keptCard] {
	return live.NewCache(keptCardBytes, func(_ cardKey, c keptCard) uint32 { return uint32(400 + 4*c.trail.Len() + c.drawn.Len()) })
}

// streamCards draws a bundle's entries as cards does, most of them from memory.
func (q *req) streamCards(b *read.Bundle) []ui.CardView {
	if q.wantsJSON() {
		return q.cards(b)
	}
	out := make([]ui.CardView, 0, len(b.Entries))
	for _, e := range b.Entries {
		o := b.Objects[e.Object]
		if o == nil {
			continue
		}
		if e.Boost && b.Actors[e.Source] != nil {
			c := q.card(b, o)
			c.BoostedBy = []ui.ActorView{q.actorView(b.Actors[e.Source], b.Media)}
			out = append(out, c)
			continue
		}
		out = append(out, q.streamCard(b, o))
	}
	return out
}

// streamCard is one object's card. What a quote shows depends on more of the
// viewer than the key says, so those are always drawn anew.
func (q *req) streamCard(b *read.Bundle, o *allmende.Object) ui.CardView {
	if o.Quote != 0 {
		return q.card(b, o)
	}
	key := cardKey{object: o.ID, lang: q.lang, can: q.can(b, o), mine: b.Mine[o.ID], open: q.account != nil && q.account.Settings.ExpandCW}
	now := q.web.Now()
	if kept, ok := q.web.cards.Peek(key); ok && kept.trail.Same() && !now.After(kept.until) {
		return ui.CardView{ID: o.ID.String(), Drawn: kept.drawn}
	}
	c := q.card(b, o)
	drawn, err := ui.Draw(lang.With(q.Context(), q.lang), c)
	if err != nil {
		return c // the page will tell
	}
	kept := keptCard{trail: q.web.Read.TrailOf(q.since, drawnFrom(b, o), o.Preview), drawn: drawn,
		until: now.Add(keptFor(now.Sub(latest(o.PublishedAt, o.ChangedAt))))}
	q.web.cards.Put(key, kept, q.web.cards.Ticket(key))
	c.Drawn = drawn
	return c
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// drawnFrom are the things that a card shows something of.
func drawnFrom(b *read.Bundle, o *allmende.Object) []allmende.ID {
	ids := append([]allmende.ID{o.ID, o.Owner, o.Place, o.ReplyTo}, authorsOf(o)...)
	ids = append(ids, o.Media...)
	if parent := b.Objects[o.ReplyTo]; parent != nil {
		ids = append(ids, parent.Owner)
	}
	for _, id := range authorsOf(o) {
		if a := b.Actors[id]; a != nil {
			ids = append(ids, a.Avatar)
		}
	}
	if p := b.Previews[o.Preview]; p != nil {
		ids = append(ids, p.Image)
	}
	return ids
}
