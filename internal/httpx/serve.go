package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// drain is how long requests under way may go on once the server was told to
// stop; together with what else has to be closed it stays below ten seconds.
const drain = 8 * time.Second

type stoppingKey struct{}

// Stopping is closed when the server was told to stop. Streams and sockets end
// by it; all other requests just finish. Outside of Serve it is never closed.
func Stopping(ctx context.Context) <-chan struct{} {
	stop, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return stop
}

// Serve answers requests until ctx is done, then lets those under way finish
// and returns nil. What takes too long is cut off. It closes the listener.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	base, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, ctx.Done()))
	defer cancel()
	server := &http.Server{
		Handler:           h,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // broken handshakes, scanners
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      stall, // moved on by Observer while the client reads
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	patience, done := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer done()
	err := server.Shutdown(patience)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("cut off requests that did not finish in time", "after", drain)
		cancel()
		err = server.Close()
	}
	if err != nil {
		return fmt.Errorf("stop serving on %s: %w", l.Addr(), err)
	}
	return nil
}
