package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"allmende/internal/httpx"
)

// stopTime is how long outlets may take to let go of their jobs once the
// server was told to stop; requests drain at the same time.
const stopTime = 9 * time.Second

// Serve starts the outlets and answers until ctx ends; then requests under way
// finish and jobs are let go, within ten seconds.
func (h *House) Serve(ctx context.Context) error {
	l, err := net.Listen("tcp", h.Config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return h.ServeOn(ctx, l)
}

// ServeOn is Serve on a listener that is there already; it is closed in the end.
func (h *House) ServeOn(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	hangUp, err := h.control(ctx)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer hangUp()
	if err := h.Runner.Start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	h.Log.Info("listening", "address", l.Addr().String(), "url", h.Config.URL)
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		patience, done := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer done()
		stopped <- h.Runner.Stop(patience)
	})
	err = httpx.Serve(ctx, l, h.Handler, h.Log)
	cancel()
	return errors.Join(err, <-stopped)
}
