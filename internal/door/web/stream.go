package web

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/read"
	"allmende/internal/text"
)

// pageSize is how many things a list shows at once.
const pageSize = 20

// streamView is what a list page answers programs.
type streamView struct {
	Cards []ui.CardView
	Pager ui.PagerView
}

// home is the stream of everyone the viewer follows; visitors see the
// community's own front page.
func (w *Web) home(q *req) error {
	if q.guest != nil {
		return w.waiting(q)
	}
	if q.account == nil {
		return w.front(q)
	}
	b, err := w.Read.Home(q.Context(), q.viewer, q.span(pageSize))
	if err != nil {
		return err
	}
	base := q.base("")
	base.Nav, base.Stream = "home", "/api/stream?list=home"
	base.Aside = w.aside(q)
	v := streamView{q.streamCards(b), q.pager(b)}
	composer := q.composer()
	composer.Compact = true
	parts := []templ.Component{ui.QuietHead(q.t("ui.home")), ui.Composer(composer)}
	if mark := w.readMark(q, b); mark != nil {
		parts = append(parts, mark)
	}
	if len(v.Cards) == 0 {
		parts = append(parts, ui.Empty(w.homeEmpty(q)))
	}
	parts = append(parts, ui.Stream(v.Cards), ui.Pager(v.Pager))
	return q.draw(base, v, ui.Column(parts...))
}

// homeEmpty says what belongs on an empty home, and offers one next step: to
// follow somebody, or, where nobody else is yet, to let people in.
func (w *Web) homeEmpty(q *req) ui.EmptyView {
	totals, err := w.Read.Totals(q.Context())
	if err == nil && totals.Accounts < 2 && q.viewer.Rank.CanModerate() {
		return ui.EmptyView{Icon: "sprout", Title: q.t("page.home_alone"), Text: q.t("page.home_alone_text"),
			Button: &ui.ButtonView{Text: q.t("settings.invite_people"), Href: "/settings/invites", Style: "primary"}}
	}
	return ui.EmptyView{Icon: "sprout", Title: q.t("page.home_empty"), Text: q.t("page.home_empty_text"),
		Button: &ui.ButtonView{Text: q.t("page.find_people"), Href: "/people", Style: "primary"}}
}

// readMark keeps how far the viewer has read (row T22), and on a first page
// offers the way back to where they stopped.
func (w *Web) readMark(q *req, b *read.Bundle) templ.Component {
	if len(b.Entries) == 0 || q.URL.RawQuery != "" {
		return nil
	}
	last, err := w.Read.Marker(q.Context(), q.viewer.Actor, "home")
	if err != nil {
		w.Log.Error("reading position", "err", err)
		return nil
	}
	newest := b.Entries[0].ID
	if newest > last {
		if _, err := q.do(&allmende.MarkRead{Act: q.by(), List: "home", Last: newest}); err != nil {
			w.Log.Error("reading position", "err", err)
		}
	}
	if last == 0 || last >= b.Entries[len(b.Entries)-1].ID {
		return nil
	}
	return ui.Column(ui.Hint("info", q.t("page.stopped_here")),
		ui.Button(ui.ButtonView{Text: q.t("page.stopped_link"), Href: "/?max=" + (last + 1).String(), Style: "plain"}))
}

// front is what visitors see at "/": what this is, the newest public things, how to join.
func (w *Web) front(q *req) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	if !site.Ready {
		return w.notReady(q)
	}
	b, err := w.Read.Public(q.Context(), q.viewer, true, q.span(pageSize))
	if err != nil {
		return err
	}
	base := q.base("")
	base.Nav, base.Description = "home", site.Description
	base.Feeds = feedsOf(base.Site.Name, "/feed")
	base.Aside = w.aside(q)
	v := streamView{q.streamCards(b), q.pager(b)}
	join := "/join"
	if w.registration(site) == "closed" {
		join = ""
	}
	parts := []templ.Component{ui.Welcome(base.Site.Name, site.Tagline, site.Description, join, "/explore")}
	if len(v.Cards) == 0 {
		empty := ui.EmptyView{Icon: "sprout", Title: q.t("page.front_empty"), Text: q.t("page.front_empty_text")}
		return q.draw(base, v, ui.Column(append(parts, ui.Empty(empty))...))
	}
	parts = append(parts, ui.PageHead(q.t("page.newest"), "", nil), ui.Stream(v.Cards), ui.Pager(v.Pager))
	return q.draw(base, v, ui.Column(parts...))
}

// registration is how people join: the site's own choice goes before the settings.
func (w *Web) registration(site allmende.Site) string {
	if site.Registration != "" {
		return site.Registration
	}
	return w.Registration
}

// explore lists everything public, from here or from everywhere.
func (w *Web) explore(q *req) error {
	local := q.URL.Query().Get("from") != "everywhere"
	b, err := w.Read.Public(q.Context(), q.viewer, local, q.span(pageSize))
	if err != nil {
		return err
	}
	base := q.base(q.t("ui.explore"))
	base.Nav, base.Aside = "explore", w.aside(q)
	v := streamView{q.streamCards(b), q.pager(b)}
	tabs := []ui.TabView{{Text: q.t("page.from_here"), Href: "/explore", Current: local},
		{Text: q.t("page.from_everywhere"), Href: "/explore?from=everywhere", Current: !local}}
	return q.draw(base, v, ui.Column(ui.PageHead(q.t("ui.explore"), "", nil), ui.Tabs(q.t("ui.explore"), tabs),
		q.listOr(v.Cards, "sprout", "page.nothing_yet"), ui.Pager(v.Pager)))
}

// listOr is a stream, or a word about what belongs here.
func (q *req) listOr(cards []ui.CardView, icon, key string) templ.Component {
	if len(cards) == 0 {
		return ui.Empty(ui.EmptyView{Icon: icon, Title: q.t(key), Text: q.t(key + "_text")})
	}
	return ui.Stream(cards)
}

// tag lists public things with a hashtag, and lets members follow it (row T4).
func (w *Web) tag(q *req) error {
	name, err := url.PathUnescape(chi.URLParam(q.Request, "tag"))
	if err != nil || strings.TrimSpace(name) == "" {
		return allmende.E(allmende.NotFound, "error.tag")
	}
	folded := text.Fold(name)
	b, err := w.Read.Tagged(q.Context(), q.viewer, folded, q.span(pageSize))
	if err != nil {
		return err
	}
	shown := name
	for _, o := range b.Objects {
		for _, t := range o.Tags {
			if text.Fold(t) == folded {
				shown = t
			}
		}
	}
	base := q.base("#" + shown)
	base.Nav, base.Aside = "explore", w.aside(q)
	base.Feeds = feedsOf("#"+shown, "/tags/"+url.PathEscape(folded)+"/feed")
	var follow templ.Component
	if q.account != nil {
		_, on := b.Keys.Tags[folded]
		label, value, style := q.t("ui.follow"), "", "primary"
		if on {
			label, value, style = q.t("ui.unfollow"), "1", "quiet"
		}
		follow = ui.Button(ui.ButtonView{Text: label, Icon: "tag", Post: "/tags/" + url.PathEscape(folded) + "/follow", Name: "undo", Value: value, Style: style})
	}
	v := streamView{q.streamCards(b), q.pager(b)}
	return q.draw(base, v, ui.Column(ui.PageHead("#"+shown, "", follow), q.listOr(v.Cards, "tag", "page.tag_empty"), ui.Pager(v.Pager)))
}

func (w *Web) followTag(q *req) error {
	name, err := url.PathUnescape(chi.URLParam(q.Request, "tag"))
	if err != nil {
		return allmende.E(allmende.NotFound, "error.tag")
	}
	if _, err := q.do(&allmende.FollowTag{Act: q.by(), Tag: name, Off: q.form.On("undo")}); err != nil {
		return err
	}
	return q.back("/tags/" + url.PathEscape(name))
}

// saved lists the viewer's bookmarks; liked what they liked.
func (w *Web) saved(q *req) error {
	likes := strings.HasPrefix(q.URL.Path, "/liked")
	list, key := w.Read.Bookmarks, "ui.saved"
	if likes {
		list, key = w.Read.Likes, "page.liked"
	}
	b, err := list(q.Context(), q.viewer, q.span(pageSize))
	if err != nil {
		return err
	}
	base := q.base(q.t(key))
	v := streamView{q.streamCards(b), q.pager(b)}
	tabs := []ui.TabView{{Text: q.t("ui.saved"), Href: "/saved", Icon: "bookmark", Current: !likes}, {Text: q.t("page.liked"), Href: "/liked", Icon: "heart", Current: likes}}
	return q.draw(base, v, ui.Column(ui.PageHead(q.t(key), "", nil), ui.Tabs(q.t(key), tabs),
		q.listOr(v.Cards, "bookmark", "page.saved_empty"), ui.Pager(v.Pager)))
}

// aside is the context column: what is talked about, and who is new.
func (w *Web) aside(q *req) templ.Component {
	var parts []templ.Component
	tags, err := w.Read.Trends(q.Context(), 8)
	if err == nil && len(tags) > 0 {
		var links []ui.Link
		for _, t := range tags {
			links = append(links, ui.Link{Text: "#" + t.Name, Href: "/tags/" + url.PathEscape(t.Tag)})
		}
		parts = append(parts, ui.LinkBox(q.t("page.talked_about"), links))
	}
	pages, err := w.Read.RecentPages(q.Context(), q.viewer, 6)
	if err == nil && len(pages.Entries) > 0 {
		var links []ui.Link
		for _, e := range pages.Entries {
			if o := pages.Objects[e.Object]; o != nil {
				links = append(links, ui.Link{Text: o.Title, Href: PathOf(o, pages.Actors)})
			}
		}
		parts = append(parts, ui.LinkBox(q.t("page.wiki_changed"), links))
	}
	if len(parts) == 0 {
		return nil
	}
	return ui.Column(parts...)
}
