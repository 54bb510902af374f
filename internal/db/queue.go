package db

import (
	"context"
	"slices"
	"sync"

	"allmende"
)

// call is a function that waits for the writer. Its caller may read the result
// once done is closed; until then the writer owns it.
type call struct {
	ctx  context.Context
	fn   func(*Tx) error
	job  bool
	done chan struct{}

	tx     *Tx
	err    error
	panics any  // what the function panicked with
	exited bool // the function called runtime.Goexit (a failed test does)
}

// queue holds the calls that wait, members' and jobs' apart.
type queue struct {
	wake chan struct{} // one slot: something was put, or the queue was closed

	mu      sync.Mutex
	members []*call // owned by mu, as all below
	jobs    []*call
	closed  bool
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

func (q *queue) put(c *call) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return allmende.E(allmende.Unavailable, "error.closing")
	}
	if c.job {
		q.jobs = append(q.jobs, c)
	} else {
		q.members = append(q.members, c)
	}
	q.ring()
	return nil
}

// ring wakes the writer; a second ring before it wakes changes nothing.
func (q *queue) ring() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// next takes the oldest call of a member, or of a job; nil if none waits.
func (q *queue) next(job bool) *call {
	q.mu.Lock()
	defer q.mu.Unlock()
	from := &q.members
	if job {
		from = &q.jobs
	}
	if len(*from) == 0 {
		return nil
	}
	c := (*from)[0]
	(*from)[0] = nil
	*from = (*from)[1:]
	return c
}

// withdraw takes a call back; false if the writer has it already.
func (q *queue) withdraw(c *call) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	from := &q.members
	if c.job {
		from = &q.jobs
	}
	i := slices.Index(*from, c)
	if i < 0 {
		return false
	}
	*from = slices.Delete(*from, i, i+1)
	return true
}

// close refuses further calls; those that wait are still taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.ring()
}

// finished: closed, and nothing waits.
func (q *queue) finished() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed && len(q.members) == 0 && len(q.jobs) == 0
}
