package notify

import (
	"context"
	"slices"

	"allmende"
	"allmende/internal/store"
)

// reaction tells the authors of a like or boost, or takes that back.
func (o *Outlet) reaction(ctx context.Context, p *plan, kind allmende.NotificationKind, what allmende.ReactionKind, actor, object allmende.ID) error {
	about, err := o.thing(ctx, object)
	if err != nil {
		return err
	}
	x, err := store.ReactionOf(ctx, o.db.Read(), actor, what, about.ID)
	if err != nil {
		return err
	}
	for _, author := range people(about) {
		n := allmende.Notification{To: author, Kind: kind, From: actor, Object: about.ID}
		ok := x != nil
		if ok {
			if ok, err = o.concerns(ctx, author, actor, about); err != nil {
				return err
			}
		}
		if err := o.be(ctx, p, n, ok); err != nil {
			return err
		}
	}
	return nil
}

// be makes a notification be there, or not.
func (o *Outlet) be(ctx context.Context, p *plan, n allmende.Notification, there bool) error {
	if there {
		p.add(n)
		return nil
	}
	was, err := store.NotificationOf(ctx, o.db.Read(), &n)
	if was != nil {
		p.forget = append(p.forget, *was)
	}
	return err
}

// follow tells the followed that they are, or that they are asked, and who
// asked that they were let in.
func (o *Outlet) follow(ctx context.Context, p *plan, follower, target allmende.ID) error {
	x, err := store.RelationOf(ctx, o.db.Read(), follower, allmende.Follow, target)
	if err != nil {
		return err
	}
	accepted := x != nil && x.State == allmende.Accepted
	heard := false
	if x != nil {
		if heard, err = o.hears(ctx, target, follower); err != nil {
			return err
		}
	}
	answered, err := o.letIn(ctx, accepted, follower, target)
	if err != nil {
		return err
	}
	for _, n := range []struct {
		to, from allmende.ID
		kind     allmende.NotificationKind
		there    bool
	}{
		{target, follower, allmende.NotifyFollow, heard && accepted},
		{target, follower, allmende.NotifyFollowAsked, heard && !accepted},
		{follower, target, allmende.NotifyFollowed, answered},
	} {
		if err := o.be(ctx, p, allmende.Notification{To: n.to, Kind: n.kind, From: n.from}, n.there); err != nil {
			return err
		}
	}
	return nil
}

// letIn tells whether a follower had to ask, was accepted, and is to hear of it.
func (o *Outlet) letIn(ctx context.Context, accepted bool, follower, target allmende.ID) (bool, error) {
	if !accepted {
		return false, nil
	}
	t, err := o.read.Actor(ctx, target)
	if err != nil || !t.Locked {
		return false, err
	}
	return o.hears(ctx, follower, target)
}

// invite asks an actor to share authorship, and tells the authors who said yes.
func (o *Outlet) invite(ctx context.Context, p *plan, object, guest allmende.ID) error {
	about, err := o.thing(ctx, object)
	if err != nil {
		return err
	}
	authors, err := store.AuthorsOf(ctx, o.db.Read(), about.ID)
	if err != nil {
		return err
	}
	state := allmende.AuthorDeclined
	for _, a := range authors {
		if a.Actor == guest && about.State != allmende.Deleted {
			state = a.State
		}
	}
	ok, err := o.hears(ctx, guest, about.Owner)
	if err != nil {
		return err
	}
	asked := allmende.Notification{To: guest, Kind: allmende.NotifyInvite, From: about.Owner, Object: about.ID}
	if err := o.be(ctx, p, asked, ok && state == allmende.AuthorInvited); err != nil {
		return err
	}
	for _, author := range people(about) {
		ok, err := o.hears(ctx, author, guest)
		if err != nil {
			return err
		}
		yes := allmende.Notification{To: author, Kind: allmende.NotifyInviteAnswer, From: guest, Object: about.ID}
		if err := o.be(ctx, p, yes, ok && state == allmende.AuthorAccepted); err != nil {
			return err
		}
	}
	return nil
}

// role tells a member that they were given a role in an organisation, and once
// more when it was changed; who left is told nothing. It is told across a block
// too: a role is given to the one who has it, wanted or not.
func (o *Outlet) role(ctx context.Context, p *plan, organisation, member, giver allmende.ID) error {
	members, err := store.RolesIn(ctx, o.db.Read(), organisation)
	if err != nil {
		return err
	}
	told, err := store.NotificationsFrom(ctx, o.db.Read(), member, allmende.NotifyRole, organisation)
	if err != nil {
		return err
	}
	has := slices.ContainsFunc(members, func(m store.Membership) bool { return m.Person == member })
	if has && giver == member {
		return nil
	}
	p.takeBack(told, nil)
	if to, err := o.here(ctx, member); err != nil || to == nil || !has {
		return err
	}
	if giver == 0 {
		giver = organisation // the house itself gave it
	}
	p.add(allmende.Notification{To: member, Kind: allmende.NotifyRole, From: giver, Report: organisation})
	return nil
}

// consent asks the authors whether their object may become a wiki page.
func (o *Outlet) consent(ctx context.Context, p *plan, object allmende.ID) error {
	about, err := o.thing(ctx, object)
	if err != nil {
		return err
	}
	return o.consentOf(ctx, p, about)
}

func (o *Outlet) consentOf(ctx context.Context, p *plan, about *allmende.Object) error {
	wish, err := store.GrowthOf(ctx, o.db.Read(), about.ID)
	if err != nil {
		return err
	}
	wanted := map[allmende.ID]bool{}
	if wish != nil && about.State == allmende.Published {
		for _, a := range people(about) {
			wanted[a] = true
		}
		for _, a := range wish.Agreed {
			delete(wanted, a)
		}
	}
	for to := range wanted {
		if ok, err := o.concerns(ctx, to, wish.As, about); err != nil {
			return err
		} else if !ok {
			delete(wanted, to)
			continue
		}
		p.add(allmende.Notification{To: to, Kind: allmende.NotifyConsentWanted, From: wish.As, Object: about.ID})
	}
	list, err := store.NotificationsOn(ctx, o.db.Read(), about.ID, []allmende.NotificationKind{allmende.NotifyConsentWanted}, forgetAtOnce)
	p.takeBack(list, func(n allmende.Notification) bool { return wanted[n.To] && n.From == wish.As })
	return err
}
