package exporter

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/wire/archive"
)

// writeObjects writes everything the actor is an author of, oldest first.
func (w *writing) writeObjects() error {
	out, err := w.create(archive.ObjectsFile)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	var after allmende.ID
	for {
		list, err := w.Read.Own(w.ctx, w.viewer, after, part)
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			if err := w.object(lines, &list[i]); err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
		if w.note != nil {
			w.note(w.objects)
		}
	}
}

func (w *writing) object(lines *json.Encoder, o *allmende.Object) error {
	x := archive.Object{URL: w.address(o.ID), Kind: string(o.Kind), State: string(o.State), Title: o.Title, Slug: o.Slug, Summary: o.Summary,
		Sensitive: o.Sensitive, Format: string(o.Format), Source: o.Source, HTML: o.HTML, Lang: o.Lang, Licence: o.Licence,
		Audience: archive.Audience{Kind: string(o.Audience.Kind)}, Policy: archive.Policy(o.Policy), Tags: o.Tags, Pinned: o.Pinned,
		Published: o.PublishedAt, Edited: o.EditedAt, Changed: o.ChangedAt, PublishAt: o.PublishAt,
		Replies: o.Stat.Replies, Boosts: o.Stat.Boosts, Likes: o.Stat.Likes}
	if o.ReplyTo != 0 {
		x.ReplyTo = w.address(o.ReplyTo)
	}
	if o.Quote != 0 {
		x.Quote = w.address(o.Quote)
	}
	for _, id := range o.Media {
		w.seen[id] = true
		x.Media = append(x.Media, id.String())
	}
	var err error
	if x.Audience.Actors, err = w.handles(o.Audience.Actors); err != nil {
		return err
	}
	if x.Authors, err = w.handles(o.Authors); err != nil {
		return err
	}
	owner, err := w.handles([]allmende.ID{o.Owner})
	if err != nil {
		return err
	}
	x.Owner = slices.Concat(owner, []string{""})[0]
	if x.Revisions, err = w.revisions(o); err != nil {
		return err
	}
	w.objects++
	w.index.add(x)
	return lines.Encode(x)
}

// address is an object's permanent address. A remote one has its page here too.
func (w *writing) address(id allmende.ID) string { return w.BaseURL + "/o/" + id.String() }

// revisions are all states of a text that have ever been current, oldest first.
func (w *writing) revisions(o *allmende.Object) ([]archive.Revision, error) {
	var out []archive.Revision
	below := o.Revision + 1
	for below > 1 {
		list, err := w.Read.Revisions(w.ctx, w.viewer, o, below, part)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if r.State != allmende.Taken {
				continue
			}
			by, err := w.handles([]allmende.ID{r.As})
			if err != nil {
				return nil, err
			}
			for _, id := range r.Media {
				w.seen[id] = true // older texts show them too
			}
			out = append(out, archive.Revision{Number: r.Number, At: r.At, By: slices.Concat(by, []string{""})[0], Title: r.Title,
				Summary: r.Summary, Format: string(r.Format), Source: r.Source, Lang: r.Lang, Why: r.Why, Minor: r.Minor})
		}
		if len(list) < part {
			break
		}
		below = list[len(list)-1].Number
	}
	slices.Reverse(out)
	return out, nil
}

// writeRelations writes who is connected with the actor, as full names.
func (w *writing) writeRelations() error {
	var r archive.Relations
	for _, l := range []struct {
		to   *[]string
		list func(span allmende.Span) ([]*allmende.Actor, allmende.ID, error)
	}{
		{&r.Following, w.following}, {&r.Followers, w.followers}, {&r.Blocking, w.blocking}, {&r.Muting, w.muting},
	} {
		*l.to = []string{}
		var max allmende.ID
		for {
			actors, next, err := l.list(allmende.Span{Max: max, Limit: 80})
			if err != nil {
				return err
			}
			for _, a := range actors {
				*l.to = append(*l.to, w.handle(a))
			}
			if next == 0 || len(actors) == 0 {
				break
			}
			max = next
		}
	}
	return w.json(archive.RelationsFile, r)
}

// writeReactions writes the addresses of what the actor liked, boosted and saved.
func (w *writing) writeReactions() error {
	r := archive.Reactions{Likes: []string{}, Boosts: []string{}, Bookmarks: []string{}}
	r.Emoji = map[string]string{}
	likes := func(ctx context.Context, v allmende.Viewer, span allmende.Span) (*read.Bundle, error) {
		b, err := w.Read.Likes(ctx, v, span)
		if err != nil {
			return nil, err
		}
		for id, m := range b.Mine {
			if m.Liked && m.Emoji != "" {
				r.Emoji[w.address(id)] = m.Emoji
			}
		}
		return b, nil
	}
	if err := w.addresses(&r.Likes, likes); err != nil {
		return err
	}
	if err := w.addresses(&r.Bookmarks, w.Read.Bookmarks); err != nil {
		return err
	}
	if err := w.boosts(&r.Boosts); err != nil {
		return err
	}
	return w.json(archive.ReactionsFile, r)
}

// writeIndex writes the page that people read, and its style.
func (w *writing) writeIndex() error {
	out, err := w.create(archive.IndexFile)
	if err != nil {
		return err
	}
	if err := w.index.render(out, w.media); err != nil {
		return err
	}
	if out, err = w.create(archive.StyleFile); err != nil {
		return err
	}
	_, err = io.WriteString(out, style)
	return err
}
