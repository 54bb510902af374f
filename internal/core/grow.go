package core

import (
	"context"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
)

// order of growth: an object only ever becomes something longer-lived.
var growsTo = map[allmende.ObjectKind][]allmende.ObjectKind{
	allmende.Note:    {allmende.Article, allmende.Page},
	allmende.Article: {allmende.Page},
}

// grow turns a note into an article, or either into a wiki page (row N1). The
// object stays the same: id, comments, authors and reactions are not touched.
func (c *Core) grow(ctx context.Context, cmd *allmende.Grow) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	before, keys, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if !keys.IsAuthor(before) || before.Origin == allmende.OriginRemote {
		return nil, allmende.E(allmende.Forbidden, "error.authors_only")
	}
	if !slices.Contains(growsTo[before.Kind], cmd.Kind) || before.State != allmende.Published {
		return nil, allmende.Wrong("kind", "error.cannot_grow")
	}
	wish := store.Growth{Object: before.ID, Kind: cmd.Kind, Title: cmd.Title, Licence: cmd.Licence, As: cmd.As, Agreed: []allmende.ID{cmd.As}}
	grown, m, err := c.grown(ctx, w, before, &wish)
	if err != nil {
		return nil, err
	}
	if cmd.Kind == allmende.Page && len(before.Authors) > 1 {
		return func(ch *change) error { return ch.askConsent(before, wish) }, nil
	}
	return func(ch *change) error { return ch.putGrown(before, *grown, m) }, nil
}

// grown is what an object would become.
func (c *Core) grown(ctx context.Context, w who, before *allmende.Object, wish *store.Growth) (*allmende.Object, marked, error) {
	o := *before
	o.Tags = besideTags(before)
	o.Kind, o.Title, o.Slug = wish.Kind, strings.TrimSpace(wish.Title), ""
	if o.Title == "" {
		o.Title = before.Title
	}
	var err error
	switch o.Kind {
	case allmende.Article:
		o.Place, o.Section = o.Owner, "blog"
	case allmende.Page:
		if o.Audience.Kind != allmende.AudPublic && o.Audience.Kind != allmende.AudLocal {
			return nil, marked{}, allmende.Wrong("kind", "error.grow_audience")
		}
		if o.Title, err = wikiTitle(o.Title); err != nil {
			return nil, marked{}, err
		}
		if wish.Licence == "" {
			return nil, marked{}, allmende.Wrong("licence", "error.licence_needed")
		}
		o.Place, o.Section, o.Licence, o.Policy = allmende.Server, "wiki", wish.Licence, allmende.Policy{}
	}
	if err := c.checkText(&o); err != nil {
		return nil, marked{}, err
	}
	m, err := c.render(ctx, w, &o, nil)
	if err != nil {
		return nil, m, err
	}
	return &o, m, c.placeFigures(ctx, w, before, &o, &m)
}

// askConsent keeps the wish until every author has answered.
func (ch *change) askConsent(o *allmende.Object, wish store.Growth) error {
	wish.At = ch.at
	ch.result.Object, ch.record.Object = o.ID, o.ID
	ch.news.Objects = append(ch.news.Objects, o.ID)
	if err := store.PutGrowth(ch.ctx, ch, &wish); err != nil {
		return err
	}
	return ch.notify("consent:"+o.ID.String(), o.ID, wish.As, "consent")
}

// putGrown saves what the object became.
func (ch *change) putGrown(before *allmende.Object, o allmende.Object, m marked) error {
	now, err := ch.fresh(o.ID)
	if err != nil {
		return err
	}
	if now.Revision != before.Revision || now.Version != before.Version {
		return errMoved
	}
	o.Revision++
	o.ChangedAt = ch.at
	if err := ch.address(&o); err != nil {
		return err
	}
	if err := store.UpdateObject(ch.ctx, ch, &o); err != nil {
		return err
	}
	if err := ch.putRevision(&o, before, "", false); err != nil {
		return err
	}
	if err := ch.putMarks(&o, m); err != nil {
		return err
	}
	if err := ch.attachMedia(&o); err != nil {
		return err
	}
	if err := store.DropGrowth(ch.ctx, ch, o.ID); err != nil {
		return err
	}
	if err := store.SetEntryKind(ch.ctx, ch, o.ID, o.Kind); err != nil {
		return err
	}
	if err := ch.entry(allmende.Entry{Source: o.Place, ID: o.ID, Object: o.ID, Kind: o.Kind}); err != nil {
		return err
	}
	ch.result.Object, ch.result.Revision, ch.record.Object = o.ID, o.Revision, o.ID
	if o.Section == "wiki" {
		if err := ch.touchLinkers(&o); err != nil {
			return err
		}
	}
	return ch.editTold(before, &o)
}

// consent answers a wish that needs every author's yes.
func (c *Core) consent(ctx context.Context, cmd *allmende.Consent) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	before, keys, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	wish, err := store.GrowthOf(ctx, c.db.Read(), cmd.Object)
	if err != nil {
		return nil, err
	}
	if wish == nil || !keys.IsAuthor(before) {
		return nil, allmende.E(allmende.NotFound, "error.no_consent_asked")
	}
	if !cmd.Yes {
		return func(ch *change) error {
			if err := ch.stillWished(wish); err != nil {
				return err
			}
			ch.result.Object, ch.record.Object = before.ID, before.ID
			ch.news.Objects = append(ch.news.Objects, before.ID)
			if err := store.DropGrowth(ch.ctx, ch, before.ID); err != nil {
				return err
			}
			return ch.notify("consent:"+before.ID.String(), before.ID, cmd.As, "consent")
		}, nil
	}
	agreed := *wish
	agreed.Agreed = sortedIDs(append(slices.Clone(wish.Agreed), cmd.As))
	for _, a := range before.Authors {
		if !slices.Contains(agreed.Agreed, a) {
			return func(ch *change) error {
				if err := ch.stillWished(wish); err != nil {
					return err
				}
				ch.result.Object, ch.record.Object = before.ID, before.ID
				ch.news.Objects = append(ch.news.Objects, before.ID)
				return store.PutGrowth(ch.ctx, ch, &agreed)
			}, nil
		}
	}
	grown, m, err := c.grown(ctx, w, before, wish)
	if err != nil {
		return nil, err
	}
	return func(ch *change) error {
		if err := ch.stillWished(wish); err != nil {
			return err
		}
		return ch.putGrown(before, *grown, m)
	}, nil
}

// stillWished: the wish is as it was when the answer was prepared. Otherwise
// somebody has answered meanwhile, and the answer is prepared once more.
func (ch *change) stillWished(wish *store.Growth) error {
	if _, err := ch.fresh(wish.Object); err != nil { // others who answer wait
		return err
	}
	now, err := store.GrowthOf(ch.ctx, ch, wish.Object)
	if err != nil {
		return err
	}
	same := now != nil && now.Kind == wish.Kind && now.Title == wish.Title && now.Licence == wish.Licence && now.As == wish.As &&
		slices.Equal(now.Agreed, wish.Agreed)
	if !same {
		return errMoved
	}
	return nil
}
