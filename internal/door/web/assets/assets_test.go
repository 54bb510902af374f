package assets

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func get(t *testing.T, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFilesAreServedForEverAndCompressed(t *testing.T) {
	for _, name := range []string{"app.js", "app.css", "icons.svg"} {
		plain := body(t, get(t, URL(name), "").Body)
		gz := get(t, URL(name), "gzip, deflate")
		br := get(t, URL(name), "gzip, br")
		zr, err := gzip.NewReader(gz.Body)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) == 0 || !bytes.Equal(plain, body(t, zr)) || !bytes.Equal(plain, body(t, brotli.NewReader(br.Body))) {
			t.Errorf("%s: the compressed twins differ", name)
		}
		h := gz.Header
		if !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: headers %v", name, h)
		}
	}
}

func TestRefusedCodingsAreNotUsed(t *testing.T) {
	if got := get(t, URL("app.css"), "br;q=0, gzip;q=0").Header.Get("Content-Encoding"); got != "" {
		t.Errorf("sent as %s", got)
	}
}

func TestUnknownNamesAreNotFound(t *testing.T) {
	for _, path := range []string{"/assets/app.js", "/assets/", "/assets/../assets.go", "/assets/manifest.json"} {
		if got := get(t, path, "").StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
}

func TestAKnownFileIsNotSentAgain(t *testing.T) {
	r := httptest.NewRequest("GET", URL("app.js"), nil)
	r.Header.Set("If-None-Match", get(t, URL("app.js"), "").Header.Get("ETag"))
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	if w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("%d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestAPageNeedsFewBytes(t *testing.T) {
	sum := 0
	for _, name := range []string{"app.js", "app.css"} {
		sum += len(body(t, get(t, URL(name), "gzip").Body))
	}
	if sum > 25_000 {
		t.Errorf("script and style need %d bytes, at most 25,000", sum)
	}
}
