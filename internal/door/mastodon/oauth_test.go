package mastodon_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/core/coretest"
)

// browser is somebody with a session.
type browser struct {
	*house
	cookie string
}

func (h *house) browser(m coretest.Member) *browser {
	h.T.Helper()
	value, _, err := h.auth.Start(context.Background(), m.Account, "test", "192.0.2.1")
	if err != nil {
		h.T.Fatal(err)
	}
	return &browser{h, value}
}

func (b *browser) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.T.Helper()
	r := httptest.NewRequest(method, base+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: b.cookie})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

var input = regexp.MustCompile(`<input name="([^"]+)" value="([^"]*)"`)

// fields are the form's fields on a page.
func fields(page string) url.Values {
	out := url.Values{}
	for _, m := range input.FindAllStringSubmatch(page, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

func register(h *house, redirect string) *answer {
	return h.nobody().post("/api/v1/apps", "client_name", "Test app", "redirect_uris", redirect, "scopes", "read write follow", "website", "https://app.example").ok()
}

func ask(app *answer, redirect, scope string) string {
	return "/oauth/authorize?" + url.Values{"client_id": {app.at("client_id").(string)}, "redirect_uri": {redirect}, "response_type": {"code"},
		"scope": {scope}, "state": {"s 1"}}.Encode()
}

func TestAnAppIsLetInByCode(t *testing.T) {
	h := newHouse(t)
	const redirect = "myapp://back"
	app := register(h, redirect).is("Test app", "name").is(redirect, "redirect_uri").is("https://app.example", "website")
	nobody := &browser{h, ""}
	w := nobody.send("GET", ask(app, redirect, "read write"), nil)
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/login?next=%2Foauth%2Fauthorize%3F") {
		t.Fatalf("without a session: %d to %s", w.Code, to)
	}
	ada := h.browser(h.Member("ada"))
	w = ada.send("GET", ask(app, redirect, "read write"), nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Read everything that you can read") {
		t.Fatalf("the consent page: %d %s", w.Code, w.Body)
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' myapp:") {
		t.Errorf("the form may not lead to the app: %s", csp)
	}
	form := fields(w.Body.String())
	form.Set("do", "allow")
	forged := url.Values{}
	for k, v := range form {
		forged[k] = v
	}
	forged.Set("csrf", "00")
	if w := ada.send("POST", "/oauth/authorize", forged); w.Code != http.StatusForbidden {
		t.Errorf("a forged form is answered %d", w.Code)
	}
	w = ada.send("POST", "/oauth/authorize", form)
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || to.Scheme != "myapp" || to.Query().Get("state") != "s 1" || to.Query().Get("code") == "" {
		t.Fatalf("after the yes: %d to %s", w.Code, w.Header().Get("Location"))
	}
	exchange := []string{"grant_type", "authorization_code", "client_id", app.at("client_id").(string), "client_secret", app.at("client_secret").(string),
		"redirect_uri", redirect, "code", to.Query().Get("code")}
	token := h.nobody().form("POST", "/oauth/token", exchange...).ok().is("Bearer", "token_type").is("read write", "scope")
	c := &client{house: h, token: token.at("access_token").(string)}
	c.get("/api/v1/accounts/verify_credentials").ok().is("ada", "acct")
	c.get("/api/v1/apps/verify_credentials").ok().is("Test app", "name")
	h.nobody().form("POST", "/oauth/revoke", "client_id", app.at("client_id").(string), "client_secret", app.at("client_secret").(string), "token", c.token).ok()
	c.get("/api/v1/accounts/verify_credentials").want(http.StatusUnauthorized)
	h.nobody().form("POST", "/oauth/token", exchange...).want(http.StatusBadRequest).is("invalid_grant", "error")
}

func TestThePersonMaySayNoOrCopyTheCode(t *testing.T) {
	h := newHouse(t)
	const oob = "urn:ietf:wg:oauth:2.0:oob"
	app := register(h, "https://app.example/back\n"+oob)
	ada := h.browser(h.Member("ada"))
	form := fields(ada.send("GET", ask(app, "https://app.example/back", "read"), nil).Body.String())
	form.Set("do", "deny")
	if to := ada.send("POST", "/oauth/authorize", form).Header().Get("Location"); to != "https://app.example/back?error=access_denied&state=s+1" {
		t.Errorf("after the no: %s", to)
	}
	form = fields(ada.send("GET", strings.Replace(ask(app, oob, "read"), "authorize?", "authorize/?", 1), nil).Body.String())
	form.Set("do", "allow")
	w := ada.send("POST", "/oauth/authorize", form)
	_, code, _ := strings.Cut(w.Body.String(), `<code id="code">`)
	code, _, _ = strings.Cut(code, "<")
	h.nobody().post("/oauth/token", "grant_type", "authorization_code", "client_id", app.at("client_id"), "client_secret", app.at("client_secret"),
		"redirect_uri", oob, "code", code).ok().is("read", "scope")
}

func TestT15_ThePersonChoosesAsWhomTheAppActs(t *testing.T) {
	h := newHouse(t)
	m := h.Member("ada")
	org := h.Do(&allmende.NewActor{Act: m.Act(), Kind: allmende.Organization, Name: "auverein"}).Actor
	other := h.Member("ben").Actor
	app := register(h, "https://app.example/back")
	ada := h.browser(m)
	page := ada.send("GET", ask(app, "https://app.example/back", "read write"), nil).Body.String()
	if !strings.Contains(page, org.String()+" auverein") {
		t.Fatalf("the organisation cannot be chosen: %s", page)
	}
	form := fields(page)
	form.Set("do", "allow")
	form.Set("acting", other.String())
	if to := ada.send("POST", "/oauth/authorize", form).Header().Get("Location"); !strings.Contains(to, "error=access_denied") {
		t.Errorf("acting as somebody else: %s", to)
	}
	form.Set("acting", org.String())
	to, _ := url.Parse(ada.send("POST", "/oauth/authorize", form).Header().Get("Location"))
	token := h.nobody().post("/oauth/token", "grant_type", "authorization_code", "client_id", app.at("client_id"), "client_secret", app.at("client_secret"),
		"redirect_uri", "https://app.example/back", "code", to.Query().Get("code")).ok()
	c := &client{house: h, token: token.at("access_token").(string)}
	c.get("/api/v1/accounts/verify_credentials").ok().is("auverein", "acct")
}

func TestWrongRequestsOfAppsAreRefused(t *testing.T) {
	h := newHouse(t)
	app := register(h, "https://app.example/back")
	ada := h.browser(h.Member("ada"))
	if w := ada.send("GET", ask(app, "https://evil.example/", "read"), nil); w.Code != http.StatusUnprocessableEntity || w.Header().Get("Location") != "" {
		t.Errorf("a foreign return address: %d to %s", w.Code, w.Header().Get("Location"))
	}
	if to := ada.send("GET", ask(app, "https://app.example/back", "admin:write"), nil).Header().Get("Location"); !strings.Contains(to, "error=invalid_scope") {
		t.Errorf("a right that was not registered: %s", to)
	}
	h.nobody().post("/api/v1/apps", "client_name", "x", "redirect_uris", "javascript:alert(1)").want(http.StatusUnprocessableEntity)
	h.nobody().post("/api/v1/apps", "redirect_uris", "https://a.example").want(http.StatusUnprocessableEntity)
	h.nobody().form("POST", "/oauth/token", "grant_type", "password", "client_id", app.at("client_id").(string), "client_secret", app.at("client_secret").(string),
		"username", "ada", "password", "x").want(http.StatusBadRequest).is("unsupported_grant_type", "error")
	h.nobody().form("POST", "/oauth/token", "grant_type", "client_credentials", "client_id", "nobody").want(http.StatusUnauthorized).is("invalid_client", "error")
	h.nobody().get("/.well-known/oauth-authorization-server").ok().is(base+"/oauth/token", "token_endpoint")
}

func TestATokenOfAnAppAloneIsNobody(t *testing.T) {
	h := newHouse(t)
	app := register(h, "https://app.example/back")
	token := h.nobody().form("POST", "/oauth/token", "grant_type", "client_credentials", "client_id", app.at("client_id").(string),
		"client_secret", app.at("client_secret").(string), "scope", "read").ok()
	c := &client{house: h, token: token.at("access_token").(string)}
	c.get("/api/v1/apps/verify_credentials").ok().is("Test app", "name")
	c.get("/api/v1/timelines/public").ok()
	c.get("/api/v1/timelines/home").want(http.StatusUnprocessableEntity)
}

func TestScopesBoundWhatAnAppMayDo(t *testing.T) {
	h := newHouse(t)
	m := h.Member("ada")
	reader := h.appAs(m, m.Actor, "read:statuses")
	reader.get("/api/v1/timelines/home").ok()
	reader.post("/api/v1/statuses", "status", "x").want(http.StatusForbidden).is("The app was not allowed to do this.", "error")
	reader.get("/api/v1/notifications").want(http.StatusForbidden)
	reader.get("/api/v1/accounts/" + m.Actor.String()).want(http.StatusForbidden)
	h.appAs(m, m.Actor, "follow").get("/api/v1/blocks").ok()
	bad := &client{house: h, token: "0123456789012345678901234567890123456789012"}
	bad.get("/api/v1/timelines/public").want(http.StatusUnauthorized)
	if got := bad.get("/api/v1/timelines/home").header.Get("WWW-Authenticate"); !strings.Contains(got, "invalid_token") {
		t.Errorf("the challenge is %q", got)
	}
}

func TestOtherPagesMayCallWithATokenAndNeverWithCookies(t *testing.T) {
	h := newHouse(t)
	m := h.Member("ada")
	r := httptest.NewRequest("OPTIONS", base+"/api/v1/statuses", nil)
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Method", "POST")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	head := w.Header()
	if w.Code != http.StatusNoContent || head.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(head.Get("Access-Control-Allow-Headers"), "Authorization") ||
		head.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("the browser's question is answered %d %v", w.Code, head)
	}
	if got := h.app(m).get("/api/v1/timelines/home").ok().header.Get("Access-Control-Expose-Headers"); !strings.Contains(got, "Link") {
		t.Errorf("pages may not read where lists go on: %s", got)
	}
	w = h.browser(m).send("GET", "/api/v1/timelines/home", nil)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("a cookie opens the API: %d", w.Code)
	}
}

func TestAnAccountThatMayNotActIsToldWhy(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	a := h.app(ada)
	mod := h.Ranked("mo", allmende.Admin)
	h.Do(&allmende.Decide{Act: mod.Act(), Actor: ada.Actor, Kind: allmende.DecideSuspend, Reason: "spam"})
	a.get("/api/v1/timelines/home").want(http.StatusForbidden)
	a.post("/api/v1/statuses", "status", "x").want(http.StatusForbidden)
}
