// Package erase is the way out for what was deleted: people and organisations
// at once, one part of their objects after the other, and the texts and files
// of deleted objects after the grace time. It only asks core; what may go is
// decided there, by the state things are in now.
package erase

import (
	"context"

	"allmende"
	"allmende/internal/outlet"
)

// Do carries out a command (core.Do).
type Do func(ctx context.Context, cmd allmende.Command) (allmende.Result, error)

// Outlet erases.
type Outlet struct{ do Do }

// New makes the outlet.
func New(do Do) *Outlet { return &Outlet{do: do} }

// Options suit this outlet: nobody waits for it.
var Options = outlet.Options{Workers: 1, Batch: 4}

// Name implements outlet.Outlet.
func (*Outlet) Name() string { return "erase" }

// Run implements outlet.Outlet. While an actor has more to erase core queues
// the same job again.
func (o *Outlet) Run(ctx context.Context, job allmende.Job) error {
	act := allmende.Act{As: job.Actor, Via: "outlet"}
	var cmd allmende.Command
	switch job.Data {
	case "actor":
		cmd = &allmende.Leave{Act: act, Delete: true}
	case "object":
		cmd = &allmende.Delete{Act: act, Object: job.Object}
	default:
		return allmende.E(allmende.Invalid, "error.command", "verb", "erase "+job.Data)
	}
	_, err := o.do(ctx, cmd)
	return err
}
