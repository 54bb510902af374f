package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
)

// said are the messages that the sign-in page may open with.
var said = []string{"confirmed", "waits", "password", "deleted", "away"}

// login is the sign-in page.
func (w *Web) login(q *req) error {
	next := q.next(q.URL.Query().Get("next"))
	if q.session != nil {
		return q.see(next)
	}
	return w.drawLogin(q, next, nil)
}

// next is where to go after signing in: an address of our own, or the start.
func (q *req) next(to string) string {
	if !ownPath(to) {
		return "/"
	}
	return to
}

func (w *Web) drawLogin(q *req, next string, failure error) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	base := q.signBase(q.t("ui.sign_in"))
	v := ui.SignInView{Action: "/login", CSRF: q.csrf(), Email: q.form.Line("email"), Next: next, Notes: ui.NotesOf(q.lang, failure),
		Passkey: true, Site: base.Site.Name, Focus: true}
	if w.registration(site) != "closed" {
		v.JoinAt = "/join"
	}
	var hint templ.Component = ui.Column()
	if word := q.URL.Query().Get("said"); slices.Contains(said, word) {
		hint = ui.Hint("ok", q.t("account.said_"+word))
	}
	return q.drawStatus(statusOf(failure), base, v.Notes, ui.Column(hint, ui.SignIn(v)))
}

// postLogin checks name and password. A wrong name and a wrong password are
// answered alike.
func (w *Web) postLogin(q *req) error {
	next := q.next(q.form.Raw("next"))
	proof, err := w.Auth.SignIn(q.Context(), q.form.Line("email"), q.form.Raw("password"), q.address())
	switch {
	case allmende.IsKind(err, allmende.SignIn) || err != nil && redrawn(err):
		return w.drawLogin(q, next, err)
	case err != nil:
		return err
	case proof.Ticket != "":
		return w.drawCode(q, proof.Ticket, next, true, nil)
	}
	return w.welcome(q, proof, next)
}

// drawCode asks for the second factor: a one-time code, or a recovery code.
func (w *Web) drawCode(q *req, ticket, next string, phone bool, failure error) error {
	base := q.signBase(q.t("ui.code_title"))
	v := ui.CodeView{Action: "/login/code", CSRF: q.csrf(), Ticket: ticket, Next: next, Notes: ui.NotesOf(q.lang, failure), Focus: true}
	if phone {
		v.Recovery = "/login/recovery"
	}
	return q.drawStatus(statusOf(failure), base, v.Notes, ui.Code(v))
}

// recovery draws the form for recovery codes instead.
func (w *Web) recovery(q *req) error {
	return w.drawCode(q, q.form.Raw("ticket"), q.next(q.form.Raw("next")), false, nil)
}

func (w *Web) postCode(q *req) error {
	ticket, next := q.form.Raw("ticket"), q.next(q.form.Raw("next"))
	proof, err := w.Auth.SecondFactor(q.Context(), ticket, q.form.Line("code"), q.address())
	switch {
	case allmende.IsKind(err, allmende.SignIn):
		return w.drawLogin(q, next, err) // it took too long: from the start
	case err != nil && redrawn(err):
		return w.drawCode(q, ticket, next, true, err)
	case err != nil:
		return err
	}
	return w.welcome(q, proof, next)
}

// welcome signs somebody in who has proved who they are, wakes a deactivated
// account, and leads on.
func (w *Web) welcome(q *req, proof auth.Proof, next string) error {
	if err := w.enter(q, proof); err != nil {
		return err
	}
	return q.redirect(next)
}

func (w *Web) enter(q *req, proof auth.Proof) error {
	if proof.Asleep {
		if _, err := q.do(&allmende.Leave{Act: allmende.Act{By: proof.Account, Via: "web", At: w.Now()}, Wake: true}); err != nil {
			return err
		}
	}
	return w.startSession(q, proof.Account)
}

// startSession gives the browser a new session; the one before it ends.
func (w *Web) startSession(q *req, account allmende.ID) error {
	if q.session != nil {
		if err := w.Auth.End(q.Context(), q.session.Account, q.session.ID); err != nil {
			return err
		}
	}
	value, session, err := w.Auth.Start(q.Context(), account, q.UserAgent(), q.address())
	if err != nil {
		return err
	}
	q.session = &session
	w.setCookie(q.rw, value)
	return nil
}

func (w *Web) logout(q *req) error {
	if q.session != nil {
		if err := w.Auth.End(q.Context(), q.session.Account, q.session.ID); err != nil {
			return err
		}
	}
	w.setCookie(q.rw, "")
	q.session = nil
	return q.redirect("/")
}

// keepTicket remembers the ticket of a passkey by its challenge, which comes
// back with the browser's answer; so no further cookie is needed.
func (w *Web) keepTicket(options []byte, ticket string) error {
	var o struct {
		PublicKey struct {
			Challenge string `json:"challenge"`
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(options, &o); err != nil {
		return err
	}
	w.tickets.Put(o.PublicKey.Challenge, ticket, w.tickets.Ticket(o.PublicKey.Challenge))
	return nil
}

// takeTicket finds the ticket that belongs to a browser's answer. Whether the
// answer is right is auth's to say.
func (w *Web) takeTicket(credential string) string {
	var c struct {
		Response struct {
			ClientDataJSON string `json:"clientDataJSON"`
		} `json:"response"`
	}
	var data struct {
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal([]byte(credential), &c) != nil {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Response.ClientDataJSON)
	if err != nil || json.Unmarshal(raw, &data) != nil {
		return ""
	}
	ticket, _ := w.tickets.Peek(data.Challenge)
	w.tickets.Drop(data.Challenge)
	return ticket
}

// beginPasskeySignIn gives the browser what it needs to ask the device.
func (w *Web) beginPasskeySignIn(q *req) error {
	if err := q.limited(); err != nil {
		return err
	}
	options, ticket, err := w.Auth.BeginPasskeySignIn()
	if err != nil {
		return err
	}
	return w.sendOptions(q, options, ticket)
}

func (w *Web) sendOptions(q *req, options []byte, ticket string) error {
	if err := w.keepTicket(options, ticket); err != nil {
		return err
	}
	httpx.Private(q.rw)
	httpx.WriteBytes(q.rw, http.StatusOK, "application/json", options)
	return nil
}

// finishPasskeySignIn signs in; within a session of the same account it proves
// that the person is still there.
func (w *Web) finishPasskeySignIn(q *req) error {
	credential := q.form.Raw("credential")
	proof, err := w.Auth.FinishPasskeySignIn(q.Context(), w.takeTicket(credential), []byte(credential))
	if err != nil {
		return err
	}
	if q.session != nil && q.session.Account == proof.Account {
		err = w.Auth.MarkFresh(q.Context(), *q.session)
	} else {
		err = w.enter(q, proof)
	}
	if err != nil {
		return err
	}
	httpx.Private(q.rw)
	return httpx.WriteJSON(q.rw, http.StatusOK, map[string]bool{"ok": true})
}
