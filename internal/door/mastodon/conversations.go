package mastodon

import (
	"allmende"
	"allmende/internal/wire/masto"
)

// seenConversations is the list under which it is kept how far direct
// conversations were read.
const seenConversations = "conversations"

// conversations lists direct conversations, each by its newest status and
// under its first one's id.
func (d *Door) conversations(q *req) error {
	b, err := d.Read.Conversations(q.Context(), q.viewer, q.span(20, 40))
	if err != nil {
		return err
	}
	seen, err := d.Read.Marker(q.Context(), q.viewer.Actor, seenConversations)
	if err != nil {
		return err
	}
	p := canvas{Bundle: b, door: d}
	out := []masto.Conversation{}
	for _, e := range b.Entries {
		c, err := q.conversation(&p, e, seen)
		if err != nil {
			return err
		}
		out = append(out, c)
	}
	q.link(b.Next, b.Prev)
	return q.json(out)
}

func (q *req) conversation(p *canvas, e allmende.Entry, seen allmende.ID) (masto.Conversation, error) {
	o := p.Objects[e.Object]
	c := masto.Conversation{ID: o.Thread.String(), Unread: o.ID > seen && o.Owner != q.viewer.Actor}
	actors, err := q.door.Read.Actors(q.Context(), o.Audience.Actors)
	if err != nil {
		return c, err
	}
	var others []*allmende.Actor
	for _, id := range o.Audience.Actors {
		if a := actors[id]; a != nil && id != q.viewer.Actor {
			others = append(others, a)
		}
	}
	if c.Accounts, err = q.door.people(q.Context(), nil, others); err != nil {
		return c, err
	}
	status, ok := p.entry(nil, e)
	if !ok {
		status = []byte("null")
	}
	c.LastStatus = status
	return c, nil
}

// readConversation notes that a conversation was read, and with it all that
// are older.
func (d *Door) readConversation(q *req) error {
	thread, err := q.id("id")
	if err != nil {
		return err
	}
	b, err := d.Read.Thread(q.Context(), q.viewer, thread)
	if err != nil {
		return err
	}
	if len(b.Entries) == 0 {
		return allmende.E(allmende.NotFound, "error.object_not_found")
	}
	last := b.Entries[len(b.Entries)-1]
	seen, err := d.Read.Marker(q.Context(), q.viewer.Actor, seenConversations)
	if err != nil {
		return err
	}
	if last.ID > seen {
		if _, err := q.do(&allmende.MarkRead{Act: q.by(), List: seenConversations, Last: last.ID}); err != nil {
			return err
		}
		seen = last.ID
	}
	p := canvas{Bundle: b, door: d}
	c, err := q.conversation(&p, last, seen)
	if err != nil {
		return err
	}
	return q.json(c)
}
