// Package erase takes away for good what was deleted: people and organisations
// at once, one part of their objects after the other, and the texts and files
// of deleted objects after the grace time; and what the house need not keep:
// old records, uploads that became nothing, files that nobody shows.
package erase

import (
	"context"
	"log/slog"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/outlet"
)

// Settings are how long things are kept. Zero fields take the value of Defaults.
type Settings struct {
	Activities    time.Duration // the record of who did what
	Notifications time.Duration
	FailedJobs    time.Duration
	LooseMedia    time.Duration // uploads that became part of nothing
	Blobs         time.Duration // files that nothing refers to; never less than an upload and its publication may take
}

// Defaults are what the house keeps when nobody says otherwise.
var Defaults = Settings{Activities: 90 * day, Notifications: 180 * day, FailedJobs: 90 * day, LooseMedia: day, Blobs: day}

const (
	day = 24 * time.Hour
	// keyLife is how long an app that sends the same thing twice is recognised.
	keyLife = day
	// part is how many rows one transaction takes away.
	part = 500
)

// The keys of jobs that come round.
const (
	sweepAuth  = "sweep:auth"
	sweepMedia = "sweep:media"
	sweepOld   = "sweep:old"
	sweepBlobs = "sweep:blobs"
)

// Hourly and Daily are the jobs that the clock queues again and again.
var (
	Hourly = []allmende.Job{{Outlet: "erase", Key: sweepAuth}, {Outlet: "erase", Key: sweepMedia}}
	Daily  = []allmende.Job{{Outlet: "erase", Key: sweepOld}, {Outlet: "erase", Key: sweepBlobs}}
)

// Deps are whom the outlet works with.
type Deps struct {
	DB   *db.DB
	Hub  *live.Hub
	Blob blob.Store
	// Do carries out commands; deleting stays with the core.
	Do func(ctx context.Context, cmd allmende.Command) (allmende.Result, error)
	// Sweep removes sessions and codes that have run out, and shortens the
	// addresses of sessions (row R6); it is auth's.
	Sweep func(ctx context.Context) error
	Log   *slog.Logger
	Now   func() time.Time
}

// Outlet erases.
type Outlet struct {
	Deps
	keep Settings
}

// New makes the outlet.
func New(d Deps, s Settings) *Outlet {
	set := func(v *time.Duration, def time.Duration) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&s.Activities, Defaults.Activities)
	set(&s.Notifications, Defaults.Notifications)
	set(&s.FailedJobs, Defaults.FailedJobs)
	set(&s.LooseMedia, Defaults.LooseMedia)
	set(&s.Blobs, Defaults.Blobs)
	return &Outlet{Deps: d, keep: s}
}

// Options suit this outlet: a sweep may be long, and deletions do not wait for it.
var Options = outlet.Options{Workers: 2, Timeout: time.Hour, Backoff: time.Minute}

// Name implements outlet.Outlet.
func (*Outlet) Name() string { return "erase" }

// Run implements outlet.Outlet. While an actor has more to erase core queues
// the same job again; and core looks what may go, by the state things are in.
func (o *Outlet) Run(ctx context.Context, job allmende.Job) error {
	act := allmende.Act{As: job.Actor, Via: "outlet"}
	var cmd allmende.Command
	switch {
	case job.Key == sweepAuth:
		return o.Sweep(ctx)
	case job.Key == sweepMedia:
		return o.looseMedia(ctx)
	case job.Key == sweepOld:
		return o.old(ctx)
	case job.Key == sweepBlobs:
		return o.blobs(ctx)
	case job.Data == "actor":
		cmd = &allmende.Leave{Act: act, Delete: true}
	case job.Data == "object":
		cmd = &allmende.Delete{Act: act, Object: job.Object}
	default:
		return allmende.E(allmende.Invalid, "job.unknown", "key", job.Key)
	}
	_, err := o.Do(ctx, cmd)
	return err
}
