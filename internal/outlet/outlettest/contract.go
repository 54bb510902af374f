// Package outlettest holds what every outlet must keep: jobs may come twice,
// late, out of order, or about things that are not there (any more).
package outlettest

import (
	"context"
	"slices"
	"testing"

	"allmende"
	"allmende/internal/outlet"
)

// Subject is one outlet in a small world of its own.
type Subject struct {
	Outlet outlet.Outlet
	// Jobs are about things that exist, in the order they were queued.
	Jobs []allmende.Job
	// Unknown are about things that never existed.
	Unknown []allmende.Job
	// State describes what the outlet has made so far, without ids and times,
	// so that two worlds can be compared.
	State func() string
	// Delete takes away what Jobs are about and gives the jobs that follow from that.
	Delete func() []allmende.Job
	// Gone is the State after those.
	Gone string
}

// Contract runs an outlet through everything that may happen to its jobs. Each
// call of world makes the same small world anew.
func Contract(t *testing.T, world func(t *testing.T) *Subject) {
	t.Helper()
	first := world(t)
	if before := first.State(); len(first.Jobs) == 0 || len(first.Unknown) == 0 || before == "" {
		t.Fatalf("the contract needs jobs and a state; there are %d and %d jobs, and the state is %q", len(first.Jobs), len(first.Unknown), before)
	}
	begun := first.State()
	run(t, first, first.Jobs)
	want := first.State()
	if want == begun {
		t.Fatalf("the jobs change nothing: %s", want)
	}
	t.Run("twice gives the same as once", func(t *testing.T) {
		run(t, first, first.Jobs)
		same(t, first, want)
	})
	t.Run("out of order gives the same", func(t *testing.T) {
		s := world(t)
		backwards := slices.Clone(s.Jobs)
		slices.Reverse(backwards)
		run(t, s, backwards)
		same(t, s, want)
	})
	t.Run("half way and again gives the same", func(t *testing.T) {
		s := world(t)
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		for _, job := range s.Jobs {
			_ = s.Outlet.Run(ended, job) // may do its work or fail; it must not do half of it
		}
		run(t, s, s.Jobs)
		same(t, s, want)
	})
	t.Run("unknown things are no trouble", func(t *testing.T) {
		run(t, first, first.Unknown)
		same(t, first, want)
	})
	t.Run("together gives the same", func(t *testing.T) {
		s := world(t)
		b, ok := s.Outlet.(outlet.Batcher)
		if !ok {
			t.Skip("no batches")
		}
		all := append(slices.Clone(s.Jobs), s.Unknown...)
		errs := b.RunBatch(context.Background(), all)
		if len(errs) != len(all) {
			t.Fatalf("%d results for %d jobs", len(errs), len(all))
		}
		for i, err := range errs {
			check(t, all[i], err)
		}
		same(t, s, want)
	})
	t.Run("deleted things leave nothing", func(t *testing.T) {
		s := world(t)
		run(t, s, s.Jobs)
		run(t, s, s.Delete())
		same(t, s, s.Gone)
	})
	t.Run("late jobs about deleted things bring nothing back", func(t *testing.T) {
		s := world(t)
		after := s.Delete()
		run(t, s, after)
		run(t, s, s.Jobs)
		same(t, s, s.Gone)
	})
}

func run(t *testing.T, s *Subject, jobs []allmende.Job) {
	t.Helper()
	for _, job := range jobs {
		check(t, job, s.Outlet.Run(context.Background(), job))
	}
}

// check: a thing that is not there is no failure.
func check(t *testing.T, job allmende.Job, err error) {
	t.Helper()
	if err != nil && !allmende.IsKind(err, allmende.NotFound) && !allmende.IsKind(err, allmende.Gone) {
		t.Errorf("job %s: %v", job.Key, err)
	}
}

func same(t *testing.T, s *Subject, want string) {
	t.Helper()
	if got := s.State(); got != want {
		t.Errorf("the state is\n%s\nand should be\n%s", got, want)
	}
}
