package web

import (
	"bytes"
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
// others need a page cache for, and never stale. What they were drawn from stands
// in memory, the pages themselves on the shelf.
const keptBytes = 16 << 20

// keptFor is how long a page may stand for its words like "5 minutes ago": until
// the youngest thing on it is a sixtieth older, so that no word is far off.
func keptFor(age time.Duration) time.Duration {
	return min(max(age/60, 5*time.Second), time.Hour)
}

type keptKey struct {
	path string
	lang lang.Tag
}

// keptPage is a drawn page: for those who take it as it is, packed if that
// makes it small; with gzip too once somebody asked for that. It is not changed
// once kept.
type keptPage struct {
	trail  *read.Trail
	until  time.Time
	tag    string // its ETag
	whole  live.Place
	by     *s2.Dict   // packs the whole; nil: it stands as it is
	zipped live.Place // nowhere: nobody has asked for it yet
}

// keptPages are the pages with what packs them. All pages of a language are
// much the same, so each can be packed as what differs from the first one: a
// note's page of 7,000 bytes becomes 420, three thousand without.
type keptPages struct {
	*live.Cache[keptKey, *keptPage]
	shelf   *live.Shelf
	dicts   sync.Map  // *s2.Dict by language
	buffers sync.Pool // of *[]byte
}

func newKept(shelf *live.Shelf) *keptPages {
	return &keptPages{shelf: shelf, buffers: sync.Pool{New: func() any { return new([]byte) }},
		Cache: live.NewCache(keptBytes, func(k keptKey, p *keptPage) uint32 {
			return uint32(280 + len(k.path) + 4*p.trail.Len())
		})}
}

// mostPacked is the size from which on a page stands as it is, since unpacking
// it takes longer than reading it.
const mostPacked = 1 << 10

// shelve puts a page on the shelf; false when there is no room.
func (k *keptPages) shelve(tag lang.Tag, body []byte) (live.Place, *s2.Dict, bool) {
	d, ok := k.dicts.Load(tag)
	if !ok {
		d, _ = k.dicts.LoadOrStore(tag, s2.MakeDict(bytes.Clone(body[:min(len(body), s2.MaxDictSize)]), nil))
	}
	dict := d.(*s2.Dict)
	room := k.buffer()
	defer k.done(room)
	if *room = dict.Encode((*room)[:cap(*room)], body); len(*room) > mostPacked {
		place, ok := k.shelf.Put(body)
		return place, nil, ok
	}
	place, ok := k.shelf.Put(*room)
	return place, dict, ok
}

// body appends a page as it is; false when it is no longer there.
func (k *keptPages) body(to []byte, p *keptPage) ([]byte, bool) {
	if p.by == nil {
		return k.shelf.Read(to, p.whole)
	}
	room := k.buffer()
	defer k.done(room)
	var ok bool
	if *room, ok = k.shelf.Read(*room, p.whole); !ok {
		return to, false
	}
	body, err := p.by.Decode(to[:cap(to)], *room)
	return body, err == nil
}

// buffer is empty room to work in, given back with done.
func (k *keptPages) buffer() *[]byte {
	room := k.buffers.Get().(*[]byte)
	*room = (*room)[:0]
	return room
}

func (k *keptPages) done(room *[]byte) { k.buffers.Put(room) }

// kept answers guests from the pages that are kept, and keeps what h draws.
func (w *Web) kept(h handler) http.HandlerFunc {
	return w.page(func(q *req) error {
		if q.session != nil || q.Method != http.MethodGet || q.URL.RawQuery != "" || q.wantsJSON() {
			return h(q)
		}
		key := keptKey{q.URL.Path, q.lang}
		p, ok := w.pages.Peek(key)
		if ok && p.trail.Same() && !q.web.Now().After(p.until) {
			if there, err := w.answerKept(q, key, p); there {
				return err
			}
		}
		return w.keep(q, key, h)
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
	var ok bool
	if p.whole, p.by, ok = w.pages.shelve(q.lang, body); ok {
		w.pages.Put(key, p, w.pages.Ticket(key))
	}
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

// answerKept sends a kept page, or says that the reader has it already; false
// when the page is no longer there.
func (w *Web) answerKept(q *req, key keptKey, p *keptPage) (there bool, err error) {
	room := w.pages.buffer()
	defer w.pages.done(room)
	form := w.pages.body
	zip := httpx.AcceptsGzip(q.Request)
	if zip {
		form = func(to []byte, p *keptPage) ([]byte, bool) { return w.pages.zip(to, key, p) }
	}
	if *room, there = form(*room, p); !there {
		return false, nil
	}
	h := q.rw.Header()
	guestHeader(h, q.lang)
	if httpx.NotModified(q.rw, q.Request, p.tag, time.Time{}) {
		return true, nil
	}
	if zip {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(*room)))
	_, err = q.rw.Write(*room)
	return true, err
}

// zip appends a page in gzip's form, made once; false when the page is no
// longer there.
func (k *keptPages) zip(to []byte, key keptKey, p *keptPage) ([]byte, bool) {
	if k.shelf.Holds(p.zipped) {
		return k.shelf.Read(to, p.zipped)
	}
	room := k.buffer()
	defer k.done(room)
	var ok bool
	if *room, ok = k.body(*room, p); !ok {
		return to, false
	}
	into := bytes.NewBuffer(to)
	z, err := gzip.NewWriterLevel(into, gzip.BestCompression)
	if err != nil {
		return to, false
	}
	if _, err := z.Write(*room); err != nil {
		return to, false
	}
	if err := z.Close(); err != nil {
		return to, false
	}
	both := *p
	if both.zipped, ok = k.shelf.Put(into.Bytes()); ok {
		k.Put(key, &both, k.Ticket(key))
	}
	return into.Bytes(), true
}
