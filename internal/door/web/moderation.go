package web

import (
	"strings"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/read"
	"allmende/internal/text"
)

// staff answers GET for moderators; for everybody else there is no such page.
func (w *Web) staff(h handler) handler {
	return func(q *req) error {
		if q.account == nil || !q.viewer.Rank.CanModerate() {
			return allmende.E(allmende.NotFound, "error.page_not_found")
		}
		return h(q)
	}
}

// moderationBase frames the pages of moderators.
func (q *req) moderationBase(title string) ui.Base {
	b := q.base(title)
	b.Nav, b.NoIndex = "moderation", true
	b.Crumbs = []ui.Link{{Text: q.t("ui.moderation"), Href: "/moderation"}, {Text: title}}
	return b
}

// queue is what waits for moderators: complaints, sign-ups, held posts.
func (w *Web) queue(q *req) error {
	waiting, err := w.Read.Waiting(q.Context(), q.viewer)
	if err != nil {
		return err
	}
	show := q.URL.Query().Get("show")
	list, err := w.queuePart(q, show)
	if err == nil && show == "" && len(list.lines) == 0 && len(waiting) > 0 {
		show = "signups" // nothing was reported, but somebody waits at the door
		list, err = w.signups(q)
	}
	if err != nil {
		return err
	}
	base := q.moderationBase(q.t("ui.moderation"))
	base.Crumbs = nil
	pills := []ui.TabView{{Text: q.t("moderation.reports"), Href: "/moderation?show=reports", Icon: "flag", Current: show == "" || show == "reports"},
		{Text: q.t("moderation.signups"), Href: "/moderation?show=signups", Icon: "user-check", Current: show == "signups", Count: len(waiting)},
		{Text: q.t("moderation.held"), Href: "/moderation?show=held", Icon: "hourglass", Current: show == "held"},
		{Text: q.t("moderation.closed"), Href: "/moderation?show=closed", Icon: "check", Current: show == "closed"},
		{Text: q.t("moderation.log"), Href: "/moderation/log", Icon: "gavel"}}
	return q.draw(base, list.lines, ui.Column(ui.PageHead(base.Title, "", nil), ui.Pills(q.t("ui.filter"), pills), list.content))
}

// queueList is one part of the queue.
type queueList struct {
	lines   []ui.LineView
	content templ.Component
}

func (w *Web) queuePart(q *req, show string) (queueList, error) {
	switch show {
	case "signups":
		return w.signups(q)
	case "held":
		b, err := w.Read.AllHeld(q.Context(), q.viewer)
		if err != nil {
			return queueList{}, err
		}
		return queueList{content: q.listOr(q.cards(b), "hourglass", "moderation.held_none")}, nil
	case "closed":
		return w.reportLines(q, "closed")
	}
	return w.reportLines(q, "open")
}

func (w *Web) reportLines(q *req, state string) (queueList, error) {
	list, err := w.Read.Reports(q.Context(), q.viewer, state, q.span(50).Max, 50)
	if err != nil {
		return queueList{}, err
	}
	out := queueList{}
	about, err := w.reported(q, list)
	if err != nil {
		return queueList{}, err
	}
	for _, x := range list {
		l := ui.LineView{ID: "r-" + x.ID.String(), Icon: "flag", Title: q.t("moderation.category_" + x.Category), Text: x.Text,
			Note: q.t("moderation.about", "name", w.nameOf(q, x.Actor), "date", lang.Relative(q.lang, w.Now(), x.At)), Href: "/moderation/report/" + x.ID.String()}
		if len(x.Objects) > 0 {
			l.Quote, l.QuoteLang = q.reportedStart(about, about.Objects[x.Objects[0]])
		}
		out.lines = append(out.lines, l)
	}
	if len(list) == 0 {
		out.content = ui.Empty(ui.EmptyView{Icon: "leaf", Title: q.t("moderation.none_" + state), Text: q.t("moderation.none_" + state + "_text")})
		return out, nil
	}
	var pager ui.PagerView
	if len(list) == 50 {
		pager.Older = q.with("max", list[49].ID.String())
	}
	out.content = ui.Column(ui.Lines(out.lines), ui.Pager(pager))
	return out, nil
}

// reported are the things that complaints are about, one of each.
func (w *Web) reported(q *req, list []allmende.Report) (*read.Bundle, error) {
	var entries []allmende.Entry
	for _, x := range list {
		if len(x.Objects) > 0 {
			entries = append(entries, allmende.Entry{ID: x.Objects[0], Object: x.Objects[0]})
		}
	}
	return w.Read.Bundle(q.Context(), q.viewer, entries)
}

// reportedStart is how a thing begins, and in which language: of what stands
// behind a warning only that, so that nobody who goes through the list meets it
// unprepared.
func (q *req) reportedStart(b *read.Bundle, o *allmende.Object) (start, tag string) {
	switch {
	case o == nil || o.State == allmende.Deleted:
		return q.t("moderation.object_gone"), ""
	case !o.Kind.Titled() && o.Summary != "":
		return q.t("moderation.behind_warning", "warning", o.Summary), o.Lang
	}
	start = text.Teaser(o.HTML, 140)
	if o.Title != "" {
		start = o.Title + ": " + start
	}
	if n := len(q.attached(b, o)); start == "" && n > 0 {
		return q.t("moderation.media_only", "count", n), ""
	}
	return start, o.Lang
}

// nameOf is an actor's handle in a line of text.
func (w *Web) nameOf(q *req, actor allmende.ID) string {
	a, err := w.Read.Actor(q.Context(), actor)
	if err != nil {
		return q.t("moderation.nobody")
	}
	return "@" + a.Handle()
}

// signups lists who waits, with their reasons and the two answers.
func (w *Web) signups(q *req) (queueList, error) {
	waiting, err := w.Read.Waiting(q.Context(), q.viewer)
	if err != nil {
		return queueList{}, err
	}
	var out queueList
	var parts []templ.Component
	for _, m := range waiting {
		out.lines = append(out.lines, signupLine(q, m))
		parts = append(parts, ui.Section("", ui.Lines([]ui.LineView{signupLine(q, m)}), q.handOn(m.Account.Email), q.admitForms(m)))
	}
	if len(parts) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "leaf", Title: q.t("moderation.signups_none"), Text: q.t("moderation.signups_none_text")}))
	}
	out.content = ui.Column(parts...)
	return out, nil
}

// handOn shows what a server without mail could not send to an address, beside
// the person whom it is for.
func (q *req) handOn(mail string) templ.Component {
	if q.web.Unsent == nil || q.web.Mail {
		return ui.Column()
	}
	for _, u := range q.web.Unsent.List() {
		if strings.EqualFold(u.To, mail) && u.Link != "" {
			return ui.Soft(q.t("moderation.hand_on", "link", u.Link))
		}
	}
	return ui.Column()
}

func signupLine(q *req, m read.MemberLine) ui.LineView {
	l := ui.LineView{ID: "s-" + m.Account.ID.String(), Icon: "user", Title: m.Actor.Label() + " (@" + m.Actor.Name + ")", Text: m.Account.Reason,
		Note: q.t("moderation.asked", "mail", m.Account.Email, "date", lang.DateTime(q.lang, m.Account.CreatedAt))}
	if !m.Account.Confirmed {
		l.Note += " · " + q.t("moderation.unconfirmed")
	}
	return l
}

// admitForms let somebody in, or not; a no may say why.
func (q *req) admitForms(m read.MemberLine) templ.Component {
	id := m.Account.ID.String()
	s := q.sheet("moderation", nil)
	s.add(ui.Field(ui.FieldView{Name: "reason-" + id, Label: q.t("moderation.reject_reason"), Optional: true, Max: 1000}))
	no := within(ui.Form(ui.FormView{Action: "/moderation/admit/" + id + "/no", CSRF: q.csrf(), Submit: q.t("moderation.reject"), Danger: true}), ui.Column(s.parts...))
	yes := ui.ButtonView{Text: q.t("moderation.admit"), Icon: "user-check", Post: "/moderation/admit/" + id + "/yes", Style: "primary"}
	return ui.Column(ui.Buttons(ui.Button(yes)), no)
}

func (w *Web) admit(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	yes, asked := q.param("answer") == "yes", ""
	if a, err := w.Read.Account(q.Context(), allmende.Viewer{Account: id}); err == nil {
		asked = w.nameOf(q, a.Actor)
	}
	if _, err := q.do(&allmende.Admit{Act: q.self(), Account: id, Yes: yes, Reason: q.form.Text("reason-" + id.String())}); err != nil {
		return q.complain(err, "/moderation?show=signups")
	}
	word := "moderation.rejected"
	if yes {
		word = "moderation.admitted"
	}
	q.flash("ok", q.t(word, "name", asked), "")
	return q.redirect("/moderation?show=signups")
}

// log lists all decisions.
func (w *Web) decisionLog(q *req) error {
	list, err := w.Read.Decisions(q.Context(), q.viewer, q.span(50).Max, 50)
	if err != nil {
		return err
	}
	base := q.moderationBase(q.t("moderation.log"))
	lines := q.decisionLines(list)
	parts := []templ.Component{ui.PageHead(base.Title, "", nil)}
	if len(lines) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "gavel", Title: q.t("moderation.log_none"), Text: q.t("moderation.log_none_text")}))
	}
	var pager ui.PagerView
	if len(list) == 50 {
		pager.Older = q.with("max", list[49].ID.String())
	}
	return q.draw(base, lines, ui.Column(append(parts, ui.Lines(lines), ui.Pager(pager))...))
}

// decisionLines are decisions in short.
func (q *req) decisionLines(list []allmende.Decision) []ui.LineView {
	var out []ui.LineView
	for _, d := range list {
		out = append(out, ui.LineView{ID: "d-" + d.ID.String(), Icon: "gavel", Title: q.decisionTitle(d), Text: d.Reason,
			Note: q.decisionNote(d), Href: "/decisions/" + d.ID.String()})
	}
	return out
}

// decisionNote is whom a decision concerns, when it was made and by whom.
func (q *req) decisionNote(d allmende.Decision) string {
	note := q.t("moderation.about", "name", q.web.nameOf(q, d.Actor), "date", lang.DateTime(q.lang, d.At))
	by, err := q.web.Read.Account(q.Context(), allmende.Viewer{Account: d.By})
	if err != nil {
		return note // who decided is gone
	}
	return note + " · " + q.t("moderation.decided_by", "name", q.web.nameOf(q, by.Actor))
}
