package read

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/store"
)

// Due is a scheduled object whose time has come.
type Due struct{ Object, Owner allmende.ID }

// DueObjects lists scheduled objects whose time has come, the longest due
// first. Those of people who may not publish at present wait.
func (r *Reader) DueObjects(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	ids, err := store.DueObjects(ctx, r.db.Read(), now.UnixMilli(), limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	objects, err := r.loadObjects(ctx, ids)
	if err != nil {
		return nil, err
	}
	owners := make([]allmende.ID, 0, len(objects))
	for _, o := range objects {
		owners = append(owners, o.Owner)
	}
	actors, err := r.Actors(ctx, owners)
	if err != nil {
		return nil, err
	}
	var out []Due
	for _, id := range ids {
		o := objects[id]
		if o != nil && actors[o.Owner] != nil && actors[o.Owner].State == allmende.ActorActive {
			out = append(out, Due{o.ID, o.Owner})
		}
	}
	return out, nil
}
