// Package feed is the door for feed readers: Atom (RFC 4287), RSS 2.0 and JSON
// Feed 1.1 of every actor, tag, the wiki, an article's comments and the whole
// community (row B12). Feeds hold what everyone may see, nothing else.
package feed

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/live"
	"allmende/internal/read"
	"allmende/internal/text"
)

// size is how many things one page of a feed holds.
const size = 20

// Deps are what the door needs.
type Deps struct {
	Read          *read.Reader
	Hub           *live.Hub
	Log           *slog.Logger
	Now           func() time.Time
	BaseURL       string
	AccountDomain string
}

// Door answers feed readers.
type Door struct {
	Deps
	ready *live.Cache[string, *rendered]
}

// rendered is a feed as sent, kept until something in it may have changed.
type rendered struct {
	body    []byte
	kind    string
	tag     string
	changed time.Time // nothing in it has changed since; to the second, rounded up
}

// New makes the door. Feeds are kept as sent; any commit that touches a stream
// or an object drops them all, so that none is ever stale.
func New(d Deps) *Door {
	f := &Door{Deps: d, ready: live.NewCache(8<<20, func(_ string, r *rendered) uint32 { return uint32(len(r.body) + 200) })}
	d.Hub.Listen(func(n live.News) {
		if len(n.Objects)+len(n.Entries)+len(n.Dropped)+len(n.Actors)+len(n.Media) > 0 || n.Site {
			f.ready.Clear()
		}
	})
	return f
}

// Routes adds the feeds to a router.
func (f *Door) Routes(r chi.Router) {
	r.Get("/feed.{form:atom|rss|json}", f.answer(f.community))
	r.Get("/wiki/feed.{form:atom|rss|json}", f.answer(f.wiki))
	r.Get("/tags/{tag}/feed.{form:atom|rss|json}", f.answer(f.tag))
	r.Get("/@{name}/feed.{form:atom|rss|json}", f.answer(f.actor))
	r.Get("/@{name}/articles.{form:atom|rss|json}", f.answer(f.articles))
	r.Get("/o/{id:[0-9]+}/comments.{form:atom|rss|json}", f.answer(f.comments))
}

// Feed is a list of things in the words all forms share.
type Feed struct {
	Title, Text, Lang string
	Home              string // full address of the page it belongs to
	Self              string // full address of the feed
	Next              string // full address of the older part (RFC 5005); empty at the end
	Icon              string
	Author            string
	Updated           time.Time
	Items             []Item
}

// Item is one thing of a feed.
type Item struct {
	ID, Link           string // full addresses
	Title, Summary     string
	HTML               string // with full addresses
	Authors            []Author
	Tags               []string
	Lang               string
	Published, Updated time.Time
	Files              []File
	Comments           string // full address of the conversation's page
}

// Author is who made a thing.
type Author struct{ Name, URL, Avatar string }

// File is a picture, sound or film to go with an item.
type File struct {
	URL, MIME string
	Size      int64
	Seconds   int
	Alt       string
}

// source finds out what a feed holds.
type source func(ctx context.Context, r *http.Request, span allmende.Span) (*Feed, *read.Bundle, error)

// answer draws a source in the form that the address asks for.
func (f *Door) answer(load source) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key := r.URL.Path + "?" + r.URL.Query().Get("before")
		got, err := f.ready.Get(key, func() (*rendered, error) { return f.render(r, load) })
		if err != nil {
			f.fail(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		if httpx.NotModified(w, r, got.tag, f.lastModified(got)) {
			return
		}
		httpx.WriteBytes(w, http.StatusOK, got.kind, got.body)
	}
}

// lastModified is when a feed was drawn, since also what vanishes changes it.
// While that second is not over it says nothing: more may happen in it.
func (f *Door) lastModified(got *rendered) time.Time {
	if f.Now().Before(got.changed) {
		return time.Time{}
	}
	return got.changed
}

func (f *Door) render(r *http.Request, load source) (*rendered, error) {
	span := allmende.Span{Limit: size}
	if before := r.URL.Query().Get("before"); before != "" {
		id, err := allmende.ParseID(before)
		if err != nil {
			return nil, err
		}
		span.Max = id
	}
	feed, b, err := load(r.Context(), r, span)
	if err != nil {
		return nil, err
	}
	f.fill(feed, b, r.URL)
	var body bytes.Buffer
	out := &rendered{}
	switch chi.URLParam(r, "form") {
	case "rss":
		out.kind, err = "application/rss+xml; charset=utf-8", writeRSS(&body, feed)
	case "json":
		out.kind, err = "application/feed+json; charset=utf-8", writeJSON(&body, feed)
	default:
		out.kind, err = "application/atom+xml; charset=utf-8", writeAtom(&body, feed)
	}
	out.body = body.Bytes()
	out.tag = httpx.Tag(string(out.body))
	out.changed = f.Now().Truncate(time.Second).Add(time.Second)
	return out, err
}

func (f *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := httpx.Status(err)
	if status == http.StatusInternalServerError {
		f.Log.Error("feed failed", "path", r.URL.Path, "err", err)
	}
	http.Error(w, http.StatusText(status), status)
}

// everyone is who reads feeds: nobody in particular.
var everyone = allmende.Viewer{}

func (f *Door) community(ctx context.Context, _ *http.Request, span allmende.Span) (*Feed, *read.Bundle, error) {
	site, err := f.Read.Site(ctx)
	if err != nil {
		return nil, nil, err
	}
	b, err := f.Read.Public(ctx, everyone, true, span)
	return &Feed{Title: siteName(site), Text: site.Description, Lang: site.Lang, Home: f.BaseURL + "/"}, b, err
}

func siteName(s allmende.Site) string {
	if s.Name == "" {
		return "Allmende"
	}
	return s.Name
}

func (f *Door) wiki(ctx context.Context, _ *http.Request, _ allmende.Span) (*Feed, *read.Bundle, error) {
	site, err := f.Read.Site(ctx)
	if err != nil {
		return nil, nil, err
	}
	b, err := f.Read.RecentPages(ctx, everyone, size)
	return &Feed{Title: "Wiki: " + siteName(site), Lang: site.Lang, Home: f.BaseURL + "/wiki"}, b, err
}

func (f *Door) tag(ctx context.Context, r *http.Request, span allmende.Span) (*Feed, *read.Bundle, error) {
	name, err := url.PathUnescape(chi.URLParam(r, "tag"))
	if err != nil {
		return nil, nil, allmende.E(allmende.NotFound, "error.tag")
	}
	if name = text.Fold(name); name == "" {
		return nil, nil, allmende.E(allmende.NotFound, "error.tag")
	}
	b, err := f.Read.Tagged(ctx, everyone, name, span)
	return &Feed{Title: "#" + clean(name), Home: f.BaseURL + "/tags/" + url.PathEscape(name)}, b, err
}

func (f *Door) actor(ctx context.Context, r *http.Request, span allmende.Span) (*Feed, *read.Bundle, error) {
	return f.actorFeed(ctx, r, span, read.ActorFilter{NoReplies: true, NoBoosts: true})
}

func (f *Door) articles(ctx context.Context, r *http.Request, span allmende.Span) (*Feed, *read.Bundle, error) {
	return f.actorFeed(ctx, r, span, read.ActorFilter{Kinds: []allmende.ObjectKind{allmende.Article}})
}

func (f *Door) actorFeed(ctx context.Context, r *http.Request, span allmende.Span, filter read.ActorFilter) (*Feed, *read.Bundle, error) {
	a, err := f.Read.ActorByHandle(ctx, chi.URLParam(r, "name"), f.AccountDomain)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case a.State == allmende.ActorDeleted:
		return nil, nil, allmende.E(allmende.Gone, "error.actor_gone")
	case a.State != allmende.ActorActive || !a.Local():
		return nil, nil, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	b, err := f.Read.ActorStream(ctx, everyone, a.ID, filter, span)
	feed := &Feed{Title: clean(a.Label()), Text: clean(text.PlainText(a.BioHTML)), Home: f.BaseURL + a.Path(), Author: clean(a.Label())}
	if b != nil && a.Avatar != 0 {
		if m, err := f.Read.Media(ctx, []allmende.ID{a.Avatar}); err == nil && m[a.Avatar] != nil {
			feed.Icon = f.full(m[a.Avatar].Path("avatar"))
		}
	}
	return feed, b, err
}

func (f *Door) comments(ctx context.Context, r *http.Request, _ allmende.Span) (*Feed, *read.Bundle, error) {
	id, err := allmende.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return nil, nil, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	b, _, below, err := f.Read.Context(ctx, everyone, id)
	if err != nil {
		return nil, nil, err
	}
	o := b.Objects[id]
	if o == nil {
		if _, o, err = f.Read.One(ctx, everyone, id); err != nil {
			return nil, nil, err
		}
	}
	if len(below) > 100 {
		below = below[len(below)-100:]
	}
	b.Entries, b.Next = nil, 0
	for i := len(below) - 1; i >= 0; i-- {
		b.Entries = append(b.Entries, allmende.Entry{ID: below[i], Object: below[i]})
	}
	return &Feed{Title: lang.T(lang.Match("", o.Lang), "feed.comments", "title", titleOf(o)), Lang: o.Lang, Home: f.BaseURL + o.Path()}, b, nil
}
