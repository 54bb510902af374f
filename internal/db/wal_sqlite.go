package db

import (
	"context"
	"database/sql"
	"log/slog"
	"time"
)

const (
	checkpointAt   = 1000            // pages in the log (4 KiB each) that are moved on after a commit
	restartAt      = 6000            // a log this long waits shortly for the readers, to start anew
	idleCheckpoint = 2 * time.Second // so long after the last commit the rest is moved
)

// wal keeps SQLite's write-ahead log short. It works in the writer's goroutine
// between groups: callers have their answer, and the next group gathers. From
// another connection it would never catch up with a busy writer.
type wal struct {
	log     *slog.Logger
	conn    *sql.Conn
	untidy  bool // pages wait in the log
	waitFor int  // length from which waiting for readers is tried again
}

// tend looks at the log after a commit.
func (w *wal) tend() {
	w.untidy = true
	length, moved, ok := w.run("noop")
	if !ok || length-moved < checkpointAt {
		return
	}
	length, moved, ok = w.run("passive")
	if !ok || length < max(restartAt, w.waitFor) {
		return
	}
	// Readers that overlap without end keep the log from starting anew. This
	// waits for those that read now; one that reads very long is given up on.
	w.set("pragma busy_timeout = 200")
	_, after, ok := w.run("restart")
	w.set("pragma busy_timeout = 5000")
	w.waitFor = 0
	if !ok || after < length {
		w.waitFor = length + restartAt
		w.log.Debug("a long read keeps the database log from starting anew", "pages", length, "moved", moved)
	}
}

// tidy moves all pages while nobody writes.
func (w *wal) tidy() {
	w.run("passive")
	w.untidy = false
}

// run gives the pages in the log and how many of them are in the database file.
func (w *wal) run(mode string) (length, moved int, ok bool) {
	var busy int
	err := w.conn.QueryRowContext(context.Background(), "pragma wal_checkpoint("+mode+")").Scan(&busy, &length, &moved)
	if err != nil {
		w.log.Error("the database log could not be checked", "mode", mode, "error", err)
		return 0, 0, false
	}
	return length, moved, busy == 0
}

func (w *wal) set(pragma string) {
	if _, err := w.conn.ExecContext(context.Background(), pragma); err != nil {
		w.log.Error("a database setting was refused", "pragma", pragma, "error", err)
	}
}
