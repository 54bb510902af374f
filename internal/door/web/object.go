package web

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/read"
)

// objectView is what an object's page answers programs.
type objectView struct {
	Card    ui.CardView
	Above   []ui.CardView
	Below   []ui.CardView
	Authors []ui.ActorView
}

// object shows one object in its conversation (row T1). Articles and wiki
// pages live at their human address; a former address leads there.
func (w *Web) object(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	one, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	if o.ID != id {
		return q.redirect(o.Path())
	}
	if path := PathOf(o, one.Actors); path != o.Path() {
		http.Redirect(q.rw, q.Request, path, http.StatusFound)
		return nil
	}
	if o.Kind.Titled() {
		return w.unpublished(q, one, o)
	}
	return w.conversation(q, one, o)
}

// conversation draws a note with what it answers above and its answers below.
func (w *Web) conversation(q *req, one *read.Bundle, o *allmende.Object) error {
	b, above, below, err := w.Read.Context(q.Context(), q.viewer, o.ID)
	if err != nil {
		return err
	}
	v := objectView{Card: q.card(one, o), Above: q.cardsOf(b, above), Below: q.nested(b, o.ID, below)}
	v.Card.Focused, v.Card.Long = true, false
	base := q.base(q.titleOf(one, o))
	base.Description = plainTeaser(o, 200)
	base.NoIndex = o.Audience.Kind != allmende.AudPublic
	base.OG = q.openGraph(one, o)
	base.Crumbs = nil
	parts := []templ.Component{}
	if len(v.Above) > 0 {
		parts = append(parts, ui.Thread(v.Above))
	}
	parts = append(parts, ui.Card(v.Card))
	if notice := w.stateNotice(q, b, o); notice != nil {
		parts = append([]templ.Component{notice}, parts...)
	}
	if bar := q.inviteBar(one, o); bar != nil {
		parts = append([]templ.Component{bar}, parts...)
	}
	if v.Card.Can.Reply {
		parts = append(parts, ui.Composer(q.replyComposer(one, o)))
	}
	if len(v.Below) > 0 {
		parts = append(parts, ui.PageHead(q.t("page.answers"), "", nil), ui.Thread(v.Below))
	}
	return q.draw(base, v, ui.Column(parts...))
}

// cardsOf draws some of a bundle's objects in the given order.
func (q *req) cardsOf(b *read.Bundle, ids []allmende.ID) []ui.CardView {
	out := make([]ui.CardView, 0, len(ids))
	for _, id := range ids {
		if o := b.Objects[id]; o != nil {
			out = append(out, q.card(b, o))
		}
	}
	return out
}

// nested draws an object's answers, each knowing how deep it stands below it.
func (q *req) nested(b *read.Bundle, root allmende.ID, ids []allmende.ID) []ui.CardView {
	depth := map[allmende.ID]int{root: -1}
	out := make([]ui.CardView, 0, len(ids))
	for _, id := range ids {
		o := b.Objects[id]
		if o == nil {
			continue
		}
		depth[id] = depth[o.ReplyTo] + 1 // parents stand before their answers
		c := q.card(b, o)
		c.Depth = depth[id]
		out = append(out, c)
	}
	return out
}

// stateNotice says why something is not public: a draft, held, hidden; and what
// its authors can do about it.
func (w *Web) stateNotice(q *req, b *read.Bundle, o *allmende.Object) templ.Component {
	switch o.State {
	case allmende.Draft, allmende.Scheduled, allmende.Held:
		return ui.Column(ui.Hint("info", q.stateText(o)), ui.Buttons(q.draftButtons(b, o)...))
	case allmende.Hidden:
		if d, err := w.Read.DecisionAbout(q.Context(), q.viewer, o); err == nil && d != nil {
			return ui.Hint("warn", q.t("page.state_hidden")+" "+d.Reason)
		}
		return ui.Hint("warn", q.t("page.state_hidden"))
	}
	return nil
}

// stateText says what an unpublished thing waits for.
func (q *req) stateText(o *allmende.Object) string {
	if o.State == allmende.Scheduled {
		return q.t("page.state_scheduled", "time", lang.DateTime(q.lang, o.PublishAt.Local()))
	}
	return q.t("page.state_" + string(o.State))
}

// draftButtons are what authors can do with what is not published yet.
func (q *req) draftButtons(b *read.Bundle, o *allmende.Object) []templ.Component {
	can := q.can(b, o)
	var out []templ.Component
	if can.Edit {
		out = append(out, ui.Button(ui.ButtonView{Text: q.t("page.publish_now"), Post: o.Path() + "/publish", Style: "primary"}),
			ui.Button(ui.ButtonView{Text: q.t("ui.edit"), Href: o.Path() + "/edit", Style: "quiet"}))
	}
	if can.Delete {
		out = append(out, ui.Button(ui.ButtonView{Text: q.t("ui.delete"), Post: o.Path() + "/delete", Name: "back", Value: "/drafts", Style: "plain"}))
	}
	return out
}

// titleOf names an object in the browser's title.
func (q *req) titleOf(b *read.Bundle, o *allmende.Object) string {
	if o.Title != "" {
		return o.Title
	}
	name := ""
	if a := b.Actors[o.Owner]; a != nil {
		name = a.Label()
	}
	if o.Summary != "" {
		return name + ": " + o.Summary
	}
	return name + ": " + plainTeaser(o, 60)
}

func (q *req) openGraph(b *read.Bundle, o *allmende.Object) ui.OGView {
	og := ui.OGView{Type: "article", Published: o.PublishedAt}
	if a := b.Actors[o.Owner]; a != nil {
		og.Author = "@" + a.Handle() + "@" + q.web.AccountDomain
		if !a.Local() {
			og.Author = "@" + a.Handle()
		}
	}
	if len(o.Media) > 0 && !o.Sensitive && (o.Summary == "" || o.Kind.Titled()) {
		if m := b.Media[o.Media[0]]; m != nil && m.Public {
			if p := firstPath(m, "jpeg1280", "jpeg640", "jpeg", "poster"); p != "" {
				og.Image, og.ImageAlt = q.web.BaseURL+p, m.Alt
			}
		}
	}
	return og
}

// countView is what the islands hear after an action.
type countView struct {
	On    bool   `json:"on"`
	Count int    `json:"count"`
	HTML  string `json:"html,omitempty"` // of a like: the card's buttons, drawn anew
}

// react likes, also with an emoji, boosts or saves, or takes it back.
func (w *Web) react(kind allmende.ReactionKind) handler {
	return func(q *req) error {
		id, err := q.id("id")
		if err != nil {
			return err
		}
		off := q.form.On("undo")
		if _, err := q.do(&allmende.React{Act: q.by(), Object: id, Kind: kind, Off: off, Emoji: q.form.Raw("emoji")}); err != nil {
			return err
		}
		if !q.wantsJSON() {
			return q.back("/o/" + id.String())
		}
		b, o, err := w.Read.One(q.Context(), q.viewer, id)
		if err != nil {
			return err
		}
		s := b.Stats[id]
		v := countView{On: !off, Count: map[allmende.ReactionKind]int{allmende.Like: s.Likes, allmende.Boost: s.Boosts}[kind]}
		if kind == allmende.Like {
			var drawn strings.Builder
			if err := ui.Acts(q.card(b, o)).Render(lang.With(q.Context(), q.lang), &drawn); err != nil {
				return err
			}
			v.HTML = drawn.String()
		}
		return httpx.WriteJSON(q.rw, http.StatusOK, v)
	}
}

// remove deletes an object; for ten seconds that can be undone.
func (w *Web) remove(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	undo := chi.URLParam(q.Request, "verb") == "undelete"
	var cmd allmende.Command = &allmende.Delete{Act: q.by(), Object: id}
	if undo {
		cmd = &allmende.Undelete{Act: q.by(), Object: id}
	}
	if _, err := q.do(cmd); err != nil {
		return err
	}
	if q.wantsJSON() {
		return httpx.WriteJSON(q.rw, http.StatusOK, map[string]string{"undo": "/o/" + id.String() + "/undelete"})
	}
	if undo {
		q.flash("ok", q.t("page.undeleted"), "")
		return q.redirect("/o/" + id.String())
	}
	q.flash("ok", q.t("page.deleted"), "/o/"+id.String()+"/undelete")
	back := q.form.Raw("back")
	if back == "/o/"+id.String() || !ownPath(back) {
		back = "/"
	}
	return q.redirect(back)
}

// pin shows an object first on the profile, or no longer.
func (w *Web) pin(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.Pin{Act: q.by(), Object: id, On: !q.form.On("undo")}); err != nil {
		return err
	}
	return q.back("/o/" + id.String())
}

// quiet stops notices of a conversation, or starts them again.
func (w *Web) quiet(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.MuteThread{Act: q.by(), Thread: id, Off: q.form.On("undo")}); err != nil {
		return err
	}
	return q.back("/o/" + id.String())
}

// reactors lists who liked or boosted an object.
func (w *Web) reactors(kind allmende.ReactionKind, key string) handler {
	return func(q *req) error {
		id, err := q.id("id")
		if err != nil {
			return err
		}
		_, o, err := w.Read.One(q.Context(), q.viewer, id)
		if err != nil {
			return err
		}
		people, next, err := w.Read.Reactors(q.Context(), q.viewer, id, kind, q.span(40))
		if err != nil {
			return err
		}
		base := q.base(q.t(key))
		base.Crumbs = []ui.Link{{Text: q.t("page.back_to_post"), Href: o.Path()}}
		rows := q.actorRows(people)
		for i, p := range people {
			if kind == allmende.Like {
				rows[i].Said = cmp.Or(p.Emoji, allmende.Heart)
			}
		}
		var pager ui.PagerView
		if next != 0 {
			pager.Older = q.with("max", next.String())
		}
		return q.draw(base, rows, ui.Column(ui.PageHead(q.t(key), "", nil), ui.ActorList(rows), ui.Pager(pager)))
	}
}

// permanentActor leads from an actor's permanent address to its page.
func (w *Web) permanentActor(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	a, err := w.Read.Actor(q.Context(), id)
	if err != nil {
		return err
	}
	if a.State == allmende.ActorDeleted {
		return allmende.E(allmende.Gone, "error.actor_gone")
	}
	http.Redirect(q.rw, q.Request, a.Path(), http.StatusFound)
	return nil
}
