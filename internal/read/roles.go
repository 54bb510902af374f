package read

import (
	"context"

	"allmende"
	"allmende/internal/store"
)

// ActsAs lists the actors an account may act as: its person, and those in
// which it has a role.
func (r *Reader) ActsAs(ctx context.Context, account allmende.ID) ([]*allmende.Actor, error) {
	list, err := r.roles.Get(account, func() ([]allmende.ID, error) {
		a, err := store.AccountByID(ctx, r.db.Read(), account)
		if err != nil {
			return nil, err
		}
		ids := []allmende.ID{a.Actor}
		roles, err := store.RolesOf(ctx, r.db.Read(), account)
		for _, m := range roles {
			ids = append(ids, m.Actor)
		}
		return ids, err
	})
	if err != nil {
		return nil, err
	}
	actors, err := r.Actors(ctx, list)
	if err != nil {
		return nil, err
	}
	out := make([]*allmende.Actor, 0, len(list))
	for _, id := range list {
		if a := actors[id]; a != nil && a.State == allmende.ActorActive {
			out = append(out, a)
		}
	}
	return out, nil
}

// Team lists who runs an actor, with their roles (rows O2, T15).
func (r *Reader) Team(ctx context.Context, actor allmende.ID) ([]store.Membership, error) {
	return store.RolesIn(ctx, r.db.Read(), actor)
}

// RoleOf is the role of the viewer's account in an actor; empty when it has none.
func (r *Reader) RoleOf(ctx context.Context, v allmende.Viewer, actor allmende.ID) (allmende.Role, error) {
	if v.Account == 0 {
		return "", nil
	}
	return store.RoleOf(ctx, r.db.Read(), v.Account, actor)
}
