package core

import (
	"database/sql"
	"errors"
	"slices"

	"allmende"
	"allmende/internal/store"
)

// effect does what was decided; false when it is so already.
func (ch *change) effect(d *allmende.Decision) (bool, error) {
	if d.Object != 0 {
		return ch.effectOnObject(d)
	}
	switch d.Kind {
	case allmende.DecideNothing, allmende.DecideWarn:
		return true, nil
	case allmende.DecideSuspend:
		return ch.suspend(d.Actor, true)
	case allmende.DecideUnsuspend:
		return ch.suspend(d.Actor, false)
	case allmende.DecideLimit:
		return ch.limit(d.Actor, true)
	case allmende.DecideUnlimit:
		return ch.limit(d.Actor, false)
	}
	a, err := ch.actorNow(d.Actor)
	if err != nil || a.State == allmende.ActorDeleted {
		return false, err
	}
	return true, ch.deleteActor(a)
}

func (ch *change) effectOnObject(d *allmende.Decision) (bool, error) {
	o, err := ch.fresh(d.Object)
	if err != nil {
		return false, err
	}
	d.Actor = o.Owner
	switch d.Kind {
	case allmende.DecideHide:
		if o.State != allmende.Published {
			return false, nil
		}
		return true, ch.hide(o)
	case allmende.DecideShow:
		if o.State != allmende.Hidden {
			return false, nil
		}
		return true, ch.reappear(o)
	case allmende.DecideDelete:
		if o.State == allmende.Deleted {
			return false, nil
		}
		return true, ch.bury(o)
	}
	return true, nil
}

// hide takes an object from view; its authors and the staff still see it.
func (ch *change) hide(o *allmende.Object) error {
	if err := ch.leaveStreams(o); err != nil {
		return err
	}
	o.State, o.ChangedAt = allmende.Hidden, ch.at
	if err := store.UpdateObject(ch.ctx, ch, o); err != nil {
		return err
	}
	ch.news.Objects = append(ch.news.Objects, o.ID)
	if err := ch.coverMedia(o); err != nil {
		return err
	}
	if err := ch.job("search", o.ID.String(), o.ID, 0, "", 0); err != nil {
		return err
	}
	return ch.notify("object:"+o.ID.String(), o.ID, o.Owner, "")
}

// fate is what the moderators decided last about whether an object may be
// seen: hide, show or delete; empty when they decided nothing of the kind.
func (ch *change) fate(o *allmende.Object) (allmende.DecisionKind, error) {
	list, err := store.DecisionsAbout(ch.ctx, ch, o.ID, 100)
	for _, d := range list {
		if slices.Contains(onObjects, d.Kind) {
			return d.Kind, err
		}
	}
	return "", err
}

// coverMedia makes the public media of an object that went from view private,
// under a new secret address, unless another public object shows them.
func (ch *change) coverMedia(o *allmende.Object) error {
	if len(o.Media) == 0 {
		return nil
	}
	media, err := ch.media(o.Media)
	if err != nil {
		return err
	}
	for i := range media {
		m := &media[i]
		shown, err := ch.shownElsewhere(m, o.ID)
		if err != nil {
			return err
		}
		if !m.Public || shown {
			continue
		}
		m.Public, m.Secret = false, allmende.Secret(16)
		if err := store.UpdateMedia(ch.ctx, ch, m); err != nil {
			return err
		}
		ch.news.Media = append(ch.news.Media, m.ID)
	}
	return nil
}

// shownElsewhere tells whether a public object but this one, or the owner's
// profile, shows a medium.
func (ch *change) shownElsewhere(m *allmende.Media, but allmende.ID) (bool, error) {
	a, err := ch.actorNow(m.Owner)
	if err != nil || a.Avatar == m.ID || a.Header == m.ID {
		return err == nil, err
	}
	ids, err := store.ObjectsWithMedia(ch.ctx, ch, m.Owner, m.ID)
	if err != nil {
		return false, err
	}
	others, err := store.ObjectsByID(ch.ctx, ch, ids)
	for _, o := range others {
		if o.ID != but && o.State == allmende.Published && o.Audience.Public() {
			return true, err
		}
	}
	return false, err
}

// suspend keeps an actor, and the account if it is its person, from acting and
// from being seen; or no longer. The person may still sign in, read why and complain.
func (ch *change) suspend(id allmende.ID, on bool) (bool, error) {
	a, err := ch.actorNow(id)
	if err != nil || a.State == allmende.ActorDeleted || on == (a.State == allmende.ActorSuspended) {
		return false, err
	}
	a.State = allmende.ActorActive
	if on {
		a.State = allmende.ActorSuspended
	}
	account, err := store.AccountByActor(ch.ctx, ch, id)
	switch {
	case err == nil:
		account.State = allmende.AccountActive
		if on {
			account.State = allmende.AccountSuspended
		}
		a.State = actorStateOf(&account)
		if err := ch.putAccount(&account); err != nil {
			return false, err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return false, err
	}
	return true, ch.putActor(a)
}

// limit shows an actor's things to its followers only: they leave the streams
// of the server, or come back.
func (ch *change) limit(id allmende.ID, on bool) (bool, error) {
	a, err := ch.actorNow(id)
	if err != nil || a.State == allmende.ActorDeleted || a.Limited == on {
		return false, err
	}
	a.Limited = on
	if err := ch.putActor(a); err != nil {
		return false, err
	}
	if on {
		left, err := store.DeleteServerEntries(ch.ctx, ch, id)
		for _, d := range left {
			ch.news.Dropped = append(ch.news.Dropped, allmende.Entry{Source: d.Source, Object: d.Object})
		}
		return true, err
	}
	return true, ch.reenter(a)
}

// reenter brings the newest objects of an actor back into the server's streams.
func (ch *change) reenter(a *allmende.Actor) error {
	lines, err := store.EntriesOf(ch.ctx, ch, a.ID, 0, 500)
	if err != nil {
		return err
	}
	var ids []allmende.ID
	for _, e := range lines {
		if !e.Boost {
			ids = append(ids, e.Object)
		}
	}
	objects, err := store.ObjectsByID(ch.ctx, ch, ids)
	if err != nil {
		return err
	}
	for i := range objects {
		o := &objects[i]
		if o.Owner != a.ID || o.State != allmende.Published {
			continue
		}
		for _, source := range serverStreams(o, a) {
			e := allmende.Entry{Source: source, ID: o.ID, Object: o.ID, Reply: o.ReplyTo != 0, Kind: o.Kind}
			if err := ch.entry(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// serverStreams are the streams of the server, and of tags, that an actor's
// object belongs to.
func serverStreams(o *allmende.Object, owner *allmende.Actor) []allmende.ID {
	var out []allmende.ID
	if owner.Limited {
		return out
	}
	if o.Audience.Kind == allmende.AudPublic {
		out = append(out, allmende.PublicStream)
	}
	if owner.Local() && (o.Audience.Kind == allmende.AudPublic || o.Audience.Kind == allmende.AudLocal) {
		out = append(out, allmende.LocalStream)
	}
	return append(out, tagStreams(o)...)
}
