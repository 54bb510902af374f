package core

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/store"
)

// autosaveFold is how long autosaves of a draft fold into one revision.
const autosaveFold = 10 * time.Minute

// release publishes a draft, a scheduled or a held object, or schedules it.
func (c *Core) release(ctx context.Context, cmd *allmende.Release) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	o, keys, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if !keys.IsAuthor(o) {
		return nil, allmende.E(allmende.Forbidden, "error.not_yours")
	}
	if o.State == allmende.Published && cmd.PublishAt.IsZero() {
		return func(ch *change) error { ch.quiet, ch.result.Object = true, o.ID; return nil }, nil
	}
	if o.State != allmende.Draft && o.State != allmende.Scheduled && o.State != allmende.Held {
		return nil, allmende.E(allmende.Invalid, "error.not_a_draft")
	}
	check := *o
	check.State = allmende.Published
	if err := c.checkText(&check); err != nil {
		return nil, err
	}
	if check.Section == "wiki" {
		if check.Title, err = wikiTitle(check.Title); err != nil {
			return nil, err
		}
	}
	if !cmd.PublishAt.IsZero() {
		return c.schedule(cmd, o)
	}
	check.Tags = besideTags(o)
	m, err := c.render(ctx, w, &check, nil)
	if err != nil {
		return nil, err
	}
	if err := c.placeFigures(ctx, w, o, &check, &m); err != nil {
		return nil, err
	}
	if check.ReplyTo != 0 {
		if parent, _, err := c.seen(ctx, w, check.ReplyTo); err != nil || parent.State != allmende.Published {
			check.ReplyTo, check.Thread = 0, check.ID // what it answered is gone; it stands alone
		}
	}
	return func(ch *change) error { return ch.publishDraft(check, m) }, nil
}

func (c *Core) schedule(cmd *allmende.Release, o *allmende.Object) (step, error) {
	if cmd.PublishAt.Before(c.now().Add(time.Minute)) {
		return nil, allmende.Wrong("publish_at", "error.schedule_past")
	}
	return func(ch *change) error {
		now, err := ch.fresh(o.ID)
		if err != nil {
			return err
		}
		now.State, now.PublishAt, now.ChangedAt = allmende.Scheduled, cmd.PublishAt, ch.at
		ch.result.Object, ch.record.Object = o.ID, o.ID
		ch.news.Objects = append(ch.news.Objects, o.ID)
		return store.UpdateObject(ch.ctx, ch, now)
	}, nil
}

// publishDraft gives a draft its final id and lets it appear.
func (ch *change) publishDraft(o allmende.Object, m marked) error {
	now, err := ch.fresh(o.ID)
	if err != nil {
		return err
	}
	if now.Revision != o.Revision || now.Version != o.Version {
		return errMoved
	}
	passing := o.ID
	o.ID = ch.core.ids.New(ch.at)
	if o.Thread == passing {
		o.Thread = o.ID
	}
	if err := store.RenameObject(ch.ctx, ch, passing, o.ID); err != nil {
		return err
	}
	o.State, o.PublishedAt, o.ChangedAt, o.PublishAt = allmende.Published, ch.at, ch.at, time.Time{}
	if err := ch.address(&o); err != nil {
		return err
	}
	if o.Audience.Kind == allmende.AudDirect {
		o.Audience.Actors = sortedIDs(append(append([]allmende.ID{o.Owner}, o.Mentions...), o.Audience.Actors...))
	}
	if err := ch.putAudience(&o); err != nil {
		return err
	}
	if err := store.UpdateObject(ch.ctx, ch, &o); err != nil {
		return err
	}
	if err := ch.putMarks(&o, m); err != nil {
		return err
	}
	ch.result.Object, ch.record.Object = o.ID, o.ID
	ch.news.Objects = append(ch.news.Objects, passing)
	return ch.appear(&o)
}
