package importer

import (
	"errors"
	"slices"

	"allmende"
	"allmende/internal/text"
	"allmende/internal/wire/archive"
)

// object brings one object with its history, unless it is here already.
func (r *reading) object(o archive.Object) error {
	uri := "import:" + r.job.As.Actor.String() + ":" + o.URL
	known, err := r.Read.Imported(r.ctx, uri)
	if err != nil {
		return err
	}
	if known == 0 {
		known = r.original(o)
	}
	if known != 0 {
		r.objects[o.URL] = known
		r.report.Known++
		return nil
	}
	if !allmende.ObjectKind(o.Kind).Valid() || o.State == string(allmende.Hidden) {
		return r.stumble(o.URL, allmende.E(allmende.Unsupported, "cli.import_kind", "kind", o.Kind))
	}
	if r.job.Dry {
		r.report.made(o.Kind)
		for range o.Media {
			r.report.made("media")
		}
		return nil
	}
	made, err := r.publish(uri, o)
	if err != nil {
		return r.stumble(o.URL, err)
	}
	r.objects[o.URL] = made
	r.report.made(o.Kind)
	return nil
}

// original is the object itself when the archive comes from this very server
// and the object is still here.
func (r *reading) original(o archive.Object) allmende.ID {
	if r.head.URL != r.BaseURL {
		return 0
	}
	return r.localID(o.URL)
}

// publish makes the object as it first was, and then each of its revisions.
func (r *reading) publish(uri string, o archive.Object) (allmende.ID, error) {
	first, later := r.history(o)
	cmd := &allmende.Publish{Act: r.act(first.At), Origin: &allmende.ImportOrigin{URI: uri, URL: o.URL},
		Kind: allmende.ObjectKind(o.Kind), State: state(o), Title: first.Title, Slug: o.Slug, Summary: first.Summary, Sensitive: o.Sensitive,
		Format: allmende.Format(first.Format), Source: r.source(o.Kind, first), Lang: first.Lang, Licence: o.Licence,
		ReplyTo: r.localID(o.ReplyTo), Quote: r.localID(o.Quote), Policy: allmende.Policy(o.Policy), Tags: o.Tags,
		Audience: allmende.AudienceChoice{Kind: allmende.AudienceKind(o.Audience.Kind), Actors: r.here(o.Audience.Actors)}}
	inText := text.FiguresIn(o.HTML) // they come with the source
	for _, id := range o.Media {
		if old, err := allmende.ParseID(id); err == nil && slices.Contains(inText, old) {
			continue
		}
		if made := r.medium(id); made != 0 {
			cmd.Media = append(cmd.Media, made)
		}
	}
	result, err := r.Core.Do(r.ctx, cmd)
	if allmende.IsKind(err, allmende.Forbidden) && cmd.Quote != 0 {
		cmd.Quote = 0 // its author no longer wants to be quoted
		result, err = r.Core.Do(r.ctx, cmd)
	}
	if err != nil {
		return 0, err
	}
	for _, rev := range later {
		if err := r.edit(result.Object, o.Kind, rev); err != nil {
			r.report.problem(o.URL, err)
		}
	}
	if o.Pinned {
		if _, err := r.Core.Do(r.ctx, &allmende.Pin{Act: r.act(o.Published), Object: result.Object, On: true}); err != nil {
			r.report.problem(o.URL, err)
		}
	}
	return result.Object, nil
}

// history is the first state of a text, at the time it was published, and all
// that came later. What was written before publication is one state.
func (r *reading) history(o archive.Object) (first archive.Revision, later []archive.Revision) {
	current := archive.Revision{At: o.Published, Title: o.Title, Summary: o.Summary, Format: o.Format, Source: o.Source, Lang: o.Lang}
	if o.Published.IsZero() {
		current.At = o.Changed
		return current, nil
	}
	first = current
	for _, rev := range o.Revisions {
		if rev.At.After(o.Published) {
			later = append(later, rev)
		} else {
			first = rev
			first.At = o.Published
		}
	}
	if len(later) == len(o.Revisions) && len(later) > 0 {
		first, later = later[0], later[1:]
		first.At = o.Published
	}
	return first, later
}

// edit adds a later state with its own date and reason.
func (r *reading) edit(object allmende.ID, kind string, rev archive.Revision) error {
	format, source := allmende.Format(rev.Format), r.source(kind, rev)
	cmd := &allmende.Edit{Act: r.act(rev.At), Object: object, Summary: &rev.Summary, Format: &format, Source: &source,
		Lang: &rev.Lang, Why: rev.Why, Minor: rev.Minor}
	if rev.Title != "" {
		cmd.Title = &rev.Title
	}
	result, err := r.Core.Do(r.ctx, cmd)
	if err == nil && result.Conflict != nil {
		err = errors.New("revisions do not follow each other")
	}
	return err
}

// source is a text in which the media that stand in it have the ids they got here.
func (r *reading) source(kind string, rev archive.Revision) string {
	if allmende.Format(rev.Format) != allmende.Markdown || !allmende.ObjectKind(kind).Titled() {
		return rev.Source
	}
	return text.MapFigures(rev.Source, func(old allmende.ID) (allmende.ID, bool) {
		made := r.medium(old.String())
		return made, made != 0
	})
}

// state is where an object stands after an import: what was to be published at
// a time is a draft again, since that time may have passed.
func state(o archive.Object) allmende.State {
	switch allmende.State(o.State) {
	case allmende.Draft, allmende.Scheduled, allmende.Held:
		return allmende.Draft
	}
	return allmende.Published
}
