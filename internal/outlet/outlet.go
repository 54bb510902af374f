// Package outlet is the way out: notices, mail, search, media, deliveries.
// Core queues jobs in the transaction of the change; the Runner hands them to
// the outlets.
//
// Outlets are level-triggered: a job says which thing changed, and the outlet
// reads what it is like now. Twice, late or out of order gives the same result
// (outlettest.Contract proves it for each).
package outlet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"allmende"
)

// Outlet carries out jobs of one name.
type Outlet interface {
	// Name is the outlet of the jobs it gets.
	Name() string
	// Run carries out one job. What it returns decides what becomes of the job:
	//   - nil, or an error of the kinds NotFound or Gone: done, there is nothing (more) to do;
	//   - Later: asked again at that time, which does not count as an attempt;
	//   - an error of the kind Invalid, or Permanent: given up at once;
	//   - anything else: tried again later, and given up after Options.Attempts.
	// When ctx ends because the server stops, the job is run again after the start.
	Run(ctx context.Context, job allmende.Job) error
}

// Batcher is an outlet that does many jobs better at once.
type Batcher interface {
	Outlet
	// RunBatch carries out jobs and returns one result for each, as Run would.
	RunBatch(ctx context.Context, jobs []allmende.Job) []error
}

// LongRunner is an outlet whose work takes so long that people want to see how
// far it is.
type LongRunner interface {
	Outlet
	// RunLong is Run; progress keeps the percentage with the job.
	RunLong(ctx context.Context, job allmende.Job, progress func(percent int)) error
}

// Options are how an outlet's jobs are run. Zero fields take the value of Defaults.
type Options struct {
	Workers    int           // how many batches run at once
	Batch      int           // how many jobs are taken, and finished, together
	Gather     time.Duration // at least so long after taking jobs others are taken, unless a whole batch waits; what comes alone is taken at once
	Lease      time.Duration // how long a job stays taken when its process dies; renewed while it runs
	Timeout    time.Duration // how long one job, or one call of RunBatch, may take
	Attempts   int           // how often a job is tried before it is given up
	Backoff    time.Duration // wait after the first failure; doubled with each further one
	MaxBackoff time.Duration
}

// Defaults are the options of an outlet that says nothing.
var Defaults = Options{Workers: 1, Batch: 1, Lease: 2 * time.Minute, Timeout: 10 * time.Minute, Attempts: 10,
	Backoff: 5 * time.Second, MaxBackoff: time.Hour}

func (o Options) filled() Options {
	set := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	o.Workers, o.Batch = max(o.Workers, Defaults.Workers), max(o.Batch, Defaults.Batch)
	if o.Attempts <= 0 {
		o.Attempts = Defaults.Attempts
	}
	set(&o.Lease, Defaults.Lease)
	set(&o.Timeout, Defaults.Timeout)
	set(&o.Backoff, Defaults.Backoff)
	set(&o.MaxBackoff, Defaults.MaxBackoff)
	return o
}

// later is a wish to be asked again.
type later struct{ at time.Time }

func (l later) Error() string { return "not before " + l.at.Format(time.RFC3339) }

// Later is what Run returns when the job's time has not come: it is asked again then.
func Later(at time.Time) error { return later{at} }

// permanent is a failure that trying again does not mend.
type permanent struct{ cause error }

func (p permanent) Error() string { return p.cause.Error() }

func (p permanent) Unwrap() error { return p.cause }

// Permanent marks a failure that trying again does not mend.
func Permanent(err error) error { return permanent{err} }

// hopeless tells whether trying again makes no sense.
func hopeless(err error) bool {
	return errors.As(err, &permanent{}) || allmende.IsKind(err, allmende.Invalid) || allmende.IsKind(err, allmende.Unsupported)
}

// nothingToDo tells whether an error says that what the job was about is gone.
func nothingToDo(err error) bool {
	return allmende.IsKind(err, allmende.NotFound) || allmende.IsKind(err, allmende.Gone)
}

// reasonOf is the message key under which owner and admin see a failure.
func reasonOf(err error) string {
	var e *allmende.Error
	if errors.As(err, &e) && e.Key != "" {
		return e.Key
	}
	return "job.failed"
}

// panicked is a panic of an outlet as an error.
type panicked struct {
	value any
	stack []byte
}

func (p panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }
