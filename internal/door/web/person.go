package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
	"allmende/internal/read"
	"allmende/internal/text"
)

// actor finds whom the address names; people who left are Gone.
func (w *Web) actor(q *req) (*allmende.Actor, error) {
	a, err := w.Read.ActorByHandle(q.Context(), chi.URLParam(q.Request, "name"), w.AccountDomain)
	if err != nil {
		return nil, err
	}
	switch a.State {
	case allmende.ActorDeleted:
		return nil, allmende.E(allmende.Gone, "error.actor_gone")
	case allmende.ActorSuspended, allmende.ActorAway:
		if !q.viewer.Rank.CanModerate() && q.viewer.Actor != a.ID {
			return nil, allmende.E(allmende.NotFound, "error.actor_not_found")
		}
	}
	return a, nil
}

// personPage is what an actor made, by tabs, below who they are (row R11).
func (w *Web) personPage(q *req) error {
	a, err := w.actor(q)
	if err != nil {
		return err
	}
	show := q.URL.Query().Get("show")
	filter := read.ActorFilter{NoReplies: true}
	switch show {
	case "replies":
		filter = read.ActorFilter{}
	case "articles":
		filter = read.ActorFilter{Kinds: []allmende.ObjectKind{allmende.Article, allmende.Page}}
	case "media":
		filter = read.ActorFilter{MediaOnly: true}
	}
	head, err := w.personHead(q, a, show)
	if err != nil {
		return err
	}
	if head.Tie.State == "blocked" || head.Tie.State == "apart" {
		return w.drawPerson(q, a, head, ui.Empty(ui.EmptyView{Icon: "shield", Title: q.t("page.blocked"), Text: q.t("page.blocked_text")}), nil)
	}
	b, err := w.Read.ActorStream(q.Context(), q.viewer, a.ID, filter, q.span(pageSize))
	if err != nil {
		return err
	}
	cards := q.cards(b)
	if show == "" && q.URL.Query().Get("max") == "" {
		pinned, err := w.Read.Pinned(q.Context(), q.viewer, a.ID)
		if err != nil {
			return err
		}
		cards = append(q.cards(pinned), withoutPinned(cards, pinned)...)
	}
	list := q.listOr(cards, "sprout", "page.person_empty")
	if len(cards) == 0 && head.Tie.Muted {
		list = ui.Empty(ui.EmptyView{Icon: "eye-off", Title: q.t("page.person_muted"), Text: q.t("page.person_muted_text")})
	}
	return w.drawPerson(q, a, head, ui.Column(list, ui.Pager(q.pager(b))), cards)
}

func withoutPinned(cards []ui.CardView, pinned *read.Bundle) []ui.CardView {
	out := cards[:0]
	for _, c := range cards {
		id, err := allmende.ParseID(c.ID)
		if err != nil || pinned.Objects[id] == nil || !pinned.Objects[id].Pinned {
			out = append(out, c)
		}
	}
	return out
}

// personView is what a person's page answers programs.
type personView struct {
	Person ui.PersonView
	Cards  []ui.CardView
}

func (w *Web) drawPerson(q *req, a *allmende.Actor, head ui.PersonView, below templ.Component, cards []ui.CardView) error {
	base := q.base(a.Label())
	base.Description = head.Actor.Line
	base.NoIndex = !a.Discover || !a.Local()
	base.OG = ui.OGView{Type: "profile", Author: "@" + head.FullHandle}
	if head.Actor.Avatar != "" {
		base.OG.Image, base.OG.ImageAlt = w.BaseURL+head.Actor.Avatar, a.Label()
	}
	if a.Local() {
		base.Feeds = feedsOf(a.Label(), a.Path()+"/feed")
	}
	return q.draw(base, personView{head, cards}, ui.Column(ui.PersonHeader(head), below))
}

// feedsOf are a list's feeds in all forms, for readers that look for them (row B12).
func feedsOf(title, path string) []ui.FeedLink {
	var out []ui.FeedLink
	for _, f := range [][2]string{{"atom", "application/atom+xml"}, {"rss", "application/rss+xml"}, {"json", "application/feed+json"}} {
		out = append(out, ui.FeedLink{Title: title + " (" + f[0] + ")", Href: path + "." + f[0], Type: f[1]})
	}
	return out
}

// personHead is who an actor is, for this viewer.
func (w *Web) personHead(q *req, a *allmende.Actor, show string) (ui.PersonView, error) {
	media, err := w.Read.Media(q.Context(), []allmende.ID{a.Avatar, a.Header})
	if err != nil {
		return ui.PersonView{}, err
	}
	p := ui.PersonView{Actor: q.introduced(a, media), Bio: ui.SafeHTML(a.BioHTML), Locked: a.Locked, Posts: a.Posts,
		Followers: a.Followers, Following: a.Following, FullHandle: a.Handle()}
	if a.Local() {
		p.FullHandle += "@" + w.AccountDomain
		p.Feed = a.Path() + "/feed.atom"
	} else {
		p.RemoteURL = a.URL
	}
	if m := media[a.Header]; m != nil {
		p.Cover = firstPath(m, "webp1280", "webp2048", "webp640", "jpeg1280", "webp", "jpeg")
	}
	for _, f := range a.Fields {
		p.Fields = append(p.Fields, ui.FactView{Name: f.Name, Value: ui.SafeHTML(f.HTML)})
	}
	for _, tab := range []struct{ show, key string }{{"", "page.tab_posts"}, {"replies", "page.tab_replies"}, {"articles", "page.tab_articles"}, {"media", "page.tab_media"}} {
		href := a.Path()
		if tab.show != "" {
			href += "?show=" + tab.show
		}
		p.Tabs = append(p.Tabs, ui.TabView{Text: q.t(tab.key), Href: href, Current: show == tab.show})
	}
	if q.account != nil && q.viewer.Rank.CanModerate() {
		p.Moderate = "/moderation/actor/" + a.ID.String()
	}
	p.Tie, err = w.tie(q, a)
	if err != nil {
		return p, err
	}
	p.Actions, err = w.ownActions(q, a)
	return p, err
}

// ownActions are the buttons of one's own page, and of an organisation's for
// its team: to post in its name, and who else does.
func (w *Web) ownActions(q *req, a *allmende.Actor) (templ.Component, error) {
	if q.account == nil {
		return nil, nil
	}
	var buttons []templ.Component
	self := a.ID == q.viewer.Actor
	if self {
		buttons = append(buttons, ui.Button(ui.ButtonView{Text: q.t("page.edit_profile"), Href: "/settings/profile", Style: "quiet"}))
	}
	if a.Local() && a.ID != q.account.Actor {
		role, err := w.Read.RoleOf(q.Context(), q.viewer, a.ID)
		if err != nil {
			return nil, err
		}
		if !self && role.May(allmende.RoleAnswerer) {
			buttons = append(buttons, ui.Button(ui.ButtonView{Text: q.t("page.post_as"), Icon: "pen-line", Post: "/session/actor", Name: "actor", Value: a.ID.String(), Style: "primary small"}))
		}
		if role != "" {
			buttons = append(buttons, ui.Button(ui.ButtonView{Text: q.t("settings.team"), Icon: "users", Href: "/settings/organisations/" + a.ID.String(), Style: "quiet small"}))
		}
	}
	if len(buttons) == 0 {
		return nil, nil
	}
	return ui.Buttons(buttons...), nil
}

// tie is how the viewer stands to an actor.
func (w *Web) tie(q *req, a *allmende.Actor) (ui.TieView, error) {
	if q.account == nil {
		return ui.TieView{}, nil
	}
	if a.ID == q.viewer.Actor {
		return ui.TieView{State: "self"}, nil
	}
	with, err := w.Read.Relationships(q.Context(), q.viewer, []allmende.ID{a.ID})
	return tieOf(with[a.ID]), err
}

func tieOf(r allmende.Relationship) ui.TieView {
	t := ui.TieView{State: "none", FollowsYou: r.FollowedBy, Muted: r.Muting, MutedUntil: r.MuteExpires}
	switch {
	case r.Blocking:
		t.State = "blocked"
	case r.BlockedBy:
		t.State = "apart"
	case r.Following:
		t.State = "following"
	case r.Asked:
		t.State = "asked"
	}
	return t
}

// actorRows draws a list of people with the viewer's ties.
func (q *req) actorRows(ties []read.Tie) []ui.ActorRow {
	rows := make([]ui.ActorRow, 0, len(ties))
	for _, t := range ties {
		row := ui.ActorRow{Actor: q.introduced(t.Actor, nil)}
		switch {
		case q.account == nil:
		case t.Actor.ID == q.viewer.Actor:
			row.Tie.State = "self"
		default:
			row.Tie = tieOf(t.With)
		}
		rows = append(rows, row)
	}
	return rows
}

// people lists followers or the followed of an actor. Whom an actor follows is
// for members only.
func (w *Web) followList(incoming bool) handler {
	return func(q *req) error {
		a, err := w.actor(q)
		if err != nil {
			return err
		}
		if q.account == nil {
			return allmende.E(allmende.SignIn, "error.sign_in")
		}
		list, key := w.Read.Following, "ui.following"
		if incoming {
			list, key = w.Read.Followers, "ui.followers"
		}
		ties, next, err := list(q.Context(), q.viewer, a.ID, q.span(40))
		if err != nil {
			return err
		}
		base := q.base(q.t(key) + ": " + a.Label())
		base.Crumbs = []ui.Link{{Text: a.Label(), Href: a.Path()}}
		rows := q.actorRows(ties)
		if incoming && a.ID == q.viewer.Actor {
			for i := range rows {
				rows[i].Action = ui.Button(ui.ButtonView{Text: q.t("ui.remove"), Whole: q.t("page.remove_follower", "name", rows[i].Actor.Name), Post: rows[i].Actor.Path + "/remove-follower", Style: "quiet"})
			}
		}
		var pager ui.PagerView
		if next != 0 {
			pager.Older = q.with("max", next.String())
		}
		return q.draw(base, rows, ui.Column(ui.PageHead(q.t(key), "", nil), ui.ActorList(rows), ui.Pager(pager)))
	}
}

// tieVerbs are the buttons on a person's page.
var tieVerbs = map[string]allmende.Relate{
	"follow": {Kind: allmende.Follow}, "unfollow": {Kind: allmende.Follow, Off: true},
	"block": {Kind: allmende.Block}, "unblock": {Kind: allmende.Block, Off: true},
	"mute": {Kind: allmende.Mute}, "unmute": {Kind: allmende.Mute, Off: true},
}

// relate follows, mutes, blocks, or takes that back.
func (w *Web) relate(q *req) error {
	a, err := w.actor(q)
	if err != nil {
		return err
	}
	verb := chi.URLParam(q.Request, "verb")
	var cmd allmende.Command
	switch known, ok := tieVerbs[verb]; {
	case ok:
		known.Act, known.Target = q.by(), a.ID
		if days := q.form.Raw("days"); verb == "mute" && days != "" {
			if d, err := time.ParseDuration(days + "h"); err == nil && d > 0 {
				known.Expires = w.Now().Add(24 * d)
			}
		}
		cmd = &known
	case verb == "accept" || verb == "reject" || verb == "remove-follower":
		cmd = &allmende.AnswerFollow{Act: q.by(), Follower: a.ID, Yes: verb == "accept"}
	default:
		return allmende.E(allmende.NotFound, "error.page_not_found")
	}
	if _, err := q.do(cmd); err != nil {
		return err
	}
	if q.wantsJSON() {
		t, err := w.tie(q, a)
		if err != nil {
			return err
		}
		return httpx.WriteJSON(q.rw, http.StatusOK, map[string]any{"on": t.State == "following" || t.State == "asked", "state": t.State})
	}
	return q.back(a.Path())
}

// directory lists who is here.
func (w *Web) directory(q *req) error {
	query := q.URL.Query()
	kind, order := allmende.ActorKind(""), "active"
	if query.Get("kind") == "organisations" {
		kind = allmende.Organization
	}
	if query.Get("order") == "new" {
		order = "new"
	}
	search := strings.TrimSpace(query.Get("q"))
	var ties []read.Tie
	var err error
	if search != "" {
		ties, err = w.Read.FindPeople(q.Context(), q.viewer, search, 40, 0)
	} else {
		ties, err = w.Read.Directory(q.Context(), q.viewer, kind, order, 60, 0)
	}
	if err != nil {
		return err
	}
	base := q.base(q.t("ui.people"))
	base.Nav = "people"
	tabs := []ui.TabView{{Text: q.t("page.people_active"), Href: "/people", Current: order == "active" && kind == ""},
		{Text: q.t("page.people_new"), Href: "/people?order=new", Current: order == "new"},
		{Text: q.t("page.organisations"), Href: "/people?kind=organisations", Current: kind != ""}}
	rows := q.actorRows(ties)
	parts := []templ.Component{ui.PageHead(q.t("ui.people"), "", nil), ui.Tabs(q.t("ui.people"), tabs)}
	if q.account != nil && query.Get("order") == "" && kind == "" {
		asked, _, err := w.Read.Requests(q.Context(), q.viewer, allmende.Span{Limit: 40})
		if err != nil {
			return err
		}
		if len(asked) > 0 {
			parts = append(parts, ui.PageHead(q.t("page.asked_you"), "", nil), ui.ActorList(q.requestRows(asked)))
		}
	}
	if len(rows) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "users", Title: q.t("page.people_empty"), Text: q.t("page.people_empty_text")}))
	}
	return q.draw(base, rows, ui.Column(append(parts, ui.ActorList(rows))...))
}

// requestRows are those who asked to follow, with the two answers.
func (q *req) requestRows(ties []read.Tie) []ui.ActorRow {
	rows := q.actorRows(ties)
	for i := range rows {
		path := rows[i].Actor.Path
		rows[i].Action = ui.Column(ui.Button(ui.ButtonView{Text: q.t("page.accept"), Post: path + "/accept", Style: "primary"}),
			ui.Button(ui.ButtonView{Text: q.t("page.reject"), Post: path + "/reject", Style: "quiet"}))
	}
	return rows
}

// library shows pictures, films and sounds: the community's newest, or one's own.
func (w *Web) library(q *req) error {
	own := q.URL.Query().Get("of") == "me" && q.account != nil
	var b *read.Bundle
	var err error
	if own {
		b, err = w.Read.ActorStream(q.Context(), q.viewer, q.viewer.Actor, read.ActorFilter{MediaOnly: true}, q.span(60))
	} else {
		b, err = w.Read.PublicMedia(q.Context(), q.viewer, q.span(60))
	}
	if err != nil {
		return err
	}
	var tiles []ui.MediaView
	for _, e := range b.Entries {
		o := b.Objects[e.Object]
		if o == nil || o.Sensitive || o.Summary != "" && !o.Kind.Titled() {
			continue
		}
		for _, m := range q.mediaViews(b, o) {
			m.Href, m.Title = PathOf(o, b.Actors), text.Excerpt(m.Alt, 70) // the name of a file says nothing
			if a := b.Actors[o.Owner]; a != nil {
				m.By = a.Label()
			}
			tiles = append(tiles, m)
		}
	}
	base := q.base(q.t("ui.library"))
	base.Nav, base.Broad = "library", true
	var tabs []ui.TabView
	if q.account != nil {
		tabs = []ui.TabView{{Text: q.t("page.library_all"), Href: "/library", Current: !own}, {Text: q.t("page.library_mine"), Href: "/library?of=me", Current: own}}
	}
	parts := []templ.Component{ui.PageHead(q.t("ui.library"), "", nil)}
	if tabs != nil {
		parts = append(parts, ui.Tabs(q.t("ui.library"), tabs))
	}
	if len(tiles) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "images", Title: q.t("page.library_empty"), Text: q.t("page.library_empty_text")}))
	}
	return q.draw(base, tiles, ui.Column(append(parts, ui.Gallery(tiles), ui.Pager(q.pager(b)))...))
}
