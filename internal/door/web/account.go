package web

import (
	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/ui"
)

// accountSettings are mail address, password, language and appearance. Each
// form is refused on its own.
func (w *Web) accountSettings(q *req) error { return w.drawAccount(q, "", nil) }

func (w *Web) drawAccount(q *req, form string, failure error) error {
	of := func(name string) error {
		if name == form {
			return failure
		}
		return nil
	}
	base := q.settingsBase("account")
	parts := ui.Column(
		ui.Section(q.t("settings.look"), w.lookForm(q, of("look"))),
		ui.Section(q.t("settings.mail"), w.mailForms(q, of("mail"), of("code"))),
		ui.Section(q.t("settings.password_change"), w.passwordForm(q, of("password"))))
	return q.drawStatus(statusOf(failure), base, accountView{q.account.Email, q.account.EmailNew, q.account.Lang, q.account.Theme},
		ui.Column(ui.PageHead(base.Title, "", nil), parts))
}

// accountView is what the page answers programs.
type accountView struct{ Email, EmailNew, Lang, Theme string }

func (w *Web) lookForm(q *req, failure error) templ.Component {
	s := q.sheet("settings", failure)
	s.list(ui.SelectView{Name: "lang", Value: q.account.Lang, Options: languages(q, true)}).
		list(ui.SelectView{Name: "theme", Value: q.account.Theme, Options: s.options("theme", "auto", "light", "dark", "contrast")})
	return s.form(ui.FormView{Action: "/settings/account"}, "save")
}

func (w *Web) postAccount(q *req) error {
	language, theme := q.form.Line("lang"), q.form.Line("theme")
	_, err := q.do(&allmende.SetAccount{Act: q.self(), Lang: &language, Theme: &theme})
	if err != nil && redrawn(err) {
		return w.drawAccount(q, "look", err)
	}
	if err != nil {
		return err
	}
	return q.savedAt("/settings/account")
}

// mailForms change the address; one that waits is confirmed with its code.
func (w *Web) mailForms(q *req, failure, codeFailure error) templ.Component {
	s := q.sheet("settings", failure)
	s.field(ui.FieldView{Name: "email", Type: "email", Value: q.account.Email, Complete: "email", Mode: "email"}).
		field(ui.FieldView{Name: "password", Type: "password", Complete: "current-password"})
	change := s.form(ui.FormView{Action: "/settings/account/mail"}, "mail_do")
	if q.account.EmailNew == "" {
		return change
	}
	c := q.sheet("settings", codeFailure)
	c.field(ui.FieldView{Name: "code", Complete: "one-time-code", Class: "code-input", Max: 20})
	return ui.Column(ui.Hint("", q.t("settings.mail_waits", "address", q.account.EmailNew)),
		c.form(ui.FormView{Action: "/settings/account/code"}, "code_do"), change)
}

func (w *Web) postMail(q *req) error {
	address := q.form.Line("email")
	err := wrongPassword(w.Auth.Reprove(q.Context(), *q.session, q.form.Raw("password"), q.address()), "password")
	if err == nil {
		_, err = q.do(&allmende.SetAccount{Act: q.self(), Email: &address})
	}
	if err != nil && redrawn(err) {
		return w.drawAccount(q, "mail", err)
	}
	if err != nil {
		return err
	}
	q.flash("ok", q.t("settings.mail_sent"), "")
	return q.redirect("/settings/account")
}

// postMailCode takes the code from the mail to the new address.
func (w *Web) postMailCode(q *req) error {
	account, err := w.Auth.TakeShort(q.Context(), auth.ChangeMail, q.account.Email, q.form.Line("code"), q.address())
	if auth.IsVoid(err) {
		err = allmende.Wrong("code", "error.code_void")
	}
	if err == nil {
		_, err = q.do(&allmende.ConfirmMail{Act: q.self(), Account: account})
	}
	if err != nil && redrawn(err) {
		return w.drawAccount(q, "code", err)
	}
	if err != nil {
		return err
	}
	return q.savedAt("/settings/account")
}

func (w *Web) passwordForm(q *req, failure error) templ.Component {
	s := q.sheet("settings", failure)
	s.field(ui.FieldView{Name: "old_password", Type: "password", Complete: "current-password"}).
		field(ui.FieldView{Name: "new_password", Type: "password", Complete: "new-password"})
	return s.form(ui.FormView{Action: "/settings/account/password"}, "password_do")
}

// postPassword changes the password. All sessions end with it; the person at
// the keyboard gets a new one.
func (w *Web) postPassword(q *req) error {
	person, err := w.Read.Actor(q.Context(), q.account.Actor)
	if err != nil {
		return err
	}
	password := q.form.Raw("new_password")
	err = gathered(wrongPassword(w.Auth.Reprove(q.Context(), *q.session, q.form.Raw("old_password"), q.address()), "old_password"),
		renamed(auth.CheckPassword(password, person.Name, q.account.Email), "password", "new_password"))
	if err != nil {
		if redrawn(err) {
			return w.drawAccount(q, "password", err)
		}
		return err
	}
	hash, err := w.Auth.Hash(q.Context(), password)
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.SetAccount{Act: q.self(), PasswordHash: &hash}); err != nil {
		return err
	}
	if err := w.startSession(q, q.account.ID); err != nil {
		return err
	}
	q.flash("ok", q.t("settings.password_changed"), "")
	return q.redirect("/settings/account")
}
