package notify

import (
	"context"
	"slices"
	"time"

	"allmende"
	"allmende/internal/store"
)

const (
	// forgetAtOnce bounds how much one transaction takes back.
	forgetAtOnce = 2000
	// freshFor is how long after publication those are told who want to hear
	// of each post: an old one that is edited is no news to them.
	freshFor = 24 * time.Hour
)

// fromText are the kinds that follow from an object's text and place.
var fromText = []allmende.NotificationKind{allmende.NotifyReply, allmende.NotifyQuote, allmende.NotifyMention}

// ofObject are all kinds that make no sense without the object.
var ofObject = append([]allmende.NotificationKind{allmende.NotifyPost, allmende.NotifyLike, allmende.NotifyBoost,
	allmende.NotifyEdit, allmende.NotifyInvite, allmende.NotifyInviteAnswer, allmende.NotifyHeld,
	allmende.NotifyConsentWanted}, fromText...)

// object: who is answered, quoted, mentioned, addressed, or asked to hear of
// each post. Everyone is told once, of the nearest of these.
func (o *Outlet) object(ctx context.Context, p *plan, id allmende.ID) error {
	about, err := o.thing(ctx, id)
	if err != nil {
		return err
	}
	switch about.State {
	case allmende.Deleted:
		return o.forgetAll(ctx, p, about, ofObject)
	case allmende.Hidden:
		return o.forgetAll(ctx, p, about, append(slices.Clone(fromText), allmende.NotifyPost, allmende.NotifyEdit))
	case allmende.Published:
	default:
		return nil
	}
	told := map[allmende.ID]allmende.NotificationKind{}
	for _, group := range []func(context.Context, *allmende.Object) ([]allmende.Notification, error){o.answered, o.addressed, o.asked} {
		list, err := group(ctx, about)
		if err != nil {
			return err
		}
		for _, n := range list {
			if told[n.To] != "" || slices.Contains(people(about), n.To) {
				continue
			}
			ok, err := o.concerns(ctx, n.To, n.From, about)
			if err != nil {
				return err
			}
			if ok {
				n.Object, told[n.To] = about.ID, n.Kind
				p.add(n)
			}
		}
	}
	return o.tidy(ctx, p, about, told)
}

func (o *Outlet) forgetAll(ctx context.Context, p *plan, about *allmende.Object, kinds []allmende.NotificationKind) error {
	list, err := store.NotificationsOn(ctx, o.db.Read(), about.ID, kinds, forgetAtOnce)
	p.takeBack(list, nil)
	p.more = len(list) == forgetAtOnce
	return err
}

// tidy takes back what an edit, a block or the publication has overtaken.
func (o *Outlet) tidy(ctx context.Context, p *plan, about *allmende.Object, told map[allmende.ID]allmende.NotificationKind) error {
	list, err := store.NotificationsOn(ctx, o.db.Read(), about.ID, append(slices.Clone(fromText), allmende.NotifyHeld), forgetAtOnce)
	if err != nil {
		return err
	}
	p.takeBack(list, func(n allmende.Notification) bool { return told[n.To] == n.Kind })
	return o.consentOf(ctx, p, about)
}

// answered are the authors of what it replies to and of what it quotes.
func (o *Outlet) answered(ctx context.Context, about *allmende.Object) ([]allmende.Notification, error) {
	var out []allmende.Notification
	add := func(id allmende.ID, kind allmende.NotificationKind) error {
		if id == 0 {
			return nil
		}
		other, err := o.thing(ctx, id)
		if allmende.IsKind(err, allmende.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, a := range people(other) {
			out = append(out, allmende.Notification{To: a, Kind: kind, From: about.Owner})
		}
		return nil
	}
	if err := add(about.ReplyTo, allmende.NotifyReply); err != nil || !about.QuoteOK {
		return out, err
	}
	return out, add(about.Quote, allmende.NotifyQuote)
}

// addressed are the mentioned, and whom a direct message is for.
func (o *Outlet) addressed(_ context.Context, about *allmende.Object) ([]allmende.Notification, error) {
	to := slices.Clone(about.Mentions)
	if about.Audience.Kind == allmende.AudDirect {
		to = append(to, about.Audience.Actors...)
	}
	var out []allmende.Notification
	for _, id := range to {
		out = append(out, allmende.Notification{To: id, Kind: allmende.NotifyMention, From: about.Owner})
	}
	return out, nil
}

// asked are followers of the authors who want to hear of each post.
func (o *Outlet) asked(ctx context.Context, about *allmende.Object) ([]allmende.Notification, error) {
	if about.ReplyTo != 0 || about.PublishedAt.Before(o.now().Add(-freshFor)) {
		return nil, nil
	}
	var out []allmende.Notification
	for _, author := range people(about) {
		var last allmende.ID
		for {
			got, err := store.FollowersWhoAsked(ctx, o.db.Read(), author, last, 500)
			if err != nil {
				return nil, err
			}
			for _, f := range got {
				out = append(out, allmende.Notification{To: f.Actor, Kind: allmende.NotifyPost, From: author})
				last = f.ID
			}
			if len(got) < 500 {
				break
			}
		}
	}
	return out, nil
}

// edit tells the other authors and those who boosted it. Someone who edits
// again is told of once, as of the last time.
func (o *Outlet) edit(ctx context.Context, p *plan, id, editor allmende.ID) error {
	about, err := o.thing(ctx, id)
	if err != nil {
		return err
	}
	last, err := store.LastEditBy(ctx, o.db.Read(), about.ID, editor)
	if err != nil || last.IsZero() || about.State != allmende.Published {
		return err
	}
	to := people(about)
	boosts, err := store.ReactionsTo(ctx, o.db.Read(), about.ID, allmende.Boost, 0, 5000)
	if err != nil {
		return err
	}
	for _, b := range boosts {
		if !slices.Contains(to, b.Actor) {
			to = append(to, b.Actor)
		}
	}
	for _, reader := range to {
		ok, err := o.concerns(ctx, reader, editor, about)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		n := allmende.Notification{To: reader, Kind: allmende.NotifyEdit, From: editor, Object: about.ID, At: last}
		was, err := store.NotificationOf(ctx, o.db.Read(), &n)
		if err != nil {
			return err
		}
		if was != nil && was.At.Before(last) {
			p.forget = append(p.forget, *was)
		}
		p.add(n)
	}
	return nil
}
