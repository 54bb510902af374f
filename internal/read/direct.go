package read

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"allmende"
	"allmende/internal/store"
)

// Conversations lists the newest object of each direct conversation that the
// viewer takes part in, newest first. Next pages on by that object's id.
func (r *Reader) Conversations(ctx context.Context, v allmende.Viewer, span allmende.Span) (*Bundle, error) {
	if v.Anonymous() {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	span = span.Bounded(20, 40)
	ids, err := store.Conversations(ctx, r.db.Read(), v.Actor, span.Max, span.Limit)
	if err != nil {
		return nil, err
	}
	b, err := r.List(ctx, v, ids, span.Limit)
	if err == nil && len(ids) > 0 {
		b.Prev = ids[0]
		if len(ids) == span.Limit {
			b.Next = ids[len(ids)-1]
		}
	}
	return b, err
}

// Quotes lists what quotes an object that the viewer may see, newest first.
func (r *Reader) Quotes(ctx context.Context, v allmende.Viewer, object allmende.ID, span allmende.Span) (*Bundle, error) {
	if _, _, err := r.One(ctx, v, object); err != nil {
		return nil, err
	}
	span = span.Bounded(20, 40)
	ids, err := store.Quotes(ctx, r.db.Read(), object, span.Max, span.Limit)
	if err != nil {
		return nil, err
	}
	b, err := r.List(ctx, v, ids, span.Limit)
	if err == nil && len(ids) == span.Limit {
		b.Next = ids[len(ids)-1]
	}
	return b, err
}

// Unpublished lists the viewer's own objects in some states before their
// publication, the last changed first. They hold their sources.
func (r *Reader) Unpublished(ctx context.Context, v allmende.Viewer, limit int, states ...allmende.State) ([]allmende.Object, error) {
	if v.Anonymous() {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	return store.Drafts(ctx, r.db.Read(), v.Actor, states, limit)
}

// Medium is one of the viewer's own media: their actor's, or their person's.
func (r *Reader) Medium(ctx context.Context, v allmende.Viewer, id allmende.ID) (*allmende.Media, error) {
	media, err := r.Media(ctx, []allmende.ID{id})
	if err != nil {
		return nil, err
	}
	m := media[id]
	if m != nil && m.Owner == v.Actor && !v.Anonymous() {
		return m, nil
	}
	if m != nil && v.Account != 0 {
		person, err := store.AccountByID(ctx, r.db.Read(), v.Account)
		if err == nil && person.Actor == m.Owner {
			return m, nil
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	return nil, allmende.E(allmende.NotFound, "error.media_not_found")
}

// totals are figures that may be some minutes old.
type totals struct {
	store.Totals
	at time.Time
}

// Totals are the figures the community shows of itself; they may be some
// minutes old.
func (r *Reader) Totals(ctx context.Context) (store.Totals, error) {
	now := r.now()
	if t, ok := r.totals.Peek("totals"); ok && now.Sub(t.at) < trendsAge {
		return t.Totals, nil
	}
	t, err := store.TotalsOf(ctx, r.db.Read(), now)
	if err == nil {
		r.totals.Put("totals", totals{t, now}, r.totals.Ticket("totals"))
	}
	return t, err
}

// Hosts lists the other servers of whom somebody is known here.
func (r *Reader) Hosts(ctx context.Context) ([]string, error) {
	return store.Hosts(ctx, r.db.Read(), 10_000)
}

// Markers are all of an actor's reading positions (row T22).
func (r *Reader) Markers(ctx context.Context, actor allmende.ID) ([]store.Marker, error) {
	return store.Markers(ctx, r.db.Read(), actor)
}
