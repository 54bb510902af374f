package read

import (
	"context"

	"allmende"
	"allmende/internal/store"
)

// QueueLength is how many reports and sign-ups wait for moderators.
func (r *Reader) QueueLength(ctx context.Context) (int, error) {
	reports, err := store.CountReports(ctx, r.db.Read())
	if err != nil {
		return 0, err
	}
	waiting, err := store.CountAccounts(ctx, r.db.Read(), allmende.AccountPending)
	return reports + waiting, err
}

// DecisionsOn lists what was decided about an actor, newest first. The caller
// shows it to that actor's people and to moderators only.
func (r *Reader) DecisionsOn(ctx context.Context, actor allmende.ID, limit int) ([]allmende.Decision, error) {
	return store.DecisionsOn(ctx, r.db.Read(), actor, limit)
}
