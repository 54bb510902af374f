package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
	"allmende/internal/lang"
)

// security lists passkeys, the second factor and sessions (row R9). It opens
// only shortly after the password or a key were shown.
func (w *Web) security(q *req) error {
	base := q.settingsBase("security")
	keys, err := w.Auth.Passkeys(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	has, left, err := w.Auth.HasFactor(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	sessions, err := w.Auth.Sessions(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	signed := []templ.Component{ui.Soft(q.t("settings.sessions_text")), ui.Lines(q.sessionLines(sessions))}
	if len(sessions) > 1 {
		signed = append(signed, ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("settings.end_others"), Post: "/settings/security/end-others", Style: "quiet"})))
	}
	content := ui.Column(ui.PageHead(base.Title, "", nil),
		ui.Section(q.t("settings.passkeys"), ui.Soft(q.t("settings.passkeys_text")), ui.Lines(q.keyLines(keys)), ui.NewPasskey(browserName(q.UserAgent()))),
		ui.Section(q.t("settings.factor"), q.factorPart(has, left)...),
		ui.Section(q.t("settings.sessions"), signed...))
	return q.draw(base, securityView{len(keys), has, left, len(sessions)}, content)
}

// securityView is what the page answers programs.
type securityView struct {
	Passkeys int
	Factor   bool
	Recovery int
	Sessions int
}

func (q *req) keyLines(keys []auth.Passkey) []ui.LineView {
	var out []ui.LineView
	for _, k := range keys {
		name := k.Name
		if name == "" {
			name = q.t("settings.passkey")
		}
		out = append(out, ui.LineView{Icon: "key-round", Title: name, Note: q.t("settings.added", "date", lang.Date(q.lang, k.At)),
			Actions: []templ.Component{ui.Button(ui.ButtonView{Text: q.t("settings.rename"), Href: "/settings/passkeys/name?key=" + url.QueryEscape(k.ID), Style: "quiet"}),
				ui.Button(ui.ButtonView{Text: q.t("ui.remove"), Post: "/settings/passkeys/drop", Name: "key", Value: k.ID, Style: "quiet"})}})
	}
	return out
}

// factorPart is the second factor: to be set up, or in force.
func (q *req) factorPart(has bool, left int) []templ.Component {
	if !has {
		return []templ.Component{ui.Soft(q.t("settings.factor_text")),
			ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("settings.factor_begin"), Post: "/settings/factor/begin", Icon: "smartphone", Style: "primary"}))}
	}
	return []templ.Component{ui.Para(q.t("settings.factor_on", "count", left)),
		ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("settings.recovery_new"), Post: "/settings/factor/recovery", Style: "quiet"}),
			ui.Button(ui.ButtonView{Text: q.t("settings.factor_drop"), Post: "/settings/factor/drop", Style: "danger"}))}
}

func (q *req) sessionLines(sessions []auth.Session) []ui.LineView {
	var out []ui.LineView
	for _, s := range sessions {
		l := ui.LineView{Icon: "monitor", Title: browserName(s.Agent), Note: q.t("settings.session_seen", "date", lang.DateTime(q.lang, s.SeenAt), "address", s.Address)}
		if l.Title == "" {
			l.Title = q.t("settings.session")
		}
		if s.ID == q.session.ID {
			l.Text = q.t("settings.session_this")
		} else {
			l.Actions = []templ.Component{ui.Button(ui.ButtonView{Text: q.t("settings.session_end"), Post: "/settings/security/end", Name: "session", Value: s.ID, Style: "quiet"})}
		}
		out = append(out, l)
	}
	return out
}

func (w *Web) endSession(q *req) error {
	if err := w.Auth.End(q.Context(), q.account.ID, q.form.Raw("session")); err != nil {
		return err
	}
	return q.savedAt("/settings/security")
}

func (w *Web) endOthers(q *req) error {
	if err := w.Auth.EndOthers(q.Context(), *q.session); err != nil {
		return err
	}
	return q.savedAt("/settings/security")
}

// beginPasskey gives the browser what it needs to make a key.
func (w *Web) beginPasskey(q *req) error {
	options, ticket, err := w.Auth.BeginPasskey(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	return w.sendOptions(q, options, ticket)
}

func (w *Web) finishPasskey(q *req) error {
	credential := q.form.Raw("credential")
	err := w.Auth.FinishPasskey(q.Context(), q.account.ID, w.takeTicket(credential), q.form.Line("name"), []byte(credential))
	if err != nil {
		return err
	}
	q.flash("ok", q.t("settings.passkey_added"), "")
	httpx.Private(q.rw)
	return httpx.WriteJSON(q.rw, http.StatusOK, map[string]bool{"ok": true})
}

// passkeyName gives a key another name.
func (w *Web) passkeyName(q *req) error {
	keys, err := w.Auth.Passkeys(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.ID != q.URL.Query().Get("key") {
			continue
		}
		base := q.settingsBase("passkey")
		s := q.sheet("settings", nil)
		s.add(ui.Hidden("key", k.ID)).field(ui.FieldView{Name: "passkey_name", Value: k.Name, Max: 60, Focus: true})
		form := ui.FormView{Action: "/settings/passkeys/name", Cancel: "/settings/security"}
		return q.draw(base, form, ui.Column(ui.PageHead(base.Title, "", nil), s.form(form, "save")))
	}
	return allmende.E(allmende.NotFound, "error.passkey_unknown")
}

func (w *Web) postPasskeyName(q *req) error {
	if err := w.Auth.NamePasskey(q.Context(), q.account.ID, q.form.Raw("key"), q.form.Line("passkey_name")); err != nil {
		return err
	}
	return q.savedAt("/settings/security")
}

func (w *Web) dropPasskey(q *req) error {
	if err := w.Auth.DropPasskey(q.Context(), q.account.ID, q.form.Raw("key")); err != nil {
		return err
	}
	return q.savedAt("/settings/security")
}

// beginFactor makes a new secret for one-time codes.
func (w *Web) beginFactor(q *req) error {
	if _, err := w.Auth.BeginFactor(q.Context(), q.account.ID); err != nil {
		return err
	}
	return q.redirect("/settings/factor")
}

// factor shows the secret to be scanned and asks for a first code.
func (w *Web) factor(q *req) error { return w.drawFactor(q, nil) }

func (w *Web) drawFactor(q *req, failure error) error {
	f, err := w.Auth.PendingFactor(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	base := q.settingsBase("factor")
	s := q.sheet("settings", failure)
	s.field(ui.FieldView{Name: "code", Label: q.t("ui.code"), Hint: q.t("ui.code_hint"), Complete: "one-time-code", Mode: "numeric", Class: "code-input", Max: 12})
	form := ui.FormView{Action: "/settings/factor", Cancel: "/settings/security"}
	return q.drawStatus(statusOf(failure), base, form, ui.Column(ui.PageHead(base.Title, q.t("settings.factor_scan"), nil),
		ui.QR("/settings/factor.png", q.t("settings.factor_picture"), f.Secret, q.t("settings.factor_secret")), s.form(form, "factor_do")))
}

// factorPicture is the secret as a QR code. It is nobody else's and not kept.
func (w *Web) factorPicture(q *req) error {
	f, err := w.Auth.PendingFactor(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	httpx.Private(q.rw)
	httpx.WriteBytes(q.rw, http.StatusOK, "image/png", f.PNG)
	return nil
}

func (w *Web) postFactor(q *req) error {
	codes, err := w.Auth.ActivateFactor(q.Context(), q.account.ID, q.form.Line("code"))
	if err != nil {
		if allmende.IsKind(err, allmende.Invalid) {
			return w.drawFactor(q, err)
		}
		return err
	}
	return w.showCodes(q, codes)
}

// showCodes shows recovery codes, this once.
func (w *Web) showCodes(q *req, codes []string) error {
	base := q.settingsBase("recovery")
	return q.draw(base, nil, ui.Column(ui.PageHead(base.Title, q.t("settings.recovery_text"), nil), ui.RecoveryCodes(codes),
		ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("ui.go_on"), Href: "/settings/security", Style: "primary"}))))
}

func (w *Web) newRecovery(q *req) error {
	codes, err := w.Auth.NewRecovery(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	return w.showCodes(q, codes)
}

func (w *Web) dropFactor(q *req) error {
	if err := w.Auth.DropFactor(q.Context(), q.account.ID); err != nil {
		return err
	}
	return q.savedAt("/settings/security")
}
