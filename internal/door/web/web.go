// Package web is the door for people with browsers. Every page works without
// script, answers Accept: application/json with the view it draws, and is
// drawn from what read says the viewer may see.
package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/live"
	"allmende/internal/read"
)

// Deps are what the door needs; app hands it in.
type Deps struct {
	Core *core.Core
	Read *read.Reader
	Auth *auth.Auth
	Hub  *live.Hub
	Log  *slog.Logger
	Now  func() time.Time
	// Upload stores a file as the actor's medium and starts its processing.
	Upload func(ctx context.Context, v allmende.Viewer, name string, body io.Reader, alt string) (allmende.ID, error)

	// Guests counts, per address, what anybody may post: sign-ups, reports, mails
	// asked for. nil: not counted.
	Guests *httpx.Limiter
	// Export writes everything an actor made to an archive; nil: not offered.
	Export func(ctx context.Context, v allmende.Viewer, to io.Writer) error
	// Retry puts work that was given up back into its queue; nil: not offered.
	Retry func(ctx context.Context, job allmende.Job) error
	// System are facts about the server, for admins; nil: none.
	System func(ctx context.Context) []ui.PairView
	// Shelf keeps pages as they are drawn for guests.
	Shelf *live.Shelf
	// Unsent are the mails that a server without mail could not send; nil: not shown.
	Unsent *live.Outbox

	Federation string // "open", "allowlist", "off"
	Mail       bool   // the server can send mail
	Source     string // address of the program's source, for everybody who uses it

	BaseURL       string // "https://example.org"
	AccountDomain string
	Version       string
	Registration  string // of the settings
	NoteMax       int
	UploadMax     int64 // bytes of one form with files
	Dev           bool  // shows the storybook
}

// Web answers browsers.
type Web struct {
	Deps
	flashes *live.Cache[string, ui.FlashView] // by session, shown once
	pages   *keptPages                        // as guests see them
	cards   *live.Cache[cardKey, keptCard]    // in streams
	tickets *live.Cache[string, string]       // of passkeys, by challenge
	joining *live.Cache[string, joined]       // accounts just made, by the cookie of the browser
}

// New makes the door.
func New(d Deps) *Web {
	return &Web{Deps: d, pages: newKept(d.Shelf), cards: newKeptCards(), flashes: live.NewCache[string, ui.FlashView](10000, nil),
		tickets: live.NewCache[string, string](10000, nil), joining: live.NewCache[string, joined](10000, nil)}
}

// req is one request with who asks.
type req struct {
	*http.Request
	rw      http.ResponseWriter
	web     *Web
	lang    lang.Tag
	viewer  allmende.Viewer
	account *allmende.Account // of a member who may act; nil: nobody is signed in
	guest   *allmende.Account // signed in, but waits for approval, is suspended or away
	session *auth.Session     // nil: nobody is signed in
	form    httpx.Form        // of a POST, its token checked

	since    uint64    // the moment before anything was read
	youngest time.Time // the newest time among the cards drawn
}

// handler answers a request or returns why not; fail draws that.
type handler func(q *req) error

// page answers GET.
func (w *Web) page(h handler) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		q, err := w.asker(rw, r)
		if err == nil {
			err = h(q)
		}
		if err != nil {
			q.fail(err)
		}
	}
}

// member answers GET for those who are signed in; others are led to the door.
func (w *Web) member(h handler) http.HandlerFunc {
	return w.page(func(q *req) error {
		if q.account == nil {
			return allmende.E(allmende.SignIn, "error.sign_in")
		}
		return h(q)
	})
}

// act answers a POST from someone signed in; the form's token is checked.
func (w *Web) act(h handler) http.HandlerFunc {
	return w.post(func(q *req) error {
		if q.account == nil {
			return allmende.E(allmende.SignIn, "error.sign_in")
		}
		return h(q)
	})
}

// post answers a POST from anyone; the form's token is checked when there is a
// session, and a foreign page's form is refused in any case (http.CrossOriginProtection
// stands before all routes).
func (w *Web) post(h handler) http.HandlerFunc {
	return w.page(func(q *req) error {
		limits := httpx.SmallForm
		if strings.HasPrefix(q.Header.Get("Content-Type"), "multipart/form-data") && q.account != nil {
			limits = httpx.FormLimits{Bytes: w.UploadMax, Memory: 1 << 20, Fields: 1000}
		}
		form, err := httpx.ReadForm(q.rw, q.Request, limits)
		if err != nil {
			return err
		}
		q.form = form
		if q.session != nil {
			token := form.Raw("csrf")
			if token == "" {
				token = q.Header.Get("X-CSRF-Token")
			}
			if err := w.Auth.CheckCSRF(*q.session, token); err != nil {
				return err
			}
		}
		return h(q)
	})
}

// asker finds out who asks, and in which language to answer.
func (w *Web) asker(rw http.ResponseWriter, r *http.Request) (*req, error) {
	q := &req{rw: rw, Request: r, web: w, since: w.Read.Moment(), lang: lang.Match(r.Header.Get("Accept-Language"), "")}
	if chosen := r.URL.Query().Get("lang"); chosen != "" {
		q.lang = lang.Match("", chosen)
	}
	cookie, err := r.Cookie(w.cookieName())
	if err != nil || cookie.Value == "" {
		return q, nil
	}
	session, err := w.Auth.Find(r.Context(), cookie.Value)
	if allmende.IsKind(err, allmende.SignIn) {
		return q, nil // an old cookie is nobody
	}
	if err != nil {
		return q, err
	}
	viewer, account, err := w.Auth.Viewer(r.Context(), session)
	if allmende.IsKind(err, allmende.SignIn) {
		return q, nil
	}
	if err != nil {
		return q, err
	}
	q.session, q.viewer = &session, viewer
	if account.Lang != "" {
		q.lang = lang.Match("", account.Lang)
	}
	q.viewer.Lang = string(q.lang)
	if viewer.Anonymous() {
		q.guest = account
		return q, nil
	}
	q.account = account
	httpx.NoteActor(r.Context(), viewer.Actor)
	return q, nil
}

// cookieName is the name of the session's cookie.
func (w *Web) cookieName() string { return auth.CookieName(strings.HasPrefix(w.BaseURL, "https://")) }

// setCookie keeps a session in the browser, or (with an empty value) ends it.
func (w *Web) setCookie(rw http.ResponseWriter, value string) {
	c := &http.Cookie{Name: w.cookieName(), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(w.BaseURL, "https://"), MaxAge: int(auth.SessionLife.Seconds())}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(rw, c)
}

// by is the head of a command that this request gives.
func (q *req) by() allmende.Act {
	return allmende.Act{By: q.viewer.Account, As: q.viewer.Actor, Via: "web", At: q.web.Now()}
}

// do carries out a command.
func (q *req) do(cmd allmende.Command) (allmende.Result, error) {
	return q.web.Core.Do(q.Context(), cmd)
}

// t is a text in the reader's language.
func (q *req) t(key string, args ...any) string { return lang.T(q.lang, key, args...) }

// id reads an id from the address.
func (q *req) id(name string) (allmende.ID, error) {
	id, err := allmende.ParseID(chi.URLParam(q.Request, name))
	if err != nil {
		return 0, allmende.E(allmende.NotFound, "error.object_not_found").Because(err)
	}
	return id, nil
}

// span reads which part of a list is asked for: ?max=, ?min=.
func (q *req) span(limit int) allmende.Span {
	s := allmende.Span{Limit: limit}
	query := q.URL.Query()
	if n, err := strconv.ParseInt(query.Get("max"), 10, 64); err == nil && n > 0 {
		s.Max = allmende.ID(n)
	}
	if n, err := strconv.ParseInt(query.Get("min"), 10, 64); err == nil && n > 0 {
		s.Min = allmende.ID(n)
	}
	return s
}

// pager leads to the older part of a list at this address.
func (q *req) pager(b *read.Bundle) ui.PagerView {
	var p ui.PagerView
	if b.Next != 0 {
		p.Older = q.with("max", b.Next.String())
	}
	if q.URL.Query().Get("max") != "" {
		p.Newer = q.with("max", "")
	}
	return p
}

// with is this page's address with one parameter changed.
func (q *req) with(name, value string) string {
	query := q.URL.Query()
	query.Del("min")
	query.Del(name)
	if value != "" {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return q.URL.Path
	}
	return q.URL.Path + "?" + query.Encode()
}

// wantsJSON tells whether a program asks: our own islands, or anyone else.
func (q *req) wantsJSON() bool {
	accept := q.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

// What a page's answer depends on, and what it is.
const (
	pageVary = "Accept, Accept-Language, Cookie"
	pageType = "text/html; charset=utf-8"
)

// draw answers with a page, or with its view for programs.
func (q *req) draw(b ui.Base, view any, content templ.Component) error {
	return q.drawStatus(http.StatusOK, b, view, content)
}

func (q *req) drawStatus(status int, b ui.Base, view any, content templ.Component) error {
	h := q.rw.Header()
	h.Add("Vary", pageVary)
	if q.session != nil || status >= 400 || q.Method != http.MethodGet {
		httpx.Private(q.rw)
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	if q.wantsJSON() {
		return httpx.WriteJSON(q.rw, status, view)
	}
	h.Set("Content-Type", pageType)
	h.Set("Content-Language", b.Lang.HTML())
	if q.Method == http.MethodHead {
		q.rw.WriteHeader(status)
		return nil
	}
	page := templ.GetBuffer()
	defer templ.ReleaseBuffer(page)
	if err := ui.Page(b, content).Render(q.Context(), page); err != nil {
		return err
	}
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	q.rw.WriteHeader(status)
	_, err := q.rw.Write(page.Bytes())
	return err
}

// redirect leads on after a POST (303), or to the address a thing has now.
func (q *req) redirect(to string) error {
	status := http.StatusSeeOther
	if q.Method == http.MethodGet || q.Method == http.MethodHead {
		status = http.StatusMovedPermanently
	}
	http.Redirect(q.rw, q.Request, to, status)
	return nil
}

// back leads to where the form came from; only addresses of our own count.
func (q *req) back(otherwise string) error {
	to := q.form.Raw("back")
	if !ownPath(to) {
		to = otherwise
	}
	return q.redirect(to)
}

// ownPath tells whether an address stays on this server.
func ownPath(s string) bool {
	u, err := url.Parse(s)
	return err == nil && strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && !strings.HasPrefix(s, "/\\") && u.Host == "" && u.Scheme == ""
}

// flash shows a message on the next page.
func (q *req) flash(kind, text, undo string) {
	q.flashView(ui.FlashView{Kind: kind, Text: text, Undo: undo})
}

func (q *req) flashView(v ui.FlashView) {
	if q.session != nil {
		q.web.flashes.Put(q.session.ID, v, q.web.flashes.Ticket(q.session.ID))
	}
}

// fail draws a refusal: a page in the reader's language, or JSON for programs.
// Who must sign in is led to the door and back here.
func (q *req) fail(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	status := httpx.Status(err)
	if httpx.Ours(err) {
		q.web.Log.Error("request failed", "request", httpx.RequestID(q.Context()), "path", q.URL.Path, "err", err)
	}
	if status == http.StatusUnauthorized && !q.wantsJSON() {
		to := "/login"
		if q.Method == http.MethodGet {
			to += "?next=" + url.QueryEscape(q.URL.RequestURI())
		}
		http.Redirect(q.rw, q.Request, to, http.StatusSeeOther)
		return
	}
	notes := ui.NotesOf(q.lang, err)
	if q.wantsJSON() {
		_ = httpx.WriteJSON(q.rw, status, map[string]any{"error": notes[0].Text, "notes": notes})
		return
	}
	p := ui.ProblemView{Status: status, Title: q.t("ui.problem_" + strconv.Itoa(status)), Text: notes[0].Text, RequestID: httpx.RequestID(q.Context())}
	b := q.base(p.Title)
	b.NoIndex = true
	_ = q.drawStatus(status, b, p, ui.Problem(p)) // the connection is gone, nothing is left to tell
}

// csrf is a token for the forms of this page; empty without a session.
func (q *req) csrf() string {
	if q.session == nil {
		return ""
	}
	return q.web.Auth.CSRF(*q.session)
}

// base is what every page has: who looks, the community, the language.
func (q *req) base(title string) ui.Base {
	site, err := q.web.Read.Site(q.Context())
	if err != nil {
		q.web.Log.Error("site", "err", err)
	}
	b := ui.Base{Title: title, Lang: q.lang, Path: q.URL.RequestURI(), Canonical: q.web.BaseURL + q.URL.Path,
		Site: ui.SiteView{Name: site.Name, Tagline: site.Tagline, Source: "/about#source"}}
	if b.Site.Name == "" {
		b.Site.Name = "Allmende"
	}
	if theme := q.URL.Query().Get("theme"); theme != "" {
		b.Theme = theme
	}
	if q.session == nil {
		return b
	}
	b.CSRF, b.Known = q.csrf(), true
	if q.account != nil {
		if b.Theme == "" {
			b.Theme = q.account.Theme
		}
		b.Viewer = q.viewerView()
	}
	if f, ok := q.web.flashes.Peek(q.session.ID); ok {
		b.Flash = &f
		q.web.flashes.Drop(q.session.ID)
	}
	return b
}
