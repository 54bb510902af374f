package httpx

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// buffers are reused between answers; very large ones are left to the collector.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const maxPooled = 1 << 20

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= maxPooled {
		b.Reset()
		buffers.Put(b)
	}
}

// WriteJSON answers with a value as JSON. Nothing is sent when the value cannot
// be written, so that the caller can still fail.
func WriteJSON(w http.ResponseWriter, status int, value any) error {
	b := buffers.Get().(*bytes.Buffer)
	defer putBuffer(b)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	WriteBytes(w, status, "application/json; charset=utf-8", b.Bytes())
	return nil
}

// WriteBytes answers with bytes of a type, unless the handler set another type.
func WriteBytes(w http.ResponseWriter, status int, contentType string, b []byte) {
	h := w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // it fails only when the client is gone
}

// tagSeed differs in each process: a tag from before a restart never matches,
// which costs one answer and spares us storing anything.
var tagSeed = maphash.MakeSeed()

// Tag makes a weak ETag from whatever an answer depends on: bytes, a revision,
// a language, a viewer.
func Tag(parts ...any) string {
	var h maphash.Hash
	h.SetSeed(tagSeed)
	for _, p := range parts {
		switch v := p.(type) {
		case []byte:
			_, _ = h.Write(v) // a Hash's Write never fails
		case string:
			_, _ = h.WriteString(v)
		default:
			_, _ = fmt.Fprint(&h, v)
		}
		_ = h.WriteByte(0)
	}
	return `W/"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)) + `"`
}

// NotModified sets the ETag (and the time of the last change, unless it is
// zero), and answers 304 when the client has this state already; then the
// handler is done.
func NotModified(w http.ResponseWriter, r *http.Request, tag string, changed time.Time) bool {
	h := w.Header()
	h.Set("ETag", tag)
	if !changed.IsZero() {
		h.Set("Last-Modified", changed.UTC().Format(http.TimeFormat))
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if !fresh(r, tag, changed) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// fresh follows RFC 9110, 13.2.2: If-None-Match counts before If-Modified-Since.
func fresh(r *http.Request, tag string, changed time.Time) bool {
	if asked := r.Header.Values("If-None-Match"); len(asked) > 0 {
		for _, candidate := range strings.Split(strings.Join(asked, ","), ",") {
			candidate = strings.TrimSpace(candidate)
			if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !changed.IsZero() && !changed.Truncate(time.Second).After(since)
}

// Private says that an answer is made for one person and kept by no cache.
func Private(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-store") }

// Revalidate says that an answer may be kept but must be asked for each time.
func Revalidate(w http.ResponseWriter) { w.Header().Set("Cache-Control", "private, no-cache") }

// Immutable says that an address always gives the same public answer.
func Immutable(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
}
