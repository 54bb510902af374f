package outlet

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"
)

const (
	longestRest  = 30 * time.Second // then work queued by other processes is looked for
	afterTrouble = 5 * time.Second  // when the database could not be asked
	settleTime   = 30 * time.Second // for writing down what became of jobs
)

// errStopping is the result of jobs that were taken and not begun when the server stopped.
var errStopping = errors.New("outlet: the server stops")

// lane is one outlet with its workers.
type lane struct {
	*Runner
	outlet Outlet
	o      Options
	wake   chan struct{} // one slot
	slots  chan struct{} // one per worker, filled while it works
}

func (l *lane) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// scout takes jobs while a worker is free and work is due.
func (l *lane) scout() {
	defer l.running.Done()
	var taken time.Time
	for {
		select {
		case l.slots <- struct{}{}:
		case <-l.stopping:
			return
		}
		if l.isStopping() || !l.pause(l.o.Gather-time.Since(taken)) {
			return
		}
		jobs, err := l.claim()
		if err == nil && len(jobs) > 0 {
			if taken = time.Now(); len(jobs) == l.o.Batch {
				taken = time.Time{} // there is more: nothing needs to gather
			}
			l.running.Add(1)
			go l.worker(jobs)
			continue
		}
		<-l.slots
		if err != nil {
			l.log.Error("taking jobs", "outlet", l.outlet.Name(), "err", err)
		}
		if !l.rest(l.until(err)) {
			return
		}
	}
}

func (l *lane) claim() ([]allmende.Job, error) {
	var jobs []allmende.Job
	now := l.now()
	err := l.db.WriteJobs(l.work, func(tx *db.Tx) error {
		var err error
		jobs, err = store.ClaimJobs(l.work, tx, l.outlet.Name(), now, now.Add(l.o.Lease), l.o.Batch)
		return err
	})
	slices.SortFunc(jobs, func(a, b allmende.Job) int { return a.RunAt.Compare(b.RunAt) })
	return jobs, err
}

// until is how long there is nothing to do, as far as this process knows.
func (l *lane) until(err error) time.Duration {
	if err != nil {
		return afterTrouble
	}
	next, err := store.NextJob(l.work, l.db.Read(), l.outlet.Name())
	if err != nil {
		return afterTrouble
	}
	if next.IsZero() {
		return longestRest
	}
	return min(max(next.Sub(l.now()), time.Millisecond), longestRest)
}

// pause lets work gather; false when the server stops.
func (l *lane) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.stopping:
		return false
	}
}

// rest waits for work; false when the server stops.
func (l *lane) rest(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-l.wake:
	case <-timer.C:
	case <-l.stopping:
		return false
	}
	return true
}

func (l *lane) worker(jobs []allmende.Job) {
	defer l.running.Done()
	defer func() { <-l.slots }()
	began := time.Now()
	release := l.keep(jobs)
	errs := l.carryOut(jobs)
	release()
	l.settle(jobs, errs, time.Since(began))
	l.poke()
}

// carryOut runs jobs, together where the outlet can. One that failed before is
// run alone, so that it takes no others with it.
func (l *lane) carryOut(jobs []allmende.Job) []error {
	errs := make([]error, len(jobs))
	batcher, batches := l.outlet.(Batcher)
	var together []int
	for i, job := range jobs {
		switch {
		case batches && job.Attempts <= 1:
			together = append(together, i)
		case l.isStopping():
			errs[i] = errStopping
		default:
			errs[i] = l.one(job)
		}
	}
	if len(together) == 0 {
		return errs
	}
	part := make([]allmende.Job, len(together))
	for i, at := range together {
		part[i] = jobs[at]
	}
	for i, err := range l.many(batcher, part) {
		errs[together[i]] = err
	}
	return errs
}

func (l *lane) one(job allmende.Job) (err error) {
	ctx, cancel := context.WithTimeout(l.work, l.o.Timeout)
	defer cancel()
	defer catch(&err)
	if long, ok := l.outlet.(LongRunner); ok {
		return long.RunLong(ctx, job, l.progress(job))
	}
	return l.outlet.Run(ctx, job)
}

func (l *lane) many(b Batcher, jobs []allmende.Job) []error {
	ctx, cancel := context.WithTimeout(l.work, l.o.Timeout)
	defer cancel()
	var errs []error
	err := func() (err error) {
		defer catch(&err)
		errs = b.RunBatch(ctx, jobs)
		return nil
	}()
	for len(errs) < len(jobs) { // after a panic: all of them
		errs = append(errs, err)
	}
	return errs
}

func catch(err *error) {
	if v := recover(); v != nil {
		*err = panicked{v, debug.Stack()}
	}
}

// keep renews the leases of jobs under way until the returned function is called.
func (l *lane) keep(jobs []allmende.Job) (release func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(l.o.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			lease := l.now().Add(l.o.Lease)
			err := l.db.WriteJobs(ctx, func(tx *db.Tx) error { return store.KeepJobs(ctx, tx, jobs, lease) })
			if err != nil && ctx.Err() == nil {
				l.log.Warn("renewing leases", "outlet", l.outlet.Name(), "err", err)
			}
		}
	})
	return func() {
		cancel()
		done.Wait()
	}
}

// progress writes a job's percentage, at most once in a second.
func (l *lane) progress(job allmende.Job) func(int) {
	var mu sync.Mutex
	var last time.Time
	written := -1
	return func(percent int) {
		mu.Lock()
		defer mu.Unlock()
		if percent == written || time.Since(last) < time.Second && percent < 100 {
			return
		}
		written, last = percent, time.Now()
		lease := l.now().Add(l.o.Lease)
		err := l.db.WriteJobs(l.work, func(tx *db.Tx) error { return store.ProgressJob(l.work, tx, job, percent, lease) })
		if err != nil {
			l.log.Warn("writing progress", "outlet", job.Outlet, "key", job.Key, "err", err)
		}
	}
}

// settle writes down what became of jobs, all in one transaction. When that
// fails their leases run out, and they are run again.
func (l *lane) settle(jobs []allmende.Job, errs []error, took time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), settleTime)
	defer cancel()
	now := l.now()
	fates := make([]fate, len(jobs))
	for i, job := range jobs {
		fates[i] = l.judge(job, errs[i], now)
	}
	err := l.db.WriteJobs(ctx, func(tx *db.Tx) error {
		for i, job := range jobs {
			if err := fates[i].write(ctx, tx, job); err != nil {
				return err
			}
		}
		return nil
	})
	for i, job := range jobs {
		l.report(job, errs[i], fates[i], took)
	}
	if err != nil {
		l.log.Error("finishing jobs", "outlet", l.outlet.Name(), "jobs", len(jobs), "err", err)
	}
}

// fate is what becomes of a job.
type fate struct {
	done, free, giveUp bool
	at                 time.Time // of the next attempt
	reason             string
}

func (l *lane) judge(job allmende.Job, err error, now time.Time) fate {
	var wait later
	switch {
	case err == nil || nothingToDo(err):
		return fate{done: true}
	case errors.Is(err, errStopping) || l.interrupted(err):
		return fate{free: true, at: job.RunAt}
	case errors.As(err, &wait):
		return fate{free: true, at: wait.at}
	}
	f := fate{at: now.Add(l.backoff(job.Attempts)), reason: reasonOf(err)}
	f.giveUp = hopeless(err) || job.Attempts >= l.o.Attempts
	return f
}

func (f fate) write(ctx context.Context, tx *db.Tx, job allmende.Job) error {
	switch {
	case f.done:
		return store.DoneJob(ctx, tx, job)
	case f.free:
		return store.FreeJob(ctx, tx, job, f.at)
	}
	return store.RetryJob(ctx, tx, job, f.at, f.reason, f.giveUp)
}

// backoff doubles with each attempt, give or take a fifth, so that what failed
// together does not come back together.
func (l *lane) backoff(attempts int) time.Duration {
	d := l.o.Backoff
	for i := 1; i < attempts && d < l.o.MaxBackoff; i++ {
		d *= 2
	}
	d = min(d, l.o.MaxBackoff)
	return d + time.Duration((rand.Float64()-0.5)*0.4*float64(d))
}

// report is the one line that the log gets for a job.
func (l *lane) report(job allmende.Job, err error, f fate, took time.Duration) {
	log := l.log.With("outlet", job.Outlet, "key", job.Key, "took", took.Round(time.Millisecond))
	switch {
	case f.done:
		log.Debug("job done")
	case f.free:
		log.Debug("job put off", "until", f.at)
	case f.giveUp:
		log.Error("job given up", "attempts", job.Attempts, "reason", f.reason, "err", err)
	default:
		log.Warn("job failed", "attempts", job.Attempts, "again", f.at, "err", err)
	}
}
