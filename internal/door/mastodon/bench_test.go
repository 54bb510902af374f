package mastodon_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"allmende"
)

// neighbourhood fills a house: ada follows everybody, everybody writes, and
// some of it is liked.
func neighbourhood(b *testing.B) (*house, *client, allmende.ID) {
	h := newHouse(b)
	ada := h.Member("ada")
	var last allmende.ID
	for i := range 50 {
		m := h.Member("member" + strconv.Itoa(i))
		h.Do(&allmende.Relate{Act: ada.Act(), Kind: allmende.Follow, Target: m.Actor})
		for n := range 4 {
			last = h.Note(m, fmt.Sprintf("Note %d of member %d, with **some** words in it, a #tag%d and @ada, as people write them on a rainy afternoon.", n, i, n))
			if n%2 == 0 {
				h.Do(&allmende.React{Act: ada.Act(), Object: last, Kind: allmende.Like})
			}
		}
	}
	return h, h.app(ada), last
}

// compare measures a call through a real server, and a bare handler that
// writes the same bytes, as the targets ask.
func compare(b *testing.B, path func(allmende.ID) string) {
	h, ada, last := neighbourhood(b)
	answer := ada.get(path(last)).ok()
	ask := func(b *testing.B, handler http.Handler) {
		server := httptest.NewServer(handler)
		defer server.Close()
		r, _ := http.NewRequest("GET", server.URL+path(last), nil)
		r.Header.Set("Authorization", "Bearer "+ada.token)
		r.Header.Set("Accept-Encoding", "identity")
		b.SetBytes(int64(len(answer.body)))
		b.ReportAllocs()
		for b.Loop() {
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			n, err := io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			if err != nil || n < int64(len(answer.body))/2 {
				b.Fatalf("%d bytes: %v", n, err)
			}
		}
	}
	bare := bytes.Clone(answer.body)
	b.Run("call", func(b *testing.B) { ask(b, h.handler) })
	b.Run("bare", func(b *testing.B) {
		ask(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.Header().Set("Content-Length", strconv.Itoa(len(bare)))
			_, _ = w.Write(bare) // the benchmark sees what is missing
		}))
	})
	b.Run("handler", func(b *testing.B) {
		r := httptest.NewRequest("GET", base+path(last), nil)
		r.Header.Set("Authorization", "Bearer "+ada.token)
		b.ReportAllocs()
		for b.Loop() {
			w := &sink{header: http.Header{}}
			h.handler.ServeHTTP(w, r)
			if w.bytes != len(answer.body) {
				b.Fatalf("%d bytes", w.bytes)
			}
		}
	})
}

// sink is an answer that nobody reads.
type sink struct {
	header http.Header
	bytes  int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(p []byte) (int, error) { s.bytes += len(p); return len(p), nil }

func BenchmarkHome(b *testing.B) {
	compare(b, func(allmende.ID) string { return "/api/v1/timelines/home?limit=40" })
}

func BenchmarkPublic(b *testing.B) {
	compare(b, func(allmende.ID) string { return "/api/v1/timelines/public?limit=40" })
}

func BenchmarkStatus(b *testing.B) {
	compare(b, func(id allmende.ID) string { return "/api/v1/statuses/" + id.String() })
}
