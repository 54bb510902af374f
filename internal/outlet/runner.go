package outlet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/store"
)

// Runner takes due jobs from the database and hands them to the outlets. The
// hub wakes it when core queued work, a timer when a job's time comes.
type Runner struct {
	db       *db.DB
	hub      *live.Hub
	log      *slog.Logger
	now      func() time.Time
	lanes    map[string]*lane // fixed once started
	work     context.Context  // of the jobs; ends when the patience of Stop does
	giveUp   context.CancelFunc
	stopping chan struct{} // closed by Stop: nothing new is taken
	stop     sync.Once
	running  sync.WaitGroup
}

// New makes a runner without outlets.
func New(d *db.DB, hub *live.Hub, log *slog.Logger, now func() time.Time) *Runner {
	r := &Runner{db: d, hub: hub, log: log, now: now, lanes: map[string]*lane{}, stopping: make(chan struct{})}
	r.work, r.giveUp = context.WithCancel(context.Background())
	return r
}

// Add registers an outlet; before Start.
func (r *Runner) Add(o Outlet, options Options) {
	options = options.filled()
	r.lanes[o.Name()] = &lane{Runner: r, outlet: o, o: options, wake: make(chan struct{}, 1),
		slots: make(chan struct{}, options.Workers)}
}

// Start begins taking jobs. On SQLite this process is the only one, so jobs
// that it held when it died are free at once.
func (r *Runner) Start(ctx context.Context) error {
	names := make([]string, 0, len(r.lanes))
	for name := range r.lanes {
		names = append(names, name)
	}
	if r.db.Engine() == db.SQLite && len(names) > 0 {
		err := r.db.WriteJobs(ctx, func(tx *db.Tx) error { return store.FreeJobs(ctx, tx, names) })
		if err != nil {
			return fmt.Errorf("outlet: freeing jobs: %w", err)
		}
	}
	r.hub.Listen(func(n live.News) { r.Wake(n.Outlets...) })
	for _, l := range r.lanes {
		r.running.Add(1)
		go l.scout()
	}
	return nil
}

// Wake makes outlets look for work now.
func (r *Runner) Wake(outlets ...string) {
	for _, name := range outlets {
		if l := r.lanes[name]; l != nil {
			l.poke()
		}
	}
}

// Put queues a job for an outlet of this or another process; for the clock and
// the admin's "try again".
func (r *Runner) Put(ctx context.Context, job allmende.Job) error {
	return r.db.WriteJobs(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { r.hub.Tell(live.News{Outlets: []string{job.Outlet}}) })
		return store.PutJob(ctx, tx, job)
	})
}

// Stop takes no new jobs, lets those under way finish until shortly before ctx
// ends, and then frees the rest, so that the next start goes on with them. The
// error says that some outlet did not let go in time.
func (r *Runner) Stop(ctx context.Context) error {
	r.stop.Do(func() { close(r.stopping) })
	done := make(chan struct{})
	go func() {
		r.running.Wait()
		close(done)
	}()
	patience, cancel := patienceOf(ctx)
	defer cancel()
	defer r.giveUp()
	select {
	case <-done:
		return nil
	case <-patience.Done():
	}
	r.giveUp()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("outlet: jobs still run: %w", ctx.Err())
	}
}

// patienceOf leaves a quarter of the time for freeing what does not finish.
func patienceOf(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithTimeout(ctx, time.Until(deadline)*3/4)
	}
	return context.WithCancel(ctx)
}

func (r *Runner) isStopping() bool {
	select {
	case <-r.stopping:
		return true
	default:
		return false
	}
}

// interrupted tells whether a job failed only because the server stops.
func (r *Runner) interrupted(err error) bool {
	return r.work.Err() != nil && errors.Is(err, context.Canceled)
}
