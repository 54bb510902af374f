package web

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

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
	allmende.NotifyRole: "join",
}

const noticesPerPage = 40

// notifications lists what the acting actor was told; looking at it marks it read.
func (w *Web) notifications(q *req) error {
	var kinds []allmende.NotificationKind
	mentions := q.URL.Query().Get("show") == "mentions"
	if mentions {
		kinds = []allmende.NotificationKind{allmende.NotifyMention, allmende.NotifyReply, allmende.NotifyQuote}
	}
	p, err := w.Read.Notifications(q.Context(), q.viewer, q.span(noticesPerPage), kinds, nil)
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
	var tidy []templ.Component
	if p.Unread > 0 && mentions {
		tidy = append(tidy, ui.Button(ui.ButtonView{Text: q.t("notice.read_all"), Icon: "check", Post: "/notifications/read", Style: "quiet"}))
	}
	if len(notices) > 0 && !mentions {
		tidy = append(tidy, ui.Button(ui.ButtonView{Text: q.t("notice.clear"), Icon: "trash-2", Post: "/notifications/clear", Style: "quiet"}))
	}
	parts := []templ.Component{ui.PageHead(base.Title, "", ui.Buttons(tidy...)), ui.Pills(q.t("ui.filter"), pills)}
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

// dismissNotices takes the notifications of one line away, or all.
func (w *Web) dismissNotices(q *req) error {
	if chi.URLParam(q.Request, "what") == "clear" {
		if _, err := q.do(&allmende.Dismiss{Act: q.by(), All: true}); err != nil {
			return err
		}
		q.flash("ok", q.t("notice.cleared"), "")
		return q.redirect("/notifications")
	}
	ids := strings.Split(q.form.Raw("ids"), ",")
	for _, text := range ids[:min(len(ids), noticesPerPage)] {
		id, err := allmende.ParseID(text)
		if err != nil {
			return err
		}
		if _, err := q.do(&allmende.Dismiss{Act: q.by(), Notification: id}); err != nil {
			return err
		}
	}
	return q.back("/notifications")
}

// readNotices marks everything as read that the actor was told so far.
func (w *Web) readNotices(q *req) error {
	p, err := w.Read.Notifications(q.Context(), q.viewer, allmende.Span{Limit: 1}, nil, nil)
	if err != nil {
		return err
	}
	if len(p.List) > 0 {
		if _, err := q.do(&allmende.MarkRead{Act: q.by(), List: "notifications", Last: p.List[0].ID}); err != nil {
			return err
		}
	}
	return q.back("/notifications")
}

// grouped are the kinds of which one line tells what several people did.
var grouped = map[allmende.NotificationKind]bool{allmende.NotifyLike: true, allmende.NotifyBoost: true, allmende.NotifyFollow: true}

// notices draws a page of notifications; likes and boosts of one thing, and new
// followers, are told together.
func (q *req) notices(p *read.NotificationPage) []ui.NoticeView {
	type group struct {
		kind   allmende.NotificationKind
		object allmende.ID
		emoji  string
		read   bool
	}
	at := map[group]int{}
	var out []ui.NoticeView
	for _, n := range p.List {
		g := group{n.Kind, n.Object, n.Emoji, n.Read}
		if i, known := at[g]; known && grouped[n.Kind] {
			if a := p.Bundle.Actors[n.From]; a != nil {
				out[i].Actors = append(out[i].Actors, q.actorView(a, p.Bundle.Media))
				out[i].Text = q.noticeText(n, len(out[i].Actors))
			}
			out[i].ID += "," + n.ID.String()
			continue
		}
		at[g] = len(out)
		out = append(out, q.notice(p, n))
	}
	return out
}

func (q *req) noticeText(n allmende.Notification, count int) string {
	if n.Emoji != "" {
		return q.t("notice.reaction", "count", count, "emoji", n.Emoji)
	}
	return q.t("notice."+noticeKey(n.Kind), "count", count)
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
	v := ui.NoticeView{ID: n.ID.String(), Kind: noticeIcons[n.Kind], At: n.At, Now: q.web.Now(), Unread: !n.Read, Text: q.noticeText(n, 1)}
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
	if n.Kind == allmende.NotifyRole {
		organisation := q.t("ui.former_member")
		if a := p.Bundle.Actors[n.Report]; a != nil {
			organisation = a.Label()
		}
		v.Text = q.t("notice.role", "organisation", organisation, "role", q.t("settings.role_"+string(n.Role)))
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
	case allmende.NotifyRole:
		link("notice.team", "/settings/organisations/"+n.Report.String())
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
