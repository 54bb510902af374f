package store

import (
	"context"

	"allmende"
)

// AuthoredBy lists everything that an actor is an author of and that is not
// deleted, whatever its state, by id.
func AuthoredBy(ctx context.Context, q Q, actor, after allmende.ID, limit int) ([]allmende.Object, error) {
	return collect(ctx, q, scanObject, `select `+objectColumns+objectFrom+`where o.id in (select object from object_author
		where actor = $1 and state = 'accepted' and object > $2) and o.state <> 'deleted' order by o.id limit $3`,
		int64(actor), int64(after), limit)
}

// NewestObject is the largest id of all objects; zero when there is none.
func NewestObject(ctx context.Context, q Q) (allmende.ID, error) {
	var id int64
	err := q.QueryRow(ctx, `select coalesce(max(id), 0) from object`).Scan(&id)
	return allmende.ID(id), err
}
