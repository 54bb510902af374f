package httpx

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
)

// Fail draws an error in a door's own dialect.
type Fail func(w http.ResponseWriter, r *http.Request, err error)

// Exchange is what is known of a request once it was answered.
type Exchange struct {
	Method, Route string // Route is the pattern, "/@{name}", not the path
	Status        int
	Bytes         int64
	Took          time.Duration
}

// Observer gives every request an id and a client address, writes its one log
// line, and turns a panic into an answer. It also cuts off clients that
// neither read nor write for a minute.
type Observer struct {
	Log     *slog.Logger
	Proxies []netip.Prefix // whose forwarded headers are believed
	Fail    Fail           // draws the answer to a panic
	Measure func(Exchange) // told of every exchange, for metrics; may be nil
}

// trace is what belongs to one request; only that request's goroutine writes it.
type trace struct {
	id    string
	addr  netip.Addr
	actor allmende.ID
	after []func()
}

type traceKey struct{}

func traceOf(ctx context.Context) *trace {
	if t, ok := ctx.Value(traceKey{}).(*trace); ok {
		return t
	}
	return &trace{}
}

// RequestID is the id of the request that ctx belongs to; empty outside of one.
func RequestID(ctx context.Context) string { return traceOf(ctx).id }

// Addr is the client's address; not valid outside of a request.
func Addr(ctx context.Context) netip.Addr { return traceOf(ctx).addr }

// NoteActor tells the log who asked. It carries no rights: the viewer itself is
// passed as a parameter.
func NoteActor(ctx context.Context, actor allmende.ID) { traceOf(ctx).actor = actor }

// afterwards runs f when the request was answered.
func afterwards(ctx context.Context, f func()) {
	t := traceOf(ctx)
	t.after = append(t.after, f)
}

// Wrap is the middleware.
func (o Observer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		t := &trace{id: strconv.FormatUint(rand.Uint64(), 36), addr: ClientAddr(r, o.Proxies)}
		w.Header().Set("X-Request-Id", t.id)
		res := &response{ResponseWriter: w, touched: start}
		r = r.WithContext(context.WithValue(r.Context(), traceKey{}, t))
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &body{ReadCloser: r.Body, control: http.NewResponseController(w)}
		}
		defer o.finish(res, r, t, start)
		next.ServeHTTP(res, r)
	})
}

// finish recovers from a panic, cleans up and writes the log line.
func (o Observer) finish(res *response, r *http.Request, t *trace, start time.Time) {
	abort := o.recovered(recover(), res, r, t)
	for _, f := range t.after {
		f()
	}
	x := Exchange{Method: r.Method, Route: route(r), Status: res.Status(), Bytes: res.bytes, Took: time.Since(start)}
	if r.Context().Err() != nil && res.status == 0 {
		x.Status = statusCanceled
	}
	o.line(r.Context(), t, x)
	if o.Measure != nil {
		o.Measure(x)
	}
	if abort {
		panic(http.ErrAbortHandler) // the server closes the connection, so that half an answer is not taken for a whole one
	}
}

// recovered logs a panic and answers it when nothing was sent yet; it tells
// whether the connection must be torn down.
func (o Observer) recovered(p any, res *response, r *http.Request, t *trace) (abort bool) {
	switch {
	case p == nil:
		return false
	case p == http.ErrAbortHandler:
		return true
	}
	o.Log.LogAttrs(r.Context(), slog.LevelError, "panic in a request",
		slog.String("id", t.id), slog.String("route", route(r)), slog.String("panic", fmt.Sprint(p)), slog.String("stack", string(debug.Stack())))
	if res.status != 0 {
		return true
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "ETag", "Last-Modified", "Cache-Control"} {
		res.Header().Del(name) // they described the answer that did not come
	}
	o.Fail(res, r, allmende.E(allmende.Internal, "http.internal", "id", t.id))
	return false
}

func (o Observer) line(ctx context.Context, t *trace, x Exchange) {
	level := slog.LevelInfo
	if x.Status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	if !o.Log.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 8)
	attrs = append(attrs, slog.String("id", t.id), slog.String("method", x.Method), slog.String("route", x.Route),
		slog.Int("status", x.Status), slog.Float64("ms", float64(x.Took.Microseconds())/1000), slog.Int64("bytes", x.Bytes),
		slog.String("from", ShortAddr(t.addr)))
	if t.actor != 0 {
		attrs = append(attrs, slog.String("actor", t.actor.String()))
	}
	o.Log.LogAttrs(ctx, level, "request", attrs...)
}

// route is the pattern that matched; paths are not logged, since they may hold
// secrets (invitations, media of a circle).
func route(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		if pattern := c.RoutePattern(); pattern != "" {
			return pattern
		}
	}
	if r.Pattern != "" {
		return r.Pattern
	}
	return "(none)"
}
