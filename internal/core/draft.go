package core

import (
	"context"
	"slices"
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
	if err := c.reconnect(ctx, w, &check); err != nil {
		return nil, err
	}
	return func(ch *change) error { return ch.publishDraft(check, m) }, nil
}

// reconnect looks at what a draft answers and quotes as it is now: what may no
// longer be answered or quoted is left out, so that the draft stands alone, and
// an answer is no wider than what it answers.
func (c *Core) reconnect(ctx context.Context, w who, o *allmende.Object) error {
	gone := func(err error) bool {
		return allmende.IsKind(err, allmende.NotFound) || allmende.IsKind(err, allmende.Gone)
	}
	if o.ReplyTo != 0 {
		parent, keys, err := c.seen(ctx, w, o.ReplyTo)
		switch {
		case err != nil && !gone(err):
			return err
		case err != nil || parent.State != allmende.Published || keys.Apart(parent.Owner) || !keys.Allows(parent.Policy.Reply, parent):
			o.ReplyTo, o.Thread = 0, o.ID
		default:
			narrow(o, parent)
		}
	}
	if o.Quote != 0 {
		quoted, keys, err := c.seen(ctx, w, o.Quote)
		if err != nil && !gone(err) {
			return err
		}
		if err != nil || !keys.MayQuote(quoted) {
			o.Quote, o.QuoteOK = 0, false
		}
	}
	if o.Audience.Kind != allmende.AudDirect {
		return nil
	}
	o.Audience.Actors = sortedIDs(append(append([]allmende.ID{o.Owner}, o.Mentions...), o.Audience.Actors...))
	if len(o.Audience.Actors) > maxNamed {
		return allmende.Wrong("audience", "error.audience_many", "max", maxNamed)
	}
	return nil
}

// narrow gives an answer the audience that it has at most; who takes part in a
// direct conversation goes on hearing of it.
func narrow(o, parent *allmende.Object) {
	if kind := clip(o.Audience.Kind, parent.Audience.Kind); kind != o.Audience.Kind {
		o.Audience = allmende.Audience{Kind: kind}
		if kind == allmende.AudFollowers {
			o.Audience.Target = o.Owner
		}
	}
	if parent.Audience.Kind == allmende.AudDirect {
		o.Audience.Actors = append(append(slices.Clone(o.Audience.Actors), parent.Audience.Actors...), parent.Owner)
	}
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
		if now.State != o.State || now.Version != o.Version {
			return errMoved
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
