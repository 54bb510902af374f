package web

import (
	"strings"

	"github.com/a-h/templ"

	"allmende/internal/auth"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
)

// apps lists what may act for the account.
func (w *Web) apps(q *req) error {
	list, err := w.Auth.Authorizations(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	var lines []ui.LineView
	for _, a := range list {
		lines = append(lines, q.appLine(a))
	}
	base := q.settingsBase("apps")
	parts := []templ.Component{ui.PageHead(base.Title, q.t("settings.apps_text"), nil)}
	if len(lines) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "smartphone", Title: q.t("settings.apps_empty"), Text: q.t("settings.apps_empty_text")}))
	}
	return q.draw(base, lines, ui.Column(append(parts, ui.Lines(lines))...))
}

func (q *req) appLine(a auth.Authorization) ui.LineView {
	var may []string
	for _, s := range auth.ScopeWords(q.lang, a.Token.Scopes) {
		may = append(may, s.Text)
	}
	l := ui.LineView{Icon: "smartphone", Title: q.t("settings.app_script"), Text: q.t("settings.app_scopes", "scopes", strings.Join(may, " · "))}
	if a.App != nil {
		l.Title = a.App.Name
	}
	note := "settings.app_unused"
	if !a.Token.SeenAt.IsZero() {
		note = "settings.app_seen"
	}
	l.Note = q.t(note, "since", lang.Date(q.lang, a.Token.At), "seen", lang.Date(q.lang, a.Token.SeenAt))
	if a.Token.Actor != q.account.Actor {
		if actor, err := q.web.Read.Actor(q.Context(), a.Token.Actor); err == nil {
			l.Text = q.t("ui.act_as", "name", actor.Label()) + ". " + l.Text
		}
	}
	l.Actions = []templ.Component{ui.Button(ui.ButtonView{Text: q.t("settings.app_end"), Post: "/settings/apps/end", Name: "token", Value: a.Token.ID.String(), Style: "quiet"})}
	return l
}

func (w *Web) endApp(q *req) error {
	id, err := q.form.ID("token")
	if err != nil {
		return err
	}
	if err := w.Auth.EndToken(q.Context(), q.account.ID, id); err != nil {
		return err
	}
	return q.savedAt("/settings/apps")
}
