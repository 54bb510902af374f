// Package api is our own door for programs, and what the islands of our pages
// use: any Command as JSON, the reader's lists as JSON, live news. What it
// offers is documented from one table (commands.go); docs/api.md is made from it.
package api

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core"
	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/live"
	"allmende/internal/read"
)

// Deps are what the door needs.
type Deps struct {
	Core          *core.Core
	Read          *read.Reader
	Auth          *auth.Auth
	Hub           *live.Hub
	Log           *slog.Logger
	Now           func() time.Time
	BaseURL       string
	AccountDomain string
	// Reads and Writes count requests per member or address; nil: not counted.
	Reads, Writes *httpx.Limiter
}

// Door answers programs.
type Door struct{ Deps }

// New makes the door.
func New(d Deps) *Door { return &Door{d} }

// Routes adds the API to a router.
func (d *Door) Routes(r chi.Router) {
	r.Post("/api/do/{command}", d.handle(d.do))
	r.Get("/api/commands", d.handle(d.commands))
	r.Get("/api/me", d.handle(d.me))
	r.Get("/api/home", d.handle(d.home))
	r.Get("/api/public", d.handle(d.public))
	r.Get("/api/o/{id:[0-9]+}", d.handle(d.object))
	r.Get("/api/o/{id:[0-9]+}/context", d.handle(d.context))
	r.Get("/api/actors/{handle}", d.handle(d.actor))
	r.Get("/api/notifications", d.handle(d.notifications))
	r.Get("/api/suggest", d.handle(d.suggest))
	r.Post("/api/draft", d.handle(d.draft))
	r.Post("/api/preview", d.handle(d.preview))
	r.Get("/api/stream", d.handle(d.stream))
}

// call is one request with who asks.
type call struct {
	*http.Request
	w       http.ResponseWriter
	viewer  allmende.Viewer
	account *allmende.Account
	session *auth.Session // of a browser; nil for tokens and visitors
	lang    lang.Tag
}

type handler func(c *call) error

// handle finds out who asks, counts the request, and draws refusals.
func (d *Door) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, w: w, lang: lang.Match(r.Header.Get("Accept-Language"), "")}
		httpx.Private(w)
		err := d.asker(c)
		if err == nil {
			err = d.count(c)
		}
		if err == nil {
			err = h(c)
		}
		if err != nil {
			d.fail(c, err)
		}
	}
}

// asker reads the bearer token or the session's cookie. A cookie's request
// that changes something must carry the page's token.
func (d *Door) asker(c *call) error {
	if bearer, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer "); ok {
		token, err := d.Auth.FindToken(c.Context(), bearer)
		if err != nil {
			return err
		}
		c.viewer, c.account, err = d.Auth.TokenViewer(c.Context(), token)
		return err
	}
	cookie, err := c.Cookie(auth.CookieName(strings.HasPrefix(d.BaseURL, "https://")))
	if err != nil || cookie.Value == "" {
		return nil
	}
	session, err := d.Auth.Find(c.Context(), cookie.Value)
	if allmende.IsKind(err, allmende.SignIn) {
		return nil
	}
	if err != nil {
		return err
	}
	if c.viewer, c.account, err = d.Auth.Viewer(c.Context(), session); err != nil {
		return err
	}
	c.session = &session
	if c.account.Lang != "" {
		c.lang = lang.Match("", c.account.Lang)
	}
	return nil
}

// count holds members and addresses to the limits.
func (d *Door) count(c *call) error {
	limit := d.Writes
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		limit = d.Reads
	}
	if limit == nil {
		return nil
	}
	key := httpx.ByAddr(c.Request)
	if !c.viewer.Anonymous() {
		key = c.viewer.Actor.String()
	}
	quota, ok := limit.Take(key)
	quota.Header(c.w.Header())
	if !ok {
		return allmende.E(allmende.TooMany, "http.too_many", "count", quota.Seconds())
	}
	return nil
}

// writes checks that a request may change something: signed in, with the
// page's token or an app's right. Who is suspended or waits hears why not.
func (d *Door) writes(c *call, scope, csrf string) error {
	if c.viewer.Anonymous() {
		if c.account != nil {
			if err := c.account.MayAct(); err != nil {
				return err
			}
		}
		return allmende.E(allmende.SignIn, "error.sign_in")
	}
	if c.session == nil {
		if !auth.Allows(c.viewer.Scopes, scope) {
			return allmende.E(allmende.Forbidden, "error.scope", "scope", scope)
		}
		return nil
	}
	if csrf == "" {
		csrf = c.Header.Get("X-CSRF-Token")
	}
	return d.Auth.CheckCSRF(*c.session, csrf)
}

// reads checks that an app was given the right to read.
func (c *call) reads(scope string) error {
	if c.viewer.Scopes != "" && !auth.Allows(c.viewer.Scopes, scope) {
		return allmende.E(allmende.Forbidden, "error.scope", "scope", scope)
	}
	return nil
}

// Problem is a refusal as programs read it.
type Problem struct {
	Kind    string         `json:"kind"`
	Key     string         `json:"key"`
	Text    string         `json:"text"`
	Fields  []ProblemField `json:"fields,omitempty"`
	Request string         `json:"request"`
}

// ProblemField is a complaint about one field.
type ProblemField struct {
	Name string `json:"name"`
	Key  string `json:"key"`
	Text string `json:"text"`
}

var kindNames = map[allmende.Kind]string{allmende.Internal: "internal", allmende.Invalid: "invalid", allmende.SignIn: "sign_in",
	allmende.Forbidden: "forbidden", allmende.NotFound: "not_found", allmende.Gone: "gone", allmende.Conflict: "conflict", allmende.TooLarge: "too_large",
	allmende.TooMany: "too_many", allmende.Unsupported: "unsupported", allmende.Unavailable: "unavailable"}

// fail answers {"error": Problem}; "message" is for the islands, which show it.
func (d *Door) fail(c *call, err error) {
	if c.Context().Err() != nil {
		return
	}
	status := httpx.Status(err)
	p := Problem{Kind: kindNames[allmende.KindOf(err)], Key: "ui.error_internal", Request: httpx.RequestID(c.Context())}
	var e *allmende.Error
	if errors.As(err, &e) && e.Kind != allmende.Internal {
		p.Key = e.Key
		p.Text = lang.T(c.lang, e.Key, e.Args...)
		for _, f := range e.Fields {
			p.Fields = append(p.Fields, ProblemField{f.Name, f.Key, lang.T(c.lang, f.Key, f.Args...)})
		}
	} else {
		p.Text = lang.T(c.lang, p.Key)
		d.Log.Error("api request failed", "request", p.Request, "path", c.URL.Path, "err", err)
	}
	if err := httpx.WriteJSON(c.w, status, map[string]any{"error": p, "message": p.Text}); err != nil {
		d.Log.Debug("answer lost", "request", p.Request, "err", err)
	}
}

// answer writes a value as JSON.
func (c *call) answer(v any) error { return httpx.WriteJSON(c.w, http.StatusOK, v) }
