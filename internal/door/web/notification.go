package web

import (
	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/read"
)

// noticeIcons are the kinds of notification as the page draws them.
var noticeIcons = map[allmende.NotificationKind]string{
	allmende.NotifyMention: "mention", allmende.NotifyReply: "reply", allmende.NotifyBoost: "boost", allmende.NotifyLike: "like",
	allmende.NotifyFollow: "follow", allmende.NotifyFollowAsked: "ask", allmende.NotifyFollowed: "follow", allmende.NotifyQuote: "quote",
	allmende.NotifyEdit: "edit", allmende.NotifyInvite: "edit", allmende.NotifyInviteAnswer: "edit", allmende.NotifyConsentWanted: "edit",
	allmende.NotifyDecision: "decision", allmende.NotifyReport: "report", allmende.NotifyReportClosed: "report", allmende.NotifySignUp: "join",
}

// notifications lists what the acting actor was told; looking at it marks it read.
func (w *Web) notifications(q *req) error {
	var kinds []allmende.NotificationKind
	mentions := q.URL.Query().Get("show") == "mentions"
	if mentions {
		kinds = []allmende.NotificationKind{allmende.NotifyMention, allmende.NotifyReply, allmende.NotifyQuote}
	}
	p, err := w.Read.Notifications(q.Context(), q.viewer, q.span(40), kinds, nil)
	if err != nil {
		return err
	}
	if len(p.List) > 0 && p.List[0].ID > p.LastRead && !mentions {
		if _, err := q.do(&allmende.MarkRead{Act: q.by(), List: "notifications", Last: p.List[0].ID}); err != nil {
			return err
		}
	}
	notices := q.notices(p)
	base := q.base(q.t("ui.notifications"))
	base.Nav, base.NoIndex = "notifications", true
	pills := []ui.TabView{{Text: q.t("notice.all"), Href: "/notifications", Current: !mentions},
		{Text: q.t("notice.mentions"), Href: "/notifications?show=mentions", Icon: "at-sign", Current: mentions}}
	parts := []templ.Component{ui.PageHead(base.Title, "", nil), ui.Pills(q.t("ui.filter"), pills)}
	if len(notices) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "bell", Title: q.t("notice.empty"), Text: q.t("notice.empty_text")}))
	} else {
		parts = append(parts, ui.Notices(notices))
	}
	var pager ui.PagerView
	if p.Next != 0 {
		pager.Older = q.with("max", p.Next.String())
	}
	return q.draw(base, notices, ui.Column(append(parts, ui.Pager(pager))...))
}

// grouped are the kinds of which one line tells what several people did.
var grouped = map[allmende.NotificationKind]bool{allmende.NotifyLike: true, allmende.NotifyBoost: true, allmende.NotifyFollow: true}

// notices draws a page of notifications; likes and boosts of one thing, and new
// followers, are told together.
func (q *req) notices(p *read.NotificationPage) []ui.NoticeView {
	type group struct {
		kind   allmende.NotificationKind
		object allmende.ID
		read   bool
	}
	at := map[group]int{}
	var out []ui.NoticeView
	for _, n := range p.List {
		g := group{n.Kind, n.Object, n.Read}
		if i, known := at[g]; known && grouped[n.Kind] {
			if a := p.Bundle.Actors[n.From]; a != nil {
				out[i].Actors = append(out[i].Actors, q.actorView(a, p.Bundle.Media))
				out[i].Text = q.noticeText(n.Kind, len(out[i].Actors))
			}
			continue
		}
		at[g] = len(out)
		out = append(out, q.notice(p, n))
	}
	return out
}

func (q *req) noticeText(kind allmende.NotificationKind, count int) string {
	return q.t("notice."+noticeKey(kind), "count", count)
}

// noticeKey is a kind as part of a message key.
func noticeKey(kind allmende.NotificationKind) string {
	switch kind {
	case allmende.NotifyReport:
		return "report"
	case allmende.NotifySignUp:
		return "sign_up"
	}
	return string(kind)
}

func (q *req) notice(p *read.NotificationPage, n allmende.Notification) ui.NoticeView {
	v := ui.NoticeView{ID: n.ID.String(), Kind: noticeIcons[n.Kind], At: n.At, Now: q.web.Now(), Unread: !n.Read, Text: q.noticeText(n.Kind, 1)}
	if a := p.Bundle.Actors[n.From]; a != nil {
		v.Actors = []ui.ActorView{q.actorView(a, p.Bundle.Media)}
		v.Href = a.Path()
	}
	if o := p.Bundle.Objects[n.Object]; o != nil {
		v.Href, v.Excerpt = PathOf(o, p.Bundle.Actors), plainTeaser(o, 160)
		if o.Title != "" {
			v.Excerpt = o.Title
		}
		if n.Kind == allmende.NotifyMention || n.Kind == allmende.NotifyReply || n.Kind == allmende.NotifyQuote {
			c := q.card(p.Bundle, o)
			v.Card, v.Excerpt = &c, ""
		}
	}
	q.noticeAction(&v, n)
	return v
}

// noticeAction adds what is to be done about a notification.
func (q *req) noticeAction(v *ui.NoticeView, n allmende.Notification) {
	link := func(key, href string) {
		v.Href = href
		v.Action = ui.Button(ui.ButtonView{Text: q.t(key), Href: href, Style: "quiet"})
	}
	answer := func(yes, no ui.ButtonView) {
		yes.Text, yes.Style, no.Text, no.Style = q.t("page.accept"), "primary", q.t("page.reject"), "quiet"
		v.Action = ui.Buttons(ui.Button(yes), ui.Button(no))
	}
	switch n.Kind {
	case allmende.NotifyFollowAsked:
		if len(v.Actors) > 0 {
			answer(ui.ButtonView{Post: v.Actors[0].Path + "/accept"}, ui.ButtonView{Post: v.Actors[0].Path + "/reject"})
		}
	case allmende.NotifyInvite:
		to := "/o/" + n.Object.String() + "/authors/answer"
		answer(ui.ButtonView{Post: to, Name: "yes", Value: "1"}, ui.ButtonView{Post: to, Name: "yes", Value: "0"})
	case allmende.NotifyConsentWanted:
		to := "/o/" + n.Object.String() + "/consent"
		answer(ui.ButtonView{Post: to, Name: "yes", Value: "1"}, ui.ButtonView{Post: to, Name: "yes", Value: "0"})
	case allmende.NotifyDecision:
		link("notice.read_decision", "/decisions/"+n.Report.String())
	case allmende.NotifyReport:
		link("notice.look", "/moderation/report/"+n.Report.String())
	case allmende.NotifySignUp:
		link("notice.look", "/moderation?show=signups")
	case allmende.NotifyReportClosed:
		if x, err := q.web.Read.Report(q.Context(), q.viewer, n.Report); err == nil {
			link("notice.look", allmende.PathReport+x.Code)
		}
	}
}
