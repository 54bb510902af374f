package read

import (
	"context"

	"allmende"
	"allmende/internal/store"
)

// Changer is who wrote an object's newest revision, for a page that belongs to
// nobody alone; nil when that is not known any more.
func (r *Reader) Changer(ctx context.Context, o *allmende.Object) (*allmende.Actor, error) {
	trace(ctx, o.ID)
	by, err := store.RevisionActor(ctx, r.db.Read(), o.ID, o.Revision)
	if err != nil || by == 0 {
		return nil, err
	}
	actors, err := r.Actors(ctx, []allmende.ID{by})
	return actors[by], err
}
