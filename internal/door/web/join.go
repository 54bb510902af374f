package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
)

// limited counts what anybody may post, per address.
func (q *req) limited() error {
	if q.web.Guests == nil {
		return nil
	}
	quota, ok := q.web.Guests.Take(httpx.AddrKey(httpx.Addr(q.Context())))
	if !ok {
		return allmende.E(allmende.TooMany, "http.too_many", "count", quota.Seconds())
	}
	return nil
}

// address is where the request comes from, for counting attempts and for the
// list of sessions.
func (q *req) address() string {
	a := httpx.Addr(q.Context())
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// see leads on from a page that has nothing to say right now.
func (q *req) see(to string) error {
	http.Redirect(q.rw, q.Request, to, http.StatusSeeOther)
	return nil
}

// signBase frames the short pages before somebody is signed in.
func (q *req) signBase(title string) ui.Base {
	b := q.base(title)
	b.Plain, b.NoIndex = true, true
	return b
}

// join asks who would like to join (row R2).
func (w *Web) join(q *req) error {
	if q.session != nil {
		return q.see("/")
	}
	return w.drawJoin(q, nil)
}

func (w *Web) drawJoin(q *req, failure error) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	if !site.Ready {
		return w.notReady(q)
	}
	code, mode := q.invited(), w.registration(site)
	base := q.signBase(q.t("account.join_title", "site", site.Name))
	if mode == "closed" {
		v := ui.EmptyView{Icon: "lock-keyhole", Title: q.t("account.join_closed"), Text: q.t("account.join_closed_text")}
		return q.draw(base, v, ui.Empty(v))
	}
	rules, err := w.Read.Legal(q.Context(), "rules", q.lang.HTML())
	if err != nil {
		return err
	}
	s := q.sheet("account", failure)
	s.field(ui.FieldView{Name: "name", Max: 30, Complete: "username", Focus: failure == nil}).
		field(ui.FieldView{Name: "display_name", Max: 60, Complete: "name", Optional: true}).
		field(ui.FieldView{Name: "email", Type: "email", Complete: "email", Mode: "email"}).
		field(ui.FieldView{Name: "password", Type: "password", Complete: "new-password"})
	switch {
	case mode == "invite" || code != "":
		s.field(ui.FieldView{Name: "invite", Value: code, Max: 60})
	case mode == "approval":
		s.field(ui.FieldView{Name: "reason", Type: "textarea", Max: 1000})
	}
	if rules != nil {
		s.add(ui.Hidden("version", strconv.Itoa(rules.Version)), ui.Beside("/rules", q.t("account.read_rules")))
		s.check(ui.CheckView{Name: "rules"})
	}
	form := ui.FormView{Action: "/join"}
	lead := q.t("account.join_" + mode)
	if code != "" {
		lead = q.t("account.join_invited")
	}
	return q.drawStatus(statusOf(failure), base, form, within(ui.SignBox(base.Title), ui.Column(ui.Soft(lead), s.form(form, "join_do"),
		ui.Anchor("/login", q.t("account.have_account")))))
}

// invited is the code of the invitation that somebody follows.
func (q *req) invited() string {
	if code := chi.URLParam(q.Request, "code"); code != "" {
		return code
	}
	return q.form.Line("invite")
}

// postJoin makes the account. Whether the address had one already is not told:
// the next page is the same.
func (w *Web) postJoin(q *req) error {
	if q.session != nil {
		return q.redirect("/")
	}
	if err := q.limited(); err != nil {
		return err
	}
	name, mail, password := strings.ToLower(q.form.Line("name")), q.form.Line("email"), q.form.Raw("password")
	cmd := &allmende.SignUp{Act: allmende.Act{Via: "web", At: w.Now()}, Name: name, Email: mail, DisplayName: q.form.Line("display_name"),
		Reason: q.form.Text("reason"), InviteCode: q.form.Line("invite"), Lang: string(q.lang)}
	if q.form.Has("rules") {
		cmd.Rules = q.form.Int("version", 0, 0, 1<<30)
	}
	weak := auth.CheckPassword(password, name, mail)
	if weak == nil {
		var err error
		if cmd.PasswordHash, err = w.Auth.Hash(q.Context(), password); err != nil {
			return err
		}
	}
	made, err := q.do(cmd) // without a hash it is refused, with all else that is wrong
	if err = gathered(weak, err); err != nil {
		if redrawn(err) {
			return w.drawJoin(q, err)
		}
		return err
	}
	w.rememberJoin(q, made.Account)
	return q.redirect("/confirm?for=" + url.QueryEscape(mail))
}

// confirmForm asks for the code from the mail.
func (w *Web) confirmForm(q *req) error { return w.drawConfirm(q, nil) }

func (w *Web) drawConfirm(q *req, failure error) error {
	base := q.signBase(q.t("account.confirm_title"))
	s := q.sheet("account", failure)
	s.field(ui.FieldView{Name: "login", Value: q.URL.Query().Get("for"), Complete: "username"}).
		field(ui.FieldView{Name: "code", Complete: "one-time-code", Class: "code-input", Max: 20})
	form := ui.FormView{Action: "/confirm"}
	said := "account.confirm_text"
	if !w.Mail {
		said = "account.confirm_text_unsent"
	}
	return q.drawStatus(statusOf(failure), base, form, within(ui.SignBox(base.Title),
		ui.Column(ui.Para(q.t(said)), s.form(form, "confirm_do"), w.another(q))))
}

// another asks for one more mail.
func (w *Web) another(q *req) templ.Component {
	s := q.sheet("account", nil)
	s.add(ui.Hidden("login", cmp.Or(q.form.Line("login"), q.URL.Query().Get("for"))))
	return within(ui.Form(ui.FormView{Action: "/confirm/again", CSRF: q.csrf(), Submit: q.t("account.confirm_again"), Second: true}), ui.Column(s.parts...))
}

func (w *Web) postConfirm(q *req) error {
	account, err := w.Auth.TakeShort(q.Context(), auth.ConfirmMail, q.form.Line("login"), q.form.Line("code"), q.address())
	if err == nil {
		return w.confirmed(q, account)
	}
	if auth.IsVoid(err) {
		err = allmende.Wrong("code", "error.code_void")
	}
	if redrawn(err) {
		return w.drawConfirm(q, err)
	}
	return err
}

func (w *Web) confirmAgain(q *req) error {
	if err := q.limited(); err != nil {
		return err
	}
	login := q.form.Line("login")
	if q.guest != nil {
		login = q.guest.Email
	}
	if err := w.Auth.AskCode(q.Context(), auth.ConfirmMail, login); err != nil {
		return err
	}
	return q.redirect("/confirm?for=" + url.QueryEscape(login))
}

// proveLink asks whoever opens the link of a mail to press a button: programs
// that look through mail open links too.
func (w *Web) proveLink(purpose auth.Purpose) handler {
	return func(q *req) error {
		if _, err := w.Auth.CheckLink(q.Context(), purpose, chi.URLParam(q.Request, "token")); err != nil {
			return err
		}
		base := q.signBase(q.t("account.confirm_title"))
		form := ui.FormView{Action: q.URL.Path, CSRF: q.csrf(), Submit: q.t("account.confirm_do")}
		return q.draw(base, form, within(ui.SignBox(base.Title), ui.Column(ui.Para(q.t("account.confirm_link")), within(ui.Form(form), ui.Column()))))
	}
}

func (w *Web) takeLink(purpose auth.Purpose) handler {
	return func(q *req) error {
		account, err := w.Auth.TakeLink(q.Context(), purpose, chi.URLParam(q.Request, "token"))
		if err != nil {
			return err
		}
		return w.confirmed(q, account)
	}
}

// joinLife is how long a browser is known as the one that made an account.
const joinLife = 24 * time.Hour

// joined is an account that a browser made.
type joined struct {
	account allmende.ID
	at      time.Time
}

// rememberJoin lets the browser that made an account be known again when the
// address is proved, so that the password is not asked for twice. Until then
// the cookie is good for nothing; and it is set as well where the address was
// known already, which is not told.
func (w *Web) rememberJoin(q *req, account allmende.ID) {
	key := allmende.Secret(32)
	if account != 0 {
		w.joining.Put(key, joined{account, w.Now()}, w.joining.Ticket(key))
	}
	w.setCookie(q.rw, key)
}

// madeHere tells whether this browser made the account a short while ago.
func (w *Web) madeHere(q *req, account allmende.ID) bool {
	cookie, err := q.Cookie(w.cookieName())
	if err != nil {
		return false
	}
	j, ok := w.joining.Peek(cookie.Value)
	w.joining.Drop(cookie.Value)
	return ok && j.account == account && w.Now().Sub(j.at) < joinLife
}

// confirmed notes that an address was proved. That alone signs nobody in: who
// made the account may be somebody else than who reads the mail. The browser
// in which the account was made has seen the password and is let in.
func (w *Web) confirmed(q *req, account allmende.ID) error {
	if _, err := q.do(&allmende.ConfirmMail{Act: allmende.Act{By: account, Via: "web", At: w.Now()}, Account: account}); err != nil {
		return err
	}
	if q.session == nil && w.madeHere(q, account) {
		if err := w.startSession(q, account); err != nil {
			return err
		}
	}
	if q.session != nil {
		q.flash("ok", q.t("account.said_proved"), "")
		return q.redirect("/")
	}
	if a, err := w.Read.Account(q.Context(), allmende.Viewer{Account: account}); err == nil && a.State == allmende.AccountPending {
		return q.redirect("/login?said=waits")
	}
	return q.redirect("/login?said=confirmed")
}
