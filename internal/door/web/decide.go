package web

import (
	"strings"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
)

// reportPage shows moderators a complaint, what it is about, what was decided
// before, and the form to decide.
func (w *Web) reportPage(q *req) error { return w.drawReportPage(q, nil) }

func (w *Web) drawReportPage(q *req, failure error) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	x, err := w.Read.Report(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	b, err := w.Read.Reported(q.Context(), q.viewer, x)
	if err != nil {
		return err
	}
	earlier, err := w.Read.DecisionsOn(q.Context(), x.Actor, 20)
	if err != nil {
		return err
	}
	base := q.moderationBase(q.t("moderation.report"))
	facts := []ui.PairView{{Name: q.t("moderation.category"), Value: q.t("moderation.category_" + x.Category)},
		{Name: q.t("moderation.reported_by"), Value: w.complainer(q, x)}, {Name: q.t("moderation.reported_at"), Value: lang.DateTime(q.lang, x.At)},
		{Name: q.t("moderation.state"), Value: q.t("moderation.state_" + x.State)}}
	parts := []templ.Component{ui.PageHead(base.Title, "", nil), ui.Facts(facts)}
	if x.Text != "" {
		parts = append(parts, ui.Quote(x.Text))
	}
	parts = append(parts, w.concerned(q, x.Actor), ui.Stream(q.cards(b)), w.earlier(q, earlier))
	if x.State == "open" {
		parts = append(parts, ui.Section(q.t("moderation.decide"), w.decideForm(q, q.URL.Path, w.kindsFor(q, len(b.Entries) > 0, true), failure)))
	}
	return q.drawStatus(statusOf(failure), base, facts, ui.Column(parts...))
}

// complainer is who reported.
func (w *Web) complainer(q *req, x *allmende.Report) string {
	if x.By == 0 {
		return q.t("moderation.without_account")
	}
	return w.nameOf(q, x.By)
}

// concerned is whom a case is about, in a line.
func (w *Web) concerned(q *req, actor allmende.ID) templ.Component {
	a, err := w.Read.Actor(q.Context(), actor)
	if err != nil {
		return ui.Soft(q.t("moderation.nobody"))
	}
	view := q.actorView(a, nil)
	state := q.t("moderation.actor_" + string(a.State))
	if a.Limited {
		state += ", " + q.t("moderation.limited")
	}
	view.Line = state
	theirs := "/moderation/actor/" + a.ID.String()
	if q.URL.Path == theirs {
		return ui.ActorLine(view, nil)
	}
	return ui.ActorLine(view, ui.Button(ui.ButtonView{Text: q.t("moderation.their_page"), Href: theirs, Style: "quiet"}))
}

func (w *Web) earlier(q *req, list []allmende.Decision) templ.Component {
	if len(list) == 0 {
		return ui.Soft(q.t("moderation.earlier_none"))
	}
	return ui.Section(q.t("moderation.earlier"), ui.Lines(q.decisionLines(list)))
}

// kindsFor are the decisions that make sense for a case.
func (w *Web) kindsFor(q *req, objects, report bool) []string {
	var kinds []string
	if report {
		kinds = append(kinds, string(allmende.DecideNothing))
	}
	kinds = append(kinds, string(allmende.DecideWarn))
	if objects {
		kinds = append(kinds, string(allmende.DecideHide), string(allmende.DecideDelete))
	}
	kinds = append(kinds, string(allmende.DecideLimit), string(allmende.DecideSuspend))
	if !objects && q.viewer.Rank == allmende.Admin {
		kinds = append(kinds, deleteAccount)
	}
	return kinds
}

// deleteAccount is the form's word for deleting a whole account.
const deleteAccount = "delete_account"

// decideForm asks what to do, and for the reason that the author reads.
func (w *Web) decideForm(q *req, action string, kinds []string, failure error) templ.Component {
	s := q.sheet("moderation", failure)
	s.radios(ui.SelectView{Name: "kind", Options: s.options("kind", kinds...)}).
		field(ui.FieldView{Name: "reason", Type: "textarea", Max: 5000, Full: true}).
		field(ui.FieldView{Name: "rule", Max: 200, Optional: true})
	return s.form(ui.FormView{Action: action}, "decide_do")
}

// decided reads the form.
func (q *req) decided() allmende.Decide {
	return allmende.Decide{Act: q.self(), Kind: allmende.DecisionKind(strings.TrimSuffix(q.form.Line("kind"), "_account")), Reason: q.form.Text("reason"), Rule: q.form.Line("rule")}
}

func (w *Web) decideReport(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	x, err := w.Read.Report(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	cmd := q.decided()
	cmd.Report = id
	if q.form.Line("kind") == deleteAccount {
		cmd.Actor = x.Actor
	}
	if _, err := q.do(&cmd); err != nil {
		if redrawn(err) {
			return w.drawReportPage(q, err)
		}
		return err
	}
	q.flash("ok", q.t("moderation.done"), "")
	return q.redirect("/moderation")
}

// objectCase lets moderators act on an object without a complaint.
func (w *Web) objectCase(q *req) error { return w.drawObjectCase(q, nil) }

func (w *Web) drawObjectCase(q *req, failure error) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	earlier, err := w.Read.DecisionsAbout(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	kinds := []string{string(allmende.DecideHide), string(allmende.DecideDelete), string(allmende.DecideWarn)}
	if o.State == allmende.Hidden {
		kinds[0] = string(allmende.DecideShow)
	}
	base := q.moderationBase(q.t("moderation.object"))
	return q.drawStatus(statusOf(failure), base, nil, ui.Column(ui.PageHead(base.Title, "", nil), ui.Card(q.card(b, o)), w.concerned(q, o.Owner), w.earlier(q, earlier),
		ui.Section(q.t("moderation.decide"), w.decideForm(q, q.URL.Path, kinds, failure))))
}

func (w *Web) decideObject(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	cmd := q.decided()
	cmd.Object = id
	if _, err := q.do(&cmd); err != nil {
		if redrawn(err) {
			return w.drawObjectCase(q, err)
		}
		return err
	}
	q.flash("ok", q.t("moderation.done"), "")
	return q.redirect("/moderation/log")
}

// actorCase lets moderators act on an account or organisation.
func (w *Web) actorCase(q *req) error { return w.drawActorCase(q, nil) }

func (w *Web) drawActorCase(q *req, failure error) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	a, err := w.Read.Actor(q.Context(), id)
	if err != nil {
		return err
	}
	if a.ID == allmende.Server {
		return allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	earlier, err := w.Read.DecisionsOn(q.Context(), id, 50)
	if err != nil {
		return err
	}
	kinds := w.kindsFor(q, false, false)
	for i, k := range kinds {
		switch {
		case k == string(allmende.DecideLimit) && a.Limited:
			kinds[i] = string(allmende.DecideUnlimit)
		case k == string(allmende.DecideSuspend) && a.State == allmende.ActorSuspended:
			kinds[i] = string(allmende.DecideUnsuspend)
		}
	}
	facts, err := w.memberFacts(q, a)
	if err != nil {
		return err
	}
	base := q.moderationBase(a.Label())
	return q.drawStatus(statusOf(failure), base, facts, ui.Column(ui.PageHead(a.Label(), "", nil), w.concerned(q, id), ui.Facts(facts), w.earlier(q, earlier),
		ui.Section(q.t("moderation.decide"), w.decideForm(q, q.URL.Path, kinds, failure))))
}

// memberFacts are what moderators may know of an account.
func (w *Web) memberFacts(q *req, a *allmende.Actor) ([]ui.PairView, error) {
	facts := []ui.PairView{{Name: q.t("moderation.member_since"), Value: lang.Date(q.lang, a.CreatedAt)}}
	m, err := w.Read.Member(q.Context(), q.viewer, a.ID)
	if err != nil || m == nil {
		return facts, err
	}
	return append(facts, ui.PairView{Name: q.t("moderation.rank"), Value: q.t("admin.rank_" + string(m.Rank))}), nil
}

func (w *Web) decideActor(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	cmd := q.decided()
	cmd.Actor = id
	if _, err := q.do(&cmd); err != nil {
		if redrawn(err) {
			return w.drawActorCase(q, err)
		}
		return err
	}
	q.flash("ok", q.t("moderation.done"), "")
	return q.redirect("/moderation/actor/" + id.String())
}
