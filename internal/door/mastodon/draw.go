package mastodon

import (
	"bytes"
	"context"
	"sync"

	"allmende"
	"allmende/internal/live"
	"allmende/internal/read"
	"allmende/internal/wire/masto"
)

// drawn keeps the fixed parts of statuses and accounts as JSON. A part holds
// only as long as the object has the same version and everything else it was
// made of is the very same in memory: read hands out the same pointers until
// something changed.
type drawn struct {
	statuses *live.Cache[allmende.ID, *statusPart]
	accounts *live.Cache[allmende.ID, *accountPart]
	buffers  sync.Pool // of *[]byte
}

type statusPart struct {
	version int               // of the object
	replied allmende.ID       // owner of what it answers
	media   []*allmende.Media // in the object's order, then the preview's picture
	preview allmende.Preview
	json    []byte
}

type accountPart struct {
	actor          *allmende.Actor
	avatar, header *allmende.Media
	json           []byte
}

// What the parts may weigh together, in bytes.
const (
	statusBytes  = 12 << 20
	accountBytes = 4 << 20
)

func newDrawn() *drawn {
	return &drawn{
		statuses: live.NewCache(statusBytes, func(_ allmende.ID, p *statusPart) uint32 { return uint32(200 + len(p.json)) }),
		accounts: live.NewCache(accountBytes, func(_ allmende.ID, p *accountPart) uint32 { return uint32(150 + len(p.json)) }),
		buffers:  sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }},
	}
}

// mostKept is the size up to which a buffer is kept for the next answer.
const mostKept = 1 << 20

// exact is what is drawn, without the spare room that grew with it.
func (d *drawn) exact(draw func([]byte) []byte) []byte {
	room := d.buffers.Get().(*[]byte)
	defer d.buffers.Put(room)
	*room = draw((*room)[:0])
	return bytes.Clone(*room)
}

// account is an actor's Account as JSON.
func (d *Door) account(a *allmende.Actor, media map[allmende.ID]*allmende.Media) []byte {
	avatar, header := media[a.Avatar], media[a.Header]
	if p, ok := d.drawn.accounts.Peek(a.ID); ok && p.actor == a && p.avatar == avatar && p.header == header {
		return p.json
	}
	ticket := d.drawn.accounts.Ticket(a.ID)
	p := &accountPart{actor: a, avatar: avatar, header: header,
		json: d.drawn.exact(func(b []byte) []byte {
			return d.site.AppendAccount(b, masto.AccountInput{Actor: a, Avatar: avatar, Header: header})
		})}
	d.drawn.accounts.Put(a.ID, p, ticket)
	return p.json
}

// fixed is the part of a status that is the same for everyone.
func (d *Door) fixed(b *read.Bundle, o *allmende.Object) []byte {
	parent, preview := b.Objects[o.ReplyTo], b.Previews[o.Preview]
	if p, ok := d.drawn.statuses.Peek(o.ID); ok && p.holds(b, o, parent, preview) {
		return p.json
	}
	ticket := d.drawn.statuses.Ticket(o.ID)
	p := &statusPart{version: o.Version}
	if parent != nil {
		p.replied = parent.Owner
	}
	for _, id := range o.Media {
		p.media = append(p.media, b.Media[id])
	}
	if preview != nil {
		p.preview = *preview
		p.media = append(p.media, b.Media[preview.Image])
	}
	p.json = d.drawn.exact(func(to []byte) []byte {
		return d.site.AppendFixed(to, masto.StatusInput{Object: o, ReplyTo: parent, Actors: b.Actors, Media: b.Media, Preview: preview})
	})
	d.drawn.statuses.Put(o.ID, p, ticket)
	return p.json
}

func (p *statusPart) holds(b *read.Bundle, o, parent *allmende.Object, preview *allmende.Preview) bool {
	if p.version != o.Version || parent != nil && p.replied != parent.Owner {
		return false
	}
	for i, id := range o.Media {
		if i >= len(p.media) || p.media[i] != b.Media[id] {
			return false
		}
	}
	if preview == nil {
		return len(p.media) == len(o.Media) && p.preview == (allmende.Preview{})
	}
	return p.preview == *preview && len(p.media) == len(o.Media)+1 && p.media[len(o.Media)] == b.Media[preview.Image]
}

// canvas is a bundle being drawn for one viewer.
type canvas struct {
	*read.Bundle
	door *Door
}

// status puts a status together; false when its owner is not known.
func (p *canvas) status(o *allmende.Object) (masto.Status, bool) {
	s, ok := p.plain(o)
	if ok && o.Quote != 0 {
		s.Quote = p.quote(o)
	}
	return s, ok
}

// plain is a status without what it quotes.
func (p *canvas) plain(o *allmende.Object) (masto.Status, bool) {
	owner := p.Actors[o.Owner]
	if owner == nil {
		return masto.Status{}, false
	}
	mine := p.Mine[o.ID]
	stat, counted := p.Stats[o.ID]
	if !counted {
		stat = o.Stat
	}
	over := masto.Overlay{Stat: stat, Signed: !p.Keys.Viewer.Anonymous(), Liked: mine.Liked, Boosted: mine.Boosted, Bookmarked: mine.Bookmarked,
		Muted: p.Keys.Threads[o.Thread], Pinned: o.Pinned && o.Owner == p.Keys.Viewer.Actor, Quote: "denied"}
	if o.Audience.Public() {
		switch o.Policy.Quote {
		case "", allmende.Anyone:
			over.QuoteBy = "public"
		case allmende.Followers:
			over.QuoteBy = "followers"
		}
	}
	if p.Keys.MayQuote(o) {
		over.Quote = "automatic"
	}
	return masto.Status{Fixed: p.door.fixed(p.Bundle, o), Account: p.door.account(owner, p.Media), Over: over}, true
}

// quote is what a status quotes, as far as the viewer may see it. What that
// quotes in turn is only named; whether it may be seen shows when it is asked for.
func (p *canvas) quote(o *allmende.Object) *masto.Quote {
	q := p.Quoted(o)
	if q == nil {
		if known := p.Objects[o.Quote]; known == nil || known.State == allmende.Deleted {
			return &masto.Quote{State: "deleted"}
		}
		return &masto.Quote{State: "unauthorized"}
	}
	inner, ok := p.plain(q)
	if !ok {
		return &masto.Quote{State: "deleted"}
	}
	if q.Quote != 0 {
		inner.Quote = &masto.Quote{State: "unauthorized"}
		if q.QuoteOK {
			inner.Quote = &masto.Quote{State: "accepted", ID: q.Quote}
		}
	}
	return &masto.Quote{State: "accepted", ID: q.ID, Status: &inner}
}

// entry appends a line of a stream: a status or someone's boost of it.
func (p *canvas) entry(b []byte, e allmende.Entry) ([]byte, bool) {
	o := p.Objects[e.Object]
	if o == nil {
		return b, false
	}
	s, ok := p.status(o)
	if !ok {
		return b, false
	}
	if !e.Boost {
		return s.Append(b), true
	}
	by := p.Actors[e.Source]
	if by == nil {
		return b, false
	}
	boost := masto.Boost{Site: p.door.site, ID: e.ID, By: by, Account: p.door.account(by, p.Media), Kind: o.Audience.Kind, URL: p.door.site.ObjectURL(o), Of: &s}
	return boost.Append(b), true
}

// list appends all lines of a bundle as a JSON list.
func (p *canvas) list(b []byte, entries []allmende.Entry) []byte {
	b = append(b, '[')
	for _, e := range entries {
		start := len(b)
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		var ok bool
		if b, ok = p.entry(b, e); !ok {
			b = b[:start]
		}
	}
	return append(b, ']')
}

// buffer lends a buffer to draw into and sends what was drawn.
func (q *req) buffer(draw func(b []byte) ([]byte, error)) error {
	kept := q.door.drawn.buffers.Get().(*[]byte)
	b, err := draw((*kept)[:0])
	if err == nil {
		err = q.bytes(b)
	}
	if cap(b) <= mostKept {
		*kept = b
		q.door.drawn.buffers.Put(kept)
	}
	return err
}

// bundle answers with a list of statuses and where it goes on.
func (q *req) bundle(b *read.Bundle, err error) error {
	if err != nil {
		return err
	}
	q.link(b.Next, b.Prev)
	return q.buffer(func(buf []byte) ([]byte, error) {
		p := canvas{Bundle: b, door: q.door}
		return p.list(buf, b.Entries), nil
	})
}

// one answers with one status of a bundle.
func (q *req) one(b *read.Bundle, e allmende.Entry) error {
	return q.buffer(func(buf []byte) ([]byte, error) { return q.appendOne(buf, b, e) })
}

func (q *req) appendOne(buf []byte, b *read.Bundle, e allmende.Entry) ([]byte, error) {
	missing := allmende.E(allmende.NotFound, "error.object_not_found")
	p := canvas{Bundle: b, door: q.door}
	buf, ok := p.entry(buf, e)
	if !ok {
		return buf, missing
	}
	return buf, nil
}

// people appends actors as a list of accounts.
func (d *Door) people(ctx context.Context, b []byte, actors []*allmende.Actor) ([]byte, error) {
	ids := make([]allmende.ID, 0, 2*len(actors))
	for _, a := range actors {
		ids = append(ids, a.Avatar, a.Header)
	}
	media, err := d.Read.Media(ctx, ids)
	if err != nil {
		return b, err
	}
	b = append(b, '[')
	for i, a := range actors {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, d.account(a, media)...)
	}
	return append(b, ']'), nil
}

// accounts answers with a list of accounts.
func (q *req) accounts(actors []*allmende.Actor) error {
	return q.buffer(func(b []byte) ([]byte, error) { return q.door.people(q.Context(), b, actors) })
}

// ties answers with the actors of a list that goes on at next.
func (q *req) ties(list []read.Tie, next allmende.ID, err error) error {
	if err != nil {
		return err
	}
	actors := make([]*allmende.Actor, len(list))
	for i, t := range list {
		actors[i] = t.Actor
	}
	var prev allmende.ID
	if len(list) > 0 {
		prev = list[0].At
	}
	q.link(next, prev)
	return q.accounts(actors)
}
