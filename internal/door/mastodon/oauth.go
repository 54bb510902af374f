package mastodon

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/wire/masto"
)

// registerApp makes an app known.
func (d *Door) registerApp(q *req) error {
	redirects := q.form.All("redirect_uris")
	app, secret, err := d.Auth.RegisterApp(q.Context(), auth.AppRequest{Name: q.form.Line("client_name"), Website: q.form.Line("website"),
		Scopes: q.form.Line("scopes"), Redirects: redirects})
	if err != nil {
		return unprocessable(err)
	}
	out := drawApp(&app)
	out.ID, out.ClientID, out.ClientSecret, out.SecretExpires = app.ID.String(), app.ClientID, secret, new(int)
	return q.json(out)
}

// unprocessable: a registration that makes no sense is answered like a wrong
// form, not in OAuth's own way.
func unprocessable(err error) error {
	var e *allmende.Error
	if errors.As(err, &e) && e.Kind == allmende.SignIn {
		return allmende.E(allmende.Invalid, e.Key, e.Args...)
	}
	return err
}

func drawApp(a *auth.App) masto.Application {
	out := masto.Application{Name: a.Name, Scopes: strings.Fields(a.Scopes), RedirectURIs: a.Redirects, RedirectURI: strings.Join(a.Redirects, "\n")}
	if a.Website != "" {
		out.Website = &a.Website
	}
	return out
}

// thisApp is the app behind the token.
func (d *Door) thisApp(q *req) error {
	a, err := d.Auth.AppOf(q.Context(), *q.token)
	if err != nil {
		return err
	}
	if a == nil {
		return q.json(masto.Application{Name: "Allmende", Scopes: strings.Fields(q.token.Scopes), RedirectURIs: []string{}})
	}
	return q.json(drawApp(a))
}

// token hands out an access token for a code, or for the app itself.
func (d *Door) token(q *req) error {
	if d.Tokens != nil {
		quota, ok := d.Tokens.Take(httpx.ByAddr(q.Request))
		if !ok {
			quota.Header(q.ResponseWriter.Header())
			return allmende.E(allmende.TooMany, "http.too_many", "count", quota.Seconds())
		}
	}
	r := auth.TokenRequest{GrantType: q.form.Raw("grant_type"), ClientID: q.form.Raw("client_id"), ClientSecret: q.form.Raw("client_secret"),
		Code: q.form.Raw("code"), Redirect: q.form.Raw("redirect_uri"), Verifier: q.form.Raw("code_verifier"), Scope: q.form.Line("scope")}
	q.client(&r.ClientID, &r.ClientSecret)
	issued, err := d.Auth.Exchange(q.Context(), r)
	if err != nil {
		return q.failOAuth(err)
	}
	return q.json(masto.DrawToken(issued.Secret, issued.Token.Scopes, issued.Token.At))
}

// client reads the app's own name and secret from the header when the form had
// none (RFC 6749, section 2.3.1).
func (q *req) client(id, secret *string) {
	name, key, ok := q.BasicAuth()
	if !ok || *id != "" {
		return
	}
	var err, wrong error
	if *id, err = url.QueryUnescape(name); err != nil {
		*id = name
	}
	if *secret, wrong = url.QueryUnescape(key); wrong != nil {
		*secret = key
	}
}

func (d *Door) revoke(q *req) error {
	id, secret := q.form.Raw("client_id"), q.form.Raw("client_secret")
	q.client(&id, &secret)
	if err := d.Auth.Revoke(q.Context(), id, secret, q.form.Raw("token")); err != nil {
		return q.failOAuth(err)
	}
	return q.empty()
}

// failOAuth writes a refusal in OAuth's own words (RFC 6749, section 5.2).
func (q *req) failOAuth(err error) error {
	var e *allmende.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.Key, "oauth.") {
		return err
	}
	status := http.StatusBadRequest
	switch auth.OAuthCode(err) {
	case "invalid_client":
		status = http.StatusUnauthorized
	case "unauthorized_client":
		status = http.StatusForbidden
	}
	return httpx.WriteJSON(q.ResponseWriter, status, masto.Error{Error: auth.OAuthCode(err), Description: lang.T(q.lang, e.Key, e.Args...)})
}

// metadata tells libraries where everything is (RFC 8414).
func (d *Door) metadata(q *req) error {
	return q.json(map[string]any{
		"issuer": d.BaseURL + "/", "service_documentation": d.BaseURL + "/about",
		"authorization_endpoint": d.BaseURL + "/oauth/authorize", "token_endpoint": d.BaseURL + "/oauth/token",
		"app_registration_endpoint": d.BaseURL + "/api/v1/apps", "revocation_endpoint": d.BaseURL + "/oauth/revoke",
		"userinfo_endpoint": d.BaseURL + "/oauth/userinfo", "scopes_supported": auth.Scopes(),
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query"},
		"code_challenge_methods_supported":      []string{"S256"},
		"grant_types_supported":                 []string{"authorization_code", "client_credentials"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	})
}

// userinfo is the person in OpenID's words.
func (d *Door) userinfo(q *req) error {
	a, err := d.Read.Actor(q.Context(), q.viewer.Actor)
	if err != nil {
		return err
	}
	media, err := d.Read.Media(q.Context(), []allmende.ID{a.Avatar})
	if err != nil {
		return err
	}
	return q.json(map[string]any{"iss": d.BaseURL + "/", "sub": d.BaseURL + a.Permanent(), "name": a.Label(),
		"preferred_username": a.Name, "profile": d.site.ActorURL(a), "picture": d.site.AvatarURL(a, media[a.Avatar])})
}
