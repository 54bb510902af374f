package web

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/text"
)

// report asks what is wrong with an object or an actor (row R1). Anybody may
// report, also without an account.
func (w *Web) report(q *req) error { return w.drawReport(q, nil) }

// subject is what a report is about: from the address, or from the form.
type subject struct {
	object, actor allmende.ID
	name          string
	card          *ui.CardView
	open          bool // only an address was given, or nothing yet
}

func (w *Web) subjectOf(q *req) (subject, error) {
	var s subject
	get := func(name string) (allmende.ID, error) {
		text := q.URL.Query().Get(name)
		if q.form.Has(name) {
			text = q.form.Line(name)
		}
		if text == "" {
			return 0, nil
		}
		return allmende.ParseID(text)
	}
	var err, also error
	if s.object, err = get("object"); err == nil {
		s.actor, also = get("actor")
	}
	if err != nil || also != nil {
		return s, allmende.E(allmende.NotFound, "error.report_whom")
	}
	if s.open = s.object == 0 && s.actor == 0; s.open {
		s.object, s.actor, err = w.standsAt(q, q.form.Line("address"))
	}
	if err == nil {
		err = w.introduce(q, &s)
	}
	if err != nil && s.open && allmende.KindOf(err) != allmende.Internal {
		err = allmende.Wrong("address", "error.report_address").Because(err)
	}
	return s, err
}

// introduce says what a report is about, as far as the asker may see it.
func (w *Web) introduce(q *req, s *subject) error {
	if s.object != 0 {
		b, o, err := w.Read.One(q.Context(), q.viewer, s.object)
		if err != nil {
			return err
		}
		c := q.card(b, o)
		s.card, s.name = &c, q.titleOf(b, o)
		return nil
	}
	a, err := w.Read.Actor(q.Context(), s.actor)
	if err == nil {
		s.name = "@" + a.Handle()
	}
	return err
}

func (w *Web) drawReport(q *req, failure error) error {
	about, err := w.subjectOf(q)
	if err != nil && !about.open {
		return err
	}
	s := q.sheet("moderation", failure)
	switch {
	case about.open:
		s.field(ui.FieldView{Name: "address"})
	case about.object != 0:
		s.add(ui.Hidden("object", about.object.String()))
	default:
		s.add(ui.Hidden("actor", about.actor.String()))
	}
	s.radios(ui.SelectView{Name: "category", Options: s.options("category", allmende.ReportCategories...)}).
		field(ui.FieldView{Name: "text", Type: "textarea", Max: 5000})
	if q.session == nil {
		s.field(ui.FieldView{Name: "email", Type: "email", Complete: "email", Mode: "email", Optional: true})
	}
	base := q.base(q.t("moderation.report_title"))
	base.NoIndex = true
	text := q.t("moderation.report_text", "name", about.name)
	if about.name == "" {
		text = q.t("moderation.report_any")
	}
	parts := []templ.Component{ui.PageHead(base.Title, text, nil)}
	if about.card != nil {
		parts = append(parts, ui.QuoteCard(*about.card))
	}
	form := ui.FormView{Action: "/report"}
	return q.drawStatus(statusOf(failure), base, form, ui.Column(append(parts, s.form(form, "report_do"))...))
}

func (w *Web) postReport(q *req) error {
	if q.session == nil {
		if err := q.limited(); err != nil {
			return err
		}
	}
	about, err := w.subjectOf(q)
	if err != nil && about.open && redrawn(err) {
		return w.drawReport(q, err)
	}
	if err != nil {
		return err
	}
	cmd := &allmende.ReportTo{Act: q.by(), Actor: about.actor, Category: q.form.Line("category"), Text: q.form.Text("text"),
		Mail: q.form.Line("email"), Lang: string(q.lang)}
	if about.object != 0 {
		cmd.Actor, cmd.Objects = 0, []allmende.ID{about.object}
	}
	made, err := q.do(cmd)
	if err != nil {
		if redrawn(err) {
			return w.drawReport(q, err)
		}
		return err
	}
	return q.redirect(allmende.PathReport + made.Text + "?new=1")
}

// standsAt finds what stands at an address of this house, as it is copied from
// a browser, or whom a handle names.
func (w *Web) standsAt(q *req, typed string) (object, actor allmende.ID, err error) {
	nothing := allmende.E(allmende.NotFound, "error.page_not_found")
	path, own := strings.CutPrefix(typed, w.BaseURL)
	if !own && strings.Contains(path, "://") || path == "" {
		return 0, 0, nothing
	}
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?") // before it is read: a title may have one, written as %3F
	if path, err = url.PathUnescape(strings.Trim(path, "/")); err != nil {
		return 0, 0, nothing
	}
	first, rest, _ := strings.Cut(path, "/")
	switch {
	case first == "o" || first == "a":
		number, _, _ := strings.Cut(rest, "/")
		object, err = allmende.ParseID(number)
		if first == "a" {
			object, actor = 0, object
		}
	case first == "wiki":
		object, err = w.wikiAt(q, allmende.Server, rest)
	case strings.HasPrefix(first, "@"):
		object, actor, err = w.standsAtActor(q, first, rest)
	}
	if err == nil && object == 0 && actor == 0 {
		err = nothing
	}
	return object, actor, err
}

func (w *Web) standsAtActor(q *req, handle, rest string) (object, actor allmende.ID, err error) {
	a, err := w.Read.ActorByHandle(q.Context(), handle, w.AccountDomain)
	if err != nil {
		return 0, 0, err
	}
	if rest == "" {
		return 0, a.ID, nil
	}
	if title, wiki := strings.CutPrefix(rest, "wiki/"); wiki {
		object, err = w.wikiAt(q, a.ID, title)
	} else {
		object, err = w.Read.Address(q.Context(), a.ID, "blog", rest)
	}
	return object, 0, err
}

// wikiAt is the page that a title, as addresses write it, names in a place's
// wiki; zero: none.
func (w *Web) wikiAt(q *req, place allmende.ID, wish string) (allmende.ID, error) {
	title, err := text.NormalTitle(wish)
	if err != nil {
		return 0, err
	}
	return w.Read.Address(q.Context(), place, "wiki", text.Fold(title))
}

// receipt shows whoever holds a report's code how it stands and what was decided.
func (w *Web) receipt(q *req) error {
	x, err := w.Read.ReportByCode(q.Context(), q.param("code"))
	if err != nil {
		return err
	}
	d, err := w.Read.DecisionOf(q.Context(), x)
	if err != nil {
		return err
	}
	base := q.base(q.t("moderation.receipt"))
	base.NoIndex = true
	facts := []ui.PairView{{Name: q.t("moderation.state"), Value: q.t("moderation.state_" + x.State)},
		{Name: q.t("moderation.category"), Value: q.t("moderation.category_" + x.Category)}, {Name: q.t("moderation.reported_at"), Value: lang.DateTime(q.lang, x.At)}}
	if d != nil {
		facts = append(facts, ui.PairView{Name: q.t("moderation.decided"), Value: q.decisionTitle(*d)}, ui.PairView{Name: q.t("moderation.decided_at"), Value: lang.DateTime(q.lang, d.At)})
	}
	parts := []templ.Component{ui.PageHead(base.Title, "", nil)}
	if q.URL.Query().Get("new") != "" {
		parts = append(parts, ui.Hint("ok", q.t("moderation.receipt_new")))
	}
	parts = append(parts, ui.Facts(facts))
	if d != nil && d.Kind == allmende.DecideNothing && d.Reason != "" {
		parts = append(parts, ui.Quote(d.Reason))
	}
	return q.draw(base, facts, ui.Column(append(parts, ui.Soft(q.t("moderation.receipt_keep")))...))
}

// decisionTitle says in a few words what was decided.
func (q *req) decisionTitle(d allmende.Decision) string {
	if d.Object == 0 && d.Kind == allmende.DecideDelete {
		return q.t("moderation.did_delete_account")
	}
	return q.t("moderation.did_" + string(d.Kind))
}

// decision shows an act of moderation to whom it concerns, with its reason.
func (w *Web) decision(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	v := q.viewer
	if q.session != nil {
		v.Account = q.session.Account
	}
	d, err := w.Read.Decision(q.Context(), v, id)
	if err != nil {
		return err
	}
	view, err := w.decisionView(q, *d)
	if err != nil {
		return err
	}
	base := q.base(view.Title)
	base.NoIndex = true
	return q.draw(base, view, ui.Column(ui.PageHead(q.t("moderation.decision"), "", nil), ui.Decision(view), ui.Soft(q.t("moderation.decision_rights"))))
}

func (w *Web) decisionView(q *req, d allmende.Decision) (ui.DecisionView, error) {
	v := ui.DecisionView{Title: q.decisionTitle(d), Reason: d.Reason, At: d.At, Now: w.Now()}
	if d.Rule != "" {
		v.Facts = append(v.Facts, ui.PairView{Name: q.t("moderation.rule"), Value: d.Rule})
	}
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return v, err
	}
	if site.Contact != "" {
		v.Complain = "mailto:" + site.Contact + "?subject=" + url.PathEscape(q.t("moderation.appeal_subject", "title", v.Title, "number", d.ID.String()))
	}
	if d.Object == 0 {
		return v, nil
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, d.Object)
	if err == nil {
		c := q.card(b, o)
		v.Quote = &c
	}
	if allmende.IsKind(err, allmende.NotFound) || allmende.IsKind(err, allmende.Gone) {
		err = nil
	}
	return v, err
}
