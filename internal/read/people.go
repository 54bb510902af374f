package read

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode/utf8"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// Tie is an actor in a list, with how the viewer stands to them.
type Tie struct {
	Actor *allmende.Actor
	With  allmende.Relationship
	At    allmende.ID // the relation's or reaction's id, by which lists are paged
	Emoji string      // what a like says; empty: a heart, or no like
}

// ActorByHandle finds "ada", "@ada" or "ada@example.org"; own may be this
// server's own domain, which counts as local. NotFound when nobody by that
// name may be seen.
func (r *Reader) ActorByHandle(ctx context.Context, handle, own string) (*allmende.Actor, error) {
	if !utf8.ValidString(handle) || strings.ContainsRune(handle, 0) {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found") // PostgreSQL would not even look
	}
	name, host := allmende.SplitHandle(handle)
	if host == own {
		host = ""
	}
	a, err := store.ActorByName(ctx, r.db.Read(), name, host)
	if errors.Is(err, sql.ErrNoRows) || err == nil && a.State == allmende.ActorPending {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	if err != nil {
		return nil, err
	}
	trace(ctx, a.ID)
	return &a, nil
}

// Relationships tells how the viewer stands to each of some actors.
func (r *Reader) Relationships(ctx context.Context, v allmende.Viewer, ids []allmende.ID) (map[allmende.ID]allmende.Relationship, error) {
	out := make(map[allmende.ID]allmende.Relationship, len(ids))
	for _, id := range ids {
		out[id] = allmende.Relationship{Actor: id}
	}
	if v.Anonymous() || len(ids) == 0 {
		return out, nil
	}
	list, err := store.RelationsBetween(ctx, r.db.Read(), v.Actor, ids)
	for _, x := range list {
		if x.Actor == v.Actor {
			out[x.Target] = mine(out[x.Target], x, r)
		} else {
			out[x.Actor] = theirs(out[x.Actor], x)
		}
	}
	return out, err
}

func mine(w allmende.Relationship, x allmende.Relation, r *Reader) allmende.Relationship {
	switch x.Kind {
	case allmende.Follow:
		w.Following, w.Asked = x.State == allmende.Accepted, x.State == allmende.Asked
		w.ShowBoosts, w.Notify = x.Boosts, x.Notify
	case allmende.Block:
		w.Blocking = true
	case allmende.Mute:
		if x.Expires.IsZero() || x.Expires.After(r.now()) {
			w.Muting, w.MutingNotifications, w.MuteExpires = true, x.Quiet, x.Expires
		}
	}
	return w
}

func theirs(w allmende.Relationship, x allmende.Relation) allmende.Relationship {
	switch x.Kind {
	case allmende.Follow:
		w.FollowedBy, w.AskedBy = x.State == allmende.Accepted, x.State == allmende.Asked
	case allmende.Block:
		w.BlockedBy = true
	}
	return w
}

// ties loads actors in order with how the viewer stands to them; whoever
// blocks the viewer, or is not active, is left out.
func (r *Reader) ties(ctx context.Context, v allmende.Viewer, ids, at []allmende.ID) ([]Tie, error) {
	actors, err := r.Actors(ctx, ids)
	if err != nil {
		return nil, err
	}
	with, err := r.Relationships(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Tie, 0, len(ids))
	for i, id := range ids {
		a := actors[id]
		if a == nil || a.State != allmende.ActorActive || with[id].BlockedBy {
			continue
		}
		t := Tie{Actor: a, With: with[id]}
		if at != nil {
			t.At = at[i]
		}
		out = append(out, t)
	}
	return out, nil
}

// Followers lists who follows an actor, newest first; next pages on.
func (r *Reader) Followers(ctx context.Context, v allmende.Viewer, actor allmende.ID, span allmende.Span) ([]Tie, allmende.ID, error) {
	return r.tiesOf(ctx, v, actor, allmende.Follow, allmende.Accepted, true, span)
}

// Following lists whom an actor follows, newest first.
func (r *Reader) Following(ctx context.Context, v allmende.Viewer, actor allmende.ID, span allmende.Span) ([]Tie, allmende.ID, error) {
	return r.tiesOf(ctx, v, actor, allmende.Follow, allmende.Accepted, false, span)
}

// Requests lists who asked to follow the viewer.
func (r *Reader) Requests(ctx context.Context, v allmende.Viewer, span allmende.Span) ([]Tie, allmende.ID, error) {
	return r.tiesOf(ctx, v, v.Actor, allmende.Follow, allmende.Asked, true, span)
}

// Blocked lists whom the viewer blocks; Muted whom they muted.
func (r *Reader) Blocked(ctx context.Context, v allmende.Viewer, span allmende.Span) ([]Tie, allmende.ID, error) {
	return r.tiesOf(ctx, v, v.Actor, allmende.Block, allmende.Accepted, false, span)
}

// Muted lists whom the viewer muted.
func (r *Reader) Muted(ctx context.Context, v allmende.Viewer, span allmende.Span) ([]Tie, allmende.ID, error) {
	return r.tiesOf(ctx, v, v.Actor, allmende.Mute, allmende.Accepted, false, span)
}

func (r *Reader) tiesOf(ctx context.Context, v allmende.Viewer, actor allmende.ID, kind allmende.RelationKind, state allmende.RelationState, incoming bool, span allmende.Span) ([]Tie, allmende.ID, error) {
	span = span.Bounded(40, 80)
	load := store.RelationsFrom
	if incoming {
		load = store.RelationsTo
	}
	list, err := load(ctx, r.db.Read(), actor, kind, state, span.Max, span.Limit)
	if err != nil {
		return nil, 0, err
	}
	ids, at := make([]allmende.ID, len(list)), make([]allmende.ID, len(list))
	for i, x := range list {
		ids[i], at[i] = x.Target, x.ID
		if incoming {
			ids[i] = x.Actor
		}
	}
	var next allmende.ID
	if len(list) == span.Limit {
		next = list[len(list)-1].ID
	}
	ties, err := r.ties(ctx, v, ids, at)
	return ties, next, err
}

// Reactors lists who liked or boosted an object that the viewer may see.
func (r *Reader) Reactors(ctx context.Context, v allmende.Viewer, object allmende.ID, kind allmende.ReactionKind, span allmende.Span) ([]Tie, allmende.ID, error) {
	if _, _, err := r.One(ctx, v, object); err != nil {
		return nil, 0, err
	}
	span = span.Bounded(40, 80)
	list, err := store.ReactionsTo(ctx, r.db.Read(), object, kind, span.Max, span.Limit)
	if err != nil {
		return nil, 0, err
	}
	ids, at := make([]allmende.ID, len(list)), make([]allmende.ID, len(list))
	for i, x := range list {
		ids[i], at[i] = x.Actor, x.ID
	}
	var next allmende.ID
	if len(list) == span.Limit {
		next = list[len(list)-1].ID
	}
	ties, err := r.ties(ctx, v, ids, at)
	for i := range ties {
		for _, x := range list {
			if ties[i].At == x.ID {
				ties[i].Emoji = x.Emoji
			}
		}
	}
	return ties, next, err
}

// Directory lists people (or organisations) of this server; order is "new" or "active".
func (r *Reader) Directory(ctx context.Context, v allmende.Viewer, kind allmende.ActorKind, order string, limit, offset int) ([]Tie, error) {
	list, err := store.LocalActors(ctx, r.db.Read(), kind, order, min(limit, 80), offset)
	if err != nil {
		return nil, err
	}
	return r.ties(ctx, v, idsOf(list), nil)
}

// FindPeople finds people whose name or display name has a word that starts so.
func (r *Reader) FindPeople(ctx context.Context, v allmende.Viewer, prefix string, limit, offset int) ([]Tie, error) {
	name, host := allmende.SplitHandle(prefix)
	folded := text.Fold(name)
	if folded == "" {
		return nil, nil
	}
	list, err := store.ActorsLike(ctx, r.db.Read(), folded, min(limit, 80), offset)
	if err != nil {
		return nil, err
	}
	if host != "" {
		kept := list[:0]
		for _, a := range list {
			if a.Host == host {
				kept = append(kept, a)
			}
		}
		list = kept
	}
	return r.ties(ctx, v, idsOf(list), nil)
}

func idsOf(list []allmende.Actor) []allmende.ID {
	out := make([]allmende.ID, len(list))
	for i, a := range list {
		out[i] = a.ID
	}
	return out
}
