package web

import (
	"net/http"

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
		if len(decisions) > 0 {
			v.Text += " " + q.t("page.reason_given", "reason", decisions[0].Reason)
		}
	}
	return q.draw(base, v, ui.Empty(v))
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
