package core

import (
	"context"
	"errors"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/read"
	"allmende/internal/store"
	"allmende/internal/text"
)

// errMoved says that someone saved between preparing and writing; Do prepares again.
var errMoved = errors.New("core: the object changed meanwhile")

func (c *Core) edit(ctx context.Context, cmd *allmende.Edit) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	before, keys, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if err := c.mayChange(cmd, before, keys); err != nil {
		return nil, err
	}
	if err := checkWhy(oneLine(cmd.Why)); err != nil {
		return nil, err
	}
	o := *before
	o.Tags = besideTags(before)
	set(&o.Tags, cmd.Tags)
	if err := applyEdit(&o, cmd); err != nil {
		return nil, err
	}
	if o.Section == "wiki" && o.Title != before.Title && o.Title != "" && cmd.Remote == nil {
		if o.Title, err = wikiTitle(o.Title); err != nil {
			return nil, err
		}
	}
	conflict, err := c.mergeEdit(ctx, w, &o, before, cmd)
	if err != nil {
		return nil, err
	}
	if conflict != nil {
		return func(ch *change) error {
			ch.quiet, ch.result.Object, ch.result.Conflict = true, o.ID, conflict
			return nil
		}, nil
	}
	if err := c.checkText(&o); err != nil {
		return nil, err
	}
	if cmd.Media != nil {
		if err := c.newMedia(ctx, w, before, &o); err != nil {
			return nil, err
		}
	}
	m, err := c.render(ctx, w, &o, cmd.Remote)
	if err != nil {
		return nil, err
	}
	if err := c.placeFigures(ctx, w, before, &o, &m); err != nil {
		return nil, err
	}
	if cmd.Remote != nil {
		o.Mentions, o.Tags = cmd.Remote.Mentions, cmd.Remote.Tags
		m.tags = foldAll(o.Tags)
	}
	merged := 0
	if cmd.Source != nil && cmd.Base != 0 && cmd.Base != before.Revision {
		merged = before.Revision
	}
	return func(ch *change) error {
		ch.result.Merged = merged
		return ch.putEdit(before, o, m, cmd)
	}, nil
}

// mayChange: in the wiki everyone here may change the text, but the authors'
// own rules stay theirs.
func (c *Core) mayChange(cmd *allmende.Edit, o *allmende.Object, keys *read.Keys) error {
	if cmd.Remote != nil && o.Owner != cmd.As {
		return allmende.E(allmende.Forbidden, "error.not_yours")
	}
	if o.Origin == allmende.OriginRemote && cmd.Remote == nil {
		return allmende.E(allmende.Forbidden, "error.not_yours")
	}
	if !mayEdit(o, keys) {
		return allmende.E(allmende.Forbidden, "error.not_yours")
	}
	if !keys.IsAuthor(o) && (cmd.Policy != nil || cmd.Licence != nil || cmd.Audience != nil || cmd.Slug != nil || cmd.Media != nil) {
		return allmende.E(allmende.Forbidden, "error.authors_only")
	}
	if cmd.Audience != nil && (o.State == allmende.Published || o.State == allmende.Hidden) {
		return allmende.Wrong("audience", "error.audience_fixed")
	}
	return nil
}

// applyEdit puts the given fields into the object.
func applyEdit(o *allmende.Object, cmd *allmende.Edit) error {
	set(&o.Title, cmd.Title)
	if cmd.Slug != nil {
		o.Slug = text.Slug(*cmd.Slug)
	}
	set(&o.Summary, cmd.Summary)
	set(&o.Sensitive, cmd.Sensitive)
	set(&o.Format, cmd.Format)
	set(&o.Source, cmd.Source)
	set(&o.Lang, cmd.Lang)
	set(&o.Media, cmd.Media)
	set(&o.Licence, cmd.Licence)
	set(&o.Policy, cmd.Policy)
	set(&o.PublishAt, cmd.PublishAt)
	if o.State == allmende.Scheduled && o.PublishAt.IsZero() {
		o.State = allmende.Draft // without a time it is no longer planned
	}
	o.Title, o.Summary = oneLine(o.Title), strings.TrimSpace(text.CleanSource(o.Summary))
	if cmd.Audience != nil {
		kind, err := allmende.ParseAudience(string(cmd.Audience.Kind))
		if err != nil {
			return err
		}
		o.Audience = allmende.Audience{Kind: kind}
		if kind == allmende.AudFollowers {
			o.Audience.Target = o.Owner
		}
		if kind == allmende.AudDirect {
			o.Audience.Actors = append([]allmende.ID{o.Owner}, cmd.Audience.Actors...)
			slices.Sort(o.Audience.Actors)
			o.Audience.Actors = slices.Compact(o.Audience.Actors)
		}
	}
	return nil
}

// mergeEdit brings together what this writer and others made of the revision
// that the writer started from. The conflict is nil when all of it fits.
func (c *Core) mergeEdit(ctx context.Context, w who, o, before *allmende.Object, cmd *allmende.Edit) (*allmende.EditConflict, error) {
	if cmd.Base == 0 || cmd.Base == before.Revision || cmd.Source == nil {
		return nil, nil
	}
	base, err := c.revision(ctx, w, before, cmd.Base)
	if allmende.IsKind(err, allmende.NotFound) {
		return nil, allmende.Wrong("base", "error.base")
	}
	if err != nil {
		return nil, err
	}
	if cmd.Title != nil && *cmd.Title == base.Title {
		o.Title = before.Title
	}
	if cmd.Summary != nil && *cmd.Summary == base.Summary {
		o.Summary = before.Summary
	}
	ours := text.CleanSource(*cmd.Source)
	merged, clashes := text.Merge3(base.Source, ours, before.Source)
	o.Source = merged
	if len(clashes) == 0 {
		return nil, nil
	}
	conflict := &allmende.EditConflict{Base: base.Source, Ours: ours, Theirs: before.Source, Merged: merged, Current: before.Revision}
	for _, clash := range clashes {
		conflict.Places = append(conflict.Places, allmende.EditClash{Line: clash.Line, Ours: clash.Ours, Theirs: clash.Theirs})
	}
	return conflict, nil
}

// newMedia checks media that the edit adds; those that were there may stay,
// whoever uploaded them.
func (c *Core) newMedia(ctx context.Context, w who, before, o *allmende.Object) error {
	var added []allmende.ID
	for _, id := range o.Media {
		if !contains(before.Media, id) {
			added = append(added, id)
		}
	}
	_, err := c.ownMedia(ctx, w, added)
	return err
}

// putEdit saves a prepared edit, unless someone else saved meanwhile.
func (ch *change) putEdit(before *allmende.Object, o allmende.Object, m marked, cmd *allmende.Edit) error {
	now, err := ch.freshFacts(o.ID)
	if err != nil {
		return err
	}
	if now.Revision != before.Revision || now.State != before.State {
		return errMoved
	}
	ch.result.Object, ch.result.Revision, ch.record.Object = o.ID, o.Revision, o.ID
	if same(before, &o) {
		ch.quiet = true
		return nil
	}
	o.Version, o.Stat, o.Pinned = now.Version, now.Stat, now.Pinned
	o.ChangedAt = ch.at
	textChanged := o.Source != before.Source || o.Title != before.Title || o.Summary != before.Summary ||
		!slices.Equal(o.Media, before.Media) || o.Lang != before.Lang || o.Format != before.Format
	fold := cmd.Autosave && o.State != allmende.Published && now.ChangedAt.Add(autosaveFold).After(ch.at)
	if textChanged && !fold {
		o.Revision++
		if o.State == allmende.Published {
			o.EditedAt = ch.at
		}
	}
	if err := ch.putAudience(&o); err != nil {
		return err
	}
	if o.Title != before.Title || o.Slug != before.Slug {
		if err := ch.address(&o); err != nil {
			return err
		}
	}
	if err := store.UpdateObject(ch.ctx, ch, &o); err != nil {
		return err
	}
	if err := ch.saveText(before, &o, cmd, textChanged, fold); err != nil {
		return err
	}
	if err := ch.putMarks(&o, m); err != nil {
		return err
	}
	if err := ch.attachMedia(&o); err != nil {
		return err
	}
	ch.result.Revision = o.Revision
	return ch.editTold(before, &o)
}

func (ch *change) saveText(before, o *allmende.Object, cmd *allmende.Edit, textChanged, fold bool) error {
	if !textChanged {
		return nil
	}
	if fold {
		ch.quiet = true
		return store.ReplaceRevision(ch.ctx, ch, &allmende.Revision{Object: o.ID, Number: o.Revision, Format: o.Format,
			Lang: o.Lang, Title: o.Title, Summary: o.Summary, Source: o.Source, Media: o.Media, At: ch.at, Size: len(o.Source)})
	}
	err := ch.putRevision(o, before, oneLine(cmd.Why), cmd.Minor)
	if db.IsUnique(err) {
		return errMoved
	}
	return err
}

// editTold tells caches and outlets of a changed object.
func (ch *change) editTold(before, o *allmende.Object) error {
	ch.news.Objects = append(ch.news.Objects, o.ID)
	if o.State != allmende.Published {
		return nil
	}
	if err := ch.retag(before, o); err != nil {
		return err
	}
	if o.Section == "wiki" && o.Title != before.Title {
		if err := ch.touchLinkers(o); err != nil {
			return err
		}
	}
	if err := ch.tellOutlets(o); err != nil {
		return err
	}
	return ch.notify("edit:"+o.ID.String()+":"+ch.act.As.String(), o.ID, ch.act.As, "edit")
}

// same tells whether an edit would change nothing.
func same(a, b *allmende.Object) bool {
	return a.Source == b.Source && a.Title == b.Title && a.Summary == b.Summary && a.Slug == b.Slug && a.Lang == b.Lang &&
		a.Sensitive == b.Sensitive && a.Format == b.Format && a.Licence == b.Licence && a.Policy == b.Policy &&
		slices.Equal(a.Media, b.Media) && slices.Equal(a.Tags, b.Tags) && a.Audience.Kind == b.Audience.Kind && a.Audience.Target == b.Audience.Target &&
		slices.Equal(a.Audience.Actors, b.Audience.Actors) && a.PublishAt.Equal(b.PublishAt)
}

func (c *Core) revert(ctx context.Context, cmd *allmende.Revert) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	o, err := c.changeable(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	old, err := c.revision(ctx, w, o, cmd.To)
	if allmende.IsKind(err, allmende.NotFound) {
		return nil, allmende.Wrong("to", "error.revision_not_found")
	}
	if err != nil {
		return nil, err
	}
	return c.edit(ctx, &allmende.Edit{Act: cmd.Act, Object: cmd.Object, Source: &old.Source, Summary: &old.Summary,
		Format: &old.Format, Why: cmd.Why})
}

// revision is an older state of a text that the asker may read.
func (c *Core) revision(ctx context.Context, w who, o *allmende.Object, number int) (*allmende.Revision, error) {
	r, err := c.read.Revision(ctx, w.viewer(), o, number)
	if err == nil && r.State == allmende.Withheld && !w.viewer().Rank.CanModerate() {
		return nil, allmende.E(allmende.NotFound, "error.revision_not_found")
	}
	return r, err
}

func (c *Core) move(ctx context.Context, cmd *allmende.Move) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	o, err := c.changeable(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if !o.Kind.Titled() {
		return nil, allmende.E(allmende.Invalid, "error.no_title")
	}
	title := cmd.Title
	if o.Section == "wiki" {
		if title, err = wikiTitle(cmd.Title); err != nil {
			return nil, err
		}
	}
	return c.edit(ctx, &allmende.Edit{Act: cmd.Act, Object: cmd.Object, Title: &title, Why: cmd.Why})
}

// changeable is an object whose text the asker may change. What they may not
// see is not there: its kind and history say nothing either.
func (c *Core) changeable(ctx context.Context, w who, id allmende.ID) (*allmende.Object, error) {
	o, keys, err := c.seen(ctx, w, id)
	if err != nil {
		return nil, err
	}
	return o, c.mayChange(&allmende.Edit{}, o, keys)
}

// wikiTitle is a title as pages have it, or what is wrong with it.
func wikiTitle(s string) (string, error) {
	title, err := text.NormalTitle(s)
	if err != nil {
		return "", allmende.Wrong("title", "error.title_wiki").Because(err)
	}
	return title, nil
}
