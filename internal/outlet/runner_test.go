package outlet_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/outlet"
	"allmende/internal/store"
)

const patience = 20 * time.Second

// probe is an outlet that tells of each job and does as it is told.
type probe struct {
	runs chan allmende.Job
	do   func(ctx context.Context, job allmende.Job) error
}

func (*probe) Name() string { return "probe" }

func (p *probe) Run(ctx context.Context, job allmende.Job) error {
	err := p.do(ctx, job)
	p.runs <- job
	return err
}

// house is a runner with one outlet and a clock that stands still.
type house struct {
	*testing.T
	db     *db.DB
	runner *outlet.Runner
	probe  *probe
	mu     sync.Mutex
	time   time.Time // guarded by mu
}

func newHouse(t *testing.T, o outlet.Options, do func(ctx context.Context, job allmende.Job) error) *house {
	t.Helper()
	return newHouseOn(t, dbtest.Open(t), o, do)
}

func newHouseOn(t *testing.T, d *db.DB, o outlet.Options, do func(ctx context.Context, job allmende.Job) error) *house {
	t.Helper()
	h := &house{T: t, db: d, time: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), probe: &probe{runs: make(chan allmende.Job, 100), do: do}}
	h.runner = outlet.New(d, &live.Hub{}, slog.New(slog.DiscardHandler), h.now)
	h.runner.Add(h.probe, o)
	t.Cleanup(func() { h.stop(patience) })
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.time
}

// pass lets time pass and has the outlet look for work.
func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	h.time = h.time.Add(d)
	h.mu.Unlock()
	h.runner.Wake("probe")
}

func (h *house) start() {
	h.Helper()
	if err := h.runner.Start(context.Background()); err != nil {
		h.Fatal(err)
	}
}

func (h *house) stop(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if err := h.runner.Stop(ctx); err != nil {
		h.Error(err)
	}
}

func (h *house) put(keys ...string) {
	h.Helper()
	for _, key := range keys {
		if err := h.runner.Put(context.Background(), allmende.Job{Outlet: "probe", Key: key, RunAt: h.now()}); err != nil {
			h.Fatal(err)
		}
	}
}

// run is the next job that was run.
func (h *house) run() allmende.Job {
	h.Helper()
	select {
	case job := <-h.probe.runs:
		return job
	case <-time.After(patience):
		h.Fatal("no job was run")
	}
	return allmende.Job{}
}

// jobs waits until the queue is as wanted and gives it.
func (h *house) jobs(what string, fits func([]allmende.Job) bool) []allmende.Job {
	h.Helper()
	var got []allmende.Job
	wait(h.T, "the queue: "+what, func() bool {
		err := h.db.Write(context.Background(), func(tx *db.Tx) error {
			var err error
			got, err = store.JobsOf(context.Background(), tx, "probe", 0)
			return err
		})
		if err != nil {
			h.Fatal(err)
		}
		return fits(got)
	})
	return got
}

func wait(t *testing.T, what string, fits func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !fits() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func empty(jobs []allmende.Job) bool { return len(jobs) == 0 }

func fine(context.Context, allmende.Job) error { return nil }

func TestAJobIsRunOnceAndLeavesTheQueue(t *testing.T) {
	h := newHouse(t, outlet.Options{Workers: 3, Batch: 2}, fine)
	h.put("a", "b", "c", "d", "e")
	h.start()
	seen := map[string]int{}
	for range 5 {
		seen[h.run().Key]++
	}
	h.jobs("empty", empty)
	if len(seen) != 5 || len(h.probe.runs) > 0 {
		t.Errorf("run: %v and %d more", seen, len(h.probe.runs))
	}
}

func TestNewsWakesTheOutletAtOnce(t *testing.T) {
	h := newHouse(t, outlet.Options{}, fine)
	h.start()
	h.put("first")
	h.run()
	h.put("second")
	if job := h.run(); job.Key != "second" {
		t.Errorf("%s was run", job.Key)
	}
}

func TestAJobWaitsForItsTime(t *testing.T) {
	h := newHouse(t, outlet.Options{}, fine)
	h.start()
	if err := h.runner.Put(context.Background(), allmende.Job{Outlet: "probe", Key: "later", RunAt: h.now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	h.put("now")
	if job := h.run(); job.Key != "now" {
		t.Fatalf("%s was run first", job.Key)
	}
	h.pass(time.Hour)
	if job := h.run(); job.Key != "later" {
		t.Errorf("%s was run", job.Key)
	}
}

func TestAFailureIsTriedAgainLaterAndThenGivenUp(t *testing.T) {
	h := newHouse(t, outlet.Options{Attempts: 3, Backoff: time.Minute, MaxBackoff: 4 * time.Minute}, func(context.Context, allmende.Job) error {
		return allmende.E(allmende.Unavailable, "error.busy")
	})
	h.start()
	h.put("a")
	for attempt := 1; attempt <= 3; attempt++ {
		if job := h.run(); job.Attempts != attempt {
			t.Errorf("attempt %d is counted as %d", attempt, job.Attempts)
		}
		job := h.jobs("put off", func(j []allmende.Job) bool { return len(j) == 1 && (j[0].RunAt.After(h.now()) || j[0].Failed) })[0]
		wait := job.RunAt.Sub(h.now())
		if least := time.Minute << (attempt - 1) * 8 / 10; !job.Failed && (wait < least || wait > 2*least) {
			t.Errorf("after attempt %d it waits %s", attempt, wait)
		}
		if job.Failed != (attempt == 3) || job.Reason != "error.busy" {
			t.Errorf("after attempt %d: failed %v, reason %q", attempt, job.Failed, job.Reason)
		}
		h.pass(10 * time.Minute)
	}
	h.put("a")
	if job := h.run(); job.Attempts != 1 {
		t.Errorf("asked for again, it is attempt %d", job.Attempts)
	}
}

func TestWhatCannotWorkIsGivenUpAtOnceAndWhatIsGoneIsDone(t *testing.T) {
	h := newHouse(t, outlet.Options{}, func(_ context.Context, job allmende.Job) error {
		switch job.Key {
		case "wrong":
			return allmende.E(allmende.Invalid, "error.id")
		case "refused":
			return outlet.Permanent(errors.New("no"))
		case "gone":
			return allmende.E(allmende.Gone, "error.object_gone")
		}
		return allmende.E(allmende.NotFound, "error.object_not_found")
	})
	h.start()
	h.put("wrong", "refused", "gone", "unknown")
	got := h.jobs("two given up", func(j []allmende.Job) bool { return len(j) == 2 && j[0].Failed && j[1].Failed })
	for _, job := range got {
		if job.Key == "refused" && job.Reason != "job.failed" || job.Key == "wrong" && job.Reason != "error.id" {
			t.Errorf("%s: %s", job.Key, job.Reason)
		}
	}
}

func TestAJobAskedForAgainWhileItRunsIsRunAgain(t *testing.T) {
	var h *house
	h = newHouse(t, outlet.Options{}, func(_ context.Context, job allmende.Job) error {
		if job.Round == 1 {
			h.put("a")
		}
		return nil
	})
	h.start()
	h.put("a")
	h.run()
	if job := h.run(); job.Round != 2 || job.Attempts != 1 {
		t.Errorf("round %d, attempt %d", job.Round, job.Attempts)
	}
	h.jobs("empty", empty)
}

func TestAFailureOfAnOlderRoundDoesNotGiveUpTheNewer(t *testing.T) {
	var h *house
	h = newHouse(t, outlet.Options{}, func(_ context.Context, job allmende.Job) error {
		if job.Round == 1 {
			h.put("a")
			return allmende.E(allmende.Invalid, "error.id")
		}
		return nil
	})
	h.start()
	h.put("a")
	h.run()
	h.run()
	h.jobs("empty", empty)
}

func TestLaterIsNoAttempt(t *testing.T) {
	var h *house
	h = newHouse(t, outlet.Options{Attempts: 1}, func(_ context.Context, job allmende.Job) error {
		if h.now().Minute() < 15 {
			return outlet.Later(h.now().Add(15 * time.Minute))
		}
		return nil
	})
	h.start()
	h.put("a")
	h.run()
	h.jobs("put off", func(j []allmende.Job) bool { return len(j) == 1 && j[0].RunAt.After(h.now()) && j[0].Attempts == 0 })
	h.pass(15 * time.Minute)
	h.run()
	h.jobs("empty", empty)
}

func TestAPanicIsAFailure(t *testing.T) {
	h := newHouse(t, outlet.Options{Attempts: 1}, func(_ context.Context, job allmende.Job) error {
		if job.Key == "bad" {
			panic("oh")
		}
		return nil
	})
	h.start()
	h.put("bad", "good")
	h.run()
	h.jobs("one given up", func(j []allmende.Job) bool { return len(j) == 1 && j[0].Key == "bad" && j[0].Failed })
}

func TestStoppingWaitsForWorkUnderWay(t *testing.T) {
	begun, finish := make(chan bool), make(chan bool)
	h := newHouse(t, outlet.Options{}, func(ctx context.Context, _ allmende.Job) error {
		begun <- true
		select {
		case <-finish:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	h.start()
	h.put("a")
	<-begun
	go func() { finish <- true }()
	h.stop(patience)
	h.jobs("empty", empty)
}

func TestStoppingFreesWhatDoesNotFinishAndTheNextStartGoesOn(t *testing.T) {
	begun := make(chan bool, 1)
	h := newHouse(t, outlet.Options{Batch: 2, Lease: time.Hour}, func(ctx context.Context, _ allmende.Job) error {
		begun <- true
		<-ctx.Done()
		return ctx.Err()
	})
	h.put("a", "b")
	h.start()
	<-begun
	h.stop(400 * time.Millisecond)
	next := newHouseOn(t, h.db, outlet.Options{}, fine)
	next.start()
	if first, second := next.run(), next.run(); first.Attempts != 1 || second.Attempts != 1 {
		t.Errorf("a stop is no attempt; they are at %d and %d", first.Attempts, second.Attempts)
	}
	next.jobs("empty", empty)
}

func TestAProcessThatDiedHoldsNoJobs(t *testing.T) {
	dbtest.SQLite(t)
	h := newHouse(t, outlet.Options{}, fine)
	h.put("a")
	ctx := context.Background()
	err := h.db.Write(ctx, func(tx *db.Tx) error {
		_, err := store.ClaimJobs(ctx, tx, "probe", h.now(), h.now().Add(time.Hour), 1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.start()
	h.run()
}

func TestALeaseOfAnotherProcessRunsOut(t *testing.T) {
	dbtest.Postgres(t)
	h := newHouse(t, outlet.Options{}, fine)
	h.put("a", "b")
	ctx := context.Background()
	err := h.db.Write(ctx, func(tx *db.Tx) error {
		_, err := store.ClaimJobs(ctx, tx, "probe", h.now(), h.now().Add(time.Hour), 1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.start()
	h.run()
	h.jobs("one, held elsewhere", func(j []allmende.Job) bool { return len(j) == 1 })
	h.pass(time.Hour)
	h.run()
	h.jobs("empty", empty)
}

// batch is an outlet that takes jobs together.
type batch struct {
	*probe
	sizes chan int
}

func (b batch) RunBatch(ctx context.Context, jobs []allmende.Job) []error {
	b.sizes <- len(jobs)
	for _, j := range jobs {
		if j.Key == "bad" {
			panic("oh")
		}
	}
	return make([]error, len(jobs))
}

func TestJobsAreTakenTogetherAndABadOneIsThenTriedAlone(t *testing.T) {
	h := newHouse(t, outlet.Options{}, func(_ context.Context, job allmende.Job) error {
		if job.Key == "bad" {
			return outlet.Permanent(errors.New("bad"))
		}
		return nil
	})
	b := batch{h.probe, make(chan int, 10)}
	h.runner.Add(b, outlet.Options{Batch: 10, Backoff: time.Second})
	h.put("good", "bad", "fine")
	h.start()
	if n := <-b.sizes; n != 3 {
		t.Errorf("%d jobs came together", n)
	}
	h.jobs("put off", func(j []allmende.Job) bool { return len(j) == 3 && j[0].RunAt.After(h.now()) })
	h.pass(time.Minute)
	h.jobs("the bad one given up", func(j []allmende.Job) bool { return len(j) == 1 && j[0].Key == "bad" && j[0].Failed })
}

// long is an outlet that tells how far it is.
type long struct {
	*probe
	told, proceed chan bool
}

func (l long) RunLong(ctx context.Context, job allmende.Job, progress func(int)) error {
	progress(40)
	l.told <- true
	<-l.proceed
	return l.Run(ctx, job)
}

func TestLongWorkTellsHowFarItIs(t *testing.T) {
	h := newHouse(t, outlet.Options{}, fine)
	l := long{h.probe, make(chan bool), make(chan bool)}
	h.runner.Add(l, outlet.Options{})
	h.start()
	h.put("film")
	<-l.told
	h.jobs("at 40 percent", func(j []allmende.Job) bool { return len(j) == 1 && j[0].Progress == 40 })
	l.proceed <- true
	h.jobs("empty", empty)
}

func TestALeaseIsRenewedWhileTheJobRuns(t *testing.T) {
	var h *house
	finish, begun := make(chan bool), make(chan bool)
	h = newHouse(t, outlet.Options{Lease: 30 * time.Millisecond}, func(context.Context, allmende.Job) error {
		begun <- true
		<-finish
		return nil
	})
	h.start()
	h.put("a")
	<-begun
	h.mu.Lock()
	h.time = h.time.Add(time.Hour) // the first lease is long over …
	h.mu.Unlock()
	ctx := context.Background()
	wait(t, "a renewed lease", func() bool {
		next, err := store.NextJob(ctx, h.db.Read(), "probe")
		if err != nil {
			t.Fatal(err)
		}
		return next.After(h.now()) // … and a new one is there
	})
	finish <- true
	h.jobs("empty", empty)
}

func TestWorkThatStreamsInGathersAndTheFirstOfItDoesNotWait(t *testing.T) {
	var mu sync.Mutex
	began := map[string]time.Time{}
	const gather = 300 * time.Millisecond
	h := newHouse(t, outlet.Options{Batch: 10, Gather: gather}, func(_ context.Context, job allmende.Job) error {
		mu.Lock()
		defer mu.Unlock()
		began[job.Key] = time.Now()
		return nil
	})
	before := time.Now()
	h.put("first")
	h.start()
	h.run()
	for _, key := range []string{"b", "c", "d"} {
		h.put(key)
	}
	for range 3 {
		h.run()
	}
	mu.Lock()
	defer mu.Unlock()
	for _, key := range []string{"b", "c", "d"} {
		if since := began[key].Sub(before); since < gather {
			t.Errorf("%s was taken %s after the start, sooner than %s after the first", key, since, gather)
		}
	}
}
