package web

import (
	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/read"
)

// relations lists whom the acting actor blocks and has muted, to take it back.
func (w *Web) relations(q *req) error {
	blocked, moreBlocked, err := w.Read.Blocked(q.Context(), q.viewer, q.span(80))
	if err != nil {
		return err
	}
	muted, moreMuted, err := w.Read.Muted(q.Context(), q.viewer, q.span(80))
	if err != nil {
		return err
	}
	base := q.settingsBase("relations")
	rows := append(q.tieRows(blocked, "unblock"), q.tieRows(muted, "unmute")...)
	var pager ui.PagerView
	if next := max(moreBlocked, moreMuted); next != 0 {
		pager.Older = q.with("max", next.String())
	}
	return q.draw(base, rows, ui.Column(ui.PageHead(base.Title, q.t("settings.relations_text"), nil),
		w.tieList(q, "settings.blocked", blocked, "unblock"), w.tieList(q, "settings.muted", muted, "unmute"), ui.Pager(pager)))
}

func (w *Web) tieList(q *req, key string, ties []read.Tie, undo string) templ.Component {
	if len(ties) == 0 {
		return ui.Section(q.t(key), ui.Soft(q.t(key+"_none")))
	}
	return ui.Section(q.t(key), ui.ActorList(q.tieRows(ties, undo)))
}

// tieRows are people with the button that takes the relation back.
func (q *req) tieRows(ties []read.Tie, undo string) []ui.ActorRow {
	rows := q.actorRows(ties)
	for i, t := range ties {
		rows[i].Action = ui.Button(ui.ButtonView{Text: q.t("ui." + undo), Post: rows[i].Actor.Path + "/" + undo, Style: "quiet"})
		if undo == "unmute" && !t.With.MuteExpires.IsZero() {
			rows[i].Actor.Line = q.t("settings.muted_until", "date", lang.DateTime(q.lang, t.With.MuteExpires))
		}
	}
	return rows
}

// handleOf finds a person of this server by what somebody typed.
func (w *Web) handleOf(q *req, typed, field string) (*allmende.Actor, error) {
	a, err := w.Read.ActorByHandle(q.Context(), typed, w.AccountDomain)
	if err != nil || !a.Local() {
		return nil, allmende.Wrong(field, "error.member_unknown")
	}
	return a, nil
}
