package httpx

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// start serves a handler on a free port and returns its address, a stop and
// what Serve returned.
func start(t *testing.T, h http.Handler) (string, context.CancelFunc, <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, h, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(stop)
	return "http://" + l.Addr().String(), stop, done
}

func TestStoppingLetsRequestsFinishAndEndsStreams(t *testing.T) {
	entered, release := make(chan bool, 2), make(chan bool)
	h := observer(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- true
		if r.URL.Path == "/stream" {
			<-Stopping(r.Context())
			_, _ = io.WriteString(w, "bye")
			return
		}
		<-release
		if r.Context().Err() != nil {
			t.Error("the request's context ended before the request")
		}
		_, _ = io.WriteString(w, "finished")
	}))
	address, stop, done := start(t, h)
	answers := make(chan string, 2)
	for _, path := range []string{"/stream", "/slow"} {
		go func() {
			res, err := http.Get(address + path)
			if err != nil {
				answers <- err.Error()
				return
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			answers <- string(b)
		}()
	}
	<-entered
	<-entered
	stop()
	if got := <-answers; got != "bye" {
		t.Errorf("the stream ended with %q", got)
	}
	close(release)
	if got := <-answers; got != "finished" {
		t.Errorf("the slow request got %q", got)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve returned %v", err)
	}
	if _, err := http.Get(address + "/"); err == nil {
		t.Error("it still takes requests")
	}
}

func TestABrokenListenerIsReported(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	err = Serve(t.Context(), l, http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("%v", err)
	}
}

func TestAStuckClientIsCutOff(t *testing.T) {
	w := &deadlines{}
	res := &response{ResponseWriter: w, touched: time.Now().Add(-2 * refresh)}
	for range 3 {
		_, _ = res.Write([]byte("x"))
	}
	if len(w.set) != 1 || time.Until(w.set[0]) > stall || time.Until(w.set[0]) < stall-refresh {
		t.Errorf("an old write deadline was moved to %v", w.set)
	}
	b := &body{ReadCloser: io.NopCloser(strings.NewReader("ab")), control: http.NewResponseController(w)}
	if _, err := io.ReadAll(b); err != nil {
		t.Fatal(err)
	}
	if len(w.read) != 2 || w.read[0].IsZero() || !w.read[1].IsZero() {
		t.Errorf("read deadlines %v: want one while reading, none afterwards", w.read)
	}
}

// deadlines notes what deadlines were set.
type deadlines struct {
	http.ResponseWriter
	set, read []time.Time
}

func (d *deadlines) Write(p []byte) (int, error)         { return len(p), nil }
func (d *deadlines) SetWriteDeadline(at time.Time) error { d.set = append(d.set, at); return nil }
func (d *deadlines) SetReadDeadline(at time.Time) error  { d.read = append(d.read, at); return nil }
