package mastodon

import (
	"slices"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/wire/masto"
)

// wanted are the kinds that a request asks for, of those that Mastodon knows.
func (q *req) wanted() []allmende.NotificationKind {
	kinds := masto.KnownNotifications
	if q.has("types") {
		kinds = nil
		for _, word := range q.form.All("types") {
			kinds = append(kinds, masto.NotificationKinds(word)...)
		}
	}
	var without []allmende.NotificationKind
	for _, word := range q.form.All("exclude_types") {
		without = append(without, masto.NotificationKinds(word)...)
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(k allmende.NotificationKind) bool { return slices.Contains(without, k) })
}

// notices loads the part of the notifications that a request asks for.
func (q *req) notices() (*read.NotificationPage, error) {
	kinds := q.wanted()
	if len(kinds) == 0 {
		return nil, nil // nothing but kinds that do not exist here
	}
	page, err := q.door.Read.Notifications(q.Context(), q.viewer, q.span(40, 80), kinds, nil)
	if err != nil {
		return nil, err
	}
	from, err := q.form.ID("account_id")
	if err != nil {
		return nil, err
	}
	if from != 0 {
		page.List = slices.DeleteFunc(page.List, func(n allmende.Notification) bool { return n.From != from })
	}
	return page, nil
}

// notification draws one notification; false for what cannot be drawn.
func (p *canvas) notification(b []byte, n allmende.Notification) ([]byte, bool) {
	from := p.Actors[n.From]
	if _, known := masto.NotificationType(n.Kind); !known || from == nil {
		return b, false
	}
	m := masto.Notification{Of: n, Account: p.door.account(from, p.Media)}
	if o := p.Objects[n.Object]; o != nil {
		if s, ok := p.status(o); ok {
			m.Status = &s
		}
	}
	if m.Status == nil && n.Object != 0 {
		return b, false
	}
	return m.Append(b), true
}

func (d *Door) notifications(q *req) error {
	page, err := q.notices()
	if err != nil {
		return err
	}
	if page == nil {
		return q.bytes([]byte("[]"))
	}
	q.link(page.Next, page.Prev)
	return q.buffer(func(b []byte) ([]byte, error) {
		p := canvas{Bundle: page.Bundle, door: d}
		b = append(b, '[')
		for _, n := range page.List {
			start := len(b)
			if b[len(b)-1] != '[' {
				b = append(b, ',')
			}
			var ok bool
			if b, ok = p.notification(b, n); !ok {
				b = b[:start]
			}
		}
		return append(b, ']'), nil
	})
}

// groups answers with notifications grouped by what they are about: the
// second version of the list.
func (d *Door) groups(q *req) error {
	page, err := q.notices()
	if err != nil {
		return err
	}
	if page == nil {
		return q.json(grouped{Accounts: rawMessage("[]"), Statuses: rawMessage("[]"), Groups: []masto.NotificationGroup{}})
	}
	q.link(page.Next, page.Prev)
	out := grouped{Groups: masto.GroupNotifications(page.List)}
	p := canvas{Bundle: page.Bundle, door: d}
	var actors []*allmende.Actor
	var entries []allmende.Entry
	seen := map[allmende.ID]bool{}
	for _, n := range page.List {
		if a := p.Actors[n.From]; a != nil && !seen[a.ID] {
			seen[a.ID] = true
			actors = append(actors, a)
		}
		if p.Objects[n.Object] != nil && !seen[n.Object] {
			seen[n.Object] = true
			entries = append(entries, allmende.Entry{ID: n.Object, Object: n.Object})
		}
	}
	if out.Accounts, err = d.people(q.Context(), nil, actors); err != nil {
		return err
	}
	out.Statuses = p.list(nil, entries)
	return q.json(out)
}

type grouped struct {
	Accounts rawMessage                `json:"accounts"`
	Statuses rawMessage                `json:"statuses"`
	Groups   []masto.NotificationGroup `json:"notification_groups"`
}

func (d *Door) getNotification(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	page, err := d.Read.Notification(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	p := canvas{Bundle: page.Bundle, door: d}
	b, ok := p.notification(nil, page.List[0])
	if !ok {
		return allmende.E(allmende.NotFound, "error.notification_not_found")
	}
	return q.bytes(b)
}

func (d *Door) dismiss(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.Dismiss{Act: q.by(), Notification: id}); err != nil {
		return err
	}
	return q.empty()
}

func (d *Door) clearNotifications(q *req) error {
	if _, err := q.do(&allmende.Dismiss{Act: q.by(), All: true}); err != nil {
		return err
	}
	return q.empty()
}

func (d *Door) unread(q *req) error {
	n, err := d.Read.UnreadOf(q.Context(), q.viewer, masto.KnownNotifications)
	if err != nil {
		return err
	}
	return q.json(map[string]int{"count": n})
}

// markers: the reading positions of home and notifications (row T22).
func (d *Door) markers(q *req) error {
	list, err := d.Read.Markers(q.Context(), q.viewer.Actor)
	if err != nil {
		return err
	}
	asked := q.form.All("timeline")
	out := map[string]masto.Marker{}
	for _, m := range list {
		if slices.Contains(asked, m.List) {
			out[m.List] = masto.Marker{LastReadID: m.Last.String(), Version: m.Version, UpdatedAt: masto.Time(m.At)}
		}
	}
	return q.json(out)
}

func (d *Door) setMarkers(q *req) error {
	for _, list := range []string{"home", "notifications"} {
		last, err := q.form.ID(list + "[last_read_id]")
		if err != nil {
			return err
		}
		if last == 0 {
			continue
		}
		if _, err := q.do(&allmende.MarkRead{Act: q.by(), List: list, Last: last}); err != nil {
			return err
		}
		q.form.Values.Add("timeline", list)
	}
	return d.markers(q)
}
