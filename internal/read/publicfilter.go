package read

import (
	"context"

	"allmende"
	"allmende/internal/text"
)

// StreamFilter says which part of a public stream is wanted.
type StreamFilter struct {
	Local, Remote bool // from here only; from elsewhere only
	MediaOnly     bool
	Any, All, Not []string // folded tags, besides the stream's own
}

func (f StreamFilter) keeps(o *allmende.Object) bool {
	remote := o.Origin == allmende.OriginRemote
	if f.Local && remote || f.Remote && !remote || f.MediaOnly && len(o.Media) == 0 {
		return false
	}
	for _, tag := range f.All {
		if !hasTag(o, tag) {
			return false
		}
	}
	for _, tag := range f.Not {
		if hasTag(o, tag) {
			return false
		}
	}
	return true
}

// PublicPart lists part of what is public, or public here.
func (r *Reader) PublicPart(ctx context.Context, v allmende.Viewer, f StreamFilter, span allmende.Span) (*Bundle, error) {
	source := allmende.PublicStream
	if f.Local {
		source = allmende.LocalStream
	}
	return r.stream(ctx, v, source, span, func(_ *Keys, _ allmende.Entry, o *allmende.Object) bool {
		return o.ReplyTo == 0 && f.keeps(o)
	})
}

// TaggedPart lists part of what carries a tag, or one of f.Any.
func (r *Reader) TaggedPart(ctx context.Context, v allmende.Viewer, tag string, f StreamFilter, span allmende.Span) (*Bundle, error) {
	span = span.Bounded(20, 80)
	tags := append([]string{text.Fold(tag)}, f.Any...)
	sources := make([]allmende.ID, len(tags))
	for i, t := range tags {
		sources[i] = allmende.TagStream(t)
	}
	keep := func(_ *Keys, _ allmende.Entry, o *allmende.Object) bool {
		for _, t := range tags {
			if hasTag(o, t) {
				return f.keeps(o)
			}
		}
		return false
	}
	if span.Min != 0 {
		return r.newer(ctx, v, span, sources, keep)
	}
	walk, err := r.homes.walk(ctx, sources, span.Max)
	if err != nil {
		return nil, err
	}
	return r.gather(ctx, v, span, walk.next, keep)
}

// Keeps tells whether an open connection to this part of a stream wants an object.
func (f StreamFilter) Keeps(o *allmende.Object) bool { return f.keeps(o) }
