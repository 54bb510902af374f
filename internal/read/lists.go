package read

import (
	"context"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// Home merges the streams of everyone the viewer follows, and their own, in
// time order (row T22 keeps how far they read). Replies appear when they
// answer someone the viewer follows.
func (r *Reader) Home(ctx context.Context, v allmende.Viewer, span allmende.Span) (*Bundle, error) {
	if v.Anonymous() {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	sources := make([]allmende.ID, 0, len(keys.Following)+1)
	sources = append(sources, v.Actor)
	for id := range keys.Following {
		sources = append(sources, id)
	}
	for tag := range keys.Tags {
		sources = append(sources, allmende.TagStream(tag))
	}
	span = span.Bounded(20, 80)
	if span.Min != 0 {
		return r.newer(ctx, v, span, sources, homeKeeps(r, ctx))
	}
	walk, err := r.homes.walk(ctx, sources, span.Max)
	if err != nil {
		return nil, err
	}
	return r.gather(ctx, v, span, walk.next, homeKeeps(r, ctx))
}

// homeKeeps is what a home shows of its sources.
func homeKeeps(r *Reader, ctx context.Context) func(*Keys, allmende.Entry, *allmende.Object) bool {
	return func(k *Keys, e allmende.Entry, o *allmende.Object) bool {
		if e.Boost {
			rel, follows := k.Following[e.Source]
			return !follows || rel.Boosts
		}
		if o.ReplyTo == 0 || o.Owner == k.Viewer.Actor {
			return true
		}
		parents, err := r.loadObjects(ctx, []allmende.ID{o.ReplyTo})
		if err != nil || parents[o.ReplyTo] == nil {
			return false
		}
		to := parents[o.ReplyTo].Owner
		_, follows := k.Following[to]
		return follows || to == k.Viewer.Actor || to == o.Owner
	}
}

// newer is the page just above span.Min, for clients that page upwards.
func (r *Reader) newer(ctx context.Context, v allmende.Viewer, span allmende.Span, sources []allmende.ID, keep func(*Keys, allmende.Entry, *allmende.Object) bool) (*Bundle, error) {
	walk, err := r.homes.walk(ctx, sources, span.Max)
	if err != nil {
		return nil, err
	}
	all := span
	all.Since, all.Limit = span.Min, 800
	b, err := r.gather(ctx, v, all, walk.next, keep)
	if err != nil || len(b.Entries) <= span.Limit {
		return b, err
	}
	return r.trimmed(ctx, v, b.Entries[len(b.Entries)-span.Limit:])
}

func (r *Reader) trimmed(ctx context.Context, v allmende.Viewer, entries []allmende.Entry) (*Bundle, error) {
	b, err := r.Bundle(ctx, v, entries)
	if err == nil && len(entries) > 0 {
		b.Prev, b.Next = entries[0].ID, entries[len(entries)-1].ID
	}
	return b, err
}

// Public lists everything public, or with local what comes from here.
func (r *Reader) Public(ctx context.Context, v allmende.Viewer, local bool, span allmende.Span) (*Bundle, error) {
	source := allmende.PublicStream
	if local {
		source = allmende.LocalStream
	}
	return r.stream(ctx, v, source, span, func(_ *Keys, _ allmende.Entry, o *allmende.Object) bool { return o.ReplyTo == 0 })
}

func (r *Reader) stream(ctx context.Context, v allmende.Viewer, source allmende.ID, span allmende.Span, keep func(*Keys, allmende.Entry, *allmende.Object) bool) (*Bundle, error) {
	span = span.Bounded(20, 80)
	if span.Min != 0 {
		return r.newer(ctx, v, span, []allmende.ID{source}, keep)
	}
	walk, err := r.homes.walk(ctx, []allmende.ID{source}, span.Max)
	if err != nil {
		return nil, err
	}
	return r.gather(ctx, v, span, walk.next, keep)
}

// ActorFilter says which part of an actor's stream is wanted.
type ActorFilter struct {
	Kinds     []allmende.ObjectKind // empty: all
	NoReplies bool
	NoBoosts  bool
	MediaOnly bool
	Tag       string // folded
}

// ActorStream lists what an actor made and boosted, as the viewer may see it.
func (r *Reader) ActorStream(ctx context.Context, v allmende.Viewer, actor allmende.ID, f ActorFilter, span allmende.Span) (*Bundle, error) {
	return r.stream(ctx, v, actor, span, func(_ *Keys, e allmende.Entry, o *allmende.Object) bool {
		if e.Boost && f.NoBoosts || o.ReplyTo != 0 && f.NoReplies && !e.Boost {
			return false
		}
		if f.MediaOnly && (len(o.Media) == 0 || e.Boost) || f.Tag != "" && !hasTag(o, f.Tag) {
			return false
		}
		if len(f.Kinds) == 0 {
			return true
		}
		for _, k := range f.Kinds {
			if o.Kind == k && !e.Boost {
				return true
			}
		}
		return false
	})
}

func hasTag(o *allmende.Object, folded string) bool {
	for _, t := range o.Tags {
		if text.Fold(t) == folded {
			return true
		}
	}
	return false
}

// Pinned lists what an actor shows first.
func (r *Reader) Pinned(ctx context.Context, v allmende.Viewer, actor allmende.ID) (*Bundle, error) {
	ids, err := store.Pinned(ctx, r.db.Read(), actor)
	if err != nil {
		return nil, err
	}
	return r.List(ctx, v, ids, len(ids))
}

// Tagged lists public objects with a tag.
func (r *Reader) Tagged(ctx context.Context, v allmende.Viewer, tag string, span allmende.Span) (*Bundle, error) {
	folded := text.Fold(tag)
	return r.stream(ctx, v, allmende.TagStream(folded), span, func(_ *Keys, _ allmende.Entry, o *allmende.Object) bool { return hasTag(o, folded) })
}

// Bookmarks lists what the viewer saved; Likes what they liked. Paging is by
// the reaction's id, which Next holds.
func (r *Reader) Bookmarks(ctx context.Context, v allmende.Viewer, span allmende.Span) (*Bundle, error) {
	return r.reactions(ctx, v, allmende.Bookmark, span)
}

// Likes lists what the viewer liked.
func (r *Reader) Likes(ctx context.Context, v allmende.Viewer, span allmende.Span) (*Bundle, error) {
	return r.reactions(ctx, v, allmende.Like, span)
}

func (r *Reader) reactions(ctx context.Context, v allmende.Viewer, kind allmende.ReactionKind, span allmende.Span) (*Bundle, error) {
	if v.Anonymous() {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	span = span.Bounded(20, 80)
	got, err := store.ReactionsBy(ctx, r.db.Read(), v.Actor, kind, span.Max, span.Limit)
	if err != nil {
		return nil, err
	}
	ids := make([]allmende.ID, len(got))
	for i, x := range got {
		ids[i] = x.Object
	}
	b, err := r.List(ctx, v, ids, span.Limit)
	if err == nil && len(got) > 0 {
		b.Prev = got[0].ID
		if len(got) == span.Limit {
			b.Next = got[len(got)-1].ID
		}
	}
	return b, err
}

// List draws the given objects, in the given order, without those that the
// viewer may not see.
func (r *Reader) List(ctx context.Context, v allmende.Viewer, ids []allmende.ID, limit int) (*Bundle, error) {
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	entries := make([]allmende.Entry, 0, len(ids))
	for _, id := range ids {
		entries = append(entries, allmende.Entry{ID: id, Object: id})
	}
	kept, err := r.admit(ctx, keys, entries, r.now(), nil)
	if err != nil {
		return nil, err
	}
	if len(kept) > limit {
		kept = kept[:limit]
	}
	return r.Bundle(ctx, v, kept)
}

// One draws one object, in whatever state the rule lets the viewer see it.
func (r *Reader) One(ctx context.Context, v allmende.Viewer, id allmende.ID) (*Bundle, *allmende.Object, error) {
	objects, err := r.loadObjects(ctx, []allmende.ID{id})
	if err != nil {
		return nil, nil, err
	}
	o := objects[id]
	if o == nil {
		if o, err = r.Object(ctx, v, id); err != nil {
			return nil, nil, err
		}
		if o.ID != id {
			return r.One(ctx, v, o.ID)
		}
	} else if err := r.MaySee(ctx, v, o); err != nil {
		return nil, nil, err
	}
	b, err := r.Bundle(ctx, v, []allmende.Entry{{ID: o.ID, Object: o.ID}})
	return b, b.Objects[id], err
}

// Thread is a whole conversation as the viewer may see it, in time order
// (rows T1, W7). Deleted and hidden ones are missing; their answers stay.
func (r *Reader) Thread(ctx context.Context, v allmende.Viewer, root allmende.ID) (*Bundle, error) {
	ids, err := store.ThreadIDs(ctx, r.db.Read(), root, 1000)
	if err != nil {
		return nil, err
	}
	return r.List(ctx, v, ids, 1000)
}

// Context splits a conversation around one object: what it answers, from the
// root down, and what answers it, depth first in time order.
func (r *Reader) Context(ctx context.Context, v allmende.Viewer, id allmende.ID) (b *Bundle, ancestors, descendants []allmende.ID, err error) {
	b, o, err := r.One(ctx, v, id)
	if err != nil {
		return nil, nil, nil, err
	}
	if o.Thread == o.ID && b.Stats[o.ID].Replies == 0 {
		return b, nil, nil, nil
	}
	if b, err = r.Thread(ctx, v, o.Thread); err != nil {
		return nil, nil, nil, err
	}
	children := map[allmende.ID][]allmende.ID{}
	shown := map[allmende.ID]bool{}
	for _, e := range b.Entries {
		shown[e.Object] = true
		children[b.Objects[e.Object].ReplyTo] = append(children[b.Objects[e.Object].ReplyTo], e.Object)
	}
	for at := o.ReplyTo; at != 0 && shown[at] && len(ancestors) < 500; at = b.Objects[at].ReplyTo {
		ancestors = append([]allmende.ID{at}, ancestors...)
	}
	var walk func(allmende.ID, int)
	walk = func(parent allmende.ID, depth int) {
		for _, c := range children[parent] {
			if c != parent && depth < 200 {
				descendants = append(descendants, c)
				walk(c, depth+1)
			}
		}
	}
	walk(o.ID, 0)
	return b, ancestors, descendants, nil
}

// PublicMedia lists public things from here that have pictures, films or sounds.
func (r *Reader) PublicMedia(ctx context.Context, v allmende.Viewer, span allmende.Span) (*Bundle, error) {
	return r.stream(ctx, v, allmende.LocalStream, span, func(_ *Keys, _ allmende.Entry, o *allmende.Object) bool { return len(o.Media) > 0 })
}
