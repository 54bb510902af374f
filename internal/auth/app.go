package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"
)

// App is a program that people let into their account.
type App = store.App

// OOB is the redirect of apps that have the person copy the code by hand.
const OOB = "urn:ietf:wg:oauth:2.0:oob"

// grantLife is how long an app has to fetch its token.
const grantLife = 10 * time.Minute

// AppRequest is how an app registers itself.
type AppRequest struct {
	Name, Website, Scopes string
	Redirects             []string
}

// RegisterApp makes an app known and gives its secret, which is not kept.
func (a *Auth) RegisterApp(ctx context.Context, r AppRequest) (App, string, error) {
	app := App{Name: strings.TrimSpace(r.Name), Website: strings.TrimSpace(r.Website), At: a.now().UTC()}
	if app.Name == "" || len(app.Name) > 200 || len(app.Website) > 2000 {
		return App{}, "", oauth("invalid_request", "field", "client_name")
	}
	if u, err := url.Parse(app.Website); err != nil || app.Website != "" && u.Scheme != "https" && u.Scheme != "http" {
		return App{}, "", oauth("invalid_request", "field", "website")
	}
	for _, list := range r.Redirects {
		app.Redirects = append(app.Redirects, strings.Fields(list)...)
	}
	if len(app.Redirects) == 0 || len(app.Redirects) > 20 {
		return App{}, "", oauth("invalid_redirect_uri")
	}
	for _, u := range app.Redirects {
		if !validRedirect(u) {
			return App{}, "", oauth("invalid_redirect_uri")
		}
	}
	var err error
	if app.Scopes, err = ParseScopes(r.Scopes); err != nil {
		return App{}, "", err
	}
	key := secret()
	app.ID, app.ClientID, app.Secret = a.ids.New(app.At), secret(), digest(key)
	err = a.db.Write(ctx, func(tx *db.Tx) error { return store.InsertApp(ctx, tx, &app) })
	return app, key, err
}

// validRedirect: a page, an app's own scheme, or the hand-copied code. Nothing
// that a browser would run.
func validRedirect(s string) bool {
	if s == OOB {
		return true
	}
	u, err := url.Parse(s)
	if err != nil || !u.IsAbs() || u.Fragment != "" || len(s) > 2000 {
		return false
	}
	switch u.Scheme {
	case "javascript", "data", "vbscript", "about", "blob", "file", "view-source", "urn":
		return false
	case "http", "https":
		return u.Host != "" && u.User == nil
	}
	return true
}

// AppByClient finds an app; nil when there is none.
func (a *Auth) AppByClient(ctx context.Context, client string) (*App, error) {
	return store.AppByClientID(ctx, a.db.Read(), client)
}

// AppOf is the app that a token belongs to; nil for tokens of the command line.
func (a *Auth) AppOf(ctx context.Context, t Token) (*App, error) {
	if t.App == 0 {
		return nil, nil
	}
	return store.AppByID(ctx, a.db.Read(), t.App)
}

// AuthorizeRequest is what an app sends a browser here with.
type AuthorizeRequest struct {
	ClientID, Redirect, ResponseType, Scope, State string
	Challenge, Method                              string // PKCE, S256 only
}

// CheckAuthorize tells whether a request makes sense before the person is
// asked, and which scopes it is about. On an error for which MayRedirect holds
// the browser goes back to the app with it; otherwise the person sees it.
func (a *Auth) CheckAuthorize(ctx context.Context, r AuthorizeRequest) (App, string, error) {
	app, err := store.AppByClientID(ctx, a.db.Read(), r.ClientID)
	if err != nil {
		return App{}, "", err
	}
	if app == nil {
		return App{}, "", oauth("invalid_client")
	}
	if !slices.Contains(app.Redirects, r.Redirect) {
		return App{}, "", oauth("invalid_redirect_uri")
	}
	if r.ResponseType != "code" {
		return *app, "", oauth("unsupported_response_type")
	}
	if r.Challenge != "" && r.Method != "S256" || r.Challenge == "" && r.Method != "" || len(r.Challenge) > 128 {
		return *app, "", oauth("invalid_request", "field", "code_challenge_method")
	}
	scopes, err := ParseScopes(r.Scope)
	if err != nil {
		return *app, "", err
	}
	if !within(scopes, app.Scopes) {
		return *app, "", oauth("invalid_scope", "scope", clip(scopes, 60))
	}
	return *app, scopes, nil
}

// Grant is the person's yes: a code for the app, acting as the session's actor.
func (a *Auth) Grant(ctx context.Context, s Session, r AuthorizeRequest) (string, error) {
	app, scopes, err := a.CheckAuthorize(ctx, r)
	if err != nil {
		return "", err
	}
	p, err := a.person(ctx, s.Account)
	if err != nil {
		return "", err
	}
	if !p.active() || p.role(s.Actor) == "" {
		return "", allmende.E(allmende.Forbidden, "error.actor_state")
	}
	code := secret()
	g := store.Grant{Code: digest(code), App: app.ID, Account: s.Account, Actor: s.Actor, Scopes: scopes, Redirect: r.Redirect,
		Challenge: r.Challenge, Expires: a.now().UTC().Add(grantLife)}
	return code, a.db.Write(ctx, func(tx *db.Tx) error { return store.InsertGrant(ctx, tx, &g) })
}

// RedirectTo is where the browser goes with a code or, when it is empty, with
// an error. Empty for OOB: the page shows the code instead.
func RedirectTo(r AuthorizeRequest, code string, refusal error) string {
	u, err := url.Parse(r.Redirect)
	if err != nil || r.Redirect == OOB {
		return ""
	}
	q := u.Query()
	if code != "" {
		q.Set("code", code)
	} else {
		q.Set("error", OAuthCode(refusal))
	}
	if r.State != "" {
		q.Set("state", r.State)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Denied is the person's no.
func Denied() error { return oauth("access_denied") }

// oauth makes an error with a code of RFC 6749, section 5.2 or 4.1.2.1.
func oauth(code string, args ...any) error {
	kind := allmende.Invalid
	if code == "invalid_client" {
		kind = allmende.SignIn
	}
	return allmende.E(kind, "oauth."+code, args...)
}

// OAuthCode is the protocol's word for an error.
func OAuthCode(err error) string {
	var e *allmende.Error
	if errors.As(err, &e) {
		if code, ok := strings.CutPrefix(e.Key, "oauth."); ok {
			return code
		}
		if e.Kind == allmende.Forbidden {
			return "access_denied"
		}
	}
	return "server_error"
}

// MayRedirect tells whether an error may be told to the app: not when it is
// the app or its address that is wrong (RFC 6749, section 4.1.2.1).
func MayRedirect(err error) bool {
	code := OAuthCode(err)
	return code != "invalid_client" && code != "invalid_redirect_uri"
}

// provesChallenge tells whether a PKCE verifier belongs to a challenge (RFC
// 7636, section 4.6). A verifier without challenge is refused as well: somebody
// may have cut the challenge off.
func provesChallenge(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(got), []byte(strings.TrimRight(challenge, "="))) == 1
}
