package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
)

// waiting is all that someone sees who is signed in but may not act: they wait
// for approval or for the confirmation of their address, or were suspended.
func (w *Web) waiting(q *req) error {
	state := string(q.guest.State)
	if !q.guest.Confirmed && q.guest.State == allmende.AccountActive {
		state = "unconfirmed"
	}
	base := q.base(q.t("page.waiting_" + state))
	base.NoIndex = true
	v := ui.EmptyView{Icon: "sprout", Title: q.t("page.waiting_" + state), Text: q.t("page.waiting_" + state + "_text")}
	if q.guest.State == allmende.AccountSuspended {
		decisions, err := w.Read.DecisionsOn(q.Context(), q.guest.Actor, 1)
		if err != nil {
			return err
		}
		v.Icon = "gavel"
		if len(decisions) > 0 {
			view, err := w.decisionView(q, decisions[0])
			if err != nil {
				return err
			}
			return q.draw(base, view, ui.Column(ui.Empty(v), ui.Decision(view), ui.Soft(q.t("moderation.decision_rights")), q.waitingLinks(state)))
		}
	}
	return q.draw(base, v, ui.Column(ui.Empty(v), q.waitingLinks(state)))
}

// waitingLinks are what somebody can do meanwhile.
func (q *req) waitingLinks(state string) templ.Component {
	var links []templ.Component
	add := func(key, href string) {
		links = append(links, ui.Button(ui.ButtonView{Text: q.t(key), Href: href, Style: "quiet"}))
	}
	if state == "unconfirmed" || !q.guest.Confirmed {
		add("account.confirm_title", "/confirm?for="+url.QueryEscape(q.guest.Email))
	}
	add("ui.rules", "/rules")
	add("settings.account", "/settings/account")
	add("settings.data", "/settings/data")
	return ui.Buttons(append(links, ui.Button(ui.ButtonView{Text: q.t("ui.sign_out"), Post: "/logout", Icon: "log-out", Style: "quiet"}))...)
}

// notReady is the front page before the set-up has ended.
func (w *Web) notReady(q *req) error {
	base := q.base(q.t("page.not_ready"))
	base.NoIndex, base.Plain = true, true
	v := ui.EmptyView{Icon: "sprout", Title: q.t("page.not_ready"), Text: q.t("page.not_ready_text")}
	return q.drawStatus(http.StatusOK, base, v, ui.Empty(v))
}

// queueLength is how many reports and sign-ups wait for moderators.
func (q *req) queueLength() int {
	n, err := q.web.Read.QueueLength(q.Context())
	if err != nil {
		q.web.Log.Error("moderation queue", "err", err)
	}
	return n
}
