package web

import (
	"time"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
)

// invites lists the codes that let people in; the staff makes them (row R2).
func (w *Web) invites(q *req) error { return w.drawInvites(q, nil) }

func (w *Web) drawInvites(q *req, failure error) error {
	list, err := w.Read.Invites(q.Context(), q.viewer)
	if err != nil {
		return err
	}
	var lines []ui.LineView
	for _, i := range list {
		lines = append(lines, q.inviteLine(i))
	}
	s := q.sheet("settings", failure)
	s.field(ui.FieldView{Name: "max_uses", Value: "1", Type: "number", Mode: "numeric"}).
		list(ui.SelectView{Name: "days", Value: "7", Options: s.options("days", "1", "7", "30", "")})
	base := q.settingsBase("invites")
	return q.drawStatus(statusOf(failure), base, lines, ui.Column(ui.PageHead(base.Title, q.t("settings.invites_text"), nil), ui.Lines(lines),
		ui.Section(q.t("settings.invite_new"), s.form(ui.FormView{Action: "/settings/invites"}, "invite_do"))))
}

func (q *req) inviteLine(i allmende.Invite) ui.LineView {
	l := ui.LineView{ID: "i-" + i.Code, Icon: "user-plus", Title: q.web.BaseURL + "/join/" + i.Code, Href: "/join/" + i.Code}
	if i.MaxUses > 0 {
		l.Note = q.t("settings.invite_used_of", "count", i.Uses, "max", i.MaxUses)
	} else {
		l.Note = q.t("settings.invite_used", "count", i.Uses)
	}
	switch {
	case i.Expires.IsZero():
	case i.Expires.Before(q.web.Now()):
		l.Text = q.t("settings.invite_over")
	default:
		l.Text = q.t("settings.invite_until", "date", lang.DateTime(q.lang, i.Expires))
	}
	l.Actions = []templ.Component{ui.Button(ui.ButtonView{Text: q.t("settings.invite_withdraw"), Post: "/settings/invites/withdraw", Name: "code", Value: i.Code, Style: "quiet"})}
	return l
}

func (w *Web) postInvite(q *req) error {
	cmd := &allmende.NewInvite{Act: q.self(), MaxUses: q.form.Int("max_uses", 1, -1, 1<<20)}
	if days := q.form.Int("days", 0, 0, 365); days > 0 {
		cmd.Expires = w.Now().Add(time.Duration(days) * 24 * time.Hour)
	}
	if _, err := q.do(cmd); err != nil {
		if redrawn(err) {
			return w.drawInvites(q, err)
		}
		return err
	}
	q.flash("ok", q.t("settings.invite_made"), "")
	return q.redirect("/settings/invites")
}

func (w *Web) withdrawInvite(q *req) error {
	if _, err := q.do(&allmende.NewInvite{Act: q.self(), Off: true, Code: q.form.Line("code")}); err != nil {
		return err
	}
	return q.savedAt("/settings/invites")
}
