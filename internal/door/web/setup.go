package web

import (
	"context"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/ui"
)

// SetupPath is the address, without host, at which the first admin sets the
// community up; empty when that has been done. Each call makes a new one-time
// code, and the one before no longer holds: app prints it at the start.
func (w *Web) SetupPath(ctx context.Context) (string, error) {
	code, err := w.Auth.SetupCode(ctx)
	if err != nil || code == "" {
		return "", err
	}
	return "/setup/" + code, nil
}

// registrations are the ways people may join.
var registrations = []string{"approval", "open", "invite", "closed"}

func (w *Web) setup(q *req) error { return w.drawSetup(q, nil) }

func (w *Web) drawSetup(q *req, failure error) error {
	code := chi.URLParam(q.Request, "code")
	if err := w.Auth.CheckSetup(q.Context(), code); err != nil {
		return err
	}
	site := q.sheet("admin", failure)
	site.field(ui.FieldView{Name: "site_name", Max: 60, Focus: true}).
		field(ui.FieldView{Name: "tagline", Max: 120, Optional: true}).
		field(ui.FieldView{Name: "description", Type: "textarea", Max: 2000, Optional: true}).
		field(ui.FieldView{Name: "contact", Type: "email", Complete: "email", Mode: "email"}).
		radios(ui.SelectView{Name: "registration", Value: w.Registration, Options: site.options("registration", registrations...)}).
		list(ui.SelectView{Name: "lang", Value: string(q.lang), Options: languages(q, false)})
	you := &sheet{q: q, family: "account", notes: site.notes, refused: site.refused}
	you.field(ui.FieldView{Name: "name", Max: 30, Complete: "username"}).
		field(ui.FieldView{Name: "email", Type: "email", Complete: "email", Mode: "email"}).
		field(ui.FieldView{Name: "password", Type: "password", Complete: "new-password"})
	all := &sheet{q: q, family: "admin", notes: site.notes, parts: []templ.Component{
		ui.Section(q.t("admin.setup_site"), site.parts...), ui.Section(q.t("admin.setup_you"), you.parts...)}}
	base := q.base(q.t("admin.setup"))
	base.Plain, base.NoIndex = true, true
	form := ui.FormView{Action: "/setup/" + code}
	return q.drawStatus(statusOf(failure), base, form, ui.Column(ui.PageHead(base.Title, q.t("admin.setup_text"), nil), all.form(form, "setup_do")))
}

// postSetup makes the community's face and its first admin, which ends the set-up.
func (w *Web) postSetup(q *req) error {
	if err := w.Auth.CheckSetup(q.Context(), chi.URLParam(q.Request, "code")); err != nil {
		return err
	}
	name, mail, password := strings.ToLower(q.form.Line("name")), q.form.Line("email"), q.form.Raw("password")
	account, err := w.found(q, name, mail, password)
	if err != nil {
		if redrawn(err) {
			return w.drawSetup(q, err)
		}
		return err
	}
	if err := w.startSession(q, account); err != nil {
		return err
	}
	q.flash("ok", q.t("admin.setup_done"), "")
	return q.redirect("/admin/legal")
}

// found gives the community its name and first admin. The site comes first:
// with the admin the set-up has ended.
func (w *Web) found(q *req, name, mail, password string) (allmende.ID, error) {
	act := allmende.Act{Via: "setup", At: w.Now()}
	site := allmende.Site{Name: q.form.Line("site_name"), Tagline: q.form.Line("tagline"), Description: q.form.Text("description"), Contact: q.form.Line("contact"),
		Registration: q.form.Line("registration"), Lang: q.form.Line("lang")}
	_, siteErr := q.do(&allmende.SetSite{Act: act, Site: site})
	err := gathered(renamed(siteErr, "name", "site_name"), allmende.CheckName(name), auth.CheckPassword(password, name, mail))
	if err != nil {
		return 0, err
	}
	hash, err := w.Auth.Hash(q.Context(), password)
	if err != nil {
		return 0, err
	}
	made, err := q.do(&allmende.SignUp{Act: act, Name: name, Email: mail, PasswordHash: hash, Lang: site.Lang,
		Rank: allmende.Admin, Confirmed: true, Approved: true})
	if err != nil {
		return 0, err
	}
	return made.Account, w.firstRules(q, act)
}

// firstRules publishes the proposed rules, so that there is something to agree to.
func (w *Web) firstRules(q *req, act allmende.Act) error {
	for _, l := range legalLangs {
		text, err := w.proposed(q.Context(), "rules", l)
		if err != nil {
			return err
		}
		if _, err := q.do(&allmende.SetLegal{Act: act, Name: "rules", Lang: string(l), Source: text}); err != nil {
			return err
		}
	}
	return nil
}

// renamed gives a complaint about one field to another.
func renamed(err error, from, to string) error {
	e, ok := err.(*allmende.Error)
	if !ok {
		return err
	}
	out := *e
	out.Fields = nil
	for _, f := range e.Fields {
		if f.Name == from {
			f.Name = to
		}
		out.Fields = append(out.Fields, f)
	}
	return &out
}
