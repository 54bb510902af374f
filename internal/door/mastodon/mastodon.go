// Package mastodon is the door for Mastodon's apps and libraries (row T19): its
// client API as of 4.5, OAuth 2 and streaming. It decodes into Commands, asks
// read for what the viewer may see, and draws that with wire/masto. It decides
// nothing else.
//
// Every request proves itself with a token; cookies count on the consent page
// only. So any page in any browser may call the API with a token it was given,
// and none can borrow a session.
package mastodon

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core"
	"allmende/internal/httpx"
	"allmende/internal/live"
	"allmende/internal/read"
	"allmende/internal/wire/masto"
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
	Upload func(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error)
	// Resolve asks another server for the actor or object behind a handle or
	// address; both ids zero: there is none. Nil: other servers are not asked.
	Resolve func(ctx context.Context, v allmende.Viewer, what string) (actor, object allmende.ID, err error)
	Pages   Pages

	BaseURL       string // "https://example.org", no slash at the end
	AccountDomain string
	Version       string
	Registration  string   // of the settings; the site's own choice goes first
	Languages     []string // of the pages
	CookieName    string   // of the browser's session
	SignInPath    string   // where somebody without a session is led; "?next=" is added
	Limits        Limits
	Reads, Writes *httpx.Limiter // requests per person or address; nil: no limit
	Tokens        *httpx.Limiter // tokens asked for, per address
}

// Limits are what one post and one file may hold.
type Limits struct {
	Note, Media            int // characters of a note, media of one
	ImageBytes, VideoBytes int64
	ImagePixels            int64
	UploadBytes            int64 // of the largest file of any kind
}

// Pages draws the three pages that a person sees in a browser, in the house's
// own look.
type Pages struct {
	// Consent asks whether an app may act for the person. The form POSTs to
	// Action with the field "csrf", the Hidden ones, "acting" (an actor's id)
	// and "do", which is "allow" or "deny".
	Consent func(w http.ResponseWriter, r *http.Request, v ConsentView)
	// Code shows a code that the person copies into the app, in an element
	// with the id "code".
	Code func(w http.ResponseWriter, r *http.Request, app, code string)
	// Problem draws a refusal.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
}

// ConsentView is what the consent page says.
type ConsentView struct {
	Action  string
	CSRF    string
	Session auth.Session
	Account *allmende.Account
	Viewer  allmende.Viewer
	App     auth.App
	Scopes  []auth.ScopeWord
	Hidden  [][2]string       // name, value
	Acting  []*allmende.Actor // the person first
}

// Door answers Mastodon's apps.
type Door struct {
	Deps
	site   masto.Site
	drawn  *drawn
	stop   context.Context
	cancel context.CancelFunc
}

// New makes the door.
func New(d Deps) *Door {
	stop, cancel := context.WithCancel(context.Background())
	return &Door{Deps: d, site: masto.Site{Base: d.BaseURL, Domain: d.AccountDomain}, drawn: newDrawn(), stop: stop, cancel: cancel}
}

// Close ends all open streams, so that the server can stop.
func (d *Door) Close() { d.cancel() }
