package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	groupCalls = 256                  // most functions in one commit
	groupWork  = 8 * time.Millisecond // after this much work the group is committed
	jobsWork   = 2 * time.Millisecond // of that for jobs, when members wait for the commit
	slowCall   = time.Second          // a function that holds everyone up this long is logged
)

// sqliteWriter owns the one writing connection. Its goroutine takes calls from
// the queue; there is no wait for more to come, since while one group commits
// the next one gathers by itself.
type sqliteWriter struct {
	log     *slog.Logger
	pool    *sql.DB
	conn    *sql.Conn
	queue   *queue
	stopped chan struct{} // closed when the goroutine has ended

	// Owned by the goroutine.
	statements *statements
	wal        wal
	inTx       bool
	running    *call   // the call whose function runs now
	passed     []*call // ran in the open transaction, wait for its commit
	failed     []*call // undone, wait to be told so after the commit
	again      []*call // passed, but lost their transaction; run before all others
	group      group
}

// group is what a commit has gathered so far.
type group struct {
	began            time.Time
	calls            int
	members, hadJobs bool
	jobsBegan        time.Time
}

func newSQLiteWriter(ctx context.Context, file string, log *slog.Logger) (*sqliteWriter, error) {
	pool, err := poolSQLite(file, "rw", writerPragmas, 1)
	if err != nil {
		return nil, err
	}
	pool.SetConnMaxIdleTime(0)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("db: opening %s for writing: %w", file, translate(err)), pool.Close())
	}
	w := &sqliteWriter{
		log: log, pool: pool, conn: conn, queue: newQueue(), stopped: make(chan struct{}),
		statements: newStatements(conn),
	}
	w.wal = wal{log: log, conn: conn}
	go w.loop()
	return w, nil
}

// do queues a function, waits for its commit and tells how it went. A call that
// the writer has taken is waited for even when its context ends, because only
// then its fate is known.
func (w *sqliteWriter) do(ctx context.Context, fn func(*Tx) error, job bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{ctx: ctx, fn: fn, job: job, done: make(chan struct{})}
	if err := w.queue.put(c); err != nil {
		return err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if w.queue.withdraw(c) {
			return ctx.Err()
		}
		<-c.done
	}
	switch {
	case c.exited:
		runtime.Goexit()
	case c.panics != nil:
		panic(c.panics)
	case c.err != nil:
		return c.err
	}
	c.tx.committed()
	return nil
}

// loop runs groups until the queue is closed and empty.
func (w *sqliteWriter) loop() {
	ended := false
	defer func() {
		if ended {
			close(w.stopped)
			return
		}
		w.outlive()
	}()
	for {
		if w.commitGroup() {
			w.wal.tend()
			continue
		}
		if w.queue.finished() {
			ended = true
			return
		}
		w.rest()
	}
}

// outlive goes on in a new goroutine after a function ended this one with
// runtime.Goexit. Those that shared its transaction run again.
func (w *sqliteWriter) outlive() {
	c := w.running
	w.running = nil
	c.exited = true
	w.failed = append(w.failed, c)
	w.lose()
	go w.loop()
}

// rest waits for a call. When none comes for a while, the log is tidied.
func (w *sqliteWriter) rest() {
	if !w.wal.untidy {
		<-w.queue.wake
		return
	}
	idle := time.NewTimer(idleCheckpoint)
	defer idle.Stop()
	select {
	case <-w.queue.wake:
	case <-idle.C:
		w.wal.tidy()
	}
}

// commitGroup runs what waits, commits once, then answers all. False if nothing
// waited.
func (w *sqliteWriter) commitGroup() bool {
	w.group = group{began: time.Now()}
	for c := w.take(); c != nil; c = w.take() {
		w.run(c)
	}
	if len(w.passed)+len(w.failed) == 0 {
		return false
	}
	w.commit()
	return true
}

// take is the next call for this group: those to be repeated, then members,
// then jobs. One job gets its turn in every group, however busy members are.
func (w *sqliteWriter) take() *call {
	if len(w.again) > 0 {
		c := w.again[0]
		w.again = w.again[1:]
		return c
	}
	g := &w.group
	if g.calls >= groupCalls {
		return nil
	}
	full := time.Since(g.began) >= groupWork
	if !full {
		if c := w.queue.next(false); c != nil {
			g.calls++
			g.members = true
			return c
		}
	}
	if g.hadJobs && (full || g.members && time.Since(g.jobsBegan) >= jobsWork) {
		return nil
	}
	c := w.queue.next(true)
	if c == nil {
		return nil
	}
	if !g.hadJobs {
		g.hadJobs, g.jobsBegan = true, time.Now()
	}
	g.calls++
	return c
}

// run gives a call's function its turn in the group's transaction. The first of
// a transaction needs no savepoint: undoing it is undoing all.
func (w *sqliteWriter) run(c *call) {
	err := c.ctx.Err()
	if err == nil && !w.inTx {
		err = w.begin()
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	guarded := len(w.passed) > 0
	if guarded {
		if err := w.exec("savepoint one"); err != nil {
			w.fail(c, err)
			w.lose()
			return
		}
	}
	if err := w.invoke(c); err != nil {
		w.fail(c, err)
		w.undo(guarded)
		return
	}
	if guarded {
		if err := w.exec("release one"); err != nil {
			w.fail(c, err)
			w.lose()
			return
		}
	}
	w.passed = append(w.passed, c)
}

var errPanicked = errors.New("db: the function panicked")

// invoke calls the function. A panic comes back as an error and is kept for the
// caller; its stack is only known here, so it is logged here.
func (w *sqliteWriter) invoke(c *call) (err error) {
	c.tx = &Tx{engine: SQLite, on: sqliteSession{w}}
	w.running = c
	began := time.Now()
	defer func() {
		if c.panics = recover(); c.panics != nil {
			w.log.Error("a write function panicked", "panic", c.panics, "stack", string(debug.Stack()))
			err, c.tx.over = errPanicked, true
		}
		if c.tx.over { // not after Goexit: outlive needs to know
			w.running = nil
		}
	}()
	err = c.tx.result(c.fn(c.tx))
	if took := time.Since(began); took > slowCall {
		w.log.Warn("a write function held up all others", "took", took, "job", c.job)
	}
	return err
}

func (w *sqliteWriter) fail(c *call, err error) {
	c.err = translate(err)
	w.failed = append(w.failed, c)
}

func (w *sqliteWriter) begin() error {
	err := w.exec("begin immediate")
	w.inTx = err == nil
	return err
}

// undo takes back the work of one function.
func (w *sqliteWriter) undo(guarded bool) {
	if !guarded || w.exec("rollback to one") != nil || w.exec("release one") != nil {
		w.lose()
	}
}

// lose gives the whole transaction up; SQLite does so itself when the disk is
// full. Those that had passed run again.
func (w *sqliteWriter) lose() {
	_ = w.exec("rollback") // fails if SQLite has done it
	w.inTx = false
	w.again = append(w.again, w.passed...)
	w.passed = nil
}

// commit makes the group durable and answers everyone.
func (w *sqliteWriter) commit() {
	if w.inTx {
		if err := w.exec("commit"); err != nil {
			_ = w.exec("rollback")
			for _, c := range w.passed {
				c.err = translate(err)
			}
		}
		w.inTx = false
	}
	for _, c := range w.passed {
		close(c.done)
	}
	for _, c := range w.failed {
		close(c.done)
	}
	w.passed, w.failed = w.passed[:0], w.failed[:0]
}

func (w *sqliteWriter) exec(query string) error {
	_, err := w.statements.exec(context.Background(), query, nil)
	return err
}

// close lets the queue run empty and closes the connection.
func (w *sqliteWriter) close() error {
	w.queue.close()
	<-w.stopped
	w.statements.close()
	return errors.Join(w.conn.Close(), w.pool.Close())
}

// sqliteSession runs a function's statements on the writing connection. They
// don't watch the context: an interrupted statement would undo the whole group.
type sqliteSession struct{ w *sqliteWriter }

func (s sqliteSession) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return s.w.statements.exec(context.WithoutCancel(ctx), query, args)
}

func (s sqliteSession) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return s.w.statements.query(context.WithoutCancel(ctx), query, args)
}

func (s sqliteSession) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	if ctx.Err() == nil {
		ctx = context.WithoutCancel(ctx)
	}
	return s.w.statements.queryRow(ctx, query, args, s.w.conn)
}
