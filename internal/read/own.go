package read

import (
	"context"
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/store"
)

// Own lists everything that the viewer's actor is an author of, in whatever
// state, with its source, by id: what a download of everything holds (row R3).
func (r *Reader) Own(ctx context.Context, v allmende.Viewer, after allmende.ID, limit int) ([]allmende.Object, error) {
	if v.Anonymous() || !v.Role.May(allmende.RoleOwner) {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	return store.AuthoredBy(ctx, r.db.Read(), v.Actor, after, limit)
}

// Imported is the object that an import brought under a URI; zero when it did not.
func (r *Reader) Imported(ctx context.Context, uri string) (allmende.ID, error) {
	o, err := store.ObjectByURI(ctx, r.db.Read(), uri)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return o.ID, err
}

// Account is the viewer's own account; NotFound for organisations.
func (r *Reader) Account(ctx context.Context, v allmende.Viewer) (*allmende.Account, error) {
	a, err := store.AccountByID(ctx, r.db.Read(), v.Account)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.account_not_found")
	}
	return &a, err
}
