package web

import (
	"mime"
	"net/http"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
)

// data is how to take everything along, and how to leave (row R4).
// exportPath is where the archive comes from.
const exportPath = "/settings/data/export"

func (w *Web) data(q *req) error { return w.drawData(q, nil) }

func (w *Web) drawData(q *req, failure error) error {
	base := q.settingsBase("data")
	parts := []templ.Component{ui.PageHead(base.Title, "", nil)}
	if q.URL.Query().Has("proved") {
		parts = append(parts, ui.Hint("ok", q.t("settings.said_proved")))
	}
	if w.Export != nil && q.viewer.Role.May(allmende.RoleOwner) {
		parts = append(parts, ui.Section(q.t("settings.export"), ui.Para(q.t("settings.export_text")),
			ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("settings.export_do"), Icon: "download", Href: exportPath, Style: "primary"}))))
	}
	s := q.sheet("settings", failure)
	s.field(ui.FieldView{Name: "own_name", Complete: "off"}).field(ui.FieldView{Name: "password", Type: "password", Complete: "current-password"})
	if !q.viewer.Anonymous() {
		parts = append(parts, ui.Section(q.t("settings.pause"), ui.Para(q.t("settings.pause_text")),
			within(ui.Form(ui.FormView{Action: "/settings/data/pause", CSRF: q.csrf(), Submit: q.t("settings.pause_do")}), ui.Column())))
	}
	parts = append(parts, ui.Section(q.t("settings.delete"), ui.Hint("danger", q.t("settings.delete_text")),
		s.form(ui.FormView{Action: "/settings/data/delete", Danger: true}, "delete_do")))
	return q.drawStatus(statusOf(failure), base, map[string]bool{"export": w.Export != nil}, ui.Column(parts...))
}

// exportData sends the archive while it is made.
func (w *Web) exportData(q *req) error {
	if w.Export == nil {
		return allmende.E(allmende.NotFound, "error.page_not_found")
	}
	if !q.viewer.Role.May(allmende.RoleOwner) {
		return allmende.E(allmende.Forbidden, "error.role", "need", string(allmende.RoleOwner))
	}
	a, err := w.Read.Actor(q.Context(), q.viewer.Actor)
	if err != nil {
		return err
	}
	httpx.Private(q.rw)
	q.rw.Header().Set("Content-Type", "application/zip")
	q.rw.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": a.Name + "-" + w.Now().Format("2006-01-02") + ".zip"}))
	if err := w.Export(q.Context(), q.viewer, q.rw); err != nil {
		w.Log.Error("export failed", "actor", a.ID, "err", err)
		panic(http.ErrAbortHandler) // half an archive must not look like a whole one
	}
	return nil
}

// pause deactivates the account; signing in wakes it.
func (w *Web) pause(q *req) error {
	if _, err := q.do(&allmende.Leave{Act: q.self()}); err != nil {
		return q.complain(err, "/settings/data")
	}
	w.setCookie(q.rw, "")
	return q.redirect("/login?said=away")
}

// deleteAccount takes the account away for good. Name and password are typed,
// so that nobody does it by mistake or in passing.
func (w *Web) deleteAccount(q *req) error {
	person, err := w.Read.Actor(q.Context(), q.account.Actor)
	if err != nil {
		return err
	}
	if name, _ := allmende.SplitHandle(q.form.Line("own_name")); name != person.Name {
		err = allmende.Wrong("own_name", "error.own_name", "name", person.Name)
	}
	err = gathered(err, wrongPassword(w.Auth.Reprove(q.Context(), *q.session, q.form.Raw("password"), q.address()), "password"))
	if err == nil {
		_, err = q.do(&allmende.Leave{Act: q.self(), Delete: true})
	}
	if err != nil {
		if redrawn(err) {
			return w.drawData(q, err)
		}
		return err
	}
	w.setCookie(q.rw, "")
	return q.redirect("/login?said=deleted")
}
