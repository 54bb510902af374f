package exporter

import (
	"context"

	"allmende"
	"allmende/internal/read"
)

func people(ties []read.Tie, next allmende.ID, err error) ([]*allmende.Actor, allmende.ID, error) {
	out := make([]*allmende.Actor, 0, len(ties))
	for _, t := range ties {
		out = append(out, t.Actor)
	}
	return out, next, err
}

func (w *writing) following(s allmende.Span) ([]*allmende.Actor, allmende.ID, error) {
	return people(w.Read.Following(w.ctx, w.viewer, w.viewer.Actor, s))
}

func (w *writing) followers(s allmende.Span) ([]*allmende.Actor, allmende.ID, error) {
	return people(w.Read.Followers(w.ctx, w.viewer, w.viewer.Actor, s))
}

func (w *writing) blocking(s allmende.Span) ([]*allmende.Actor, allmende.ID, error) {
	return people(w.Read.Blocked(w.ctx, w.viewer, s))
}

func (w *writing) muting(s allmende.Span) ([]*allmende.Actor, allmende.ID, error) {
	return people(w.Read.Muted(w.ctx, w.viewer, s))
}

// addresses walks through a list of objects.
func (w *writing) addresses(to *[]string, list func(context.Context, allmende.Viewer, allmende.Span) (*read.Bundle, error)) error {
	var max allmende.ID
	for {
		b, err := list(w.ctx, w.viewer, allmende.Span{Max: max, Limit: 40})
		if err != nil {
			return err
		}
		for _, e := range b.Entries {
			*to = append(*to, w.address(e.Object))
		}
		if b.Next == 0 {
			return nil
		}
		max = b.Next
	}
}

// boosts are the lines of the actor's own stream that are others' things.
func (w *writing) boosts(to *[]string) error {
	var max allmende.ID
	for {
		b, err := w.Read.ActorStream(w.ctx, w.viewer, w.viewer.Actor, read.ActorFilter{}, allmende.Span{Max: max, Limit: 80})
		if err != nil {
			return err
		}
		for _, e := range b.Entries {
			if e.Boost {
				*to = append(*to, w.address(e.Object))
			}
		}
		if b.Next == 0 || len(b.Entries) == 0 {
			return nil
		}
		max = b.Next
	}
}
