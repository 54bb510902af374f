package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
	"allmende/internal/lang"
)

// settingsPages are the pages of the settings in order, with their icons.
var settingsPages = [][2]string{{"profile", "user"}, {"account", "mail"}, {"posting", "pen-line"}, {"notifications", "bell"},
	{"security", "lock-keyhole"}, {"apps", "smartphone"}, {"relations", "ban"}, {"organisations", "building-2"}, {"data", "download"}}

// settings is the overview.
func (w *Web) settings(q *req) error {
	pages := settingsPages
	if q.viewer.Rank.CanModerate() {
		pages = append(slices.Clone(pages), [2]string{"invites", "user-plus"})
	}
	var tiles []ui.TileView
	for _, p := range pages {
		tiles = append(tiles, ui.TileView{Icon: p[1], Value: q.t("settings." + p[0]), Text: q.t("settings." + p[0] + "_text"), Href: "/settings/" + p[0]})
	}
	base := q.base(q.t("ui.settings"))
	base.Nav, base.NoIndex = "settings", true
	return q.draw(base, tiles, ui.Column(ui.PageHead(base.Title, "", nil), ui.Tiles(tiles)))
}

// settingsBase frames one page of the settings.
func (q *req) settingsBase(page string) ui.Base {
	b := q.base(q.t("settings." + page))
	b.Nav, b.NoIndex = "settings", true
	b.Crumbs = []ui.Link{{Text: q.t("ui.settings"), Href: "/settings"}, {Text: b.Title}}
	return b
}

// self is the sender of what concerns the person, whomever they act as.
func (q *req) self() allmende.Act {
	a := q.by()
	a.As = q.account.Actor
	return a
}

// param is a part of the address.
func (q *req) param(name string) string { return chi.URLParam(q.Request, name) }

// savedAt says so on the page that follows.
func (q *req) savedAt(path string) error {
	q.flash("ok", q.t("settings.saved"), "")
	return q.redirect(path)
}

// complain tells on the page that somebody comes back to why a button did nothing.
func (q *req) complain(err error, path string) error {
	if !redrawn(err) {
		return err
	}
	q.flash("danger", ui.NotesOf(q.lang, err)[0].Text, "")
	return q.redirect(path)
}

// languages are those that pages are drawn in; with asBrowser also the browser's.
func languages(q *req, asBrowser bool) []ui.OptionView {
	var out []ui.OptionView
	if asBrowser {
		out = append(out, ui.OptionView{Text: q.t("settings.lang_browser")})
	}
	for _, t := range lang.Tags() {
		out = append(out, ui.OptionView{Value: string(t), Text: q.t("settings.lang_" + string(t))})
	}
	return out
}

func (w *Web) posting(q *req) error { return w.drawPosting(q, nil) }

func (w *Web) drawPosting(q *req, failure error) error {
	set := q.account.Settings
	s := q.sheet("settings", failure)
	composer := q.composer()
	s.radios(ui.SelectView{Name: "audience", Value: composer.Audience, Options: composer.Audiences}).
		list(ui.SelectView{Name: "post_lang", Value: set.PostLang, Options: append([]ui.OptionView{{Text: q.t("settings.post_lang_none")}}, languageOptions(set.PostLang)...)}).
		list(ui.SelectView{Name: "reply_policy", Value: set.ReplyPolicy, Options: composer.Policies}).
		list(ui.SelectView{Name: "quote_policy", Value: set.QuotePolicy, Options: composer.Policies}).
		check(ui.CheckView{Name: "sensitive", On: set.Sensitive}).
		check(ui.CheckView{Name: "alt_reminder", On: set.AltReminder}).
		check(ui.CheckView{Name: "show_place", On: set.ShowPlaceEXIF}).
		check(ui.CheckView{Name: "expand_cw", On: set.ExpandCW})
	form := ui.FormView{Action: "/settings/posting"}
	base := q.settingsBase("posting")
	return q.drawStatus(statusOf(failure), base, set, ui.Column(ui.PageHead(base.Title, q.t("settings.posting_text"), nil), s.form(form, "save")))
}

func (w *Web) postPosting(q *req) error {
	set := q.account.Settings
	set.Audience, set.PostLang = q.form.Line("audience"), q.form.Line("post_lang")
	set.ReplyPolicy, set.QuotePolicy = q.form.Line("reply_policy"), q.form.Line("quote_policy")
	set.Sensitive, set.AltReminder = q.form.On("sensitive"), q.form.On("alt_reminder")
	set.ShowPlaceEXIF, set.ExpandCW = q.form.On("show_place"), q.form.On("expand_cw")
	if _, err := q.do(&allmende.SetAccount{Act: q.self(), Settings: &set}); err != nil {
		if redrawn(err) {
			return w.drawPosting(q, err)
		}
		return err
	}
	return q.savedAt("/settings/posting")
}

func (w *Web) notificationSettings(q *req) error {
	s := q.sheet("settings", nil)
	s.check(ui.CheckView{Name: "mail_notify", On: q.account.Settings.MailNotify})
	base := q.settingsBase("notifications")
	form := ui.FormView{Action: "/settings/notifications"}
	return q.draw(base, q.account.Settings, ui.Column(ui.PageHead(base.Title, q.t("settings.notifications_text"), nil), s.form(form, "save")))
}

func (w *Web) postNotificationSettings(q *req) error {
	set := q.account.Settings
	set.MailNotify = q.form.On("mail_notify")
	if _, err := q.do(&allmende.SetAccount{Act: q.self(), Settings: &set}); err != nil {
		return err
	}
	return q.savedAt("/settings/notifications")
}

// unsubscribe ends the notification mails of who holds the link: GET asks, POST
// does it, also at one click from the mail program (RFC 8058).
func (w *Web) unsubscribe(q *req) error {
	if _, err := w.Read.Unsubscribes(q.Context(), q.param("token")); err != nil {
		return err
	}
	base := q.signBase(q.t("settings.unsubscribe"))
	form := ui.FormView{Action: q.URL.Path, CSRF: q.csrf(), Submit: q.t("settings.unsubscribe_do")}
	return q.draw(base, form, within(ui.SignBox(base.Title), within(ui.Form(form), ui.Para(q.t("settings.unsubscribe_text")))))
}

func (w *Web) postUnsubscribe(q *req) error {
	account, err := w.Read.Unsubscribes(q.Context(), q.param("token"))
	if err != nil {
		return err
	}
	set, err := w.Read.SettingsOf(q.Context(), account)
	if err != nil {
		return err
	}
	set.MailNotify = false
	if _, err := q.do(&allmende.SetAccount{Act: allmende.Act{By: account, Via: "web", At: w.Now()}, Settings: &set}); err != nil {
		return err
	}
	base := q.signBase(q.t("settings.unsubscribed"))
	v := ui.EmptyView{Icon: "circle-check", Title: base.Title, Text: q.t("settings.unsubscribed_text")}
	return q.draw(base, v, ui.Empty(v))
}

// theme keeps the appearance that was chosen from the menu.
func (w *Web) theme(q *req) error {
	theme := q.form.Line("theme")
	if _, err := q.do(&allmende.SetAccount{Act: q.self(), Theme: &theme}); err != nil {
		return err
	}
	if q.wantsJSON() {
		return httpx.WriteJSON(q.rw, http.StatusOK, map[string]string{"theme": theme})
	}
	return q.back("/settings/account")
}

// actAs makes the session act as another actor of the account.
func (w *Web) actAs(q *req) error {
	actor, err := q.form.ID("actor")
	if err != nil {
		return err
	}
	if err := w.Auth.Switch(q.Context(), *q.session, actor); err != nil {
		return err
	}
	return q.redirect("/")
}

// own lets in whoever is signed in, also while they wait, are suspended or
// away: their address and their leaving are theirs.
func (w *Web) own(h handler) handler {
	return func(q *req) error {
		if q.account == nil {
			q.account = q.guest
		}
		if q.account == nil {
			return allmende.E(allmende.SignIn, "error.sign_in")
		}
		return h(q)
	}
}

// fresh asks for the password or key once more when that is long ago.
func (w *Web) fresh(h handler) handler {
	return func(q *req) error {
		if w.Auth.Fresh(*q.session) {
			return h(q)
		}
		if q.wantsJSON() {
			return w.Auth.NeedFresh(*q.session)
		}
		to := q.URL.RequestURI()
		if q.Method != http.MethodGet {
			to = q.next(q.form.Raw("back"))
		}
		if q.URL.Path == exportPath { // a download leaves the page as it is: it would still ask for the password
			to = "/settings/data?proved=1"
		}
		return q.see("/settings/prove?next=" + url.QueryEscape(to))
	}
}

// prove asks for the password once more.
func (w *Web) prove(q *req) error { return w.drawProve(q, q.next(q.URL.Query().Get("next")), nil) }

func (w *Web) drawProve(q *req, next string, failure error) error {
	base := q.signBase(q.t("settings.prove"))
	s := q.sheet("settings", failure)
	s.add(ui.Hidden("next", next)).field(ui.FieldView{Name: "password", Type: "password", Complete: "current-password", Focus: true})
	form := ui.FormView{Action: "/settings/prove", Cancel: "/settings"}
	keys, err := w.Auth.Passkeys(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	proof := ui.Column()
	if len(keys) > 0 {
		proof = ui.PasskeyProof(next)
	}
	return q.drawStatus(statusOf(failure), base, form, within(ui.SignBox(base.Title), ui.Column(ui.Para(q.t("settings.prove_text")),
		proof, s.form(form, "prove_do"))))
}

func (w *Web) postProve(q *req) error {
	next := q.next(q.form.Raw("next"))
	if err := w.Auth.Reprove(q.Context(), *q.session, q.form.Raw("password"), q.address()); err != nil {
		if err := wrongPassword(err, "password"); redrawn(err) {
			return w.drawProve(q, next, err)
		}
		return err
	}
	return q.redirect(next)
}

// wrongPassword says beside the field that the password was wrong.
func wrongPassword(err error, field string) error {
	if allmende.IsKind(err, allmende.Invalid) {
		return allmende.Wrong(field, "error.password_wrong")
	}
	return err
}
