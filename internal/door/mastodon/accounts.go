package mastodon

import (
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/text"
	"allmende/internal/wire/masto"
)

// actor is the actor that the address names, as far as others know of it.
func (q *req) actor(name string) (*allmende.Actor, error) {
	id, err := allmende.ParseID(chi.URLParam(q.Request, name))
	if err != nil {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found").Because(err)
	}
	a, err := q.door.Read.Actor(q.Context(), id)
	if err != nil {
		return nil, err
	}
	if a.State == allmende.ActorPending && a.ID != q.viewer.Actor {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	if a.State == allmende.ActorDeleted {
		return nil, allmende.E(allmende.Gone, "error.actor_not_found")
	}
	return a, nil
}

// shown is the actor that the address names, as far as it is to be seen: who is
// away for a while is not.
func (q *req) shown(name string) (*allmende.Actor, error) {
	a, err := q.actor(name)
	if err != nil {
		return nil, err
	}
	return a, q.visible(a)
}

func (q *req) visible(a *allmende.Actor) error {
	if a.State == allmende.ActorAway && a.ID != q.viewer.Actor && !q.viewer.Rank.CanModerate() {
		return allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	return nil
}

func (q *req) oneAccount(a *allmende.Actor) error {
	media, err := q.door.Read.Media(q.Context(), []allmende.ID{a.Avatar, a.Header})
	if err != nil {
		return err
	}
	return q.bytes(q.door.account(a, media))
}

func (d *Door) getAccount(q *req) error {
	a, err := q.shown("id")
	if err != nil {
		return err
	}
	return q.oneAccount(a)
}

func (d *Door) getAccounts(q *req) error {
	ids, err := q.ids("id")
	if err != nil {
		return err
	}
	found, err := d.Read.Actors(q.Context(), ids[:min(len(ids), 40)])
	if err != nil {
		return err
	}
	var out []*allmende.Actor
	for _, id := range ids {
		if a := found[id]; a != nil && a.State == allmende.ActorActive && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return q.accounts(out)
}

func (d *Door) lookup(q *req) error {
	a, err := d.Read.ActorByHandle(q.Context(), q.form.Line("acct"), d.AccountDomain)
	if err != nil {
		return err
	}
	if a.State == allmende.ActorDeleted {
		return allmende.E(allmende.Gone, "error.actor_not_found")
	}
	if err := q.visible(a); err != nil {
		return err
	}
	if a, err = d.Read.Actor(q.Context(), a.ID); err != nil {
		return err
	}
	return q.oneAccount(a)
}

// searchAccounts finds people by the beginning of a name, or by a whole handle.
func (d *Door) searchAccounts(q *req) error {
	found, err := q.findAccounts(q.form.Line("q"), q.form.Int("limit", 40, 1, 80), q.form.Int("offset", 0, 0, 10_000))
	if err != nil {
		return err
	}
	return q.accounts(found)
}

// findAccounts: who is named exactly comes first.
func (q *req) findAccounts(typed string, limit, offset int) ([]*allmende.Actor, error) {
	var out []*allmende.Actor
	if offset == 0 {
		exact, err := q.exactly(typed)
		if err != nil {
			return nil, err
		}
		if exact != nil {
			out = append(out, exact)
		}
	}
	list, err := q.door.Read.FindPeople(q.Context(), q.viewer, typed, limit, offset)
	if err != nil {
		return nil, err
	}
	onlyFollowed := q.form.On("following")
	for _, t := range list {
		if len(out) < limit && (len(out) == 0 || t.Actor.ID != out[0].ID) && (!onlyFollowed || t.With.Following) {
			out = append(out, t.Actor)
		}
	}
	return out, nil
}

// exactly is who is called so; with "resolve" other servers are asked.
func (q *req) exactly(typed string) (*allmende.Actor, error) {
	name, host := allmende.SplitHandle(typed)
	if name == "" || strings.ContainsAny(typed, " /") {
		return nil, nil
	}
	a, err := q.door.Read.ActorByHandle(q.Context(), typed, q.door.AccountDomain)
	if err == nil {
		if a.State != allmende.ActorActive {
			return nil, nil
		}
		return q.door.Read.Actor(q.Context(), a.ID)
	}
	if !allmende.IsKind(err, allmende.NotFound) {
		return nil, err
	}
	if host == "" || host == q.door.AccountDomain || !q.form.On("resolve") || q.viewer.Anonymous() {
		return nil, nil
	}
	actor, _ := q.resolve(typed)
	if actor == 0 {
		return nil, nil
	}
	return q.door.Read.Actor(q.Context(), actor)
}

// resolve asks another server. That it cannot be reached is no failure of the
// search: then there is nothing to show.
func (q *req) resolve(what string) (actor, object allmende.ID) {
	if q.door.Resolve == nil {
		return 0, 0
	}
	actor, object, err := q.door.Resolve(q.Context(), q.viewer, what)
	if err != nil {
		q.door.Log.Info("could not be resolved", "what", what, "err", err)
		return 0, 0
	}
	return actor, object
}

func (d *Door) accountStatuses(q *req) error {
	a, err := q.shown("id")
	if err != nil {
		return err
	}
	if q.form.On("pinned") {
		b, err := d.Read.Pinned(q.Context(), q.viewer, a.ID)
		return q.bundle(b, err)
	}
	f := read.ActorFilter{NoReplies: q.form.On("exclude_replies"), NoBoosts: q.form.On("exclude_reblogs"), MediaOnly: q.form.On("only_media"),
		Tag: text.Fold(strings.TrimPrefix(q.form.Line("tagged"), "#"))}
	return q.bundle(d.Read.ActorStream(q.Context(), q.viewer, a.ID, f, q.span(20, most)))
}

func (d *Door) followers(q *req) error {
	a, err := q.shown("id")
	if err != nil {
		return err
	}
	return q.ties(d.Read.Followers(q.Context(), q.viewer, a.ID, q.span(40, 80)))
}

func (d *Door) following(q *req) error {
	a, err := q.shown("id")
	if err != nil {
		return err
	}
	return q.ties(d.Read.Following(q.Context(), q.viewer, a.ID, q.span(40, 80)))
}

func (d *Door) relationships(q *req) error {
	ids, err := q.ids("id")
	if err != nil {
		return err
	}
	ids = ids[:min(len(ids), 300)]
	with, err := d.Read.Relationships(q.Context(), q.viewer, ids)
	if err != nil {
		return err
	}
	out := make([]masto.Relationship, 0, len(ids))
	for _, id := range ids {
		out = append(out, masto.DrawRelationship(with[id]))
	}
	return q.json(out)
}

// relationship answers with how the viewer stands to one actor now.
func (q *req) relationship(actor allmende.ID) error {
	with, err := q.door.Read.Relationships(q.Context(), q.viewer, []allmende.ID{actor})
	if err != nil {
		return err
	}
	return q.json(masto.DrawRelationship(with[actor]))
}

// relate makes the handler that begins or ends a relation.
func relate(kind allmende.RelationKind, off bool) handler {
	return func(q *req) error {
		a, err := q.actor("id")
		if err != nil {
			return err
		}
		cmd := &allmende.Relate{Act: q.by(), Kind: kind, Target: a.ID, Off: off}
		switch kind {
		case allmende.Follow:
			cmd.Boosts, cmd.Notify = q.flag("reblogs"), q.flag("notify")
		case allmende.Mute:
			cmd.Quiet = q.flag("notifications")
			if n := q.form.Int("duration", 0, 0, 10*365*24*3600); n > 0 {
				cmd.Expires = q.door.Now().Add(time.Duration(n) * time.Second)
			}
		}
		if _, err := q.do(cmd); err != nil {
			return err
		}
		return q.relationship(a.ID)
	}
}

// answerFollow accepts or rejects who asked to follow; rejecting also removes
// a follower.
func answerFollow(yes bool) handler {
	return func(q *req) error {
		a, err := q.actor("id")
		if err != nil {
			return err
		}
		if _, err := q.do(&allmende.AnswerFollow{Act: q.by(), Follower: a.ID, Yes: yes}); err != nil {
			return err
		}
		return q.relationship(a.ID)
	}
}

func (d *Door) followRequests(q *req) error {
	return q.ties(d.Read.Requests(q.Context(), q.viewer, q.span(40, 80)))
}

func (d *Door) blocks(q *req) error {
	return q.ties(d.Read.Blocked(q.Context(), q.viewer, q.span(40, 80)))
}

func (d *Door) mutes(q *req) error {
	return q.ties(d.Read.Muted(q.Context(), q.viewer, q.span(40, 80)))
}

func (d *Door) directory(q *req) error {
	order := q.form.Line("order")
	list, err := d.Read.Directory(q.Context(), q.viewer, "", order, q.form.Int("limit", 40, 1, 80), q.form.Int("offset", 0, 0, 100_000))
	return q.ties(list, 0, err)
}

// familiar lists, for each account asked about, who of those the viewer
// follows also follows it.
func (d *Door) familiar(q *req) error {
	ids, err := q.ids("id")
	if err != nil {
		return err
	}
	type one struct {
		ID       string     `json:"id"`
		Accounts rawMessage `json:"accounts"`
	}
	out := []one{}
	keys, err := d.Read.Keys(q.Context(), q.viewer)
	if err != nil {
		return err
	}
	for _, id := range ids[:min(len(ids), 10)] {
		list, _, err := d.Read.Followers(q.Context(), q.viewer, id, allmende.Span{Limit: 80})
		if err != nil {
			return err
		}
		var known []*allmende.Actor
		for _, t := range list {
			if _, follows := keys.Following[t.Actor.ID]; follows && len(known) < 10 {
				known = append(known, t.Actor)
			}
		}
		accounts, err := d.people(q.Context(), nil, known)
		if err != nil {
			return err
		}
		out = append(out, one{id.String(), accounts})
	}
	return q.json(out)
}
