package read

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"allmende"
	"allmende/internal/store"
)

// NotificationPage is a part of what an actor was told, newest first, with
// everything that drawing it needs.
type NotificationPage struct {
	List     []allmende.Notification
	Bundle   *Bundle // objects that the viewer may see, and actors
	Unread   int
	LastRead allmende.ID
	Next     allmende.ID // Max of the next older page; zero at the end
	Prev     allmende.ID // Min of the next newer page; zero when empty
}

// unread is what the bell shows.
type unread struct {
	count int
	last  allmende.ID // read up to here
}

// notificationScan bounds how many lines one page looks at when most of them
// are from people whom the viewer blocked meanwhile.
const notificationScan = 1000

// Notifications lists what the viewer was told, without what blocks, mutes and
// deletions have taken from sight since. Kinds empty means all, except without.
func (r *Reader) Notifications(ctx context.Context, v allmende.Viewer, span allmende.Span, kinds, without []allmende.NotificationKind) (*NotificationPage, error) {
	if v.Anonymous() {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	span = span.Bounded(20, 80)
	p := &NotificationPage{}
	at, over := span, false
	var last allmende.ID
	for scanned := 0; len(p.List) < span.Limit && !over && scanned < notificationScan; scanned += span.Limit {
		got, err := store.Notifications(ctx, r.db.Read(), v.Actor, at, kinds, without)
		if err != nil {
			return nil, err
		}
		over = len(got) < span.Limit
		if len(got) == 0 {
			break
		}
		last = got[len(got)-1].ID
		if at.Min != 0 {
			at.Min = last
		} else {
			at.Max = last
		}
		kept, err := r.tellable(ctx, keys, got)
		if err != nil {
			return nil, err
		}
		p.List = append(p.List, kept...)
	}
	if len(p.List) > span.Limit {
		p.List, over = p.List[:span.Limit], false
		last = p.List[span.Limit-1].ID
	}
	p.turn(span, last, over)
	return p, r.complete(ctx, v, p)
}

// turn puts the page newest first and says where it goes on.
func (p *NotificationPage) turn(span allmende.Span, last allmende.ID, over bool) {
	if span.Min != 0 {
		slices.Reverse(p.List)
	}
	if len(p.List) > 0 {
		p.Prev, p.Next = p.List[0].ID, p.List[len(p.List)-1].ID
	}
	if span.Min == 0 {
		p.Next = last
		if over {
			p.Next = 0
		}
	}
}

// Notification is one of the viewer's own notifications as a page of one;
// NotFound when it is none of theirs or must not be seen any more.
func (r *Reader) Notification(ctx context.Context, v allmende.Viewer, id allmende.ID) (*NotificationPage, error) {
	missing := allmende.E(allmende.NotFound, "error.notification_not_found")
	if v.Anonymous() {
		return nil, missing
	}
	n, err := store.NotificationByID(ctx, r.db.Read(), v.Actor, id)
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, missing
	}
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	kept, err := r.tellable(ctx, keys, []allmende.Notification{*n})
	if err != nil {
		return nil, err
	}
	if len(kept) == 0 {
		return nil, missing
	}
	p := &NotificationPage{List: kept}
	return p, r.complete(ctx, v, p)
}

// Unread is how many notifications the viewer has not looked at, at most 1,000.
func (r *Reader) Unread(ctx context.Context, v allmende.Viewer) (int, error) {
	if v.Anonymous() {
		return 0, nil
	}
	u, err := r.bell(ctx, v.Actor)
	return u.count, err
}

// UnreadOf is Unread for a reader that is shown some kinds only.
func (r *Reader) UnreadOf(ctx context.Context, v allmende.Viewer, kinds []allmende.NotificationKind) (int, error) {
	if v.Anonymous() {
		return 0, nil
	}
	u, err := r.bell(ctx, v.Actor)
	if err != nil || u.count == 0 {
		return 0, err
	}
	return store.CountUnread(ctx, r.db.Read(), v.Actor, u.last, kinds...)
}

func (r *Reader) bell(ctx context.Context, actor allmende.ID) (unread, error) {
	return r.unread.Get(actor, func() (unread, error) {
		var u unread
		var err error
		if u.last, err = r.Marker(ctx, actor, "notifications"); err != nil {
			return u, err
		}
		u.count, err = store.CountUnread(ctx, r.db.Read(), actor, u.last)
		return u, err
	})
}

// complete adds what the page's notifications are about.
func (r *Reader) complete(ctx context.Context, v allmende.Viewer, p *NotificationPage) error {
	u, err := r.bell(ctx, v.Actor)
	if err != nil {
		return err
	}
	p.Unread, p.LastRead = u.count, u.last
	entries := make([]allmende.Entry, len(p.List))
	for i := range p.List {
		n := &p.List[i]
		n.Read = n.ID <= u.last
		entries[i] = allmende.Entry{Source: n.From, ID: n.ID, Object: n.Object}
	}
	if p.Bundle, err = r.Bundle(ctx, v, entries); err != nil {
		return err
	}
	if err := r.said(ctx, p.List); err != nil {
		return err
	}
	if err := r.roleOf(ctx, p); err != nil {
		return err
	}
	for _, n := range p.List {
		o := p.Bundle.Objects[n.Object]
		if o != nil && n.Kind != allmende.NotifyInvite && !r.shows(p.Bundle.Keys, o, p.Bundle.Actors) {
			delete(p.Bundle.Objects, n.Object)
		}
	}
	return nil
}

// said fills in what the likes say that are told of.
func (r *Reader) said(ctx context.Context, list []allmende.Notification) error {
	var actors, objects []allmende.ID
	for _, n := range list {
		if n.Kind == allmende.NotifyLike {
			actors, objects = append(actors, n.From), append(objects, n.Object)
		}
	}
	if len(objects) == 0 {
		return nil
	}
	likes, err := store.EmojiOf(ctx, r.db.Read(), actors, objects)
	for i := range list {
		for _, x := range likes {
			if n := &list[i]; n.Kind == allmende.NotifyLike && n.From == x.Actor && n.Object == x.Object {
				n.Emoji = x.Emoji
			}
		}
	}
	return err
}

// roleOf fills in which roles are told of, and in which organisations.
func (r *Reader) roleOf(ctx context.Context, p *NotificationPage) error {
	var organisations []allmende.ID
	for i := range p.List {
		n := &p.List[i]
		if n.Kind != allmende.NotifyRole {
			continue
		}
		organisations = append(organisations, n.Report)
		var err error
		if n.Role, err = r.roleIn(ctx, n.To, n.Report); err != nil {
			return err
		}
	}
	if len(organisations) == 0 {
		return nil
	}
	actors, err := r.Actors(ctx, organisations)
	maps.Copy(p.Bundle.Actors, actors)
	return err
}

func (r *Reader) roleIn(ctx context.Context, person, organisation allmende.ID) (allmende.Role, error) {
	a, err := store.AccountByActor(ctx, r.db.Read(), person)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return store.RoleOf(ctx, r.db.Read(), a.ID, organisation)
}

// shows applies the visibility rule with owners loaded before.
func (r *Reader) shows(keys *Keys, o *allmende.Object, actors map[allmende.ID]*allmende.Actor) bool {
	owner := actors[o.Owner]
	return owner != nil && keys.Rule(o, owner.State) == nil
}

// tellable leaves out what the viewer must not, or does not want to, hear of any more.
func (r *Reader) tellable(ctx context.Context, keys *Keys, list []allmende.Notification) ([]allmende.Notification, error) {
	ids := make([]allmende.ID, 0, len(list))
	actors := make([]allmende.ID, 0, 2*len(list))
	for _, n := range list {
		ids, actors = append(ids, n.Object), append(actors, n.From)
	}
	objects, err := r.loadObjects(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, o := range objects {
		actors = append(actors, o.Owner)
	}
	known, err := r.Actors(ctx, actors)
	if err != nil {
		return nil, err
	}
	kept := make([]allmende.Notification, 0, len(list))
	for _, n := range list {
		if r.fromSomeone(keys, n, known) && r.aboutSomething(keys, n, objects[n.Object], known) {
			kept = append(kept, n)
		}
	}
	return r.unanswered(ctx, kept)
}

// unanswered leaves out the questions that were answered meanwhile: who presses
// "accept" is not asked once more until the outlet has come round.
func (r *Reader) unanswered(ctx context.Context, list []allmende.Notification) ([]allmende.Notification, error) {
	kept := list[:0]
	for _, n := range list {
		open, err := r.stillAsked(ctx, n)
		if err != nil {
			return nil, err
		}
		if open {
			kept = append(kept, n)
		}
	}
	return kept, nil
}

func (r *Reader) stillAsked(ctx context.Context, n allmende.Notification) (bool, error) {
	switch n.Kind {
	case allmende.NotifyFollowAsked:
		x, err := store.RelationOf(ctx, r.db.Read(), n.From, allmende.Follow, n.To)
		return x != nil && x.State != allmende.Accepted, err
	case allmende.NotifyInvite:
		authors, err := store.AuthorsOf(ctx, r.db.Read(), n.Object)
		return slices.ContainsFunc(authors, func(a allmende.Coauthor) bool { return a.Actor == n.To && a.State == allmende.AuthorInvited }), err
	case allmende.NotifyRole:
		role, err := r.roleIn(ctx, n.To, n.Report)
		return role != "", err
	case allmende.NotifyConsentWanted:
		wish, err := store.GrowthOf(ctx, r.db.Read(), n.Object)
		return wish != nil && !slices.Contains(wish.Agreed, n.To), err
	}
	return true, nil
}

// fromSomeone tells whether the viewer may and wants to hear of the sender.
func (r *Reader) fromSomeone(keys *Keys, n allmende.Notification, actors map[allmende.ID]*allmende.Actor) bool {
	a := actors[n.From]
	if n.Kind == allmende.NotifySignUp {
		return a != nil && a.State != allmende.ActorDeleted
	}
	if n.From == 0 || Official(n.Kind) || n.Kind == allmende.NotifyRole {
		return true
	}
	return a != nil && a.State == allmende.ActorActive && keys.Hears(n.From, r.now())
}

// aboutSomething tells whether what it is about is still there to be seen.
func (r *Reader) aboutSomething(keys *Keys, n allmende.Notification, o *allmende.Object, actors map[allmende.ID]*allmende.Actor) bool {
	switch n.Kind {
	case allmende.NotifyFollow, allmende.NotifyFollowAsked, allmende.NotifyFollowed, allmende.NotifyDecision,
		allmende.NotifyReport, allmende.NotifyReportClosed, allmende.NotifySignUp, allmende.NotifyRole:
		return true
	case allmende.NotifyInvite:
		return o != nil && o.State != allmende.Deleted
	case allmende.NotifyInviteAnswer:
		return o != nil && r.shows(keys, o, actors)
	case allmende.NotifyHeld:
		return o != nil && o.State == allmende.Held && r.shows(keys, o, actors)
	}
	return o != nil && o.State == allmende.Published && r.shows(keys, o, actors)
}

// Official tells whether a kind of notification comes from the house and is
// told whoever blocked or muted whom.
func Official(k allmende.NotificationKind) bool {
	switch k {
	case allmende.NotifyDecision, allmende.NotifyReport, allmende.NotifyReportClosed, allmende.NotifySignUp, allmende.NotifyHeld:
		return true
	}
	return false
}
