package read

import (
	"context"
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/store"
)

// Changer is who wrote an object's newest revision, for a page that belongs to
// nobody alone; nil when that is not known any more.
func (r *Reader) Changer(ctx context.Context, o *allmende.Object) (*allmende.Actor, error) {
	trace(ctx, o.ID)
	x, err := store.RevisionOf(ctx, r.db.Read(), o.ID, o.Revision)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	actors, err := r.Actors(ctx, []allmende.ID{x.As})
	return actors[x.As], err
}
