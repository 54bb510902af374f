package web

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/read"
	"allmende/internal/text"
)

// article reads what stands at /@name/slug; a former address redirects (row B1).
func (w *Web) article(q *req) error {
	a, err := w.actor(q)
	if err != nil {
		return err
	}
	slug, err := url.PathUnescape(chi.URLParam(q.Request, "slug"))
	if err != nil {
		return allmende.E(allmende.NotFound, "error.page_not_found")
	}
	return w.addressed(q, a.ID, "blog", slug, nil)
}

// wikiPage reads what stands at /wiki/Title (row W8).
func (w *Web) wikiPage(q *req) error {
	return w.wikiOf(q, allmende.Server, "/wiki/")
}

// groupPage reads what stands at /@group/wiki/Title.
func (w *Web) groupPage(q *req) error {
	a, err := w.actor(q)
	if err != nil {
		return err
	}
	return w.wikiOf(q, a.ID, a.Path()+"/wiki/")
}

func (w *Web) wikiOf(q *req, place allmende.ID, prefix string) error {
	wish, err := url.PathUnescape(chi.URLParam(q.Request, "*"))
	if err != nil {
		return allmende.E(allmende.NotFound, "error.page_not_found")
	}
	title, err := text.NormalTitle(wish)
	if err != nil {
		return allmende.Wrong("title", "error.title_wiki").Because(err)
	}
	return w.addressed(q, place, "wiki", text.Fold(title), func() error { return w.missingPage(q, title, prefix) })
}

// addressed finds what stands at a human address, or stood there once.
func (w *Web) addressed(q *req, place allmende.ID, section, slug string, missing func() error) error {
	id, err := w.Read.Address(q.Context(), place, section, slug)
	if err != nil {
		return err
	}
	if id == 0 && missing != nil {
		return missing()
	}
	if id == 0 {
		return allmende.E(allmende.NotFound, "error.page_not_found")
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	here := PathOf(o, b.Actors)
	if want, err := url.PathUnescape(here); err == nil && want != q.URL.Path {
		return q.redirect(here)
	}
	return w.reader(q, b, o)
}

// missingPage offers to write a wiki page that is not there yet.
func (w *Web) missingPage(q *req, title, prefix string) error {
	base := q.base(title)
	base.Nav, base.NoIndex = "wiki", true
	base.Crumbs = []ui.Link{{Text: q.t("ui.wiki"), Href: "/wiki"}}
	v := ui.EmptyView{Icon: "book-open", Title: q.t("page.wiki_missing", "title", title), Text: q.t("page.wiki_missing_text")}
	if q.session == nil {
		v.Button = &ui.ButtonView{Text: q.t("ui.sign_in"), Href: "/login?next=" + url.QueryEscape(q.URL.RequestURI()), Style: "quiet"}
	}
	if q.account != nil && prefix == "/wiki/" {
		v.Button = &ui.ButtonView{Text: q.t("page.wiki_create"), Href: "/write/page?title=" + url.QueryEscape(title), Style: "primary"}
	}
	return q.drawStatus(http.StatusNotFound, base, v, ui.Column(ui.PageHead(title, "", nil), ui.Empty(v)))
}

// unpublished shows a draft, held or hidden article to those who may see it.
func (w *Web) unpublished(q *req, b *read.Bundle, o *allmende.Object) error { return w.reader(q, b, o) }

// readerTabs are the ways to look at an article or page.
func (q *req) readerTabs(b *read.Bundle, o *allmende.Object, current string) []ui.TabView {
	tabs := []ui.TabView{{Text: q.t("page.tab_read"), Href: PathOf(o, b.Actors), Icon: "book-open", Current: current == "read"}}
	if q.can(b, o).Edit {
		tabs = append(tabs, ui.TabView{Text: q.t("ui.edit"), Href: o.Path() + "/edit", Icon: "pencil", Current: current == "edit"})
	}
	tabs = append(tabs, ui.TabView{Text: q.t("ui.history"), Href: o.Path() + "/history", Icon: "history", Current: current == "history"})
	if o.State == allmende.Published {
		tabs = append(tabs, ui.TabView{Text: q.t("page.tab_discussion"), Href: o.Path() + "/discussion", Icon: "message-circle", Current: current == "discussion", Count: b.Stats[o.ID].Replies})
	}
	return tabs
}

// crumbs lead from the section to the page.
func (q *req) crumbs(b *read.Bundle, o *allmende.Object) []ui.Link {
	switch {
	case o.Section == "wiki" && o.Place == allmende.Server:
		return []ui.Link{{Text: q.t("ui.wiki"), Href: "/wiki"}}
	case b.Actors[o.Owner] != nil:
		return []ui.Link{{Text: b.Actors[o.Owner].Label(), Href: b.Actors[o.Owner].Path()}}
	}
	return nil
}

// readerPage is what an article's page answers programs.
type readerPage struct {
	Reader   ui.ReaderView
	Comments []ui.CardView
}

// reader draws an article with its comments, or a wiki page.
func (w *Web) reader(q *req, b *read.Bundle, o *allmende.Object) error {
	v := ui.ReaderView{Card: q.card(b, o), Title: o.Title, Lead: o.Summary, HTML: q.textOf(b, o), Lang: o.Lang, Changed: o.ChangedAt,
		Tabs: q.readerTabs(b, o, "read"), NoActs: o.State != allmende.Published}
	v.Card.History = o.Path() + "/history"
	if o.Section == "blog" {
		v.Changed = o.EditedAt // what was changed before it appeared concerns nobody
	}
	if o.State != allmende.Published {
		v.Card.Published = time.Time{}
	}
	if v.Title == "" {
		v.Title = q.t("page.untitled")
	}
	for _, h := range text.TOC(o.HTML) {
		v.TOC = append(v.TOC, ui.TOCEntry{Level: max(2, h.Level), Text: h.Text, ID: h.ID})
	}
	v.Links = v.Card.Tags
	if o.Licence != "" {
		v.Licence = ui.SafeHTML(html.EscapeString(q.t("page.licence_is", "licence", licenceLabel(o.Licence))))
	}
	if list := q.attached(b, o); len(list) > 0 && list[0].Kind == "image" {
		v.Cover = &list[0]
	}
	base := q.base(v.Title)
	base.Nav, base.Description = navOf(o), plainTeaser(o, 200)
	base.Crumbs, base.OG = q.crumbs(b, o), q.openGraph(b, o)
	base.Canonical = w.BaseURL + PathOf(o, b.Actors)
	if a := b.Actors[o.Owner]; o.Section == "blog" && a != nil && a.Local() {
		base.Feeds = feedsOf(a.Label(), a.Path()+"/feed")
	}
	base.NoIndex = o.Audience.Kind != allmende.AudPublic || o.State != allmende.Published
	if len(v.TOC) > 2 {
		base.Aside = ui.TOC(v.TOC)
	}
	if o.Kind == allmende.Page {
		changer, err := w.Read.Changer(q.Context(), o)
		if err != nil {
			return err
		}
		if v.Card.Authors = nil; changer != nil {
			v.Card.Authors = []ui.ActorView{q.actorView(changer, b.Media)}
		}
	}
	parts := []templ.Component{}
	if notice := w.stateNotice(q, b, o); notice != nil {
		parts = append(parts, notice)
	}
	if bar := q.inviteBar(b, o); bar != nil {
		parts = append(parts, bar)
	}
	if bar := w.consentBar(q, b, o); bar != nil {
		parts = append(parts, bar)
	}
	parts = append(parts, ui.Reader(v))
	page := readerPage{Reader: v}
	if o.State == allmende.Published && o.Section == "blog" {
		comments, err := w.comments(q, b, o, &page)
		if err != nil {
			return err
		}
		parts = append(parts, comments...)
	}
	return q.draw(base, page, ui.Column(parts...))
}

func navOf(o *allmende.Object) string {
	if o.Section == "wiki" {
		return "wiki"
	}
	return ""
}

// comments are the answers to an article below it, with a field for one's own.
func (w *Web) comments(q *req, one *read.Bundle, o *allmende.Object, page *readerPage) ([]templ.Component, error) {
	talk, err := w.talk(q, one, o, page)
	if err != nil {
		return nil, err
	}
	heading := q.t("page.comments_none")
	if len(page.Comments) > 0 {
		heading = q.t("page.comments", "count", len(page.Comments))
	}
	return append([]templ.Component{ui.PageHead(heading, "", nil)}, talk...), nil
}

// talk is the field for an answer and the answers there are.
func (w *Web) talk(q *req, one *read.Bundle, o *allmende.Object, page *readerPage) ([]templ.Component, error) {
	b, _, below, err := w.Read.Context(q.Context(), q.viewer, o.ID)
	if err != nil {
		return nil, err
	}
	page.Comments = q.nested(b, o.ID, below)
	var parts []templ.Component
	if q.can(one, o).Reply {
		c := q.replyComposer(one, o)
		c.ReplyTo = &ui.CardView{ID: o.ID.String()}
		c.Compact = true
		parts = append(parts, ui.Composer(c))
	}
	if len(page.Comments) > 0 {
		parts = append(parts, ui.Thread(page.Comments))
	}
	return parts, nil
}

// discussion is the conversation about an article or page (row W7's thin part).
func (w *Web) discussion(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	one, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	if !o.Kind.Titled() {
		return q.redirect(o.Path())
	}
	var page readerPage
	parts, err := w.talk(q, one, o, &page)
	if err != nil {
		return err
	}
	base := q.base(q.t("page.discussion_of", "title", o.Title))
	base.Nav, base.Crumbs = navOf(o), append(q.crumbs(one, o), ui.Link{Text: o.Title, Href: PathOf(o, one.Actors)})
	if len(page.Comments) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "message-circle", Title: q.t("page.discussion_empty"), Text: q.t("page.discussion_empty_text")}))
	}
	return q.draw(base, page.Comments, ui.Column(append([]templ.Component{ui.Tabs(q.t("ui.page_tabs"), q.readerTabs(one, o, "discussion")),
		ui.PageHead(base.Title, "", nil)}, parts...)...))
}

// wikiIndex leads into the community's wiki: what changed last, all pages by title.
func (w *Web) wikiIndex(q *req) error {
	recent, err := w.Read.RecentPages(q.Context(), q.viewer, 12)
	if err != nil {
		return err
	}
	after := q.URL.Query().Get("after")
	all, last, err := w.Read.WikiPages(q.Context(), q.viewer, allmende.Server, after, 100)
	if err != nil {
		return err
	}
	base := q.base(q.t("ui.wiki"))
	base.Nav, base.Description = "wiki", q.t("page.wiki_text")
	base.Feeds = feedsOf(base.Title, "/wiki/feed")
	var create templ.Component
	if q.account != nil {
		create = ui.Button(ui.ButtonView{Text: q.t("page.wiki_new"), Icon: "plus", Href: "/write/page", Style: "primary"})
	}
	parts := []templ.Component{ui.PageHead(q.t("ui.wiki"), q.t("page.wiki_text"), create)}
	if len(all.Entries) == 0 && after == "" {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "book-open", Title: q.t("page.wiki_empty"), Text: q.t("page.wiki_empty_text")}))
		return q.draw(base, []ui.Link{}, ui.Column(parts...))
	}
	if after == "" {
		parts = append(parts, ui.Heading(q.t("page.wiki_changed")), ui.Hits(q.pageHits(recent), q.web.Now()))
	}
	links := make([]ui.Link, 0, len(all.Entries))
	for _, e := range all.Entries {
		if o := all.Objects[e.Object]; o != nil {
			links = append(links, ui.Link{Text: o.Title, Href: PathOf(o, all.Actors)})
		}
	}
	var pager ui.PagerView
	if last != "" {
		pager.Older = q.with("after", last)
	}
	parts = append(parts, ui.LinkBox(q.t("page.wiki_all"), links), ui.Pager(pager))
	return q.draw(base, links, ui.Column(parts...))
}

// linksHere lists what links to a wiki page (row W8).
func (w *Web) linksHere(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	one, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	b, err := w.Read.LinksHere(q.Context(), q.viewer, o, q.span(100))
	if err != nil {
		return err
	}
	base := q.base(q.t("page.links_here", "title", o.Title))
	base.Nav, base.Crumbs = navOf(o), append(q.crumbs(one, o), ui.Link{Text: o.Title, Href: PathOf(o, one.Actors)})
	links := []ui.Link{}
	for _, e := range b.Entries {
		if other := b.Objects[e.Object]; other != nil {
			links = append(links, ui.Link{Text: strings.TrimSpace(q.titleOf(b, other)), Href: PathOf(other, b.Actors)})
		}
	}
	var lines []ui.LineView
	for _, l := range links {
		lines = append(lines, ui.LineView{Icon: "book-open", Title: l.Text, Href: l.Href})
	}
	content := ui.Lines(lines)
	if len(links) == 0 {
		content = ui.Empty(ui.EmptyView{Icon: "link", Title: q.t("page.links_none"), Text: q.t("page.links_none_text")})
	}
	return q.draw(base, links, ui.Column(ui.PageHead(q.t("page.links_here", "title", o.Title), "", nil), content))
}
