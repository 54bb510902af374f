package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"allmende"
)

const callback = "https://app.example/callback?x=1"

// app registers an app and gives a request and the matching token request.
func (h *house) app(scopes string) (AuthorizeRequest, TokenRequest) {
	h.t.Helper()
	app, key, err := h.RegisterApp(h.t.Context(), AppRequest{Name: "Toot", Website: "https://app.example", Scopes: scopes, Redirects: []string{callback + "\n" + OOB}})
	if err != nil {
		h.t.Fatal(err)
	}
	return AuthorizeRequest{ClientID: app.ClientID, Redirect: callback, ResponseType: "code", Scope: scopes, State: "s t"},
		TokenRequest{GrantType: "authorization_code", ClientID: app.ClientID, ClientSecret: key, Redirect: callback}
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestAnAppIsLetIn(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	_, s := h.start(ada)
	ask, fetch := h.app("read write:statuses")
	verifier := strings.Repeat("v", 43)
	ask.Challenge, ask.Method, fetch.Verifier = challenge(verifier), "S256", verifier
	if _, scopes, err := h.CheckAuthorize(t.Context(), ask); err != nil || scopes != "read write:statuses" {
		t.Fatalf("%q, %v", scopes, err)
	}
	fetch.Code = must[string](t)(h.Grant(t.Context(), s, ask))
	if to := RedirectTo(ask, fetch.Code, nil); to != "https://app.example/callback?code="+fetch.Code+"&state=s+t&x=1" {
		t.Errorf("back to %s", to)
	}
	if to := RedirectTo(ask, "", Denied()); !strings.Contains(to, "error=access_denied") {
		t.Errorf("back to %s", to)
	}
	got := must[Issued](t)(h.Exchange(t.Context(), fetch))
	token := must[Token](t)(h.FindToken(t.Context(), got.Secret))
	v, account, err := h.TokenViewer(t.Context(), token)
	if err != nil || v.Actor != ada.Actor || v.Scopes != "read write:statuses" || account.ID != ada.ID {
		t.Errorf("%+v, %v", v, err)
	}
	list := must[[]Authorization](t)(h.Authorizations(t.Context(), ada.ID))
	if len(list) != 1 || list[0].App == nil || list[0].App.Name != "Toot" {
		t.Errorf("%+v", list)
	}

	// The code a second time: refused, and the token ends, for somebody stole one of the two.
	_, err = h.Exchange(t.Context(), fetch)
	wantKey(t, err, "oauth.invalid_grant")
	_, err = h.FindToken(t.Context(), got.Secret)
	wantKey(t, err, "oauth.invalid_token")
}

func TestCodesAreRefused(t *testing.T) {
	h := newHouse(t)
	_, s := h.start(h.member("ada"))
	verifier := strings.Repeat("v", 43)
	_, foreign := h.app("read")
	cases := []struct {
		name   string
		change func(ask *AuthorizeRequest, fetch *TokenRequest)
		key    string
	}{
		{"without verifier", func(_ *AuthorizeRequest, f *TokenRequest) { f.Verifier = "" }, "oauth.invalid_grant"},
		{"with a wrong verifier", func(_ *AuthorizeRequest, f *TokenRequest) { f.Verifier = strings.Repeat("w", 43) }, "oauth.invalid_grant"},
		{"with a short verifier", func(a *AuthorizeRequest, f *TokenRequest) { a.Challenge, f.Verifier = challenge("v"), "v" }, "oauth.invalid_grant"},
		{"with a verifier nobody asked for", func(a *AuthorizeRequest, _ *TokenRequest) { a.Challenge, a.Method = "", "" }, "oauth.invalid_grant"},
		{"with another address", func(_ *AuthorizeRequest, f *TokenRequest) { f.Redirect = OOB }, "oauth.invalid_grant"},
		{"by another app", func(_ *AuthorizeRequest, f *TokenRequest) {
			f.ClientID, f.ClientSecret = foreign.ClientID, foreign.ClientSecret
		}, "oauth.invalid_grant"},
		{"with a wrong key", func(_ *AuthorizeRequest, f *TokenRequest) { f.ClientSecret = "x" }, "oauth.invalid_client"},
		{"by an unknown app", func(_ *AuthorizeRequest, f *TokenRequest) { f.ClientID = "x" }, "oauth.invalid_client"},
		{"for a password", func(_ *AuthorizeRequest, f *TokenRequest) { f.GrantType = "password" }, "oauth.unsupported_grant_type"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ask, fetch := h.app("read")
			ask.Challenge, ask.Method, fetch.Verifier = challenge(verifier), "S256", verifier
			c.change(&ask, &fetch)
			fetch.Code = must[string](t)(h.Grant(t.Context(), s, ask))
			_, err := h.Exchange(t.Context(), fetch)
			wantKey(t, err, c.key)
		})
	}
	t.Run("after ten minutes", func(t *testing.T) {
		ask, fetch := h.app("read")
		fetch.Code = must[string](t)(h.Grant(t.Context(), s, ask))
		h.at = h.at.Add(grantLife)
		_, err := h.Exchange(t.Context(), fetch)
		wantKey(t, err, "oauth.invalid_grant")
	})
}

func TestRequestsAreRefusedBeforeThePersonIsAsked(t *testing.T) {
	h := newHouse(t)
	cases := []struct {
		name     string
		change   func(*AuthorizeRequest)
		key      string
		redirect bool
	}{
		{"an unknown app", func(r *AuthorizeRequest) { r.ClientID = "x" }, "oauth.invalid_client", false},
		{"a foreign address", func(r *AuthorizeRequest) { r.Redirect = "https://evil.example/" }, "oauth.invalid_redirect_uri", false},
		{"an address with more at its end", func(r *AuthorizeRequest) { r.Redirect = callback + "/.." }, "oauth.invalid_redirect_uri", false},
		{"a token at once", func(r *AuthorizeRequest) { r.ResponseType = "token" }, "oauth.unsupported_response_type", true},
		{"plain PKCE", func(r *AuthorizeRequest) { r.Challenge, r.Method = "abc", "plain" }, "oauth.invalid_request", true},
		{"PKCE without method", func(r *AuthorizeRequest) { r.Challenge = "abc" }, "oauth.invalid_request", true},
		{"more than registered", func(r *AuthorizeRequest) { r.Scope = "read write" }, "oauth.invalid_scope", true},
		{"an unknown scope", func(r *AuthorizeRequest) { r.Scope = "read:minds" }, "oauth.invalid_scope", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, _ := h.app("read write:media")
			c.change(&r)
			_, _, err := h.CheckAuthorize(t.Context(), r)
			wantKey(t, err, c.key)
			if MayRedirect(err) != c.redirect {
				t.Errorf("redirects: %v", !c.redirect)
			}
		})
	}
}

func TestWaitingPeopleLetNoAppIn(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	_, s := h.start(ada)
	ask, _ := h.app("read")
	ada.State = allmende.AccountPending
	h.set(ada)
	_, err := h.Grant(t.Context(), s, ask)
	wantKey(t, err, "error.actor_state")
}

func TestAppsRegisterWithSaneAddresses(t *testing.T) {
	h := newHouse(t)
	for u, ok := range map[string]bool{OOB: true, "https://a.example/x": true, "http://127.0.0.1:3000/": true, "tusky://cb": true,
		"app.example:/oauth": true, "javascript:alert(1)": false, "JavaScript:alert(1)": false, "data:text/html,x": false,
		"https://a.example/#x": false, "https:///x": false, "https://me@a.example/": false, "/relative": false, "urn:x:y": false, "": false} {
		_, _, err := h.RegisterApp(t.Context(), AppRequest{Name: "x", Redirects: []string{u}})
		if (err == nil) != ok {
			t.Errorf("%q: %v", u, err)
		}
	}
	for _, bad := range []AppRequest{{Redirects: []string{OOB}}, {Name: "x", Website: "javascript:x", Redirects: []string{OOB}}, {Name: "x", Scopes: "all", Redirects: []string{OOB}}} {
		if _, _, err := h.RegisterApp(t.Context(), bad); err == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

func TestAppsOfTheirOwnSeeWhatEverybodySees(t *testing.T) {
	h := newHouse(t)
	_, fetch := h.app("read write")
	fetch.GrantType, fetch.Scope = "client_credentials", "read"
	got := must[Issued](t)(h.Exchange(t.Context(), fetch))
	v, account, err := h.TokenViewer(t.Context(), must[Token](t)(h.FindToken(t.Context(), got.Secret)))
	if err != nil || account != nil || !v.Anonymous() || v.Scopes != "read" {
		t.Errorf("%+v, %v", v, err)
	}
	fetch.Scope = "read push"
	_, err = h.Exchange(t.Context(), fetch)
	wantKey(t, err, "oauth.invalid_scope")
}

func TestTokensEnd(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.member("ada"), h.member("bob")
	_, s := h.start(ada)
	ask, fetch := h.app("read")
	_, foreign := h.app("read")
	issue := func() string {
		t.Helper()
		fetch.Code = must[string](t)(h.Grant(t.Context(), s, ask))
		key := must[Issued](t)(h.Exchange(t.Context(), fetch)).Secret
		must[Token](t)(h.FindToken(t.Context(), key))
		return key
	}
	ended := func(key string) {
		t.Helper()
		_, err := h.FindToken(t.Context(), key)
		wantKey(t, err, "oauth.invalid_token")
	}
	key := issue()
	wantKey(t, h.Revoke(t.Context(), foreign.ClientID, foreign.ClientSecret, key), "oauth.unauthorized_client")
	wantKey(t, h.Revoke(t.Context(), fetch.ClientID, "x", key), "oauth.invalid_client")
	for range 2 {
		if err := h.Revoke(t.Context(), fetch.ClientID, fetch.ClientSecret, key); err != nil {
			t.Error(err)
		}
	}
	ended(key)

	key = issue()
	id := must[[]Authorization](t)(h.Authorizations(t.Context(), ada.ID))[0].Token.ID
	if err := h.EndToken(t.Context(), bob.ID, id); err != nil {
		t.Error(err)
	}
	must[Token](t)(h.FindToken(t.Context(), key)) // not bob's to end
	if err := h.EndToken(t.Context(), ada.ID, id); err != nil {
		t.Error(err)
	}
	ended(key)

	key = issue()
	if err := h.EndTokens(t.Context(), ada.ID); err != nil {
		t.Error(err)
	}
	ended(key)

	key = issue()
	ada.State = allmende.AccountDeleted
	h.set(ada)
	ended(key)
	ended("")
	ended(strings.Repeat("x", 43))
}

func TestRanksNeedAdminScopes(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	ada.Rank = allmende.Admin
	h.set(ada)
	for scopes, want := range map[string]allmende.Rank{"read write": allmende.Member, "read admin:read": allmende.Admin} {
		issued := must[Issued](t)(h.Issue(t.Context(), ada.ID, 0, scopes))
		if v, _, err := h.TokenViewer(t.Context(), issued.Token); err != nil || v.Rank != want {
			t.Errorf("%s: %+v, %v", scopes, v, err)
		}
	}
	_, err := h.Issue(t.Context(), ada.ID, 4711, "read")
	wantKey(t, err, "error.role")
	_, err = h.Issue(t.Context(), ada.ID, 0, "everything")
	wantKey(t, err, "oauth.invalid_scope")
}

func TestScopesContainTheirParts(t *testing.T) {
	cases := []struct {
		granted, needed string
		want            bool
	}{
		{"read", "read:statuses", true}, {"read:statuses", "read", false}, {"read:statuses", "read:accounts", false},
		{"write read:statuses", "read:statuses", true}, {"", "read", false}, {"readonly", "read", false}, {"rea", "read", false},
		{"follow", "write:follows", true}, {"follow", "read:mutes", true}, {"follow", "write:statuses", false},
		{"read", "admin:read", false}, {"admin:read", "admin:read:reports", true}, {"admin:read", "admin:write", false},
		{"read", "profile", true}, {"profile", "read:accounts", false}, {"push", "push", true},
	}
	for _, c := range cases {
		if got := Allows(c.granted, c.needed); got != c.want {
			t.Errorf("Allows(%q, %q) = %v", c.granted, c.needed, got)
		}
	}
	for in, want := range map[string]string{"": "read", "read read+write": "read write", "write:media, push": "write:media push"} {
		if got := must[string](t)(ParseScopes(in)); got != want {
			t.Errorf("ParseScopes(%q) = %q", in, got)
		}
	}
	for _, s := range Scopes() {
		if !validScope(s) {
			t.Errorf("%s is offered and refused", s)
		}
	}
}

func TestAppsNobodyLetInAreSwept(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	_, s := h.start(ada)
	used, fetch := h.app("read")
	unused, _ := h.app("read")
	fetch.Code = must[string](t)(h.Grant(t.Context(), s, used))
	must[Issued](t)(h.Exchange(t.Context(), fetch))
	h.at = h.at.Add(8 * 24 * time.Hour)
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if app, err := h.AppByClient(t.Context(), used.ClientID); err != nil || app == nil {
		t.Errorf("an app in use was swept: %v", err)
	}
	if app, err := h.AppByClient(t.Context(), unused.ClientID); err != nil || app != nil {
		t.Errorf("an app that nobody uses stays: %v", err)
	}
}
