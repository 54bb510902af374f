package read

import (
	"context"

	"allmende"
	"allmende/internal/store"
)

// Queues tells admins how the work of each outlet stands.
func (r *Reader) Queues(ctx context.Context, v allmende.Viewer) ([]store.Queue, error) {
	if v.Rank != allmende.Admin {
		return nil, notForYou()
	}
	return store.Queues(ctx, r.db.Read(), r.now())
}

// FailedJobs lists work that was given up, for admins.
func (r *Reader) FailedJobs(ctx context.Context, v allmende.Viewer, limit int) ([]allmende.Job, error) {
	if v.Rank != allmende.Admin {
		return nil, notForYou()
	}
	return store.FailedJobs(ctx, r.db.Read(), limit)
}

// notForYou hides the staff's pages from everybody else.
func notForYou() error { return allmende.E(allmende.NotFound, "error.page_not_found") }
