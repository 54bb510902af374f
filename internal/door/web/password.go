package web

import (
	"net/url"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/ui"
)

// forgotten asks whose password was forgotten; afterwards it takes the code
// from the mail. It says the same whether there is such an account or not.
func (w *Web) forgotten(q *req) error {
	if who := q.URL.Query().Get("for"); who != "" {
		return w.drawNewPassword(q, "/forgotten/code", who, nil)
	}
	base := q.signBase(q.t("account.forgotten"))
	s := q.sheet("account", nil)
	s.field(ui.FieldView{Name: "login", Complete: "username", Focus: true})
	form := ui.FormView{Action: "/forgotten", Cancel: "/login"}
	return q.draw(base, form, within(ui.SignBox(base.Title), ui.Column(ui.Para(q.t("account.forgotten_text")), s.form(form, "forgotten_do"))))
}

func (w *Web) postForgotten(q *req) error {
	if err := q.limited(); err != nil {
		return err
	}
	login := q.form.Line("login")
	if err := w.Auth.AskCode(q.Context(), auth.ResetPassword, login); err != nil {
		return err
	}
	if login == "" {
		return q.redirect("/forgotten")
	}
	return q.redirect("/forgotten?for=" + url.QueryEscape(login))
}

// drawNewPassword asks for a new password; with a login also for the code.
func (w *Web) drawNewPassword(q *req, action, login string, failure error) error {
	base := q.signBase(q.t("account.new_password_title"))
	s := q.sheet("account", failure)
	text := q.t("account.new_password_text")
	if login != "" {
		text = q.t("account.forgotten_sent")
		s.add(ui.Hidden("login", login))
		s.field(ui.FieldView{Name: "code", Complete: "one-time-code", Class: "code-input", Max: 20})
	}
	s.field(ui.FieldView{Name: "new_password", Type: "password", Complete: "new-password"})
	form := ui.FormView{Action: action}
	return q.drawStatus(statusOf(failure), base, form, within(ui.SignBox(base.Title), ui.Column(ui.Para(text), s.form(form, "new_password_do"))))
}

// passwordLink opens the form behind a mail's link.
func (w *Web) passwordLink(q *req) error {
	if _, err := w.Auth.CheckLink(q.Context(), auth.ResetPassword, chi.URLParam(q.Request, "token")); err != nil {
		return err
	}
	return w.drawNewPassword(q, q.URL.Path, "", nil)
}

func (w *Web) postPasswordLink(q *req) error {
	err := w.newPassword(q, func() (allmende.ID, error) {
		return w.Auth.TakeLink(q.Context(), auth.ResetPassword, chi.URLParam(q.Request, "token"))
	})
	if err != nil && redrawn(err) && !auth.IsVoid(err) {
		return w.drawNewPassword(q, q.URL.Path, "", err)
	}
	return err
}

func (w *Web) postPasswordCode(q *req) error {
	login := q.form.Line("login")
	err := w.newPassword(q, func() (allmende.ID, error) {
		id, err := w.Auth.TakeShort(q.Context(), auth.ResetPassword, login, q.form.Line("code"), q.address())
		if auth.IsVoid(err) {
			err = allmende.Wrong("code", "error.code_void")
		}
		return id, err
	})
	if err != nil && redrawn(err) {
		return w.drawNewPassword(q, "/forgotten/code", login, err)
	}
	return err
}

// newPassword sets the password of whoever the mail's code belongs to. The code
// is used up only by a password that will do. Sessions end, and so do apps: they
// may be somebody else's. The second factor stays in force: signing in comes after.
func (w *Web) newPassword(q *req, take func() (allmende.ID, error)) error {
	password := q.form.Raw("new_password")
	if err := auth.CheckPassword(password, q.form.Line("login"), q.form.Line("login")); err != nil {
		return renamed(err, "password", "new_password")
	}
	hash, err := w.Auth.Hash(q.Context(), password)
	if err != nil {
		return err
	}
	account, err := take()
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.SetAccount{Act: allmende.Act{By: account, Via: "web", At: w.Now()}, PasswordHash: &hash}); err != nil {
		return err
	}
	if err := w.Auth.EndTokens(q.Context(), account); err != nil {
		return err
	}
	return q.redirect("/login?said=password")
}
