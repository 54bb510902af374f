package notify

import (
	"context"
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/store"
)

// thing loads an object without its text; a draft's passing id leads to what it became. NotFound
// ends the job.
func (o *Outlet) thing(ctx context.Context, id allmende.ID) (*allmende.Object, error) {
	got, err := store.ObjectFacts(ctx, o.db.Read(), id)
	if errors.Is(err, sql.ErrNoRows) {
		var became allmende.ID
		if became, err = store.FormerID(ctx, o.db.Read(), id); err == nil && became != 0 {
			got, err = store.ObjectFacts(ctx, o.db.Read(), became)
		} else if err == nil {
			err = sql.ErrNoRows
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	return &got, err
}

// here is an actor of this server that can be told something; nil otherwise.
func (o *Outlet) here(ctx context.Context, id allmende.ID) (*allmende.Actor, error) {
	a, err := o.read.Actor(ctx, id)
	if allmende.IsKind(err, allmende.NotFound) {
		return nil, nil
	}
	if err != nil || !a.Local() || a.ID == allmende.Server || a.State == allmende.ActorDeleted || a.State == allmende.ActorPending {
		return nil, err
	}
	return a, nil
}

// hears tells whether one actor is to hear of what another did: not of oneself,
// nor across a block or a mute, nor from the suspended; from the limited only
// those hear who follow them.
func (o *Outlet) hears(ctx context.Context, to, from allmende.ID) (bool, error) {
	if to == from {
		return false, nil
	}
	reader, err := o.here(ctx, to)
	if err != nil || reader == nil || reader.State == allmende.ActorSuspended {
		return false, err
	}
	sender, err := o.read.Actor(ctx, from)
	if allmende.IsKind(err, allmende.NotFound) {
		return false, nil
	}
	if err != nil || sender.State != allmende.ActorActive {
		return false, err
	}
	keys, err := o.read.Keys(ctx, allmende.Viewer{Actor: to})
	if err != nil || !keys.Hears(from, o.now()) {
		return false, err
	}
	_, follows := keys.Following[from]
	return follows || !sender.Limited, nil
}

// concerns tells whether an actor is to hear of what another did with an
// object: it is published, they may see it, and have not muted its conversation.
func (o *Outlet) concerns(ctx context.Context, to, from allmende.ID, about *allmende.Object) (bool, error) {
	if about.State != allmende.Published {
		return false, nil
	}
	if ok, err := o.hears(ctx, to, from); err != nil || !ok {
		return false, err
	}
	err := o.read.MaySee(ctx, allmende.Viewer{Actor: to}, about)
	if allmende.IsKind(err, allmende.NotFound) || allmende.IsKind(err, allmende.Gone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	muted, err := store.MutedThreads(ctx, o.db.Read(), to, []allmende.ID{about.Thread})
	return !muted[about.Thread], err
}

// people are an object's authors, the owner among them.
func people(o *allmende.Object) []allmende.ID {
	out := []allmende.ID{o.Owner}
	for _, a := range o.Authors {
		if a != o.Owner {
			out = append(out, a)
		}
	}
	return out
}
