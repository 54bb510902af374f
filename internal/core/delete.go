package core

import (
	"context"
	"slices"
	"time"

	"allmende"
	"allmende/internal/store"
)

// UndoTime is how long a deletion can be taken back.
const UndoTime = 10 * time.Second

// eraseAfter is when the text of a deleted object is erased for good.
const eraseAfter = 30 * 24 * time.Hour

func (c *Core) delete(ctx context.Context, cmd *allmende.Delete) (step, error) {
	if cmd.Via == "outlet" {
		return c.eraseObject(cmd)
	}
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	o, keys, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if o.Owner != cmd.As && (!keys.IsAuthor(o) || o.State == allmende.Published) {
		return nil, allmende.E(allmende.Forbidden, "error.not_yours")
	}
	return func(ch *change) error {
		now, err := ch.fresh(o.ID)
		if err != nil {
			return err
		}
		ch.result.Object, ch.record.Object = o.ID, o.ID
		return ch.bury(now)
	}, nil
}

// bury takes an object away: a tombstone stays at its address.
func (ch *change) bury(o *allmende.Object) error {
	if o.State == allmende.Deleted {
		ch.quiet = true
		return nil
	}
	was := o.State
	if was == allmende.Published {
		if err := ch.leaveStreams(o); err != nil {
			return err
		}
	}
	o.State, o.DeletedAt, o.ChangedAt = allmende.Deleted, ch.at, ch.at
	if err := store.UpdateObject(ch.ctx, ch, o); err != nil {
		return err
	}
	if err := ch.coverMedia(o); err != nil {
		return err
	}
	ch.news.Objects = append(ch.news.Objects, o.ID)
	if err := ch.job("search", o.ID.String(), o.ID, 0, "", 0); err != nil {
		return err
	}
	if err := ch.notify("object:"+o.ID.String(), o.ID, o.Owner, ""); err != nil {
		return err
	}
	return ch.job("erase", o.ID.String(), o.ID, o.Owner, "object", eraseAfter)
}

// leaveStreams takes a published object from all streams and counters.
func (ch *change) leaveStreams(o *allmende.Object) error {
	sources, err := store.DeleteEntriesOf(ch.ctx, ch, o.ID)
	if err != nil {
		return err
	}
	for _, s := range sources {
		ch.news.Dropped = append(ch.news.Dropped, allmende.Entry{Source: s, Object: o.ID})
	}
	if o.ReplyTo != 0 {
		if err := store.CountObject(ch.ctx, ch, o.ReplyTo, allmende.Stat{Replies: -1}); err != nil {
			return err
		}
	}
	if o.Quote != 0 && o.QuoteOK {
		if err := store.CountObject(ch.ctx, ch, o.Quote, allmende.Stat{Quotes: -1}); err != nil {
			return err
		}
	}
	if o.Section == "wiki" {
		if err := ch.touchLinkers(o); err != nil {
			return err
		}
	}
	ch.news.Stats = append(ch.news.Stats, o.ReplyTo, o.Quote)
	ch.news.Actors = append(ch.news.Actors, o.Owner)
	return store.CountActors(ch.ctx, ch, o.Owner, -1, 0, 0, 0)
}

// undelete brings an object back within the undo time.
func (c *Core) undelete(ctx context.Context, cmd *allmende.Undelete) (step, error) {
	if _, err := c.who(ctx, &cmd.Act, allmende.RolePublisher); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		o, err := ch.fresh(cmd.Object)
		if err != nil {
			return err
		}
		if o.Owner != cmd.As || o.State != allmende.Deleted {
			return allmende.E(allmende.NotFound, "error.object_not_found")
		}
		if ch.at.Sub(o.DeletedAt) > UndoTime+5*time.Second || o.Origin == allmende.OriginRemote {
			return allmende.E(allmende.Invalid, "error.undo_late")
		}
		fate, err := ch.fate(o)
		if err != nil {
			return err
		}
		ch.result.Object, ch.record.Object = o.ID, o.ID
		switch fate {
		case allmende.DecideDelete:
			return allmende.E(allmende.Forbidden, "error.deleted_by_decision")
		case allmende.DecideHide:
			return ch.staysHidden(o)
		}
		return ch.reappear(o)
	}, nil
}

// staysHidden takes back the deletion of something that the moderators had hidden.
func (ch *change) staysHidden(o *allmende.Object) error {
	o.State, o.DeletedAt, o.ChangedAt = allmende.Hidden, time.Time{}, ch.at
	ch.news.Objects = append(ch.news.Objects, o.ID)
	if err := store.UpdateObject(ch.ctx, ch, o); err != nil {
		return err
	}
	return store.DropJob(ch.ctx, ch, "erase", o.ID.String())
}

// reappear brings back an object that was hidden or deleted.
func (ch *change) reappear(o *allmende.Object) error {
	o.State, o.DeletedAt, o.ChangedAt = allmende.Published, time.Time{}, ch.at
	if o.PublishedAt.IsZero() {
		o.State = allmende.Draft
	}
	if err := store.UpdateObject(ch.ctx, ch, o); err != nil {
		return err
	}
	if err := store.DropJob(ch.ctx, ch, "erase", o.ID.String()); err != nil {
		return err
	}
	ch.news.Objects = append(ch.news.Objects, o.ID)
	if o.State != allmende.Published {
		return nil
	}
	boosts, err := store.ReactionsTo(ch.ctx, ch, o.ID, allmende.Boost, 0, 10000)
	if err != nil {
		return err
	}
	for _, b := range boosts {
		if err := ch.entry(allmende.Entry{Source: b.Actor, ID: b.ID, Object: o.ID, Boost: true, Kind: o.Kind}); err != nil {
			return err
		}
	}
	return ch.appear(o)
}

func (c *Core) pin(ctx context.Context, cmd *allmende.Pin) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	o, _, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if o.Owner != cmd.As || o.State != allmende.Published || o.Audience.Kind == allmende.AudDirect {
		return nil, allmende.E(allmende.Forbidden, "error.not_yours")
	}
	return func(ch *change) error {
		now, err := ch.fresh(o.ID)
		if err != nil {
			return err
		}
		ch.result.Object, ch.record.Object = o.ID, o.ID
		if now.Pinned == cmd.On {
			ch.quiet = true
			return nil
		}
		if cmd.On {
			pinned, err := store.Pinned(ch.ctx, ch, cmd.As)
			if err != nil {
				return err
			}
			if len(pinned) >= 5 {
				return allmende.E(allmende.Invalid, "error.pins_many", "max", 5)
			}
		}
		now.Pinned = cmd.On
		ch.news.Objects = append(ch.news.Objects, o.ID)
		return store.UpdateObject(ch.ctx, ch, now)
	}, nil
}

func sortedIDs(ids []allmende.ID) []allmende.ID {
	out := slices.Clone(ids)
	slices.Sort(out)
	return slices.Compact(out)
}
