package read

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sort"
	"time"

	"allmende"
	"allmende/internal/store"
)

// Address tells what stands, or stood once, at a human address; zero when
// nothing ever did. Wiki slugs are folded titles.
func (r *Reader) Address(ctx context.Context, place allmende.ID, section, slug string) (allmende.ID, error) {
	a, err := store.AddressOf(ctx, r.db.Read(), place, section, slug)
	if err != nil || a == nil {
		return 0, err
	}
	return a.Object, nil
}

// WikiPages lists a place's pages by title, after a folded title; last pages
// on and is empty at the end.
func (r *Reader) WikiPages(ctx context.Context, v allmende.Viewer, place allmende.ID, after string, limit int) (b *Bundle, last string, err error) {
	ids, err := store.WikiPages(ctx, r.db.Read(), place, after, limit)
	if err != nil {
		return nil, "", err
	}
	if b, err = r.List(ctx, v, ids, limit); err != nil || len(ids) < limit {
		return b, "", err
	}
	addresses, err := store.AddressesOf(ctx, r.db.Read(), ids[len(ids)-1])
	for _, a := range addresses {
		if a.Current && a.Section == "wiki" {
			last = a.Slug
		}
	}
	return b, last, err
}

// LinksHere lists objects that link to a wiki page, under any title it had.
func (r *Reader) LinksHere(ctx context.Context, v allmende.Viewer, o *allmende.Object, span allmende.Span) (*Bundle, error) {
	span = span.Bounded(50, 200)
	addresses, err := store.AddressesOf(ctx, r.db.Read(), o.ID)
	if err != nil {
		return nil, err
	}
	var slugs []string
	for _, a := range addresses {
		if a.Section == "wiki" {
			slugs = append(slugs, a.Slug)
		}
	}
	ids, err := store.LinksTo(ctx, r.db.Read(), o.Place, slugs, span.Max, span.Limit)
	if err != nil {
		return nil, err
	}
	return r.List(ctx, v, ids, span.Limit)
}

// FirstRevision is the number of the oldest revision that the viewer may read:
// what was written before the publication is the authors' alone. (Revisions of
// what came from elsewhere are all younger than their publication there.)
func (r *Reader) FirstRevision(ctx context.Context, v allmende.Viewer, o *allmende.Object) (int, error) {
	keys, err := r.Keys(ctx, v)
	if err != nil || keys.IsAuthor(o) || o.PublishedAt.IsZero() || o.Revision <= 1 {
		return 1, err
	}
	at := func(number int) time.Time {
		x, wrong := store.RevisionOf(ctx, r.db.Read(), o.ID, number)
		if wrong != nil && !errors.Is(wrong, sql.ErrNoRows) {
			err = wrong
		}
		return x.At
	}
	if !at(1).Before(o.PublishedAt) {
		return 1, err // it was never a draft
	}
	older := sort.Search(o.Revision, func(i int) bool { return !at(i + 1).Before(o.PublishedAt) })
	if older < o.Revision && at(older+1).Equal(o.PublishedAt) {
		older++
	}
	return older, err
}

// Revisions lists an object's revisions below a number (0: all), newest first,
// for a viewer who may see it. Hidden ones come without their text.
func (r *Reader) Revisions(ctx context.Context, v allmende.Viewer, o *allmende.Object, below, limit int) ([]allmende.Revision, error) {
	if err := r.MaySee(ctx, v, o); err != nil {
		return nil, err
	}
	first, err := r.FirstRevision(ctx, v, o)
	if err != nil {
		return nil, err
	}
	list, err := store.RevisionsOf(ctx, r.db.Read(), o.ID, below, limit)
	list = slices.DeleteFunc(list, func(x allmende.Revision) bool { return x.Number < first })
	for i := range list {
		if list[i].State == allmende.Withheld && !v.Rank.CanModerate() {
			list[i].Source, list[i].Title, list[i].Summary, list[i].Why = "", "", "", ""
		}
	}
	return list, err
}

// Revision is one revision of an object that the viewer may see.
func (r *Reader) Revision(ctx context.Context, v allmende.Viewer, o *allmende.Object, number int) (*allmende.Revision, error) {
	list, err := r.Revisions(ctx, v, o, number+1, 1)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[0].Number != number {
		return nil, allmende.E(allmende.NotFound, "error.revision_not_found")
	}
	return &list[0], nil
}

// Growth is the wish to make an object a wiki page that waits for its authors;
// nil when there is none.
func (r *Reader) Growth(ctx context.Context, object allmende.ID) (*store.Growth, error) {
	return store.GrowthOf(ctx, r.db.Read(), object)
}

// Coauthors lists an object's authors and those asked to be.
func (r *Reader) Coauthors(ctx context.Context, object allmende.ID) ([]allmende.Coauthor, error) {
	return store.AuthorsOf(ctx, r.db.Read(), object)
}

// Drafts lists what an actor wrote and has not published, last changed first.
func (r *Reader) Drafts(ctx context.Context, v allmende.Viewer, limit int) (*Bundle, error) {
	list, err := store.Drafts(ctx, r.db.Read(), v.Actor, []allmende.State{allmende.Draft, allmende.Scheduled, allmende.Held}, limit)
	if err != nil {
		return nil, err
	}
	entries := make([]allmende.Entry, len(list))
	for i, o := range list {
		entries[i] = allmende.Entry{ID: o.ID, Object: o.ID}
	}
	return r.Bundle(ctx, v, entries)
}

// Held lists what waits for a publisher of the acting actor (row B4's part).
func (r *Reader) Held(ctx context.Context, v allmende.Viewer, limit int) (*Bundle, error) {
	list, err := store.HeldFor(ctx, r.db.Read(), v.Actor, limit)
	if err != nil {
		return nil, err
	}
	entries := make([]allmende.Entry, len(list))
	for i, o := range list {
		entries[i] = allmende.Entry{ID: o.ID, Object: o.ID}
	}
	return r.Bundle(ctx, v, entries)
}

// Invitations lists objects whose authorship the viewer was asked to share.
func (r *Reader) Invitations(ctx context.Context, v allmende.Viewer, limit int) (*Bundle, error) {
	ids, err := store.InvitesFor(ctx, r.db.Read(), v.Actor, limit)
	if err != nil {
		return nil, err
	}
	entries := make([]allmende.Entry, len(ids))
	for i, id := range ids {
		entries[i] = allmende.Entry{ID: id, Object: id}
	}
	return r.Bundle(ctx, v, entries)
}
