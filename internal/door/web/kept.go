package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"

	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/live"
	"allmende/internal/read"
)

// Pages that everybody may see are kept as drawn for those who are not signed
// in, until anything changes that they were drawn from (read.Trail): what
// others need a page cache for, and never stale.
const keptBytes = 24 << 20

// keptFor is how long a page may stand for its words like "5 minutes ago": until
// the youngest thing on it is a sixtieth older, so that no word is far off.
func keptFor(age time.Duration) time.Duration {
	return min(max(age/60, 5*time.Second), time.Hour)
}

type keptKey struct {
	path string
	lang lang.Tag
}

// keptPage is a drawn page, packed: with S2 for those who take it as it is,
// with gzip too once somebody asked for that. It is not changed once kept.
type keptPage struct {
	trail  *read.Trail
	until  time.Time
	tag    string // its ETag
	packed []byte
	by     *s2.Dict
	zipped []byte // nil: nobody has asked for it yet
}

// keptPages are the pages with what packs them. All pages of a language are
// much the same, so each is packed as what differs from the first one: a note's
// page of 7,000 bytes becomes 420, three thousand without.
type keptPages struct {
	*live.Cache[keptKey, *keptPage]
	dicts sync.Map // *s2.Dict by language
}

func newKept() *keptPages {
	return &keptPages{Cache: live.NewCache(keptBytes, func(k keptKey, p *keptPage) uint32 {
		return uint32(500 + len(k.path) + 2*p.trail.Len() + len(p.packed) + len(p.zipped))
	})}
}

// pack makes a page small; what it returns has no spare room.
func (k *keptPages) pack(tag lang.Tag, body []byte) ([]byte, *s2.Dict) {
	dict, ok := k.dicts.Load(tag)
	if !ok {
		dict, _ = k.dicts.LoadOrStore(tag, s2.MakeDict(bytes.Clone(body[:min(len(body), s2.MaxDictSize)]), nil))
	}
	return bytes.Clone(dict.(*s2.Dict).Encode(nil, body)), dict.(*s2.Dict)
}

// body is the page as it is.
func (p *keptPage) body() ([]byte, error) {
	body, err := p.by.Decode(nil, p.packed)
	if err != nil {
		return nil, fmt.Errorf("kept page: %w", err)
	}
	return body, nil
}

// kept answers guests from the pages that are kept, and keeps what h draws.
func (w *Web) kept(h handler) http.HandlerFunc {
	return w.page(func(q *req) error {
		if q.session != nil || q.Method != http.MethodGet || q.URL.RawQuery != "" || q.wantsJSON() {
			return h(q)
		}
		key := keptKey{q.URL.Path, q.lang}
		p, ok := w.pages.Peek(key)
		if !ok || !p.trail.Same() || q.web.Now().After(p.until) {
			return w.keep(q, key, h)
		}
		return w.answerKept(q, key, p)
	})
}

// recorder takes a page down instead of sending it.
type recorder struct {
	http.ResponseWriter
	status int
	body   *bytes.Buffer
}

func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// keep draws a page, keeps it if it is one, and sends it.
func (w *Web) keep(q *req, key keptKey, h handler) error {
	ctx, trail := w.Read.Trail(q.Context())
	to := q.rw
	rec := &recorder{ResponseWriter: to, status: http.StatusOK, body: templ.GetBuffer()}
	defer templ.ReleaseBuffer(rec.body)
	q.Request, q.rw = q.WithContext(ctx), rec
	err := h(q)
	q.rw = to
	if err != nil {
		return err
	}
	body := rec.body.Bytes()
	if rec.status != http.StatusOK {
		to.WriteHeader(rec.status)
		_, err := to.Write(body)
		return err
	}
	trail.End()
	p := &keptPage{trail: trail, until: w.Now().Add(keptFor(w.Now().Sub(q.youngest))), tag: httpx.Tag(body)}
	p.packed, p.by = w.pages.pack(q.lang, body)
	w.pages.Put(key, p, w.pages.Ticket(key))
	if httpx.NotModified(to, q.Request, p.tag, time.Time{}) {
		return nil
	}
	_, err = to.Write(body)
	return err
}

// guestHeader is what drawStatus says of a page for everybody.
func guestHeader(h http.Header, tag lang.Tag) {
	h.Add("Vary", pageVary)
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", pageType)
	h.Set("Content-Language", tag.HTML())
}

// answerKept sends a kept page, or says that the reader has it already.
func (w *Web) answerKept(q *req, key keptKey, p *keptPage) error {
	h := q.rw.Header()
	guestHeader(h, q.lang)
	if httpx.NotModified(q.rw, q.Request, p.tag, time.Time{}) {
		return nil
	}
	if httpx.AcceptsGzip(q.Request) {
		zipped, err := w.zipped(key, p)
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(zipped)))
		_, err = q.rw.Write(zipped)
		return err
	}
	body, err := p.body()
	if err != nil {
		return err
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err = q.rw.Write(body)
	return err
}

// zipped is the page in gzip's form, made once.
func (w *Web) zipped(key keptKey, p *keptPage) ([]byte, error) {
	if p.zipped != nil {
		return p.zipped, nil
	}
	body, err := p.body()
	if err != nil {
		return nil, err
	}
	var to bytes.Buffer
	z, err := gzip.NewWriterLevel(&to, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	both := *p
	both.zipped = bytes.Clone(to.Bytes())
	w.pages.Put(key, &both, w.pages.Ticket(key))
	return both.zipped, nil
}
