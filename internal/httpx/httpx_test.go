package httpx

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"allmende"
)

// drawn is a door's fail: the status and the key.
func drawn(w http.ResponseWriter, _ *http.Request, err error) {
	var e *allmende.Error
	errors.As(err, &e)
	http.Error(w, e.Key, Status(err))
}

func observer(log io.Writer) Observer {
	return Observer{Log: slog.New(slog.NewJSONHandler(log, nil)), Fail: drawn}
}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryKindHasAStatus(t *testing.T) {
	for kind := allmende.Internal; kind <= allmende.Unavailable; kind++ {
		if status, ok := statuses[kind]; !ok || Status(allmende.E(kind, "x")) != status {
			t.Errorf("kind %d has no status", kind)
		}
	}
	for want, err := range map[int]error{
		200: nil,
		404: fmt.Errorf("wrapped: %w", allmende.E(allmende.NotFound, "x")),
		413: fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 3}),
		499: fmt.Errorf("query: %w", context.Canceled),
		503: allmende.E(allmende.Internal, "x").Because(context.DeadlineExceeded),
		500: errors.New("anything else"),
	} {
		if got := Status(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
	if Ours(allmende.E(allmende.Invalid, "x")) || !Ours(io.ErrUnexpectedEOF) {
		t.Error("whose fault an error is")
	}
}

func TestARequestLeavesOneLineWithItsRouteAndActor(t *testing.T) {
	var log bytes.Buffer
	var seen Exchange
	o := observer(&log)
	o.Measure = func(x Exchange) { seen = x }
	mux := chi.NewRouter()
	mux.Use(o.Wrap)
	mux.Get("/invite/{code}", func(w http.ResponseWriter, r *http.Request) {
		if RequestID(r.Context()) == "" || !Addr(r.Context()).IsValid() {
			t.Error("no id or address inside of a request")
		}
		NoteActor(r.Context(), 77)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "hello")
	})
	w := get(mux, "/invite/secret")
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("not one line: %v in %s", err, &log)
	}
	want := map[string]any{"level": "INFO", "msg": "request", "id": w.Header().Get("X-Request-Id"), "method": "GET",
		"route": "/invite/{code}", "status": 201.0, "bytes": 5.0, "from": "192.0.2.0", "actor": "77"}
	delete(line, "time")
	if ms, ok := line["ms"].(float64); !ok || ms < 0 {
		t.Errorf("no duration in %v", line)
	}
	delete(line, "ms")
	if diff := cmp.Diff(want, line); diff != "" {
		t.Error(diff)
	}
	if seen.Route != "/invite/{code}" || seen.Status != 201 || seen.Bytes != 5 {
		t.Errorf("measured %+v", seen)
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	var log bytes.Buffer
	h := observer(&log).Wrap(Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("ETag", `"x"`)
		panic("broken")
	})))
	w := get(h, "/", "Accept-Encoding", "gzip")
	if w.Code != 500 || !strings.Contains(w.Body.String(), "http.internal") || w.Header().Get("ETag") != "" {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if !strings.Contains(log.String(), "broken") || !strings.Contains(log.String(), "httpx_test.go") {
		t.Errorf("the log lacks the cause or the place: %s", &log)
	}
}

func TestAPanicInTheMiddleTearsTheConnectionDown(t *testing.T) {
	h := observer(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an ans")
		panic("broken")
	}))
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("panicked with %v", p)
		}
	}()
	get(h, "/")
	t.Error("the half answer passed for a whole one")
}

func TestForwardedHeadersCountOnlyFromProxies(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ name, peer, forwarded, want string }{
		{"no proxy at all", "203.0.113.9:1", "", "203.0.113.9"},
		{"a stranger lies", "203.0.113.9:1", "198.51.100.1", "203.0.113.9"},
		{"one proxy", "127.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"two proxies", "127.0.0.1:1", "198.51.100.1, 10.1.2.3", "198.51.100.1"},
		{"the client put something in front", "127.0.0.1:1", "1.2.3.4, 198.51.100.1", "198.51.100.1"},
		{"garbage is not believed", "127.0.0.1:1", "1.2.3.4, nonsense", "127.0.0.1"},
		{"IPv6 with port", "[::ffff:127.0.0.1]:1", "[2001:db8::1]:443", "2001:db8::1"},
		{"only proxies", "127.0.0.1:1", "10.0.0.7", "10.0.0.7"},
		{"a local socket", "@", "198.51.100.1", "invalid IP"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := ClientAddr(r, proxies).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAddressesAreShortened(t *testing.T) {
	for addr, want := range map[string][2]string{
		"192.0.2.77":             {"192.0.2.0", "192.0.2.77"},
		"::ffff:192.0.2.77":      {"192.0.2.0", "192.0.2.77"},
		"2001:db8:1:2:3:4:5:6":   {"2001:db8:1::", "2001:db8:1:2::/64"},
		"2001:db8:1:2:ffff::abc": {"2001:db8:1::", "2001:db8:1:2::/64"},
	} {
		a := netip.MustParseAddr(addr)
		if got := [2]string{ShortAddr(a), AddrKey(a)}; got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
	if ShortAddr(netip.Addr{}) != "" {
		t.Error("no address has a short form")
	}
}

func TestPagesCarryTheSecurityHeaders(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		Allow(w, "form-action", "https://app.example", "myapp:", "*", "evil; script-src x", "'unsafe-inline'")
		Allow(w, "frame-src", "https://films.example")
	})
	h := get(Secure(true)(page), "/").Header()
	policy := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none';", "script-src 'self';", "form-action 'self' https://app.example myapp:;",
		"base-uri 'none'", "frame-ancestors 'none'", "frame-src https://films.example"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%q is missing in %s", part, policy)
		}
	}
	for _, bad := range []string{"unsafe", "evil", "*"} {
		if strings.Contains(policy, bad) {
			t.Errorf("%q got into %s", bad, policy)
		}
	}
	if h.Get("Strict-Transport-Security") == "" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers: %v", h)
	}
	if get(Secure(false)(page), "/").Header().Get("Strict-Transport-Security") != "" {
		t.Error("http must not be locked to https")
	}
}

func TestCompressLeavesAloneWhatItShould(t *testing.T) {
	long := strings.Repeat("meadow ", 400)
	for _, c := range []struct {
		name, accept, kind, text string
		status                   int
		header                   [2]string
		want                     bool
	}{
		{name: "a page", accept: "br, gzip;q=0.8", kind: "text/html; charset=utf-8", text: long, want: true},
		{name: "a protocol's JSON", accept: "gzip", kind: "application/activity+json", text: long, want: true},
		{name: "an unnamed type is looked at", accept: "*", text: long, want: true},
		{name: "a known length", accept: "gzip", kind: "text/plain", text: long, header: [2]string{"Content-Length", "2800"}, want: true},
		{name: "a short page", accept: "gzip", kind: "text/html", text: "short"},
		{name: "not asked for", kind: "text/html", text: long},
		{name: "refused", accept: "gzip;q=0, br", kind: "text/html", text: long},
		{name: "a picture", accept: "gzip", kind: "image/webp", text: long},
		{name: "a stream", accept: "gzip", kind: "text/event-stream", text: long},
		{name: "a part", accept: "gzip", kind: "text/plain", text: long, status: 206},
		{name: "already encoded", accept: "gzip", kind: "text/html", text: long, header: [2]string{"Content-Encoding", "br"}},
	} {
		h := Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.kind != "" {
				w.Header().Set("Content-Type", c.kind)
			}
			if c.header[0] != "" {
				w.Header().Set(c.header[0], c.header[1])
			}
			w.Header().Set("ETag", `"strong"`)
			w.WriteHeader(max(200, c.status))
			for piece := range strings.SplitAfterSeq(c.text, " ") {
				_, _ = io.WriteString(w, piece)
			}
		}))
		w := get(h, "/", "Accept-Encoding", c.accept)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != c.want {
			t.Errorf("%s: compressed is %v", c.name, got)
			continue
		}
		text := w.Body.String()
		if c.want {
			text = unzip(t, w.Body)
			if w.Header().Get("Content-Length") != "" || w.Header().Get("ETag") != `W/"strong"` {
				t.Errorf("%s: headers of the uncompressed text: %v", c.name, w.Header())
			}
		}
		if text != c.text {
			t.Errorf("%s: the text came out wrong (%d bytes)", c.name, len(text))
		}
	}
}

func unzip(t *testing.T, r io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCompressedPiecesCanBeFlushed(t *testing.T) {
	first, second := make(chan bool), make(chan bool)
	s := httptest.NewServer(observer(io.Discard).Wrap(Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, strings.Repeat("first ", 300))
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		close(first)
		<-second
	}))))
	defer s.Close()
	res, err := http.Get(s.URL) // the client asks for gzip and unpacks by itself
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	<-first
	b := make([]byte, 6)
	if _, err := io.ReadFull(res.Body, b); err != nil || string(b) != "first " || !res.Uncompressed {
		t.Errorf("%q, %v, compressed %v", b, err, res.Uncompressed)
	}
	close(second)
}

func TestFilesKeepTheirRangesAndLengths(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film")
	content := bytes.Repeat([]byte("0123456789"), 1_000_000) // more than two chunks
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(observer(io.Discard).Wrap(Compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeFile(w, r, path)
	}))))
	defer s.Close()
	for asked, want := range map[string][]byte{"": content, "bytes=5-9000005": content[5:9000006], "bytes=-3": content[len(content)-3:]} {
		r, _ := http.NewRequest(http.MethodGet, s.URL, nil)
		if asked != "" {
			r.Header.Set("Range", asked)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || !bytes.Equal(got, want) || res.ContentLength != int64(len(want)) {
			t.Errorf("range %q: %d bytes (%d said), %v", asked, len(got), res.ContentLength, err)
		}
	}
}

func TestJSONIsWrittenWholeOrNotAtAll(t *testing.T) {
	w := httptest.NewRecorder()
	if err := WriteJSON(w, http.StatusAccepted, map[string]string{"a": "<b>"}); err != nil {
		t.Fatal(err)
	}
	if w.Code != 202 || w.Body.String() != "{\"a\":\"<b>\"}\n" || w.Header().Get("Content-Length") != "12" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	w = httptest.NewRecorder()
	if err := WriteJSON(w, 200, func() {}); err == nil || w.Body.Len() > 0 {
		t.Errorf("unwritable: %v, %q", err, w.Body)
	}
}

func TestWhatTheClientHasIsNotSentAgain(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 500, time.UTC)
	tag := Tag("page", 7, []byte("text"))
	if tag == Tag("page7", "text") || tag != Tag("page", 7, []byte("text")) {
		t.Error("tags must differ by their parts and agree on the same ones")
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !NotModified(w, r, tag, at) {
			_, _ = io.WriteString(w, "text")
		}
	})
	for _, c := range []struct {
		name   string
		header []string
		want   int
	}{
		{"nothing asked", nil, 200},
		{"the same tag", []string{"If-None-Match", `"other", ` + tag}, 304},
		{"the same tag, strong", []string{"If-None-Match", strings.TrimPrefix(tag, "W/")}, 304},
		{"any", []string{"If-None-Match", "*"}, 304},
		{"another tag wins over the time", []string{"If-None-Match", `"old"`, "If-Modified-Since", at.Format(http.TimeFormat)}, 200},
		{"the same second", []string{"If-Modified-Since", at.Format(http.TimeFormat)}, 304},
		{"an older one", []string{"If-Modified-Since", at.Add(-time.Second).Format(http.TimeFormat)}, 200},
		{"nonsense", []string{"If-Modified-Since", "yesterday"}, 200},
	} {
		if w := get(h, "/", c.header...); w.Code != c.want || w.Header().Get("ETag") != tag {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

func TestABucketRefillsWithTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(60) // one a second, thirty at once
		passed := 0
		for range 40 {
			if _, ok := l.Take("a"); ok {
				passed++
			}
		}
		if passed != 30 {
			t.Errorf("%d passed at once, want 30", passed)
		}
		if q, ok := l.Take("a"); ok || q.Retry != time.Second || q.Remaining != 0 {
			t.Errorf("empty bucket: %+v, %v", q, ok)
		}
		if q, ok := l.Take("b"); !ok || q.Remaining != 29 {
			t.Errorf("another key: %+v, %v", q, ok)
		}
		<-time.After(2 * time.Second)
		if q, ok := l.Take("a"); !ok || q.Remaining != 1 {
			t.Errorf("after two seconds: %+v, %v", q, ok)
		}
	})
}

func TestALimiterForgetsTheOldestKeysOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // no time passes, so no bucket refills
		l := NewLimiter(2)
		passed := 0
		for i := range 5 * maxKeys {
			l.Take(fmt.Sprint("stranger", i))
			if _, ok := l.Take("regular"); ok {
				passed++
			}
		}
		if n := len(l.recent) + len(l.earlier); n > maxKeys {
			t.Errorf("%d keys are kept, more than %d", n, maxKeys)
		}
		if passed != 1 {
			t.Errorf("the bucket of a busy key was forgotten: %d passed, want 1", passed)
		}
	})
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	h := observer(io.Discard).Wrap(NewLimiter(2).Guard(ByAddr, drawn)(ok))
	first, second := get(h, "/"), get(h, "/")
	if first.Code != 204 || first.Header().Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("first: %d %v", first.Code, first.Header())
	}
	if second.Code != 429 || second.Header().Get("Retry-After") != "30" {
		t.Errorf("second: %d %v", second.Code, second.Header())
	}
	var off *Limiter
	if w := get(off.Guard(ByAddr, drawn)(ok), "/"); w.Code != 204 {
		t.Errorf("switched off: %d", w.Code)
	}
	if _, pass := off.Take("x"); !pass {
		t.Error("switched off, yet it counts")
	}
}
