package httpx

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// smallest is the size below which compressing saves less than its header costs.
const smallest = 1 << 10

// gzipWriters are reused; one holds several hundred kilobytes.
var gzipWriters = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, 5)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}}

// Compress sends text to clients that understand gzip in that form. It leaves
// alone what is small, already encoded, a part of a file, or an event stream.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		z := &compressor{ResponseWriter: w, wanted: AcceptsGzip(r) && r.Method != http.MethodHead}
		defer z.drop() // after a panic nothing is ended properly: the Observer decides
		next.ServeHTTP(z, r)
		z.close()
	})
}

// AcceptsGzip tells whether the client takes gzip, by Accept-Encoding (RFC 9110, 12.5.3).
func AcceptsGzip(r *http.Request) bool {
	for _, value := range r.Header.Values("Accept-Encoding") {
		for item := range strings.SplitSeq(value, ",") {
			name, params, _ := strings.Cut(item, ";")
			if name = strings.TrimSpace(name); !strings.EqualFold(name, "gzip") && name != "*" {
				continue
			}
			q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			weight, err := strconv.ParseFloat(q, 64)
			return !ok || err == nil && weight > 0
		}
	}
	return false
}

// compressor holds the first bytes back until it knows whether to compress.
type compressor struct {
	http.ResponseWriter
	wanted  bool
	status  int // as the handler set it; 0 before
	decided bool
	held    []byte
	gz      *gzip.Writer // nil when not compressing
}

// Unwrap lets http.ResponseController reach the connection.
func (z *compressor) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *compressor) WriteHeader(status int) {
	if status < http.StatusOK {
		z.ResponseWriter.WriteHeader(status)
		return
	}
	if z.status != 0 {
		return
	}
	z.status = status
	h := z.Header()
	if compressible(h.Get("Content-Type")) {
		h.Add("Vary", "Accept-Encoding")
	}
	length, err := strconv.Atoi(h.Get("Content-Length"))
	if !z.wanted || !z.suits() || err == nil && length < smallest {
		z.decide(false)
	} else if err == nil {
		z.decide(true)
	}
}

// suits tells whether this answer may be compressed at all. An answer without a
// type is looked at once its first bytes are there.
func (z *compressor) suits() bool {
	h := z.Header()
	plain := z.status != http.StatusNoContent && z.status != http.StatusNotModified && z.status != http.StatusPartialContent
	kind := h.Get("Content-Type")
	return plain && h.Get("Content-Encoding") == "" && (kind == "" || compressible(kind))
}

func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "text/event-stream":
		return false
	case "application/javascript", "application/json", "application/xml", "application/manifest+json", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}

// decide sends the header and what was held back.
func (z *compressor) decide(compress bool) {
	z.decided = true
	h := z.Header()
	if compress {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		if tag := h.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
			h.Set("ETag", "W/"+tag) // the bytes are no longer those of the tag
		}
		z.gz = gzipWriters.Get().(*gzip.Writer)
		z.gz.Reset(z.ResponseWriter)
	}
	z.ResponseWriter.WriteHeader(z.status)
}

func (z *compressor) Write(p []byte) (int, error) {
	if z.status == 0 {
		z.WriteHeader(http.StatusOK)
	}
	if !z.decided {
		z.held = append(z.held, p...)
		if len(z.held) < smallest {
			return len(p), nil
		}
		return len(p), z.release()
	}
	if z.gz != nil {
		return z.gz.Write(p)
	}
	return z.ResponseWriter.Write(p)
}

// release decides by what was held back, and sends it.
func (z *compressor) release() error {
	h := z.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", http.DetectContentType(z.held))
	}
	z.decide(len(z.held) >= smallest && z.suits())
	held := z.held
	z.held = nil
	if len(held) == 0 {
		return nil
	}
	_, err := z.Write(held)
	return err
}

// ReadFrom keeps sendfile for files that are not compressed.
func (z *compressor) ReadFrom(src io.Reader) (int64, error) {
	if z.status == 0 {
		z.WriteHeader(http.StatusOK)
	}
	if to, ok := z.ResponseWriter.(io.ReaderFrom); ok && z.decided && z.gz == nil {
		return to.ReadFrom(src)
	}
	return io.Copy(struct{ io.Writer }{z}, src)
}

// FlushError sends what there is, for pages that come in pieces.
func (z *compressor) FlushError() error {
	if z.status == 0 {
		z.WriteHeader(http.StatusOK)
	}
	if !z.decided {
		if err := z.release(); err != nil {
			return err
		}
	}
	if z.gz != nil {
		if err := z.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(z.ResponseWriter).Flush()
}

// Flush is FlushError for those who know only http.Flusher.
func (z *compressor) Flush() { _ = z.FlushError() }

func (z *compressor) close() {
	if z.status != 0 && !z.decided {
		_ = z.release() // it fails only when the client is gone
	}
	if z.gz != nil {
		_ = z.gz.Close()
	}
}

// drop gives the writer back without an ending.
func (z *compressor) drop() {
	if z.gz != nil {
		z.gz.Reset(io.Discard)
		gzipWriters.Put(z.gz)
		z.gz = nil
	}
}
