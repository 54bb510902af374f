package mastodon

import (
	"net/http"
	"net/url"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/httpx"
	"allmende/internal/lang"
)

// visit is somebody in a browser whom an app has sent here.
type visit struct {
	session auth.Session
	viewer  allmende.Viewer
	account *allmende.Account
	asked   auth.AuthorizeRequest
	app     auth.App
	scopes  string
}

// authorize shows the consent page. Nothing on it needs script.
func (d *Door) authorize(w http.ResponseWriter, r *http.Request) {
	httpx.Private(w)
	v, ok := d.visit(w, r, askedIn(r.URL.Query()))
	if !ok {
		return
	}
	faces, err := d.Read.ActsAs(r.Context(), v.account.ID)
	if err != nil {
		d.Pages.Problem(w, r, err)
		return
	}
	tag := lang.Match(r.Header.Get("Accept-Language"), v.account.Lang)
	// Browsers hold form-action also against where the answer to the form leads.
	httpx.Allow(w, "form-action", redirectSource(v.asked.Redirect))
	d.Pages.Consent(w, r, ConsentView{Action: "/oauth/authorize", CSRF: d.Auth.CSRF(v.session), Session: v.session, Account: v.account,
		Viewer: v.viewer, App: v.app, Scopes: auth.ScopeWords(tag, v.scopes), Hidden: hidden(v.asked), Acting: faces})
}

// decide takes the person's answer and leads the browser back to the app, or
// shows the code to be copied.
func (d *Door) decide(w http.ResponseWriter, r *http.Request) {
	httpx.Private(w)
	form, err := httpx.ReadForm(w, r, httpx.SmallForm)
	if err != nil {
		d.Pages.Problem(w, r, err)
		return
	}
	v, ok := d.visit(w, r, askedIn(form.Values))
	if !ok {
		return
	}
	if err := d.Auth.CheckCSRF(v.session, form.Raw("csrf")); err != nil {
		d.Pages.Problem(w, r, err)
		return
	}
	code := ""
	refusal := auth.Denied()
	if form.Raw("do") == "allow" {
		if acting, err := form.ID("acting"); err == nil && acting != 0 {
			v.session.Actor = acting // Grant checks the role
		}
		code, refusal = d.Auth.Grant(r.Context(), v.session, v.asked)
	}
	switch to := auth.RedirectTo(v.asked, code, refusal); {
	case to != "":
		http.Redirect(w, r, to, http.StatusSeeOther)
	case refusal != nil:
		d.Pages.Problem(w, r, refusal)
	default:
		d.Pages.Code(w, r, v.app.Name, code)
	}
}

// visit finds out who sits at the browser and whether what the app asks makes
// sense; false when it has answered already.
func (d *Door) visit(w http.ResponseWriter, r *http.Request, asked auth.AuthorizeRequest) (visit, bool) {
	v := visit{asked: asked}
	var err error
	if v.app, v.scopes, err = d.Auth.CheckAuthorize(r.Context(), asked); err != nil {
		if to := auth.RedirectTo(asked, "", err); to != "" && auth.MayRedirect(err) && !httpx.Ours(err) {
			http.Redirect(w, r, to, http.StatusSeeOther)
		} else {
			d.Pages.Problem(w, r, err)
		}
		return v, false
	}
	cookie, err := r.Cookie(d.CookieName)
	if err == nil {
		v.session, err = d.Auth.Find(r.Context(), cookie.Value)
	}
	if err == nil {
		v.viewer, v.account, err = d.Auth.Viewer(r.Context(), v.session)
	}
	if err != nil {
		http.Redirect(w, r, d.SignInPath+"?next="+url.QueryEscape("/oauth/authorize?"+query(asked).Encode()), http.StatusSeeOther)
		return v, false
	}
	if v.viewer.Anonymous() {
		d.Pages.Problem(w, r, stateError(v.account))
		return v, false
	}
	return v, true
}

// askedIn reads an app's request from the address or from the page's own form.
func askedIn(values url.Values) auth.AuthorizeRequest {
	return auth.AuthorizeRequest{ClientID: values.Get("client_id"), Redirect: values.Get("redirect_uri"), ResponseType: values.Get("response_type"),
		Scope: values.Get("scope"), State: values.Get("state"), Challenge: values.Get("code_challenge"), Method: values.Get("code_challenge_method")}
}

// hidden are the fields that carry the request through the form.
func hidden(r auth.AuthorizeRequest) [][2]string {
	var out [][2]string
	for _, f := range [][2]string{{"client_id", r.ClientID}, {"redirect_uri", r.Redirect}, {"response_type", r.ResponseType}, {"scope", r.Scope},
		{"state", r.State}, {"code_challenge", r.Challenge}, {"code_challenge_method", r.Method}} {
		if f[1] != "" {
			out = append(out, f)
		}
	}
	return out
}

func query(r auth.AuthorizeRequest) url.Values {
	out := url.Values{}
	for _, f := range hidden(r) {
		out.Set(f[0], f[1])
	}
	return out
}

// redirectSource is where an app's redirect leads, as a source of the policy.
func redirectSource(redirect string) string {
	u, err := url.Parse(redirect)
	switch {
	case err != nil || redirect == auth.OOB:
		return ""
	case u.Scheme == "http" || u.Scheme == "https":
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}
