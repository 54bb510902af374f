package store

import (
	"context"
	"time"

	"allmende"
)

// Queue is how one outlet's work stands.
type Queue struct {
	Outlet  string
	Waiting int       // due, later, or under way
	Busy    int       // under way
	Failed  int       // given up
	Oldest  time.Time // when the longest waiting one was due; zero: none waits
}

func scanQueue(r row) (Queue, error) {
	var q Queue
	var oldest int64
	err := r.Scan(&q.Outlet, &q.Waiting, &q.Busy, &q.Failed, &oldest)
	q.Oldest = at(oldest)
	return q, err
}

// Queues tells how the work of each outlet that has some stands.
func Queues(ctx context.Context, q Q, now time.Time) ([]Queue, error) {
	return collect(ctx, q, scanQueue, `select outlet, count(*) filter (where not failed), count(*) filter (where lease > $1),
		count(*) filter (where failed), coalesce(min(run_at) filter (where not failed), 0) from job group by outlet order by outlet limit 100`, ms(now))
}

// HeldObjects lists what waits for a publisher of any organisation, oldest first.
func HeldObjects(ctx context.Context, q Q, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where state = 'held' order by id limit $1`, limit)
}
