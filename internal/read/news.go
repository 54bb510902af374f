package read

import (
	"context"

	"allmende"
	"allmende/internal/live"
	"allmende/internal/store"
)

// Boosted is the line of a boost, found by the boost's own id; NotFound when
// there is none. Whether the viewer may see what was boosted is asked when the
// line is drawn.
func (r *Reader) Boosted(ctx context.Context, id allmende.ID) (allmende.Entry, error) {
	x, err := store.ReactionByID(ctx, r.db.Read(), id)
	if err != nil {
		return allmende.Entry{}, err
	}
	if x == nil || x.Kind != allmende.Boost {
		return allmende.Entry{}, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	return allmende.Entry{Source: x.Actor, ID: x.ID, Object: x.Object, Boost: true}, nil
}

// Boost draws one boost as the viewer may see it.
func (r *Reader) Boost(ctx context.Context, v allmende.Viewer, e allmende.Entry) (*Bundle, error) {
	b, err := r.Lines(ctx, v, []allmende.Entry{e}, nil)
	if err == nil && len(b.Entries) == 0 {
		return nil, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	return b, err
}

// Lines draws given lines of streams without those that the viewer's lists
// leave out; keep nil wants all of them.
func (r *Reader) Lines(ctx context.Context, v allmende.Viewer, lines []allmende.Entry, keep func(allmende.Entry, *allmende.Object) bool) (*Bundle, error) {
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	var wish func(*Keys, allmende.Entry, *allmende.Object) bool
	if keep != nil {
		wish = func(_ *Keys, e allmende.Entry, o *allmende.Object) bool { return keep(e, o) }
	}
	kept, err := r.admit(ctx, keys, append([]allmende.Entry(nil), lines...), r.now(), wish)
	if err != nil {
		return nil, err
	}
	return r.Bundle(ctx, v, kept)
}

// HomeLines picks of new or changed lines those that belong into the viewer's
// home. It asks memory only, since every open connection asks after each commit.
func (r *Reader) HomeLines(ctx context.Context, v allmende.Viewer, lines []allmende.Entry) ([]allmende.Entry, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	tags := make(map[allmende.ID]bool, len(keys.Tags))
	for tag := range keys.Tags {
		tags[allmende.TagStream(tag)] = true
	}
	var out []allmende.Entry
	seen := map[allmende.ID]bool{}
	for _, e := range lines {
		_, follows := keys.Following[e.Source]
		id := e.ID
		if id == 0 {
			id = e.Object // a deleted object's lines hold no ids of their own
		}
		if (follows || e.Source == v.Actor || tags[e.Source]) && !seen[id] {
			seen[id] = true
			out = append(out, e)
		}
	}
	return out, nil
}

// HomeNews draws those of some new lines that the viewer's home shows.
func (r *Reader) HomeNews(ctx context.Context, v allmende.Viewer, lines []allmende.Entry) (*Bundle, error) {
	mine, err := r.HomeLines(ctx, v, lines)
	if err != nil || len(mine) == 0 {
		return &Bundle{}, err
	}
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	kept, err := r.admit(ctx, keys, mine, r.now(), homeKeeps(r, ctx))
	if err != nil {
		return nil, err
	}
	return r.Bundle(ctx, v, kept)
}

// Changed are the lines that objects changed by a commit stand on, without
// those that are new: what open connections draw anew.
func (r *Reader) Changed(ctx context.Context, n live.News) ([]allmende.Entry, error) {
	fresh := map[allmende.ID]bool{}
	for _, e := range n.Entries {
		fresh[e.Object] = true
	}
	var ids []allmende.ID
	for _, id := range n.Objects {
		if id != 0 && !fresh[id] {
			ids = append(ids, id)
		}
	}
	objects, err := r.loadObjects(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []allmende.Entry
	for _, o := range objects {
		if o.State == allmende.Published {
			out = append(out, allmende.Entry{Source: o.Owner, ID: o.ID, Object: o.ID, Reply: o.ReplyTo != 0, Kind: o.Kind})
		}
	}
	return out, nil
}
