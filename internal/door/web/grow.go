package web

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/read"
)

// growForm asks what an object shall become (row N1).
func (w *Web) growForm(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	return w.drawGrow(q, http.StatusOK, b, o, "", "", nil)
}

func (w *Web) drawGrow(q *req, status int, b *read.Bundle, o *allmende.Object, kind, title string, failure error) error {
	if !q.can(b, o).Grow {
		return allmende.E(allmende.Forbidden, "error.authors_only")
	}
	notes := ui.NotesOf(q.lang, failure)
	if title == "" {
		title = o.Title
	}
	if kind == "" {
		kind = string(allmende.Page)
		if o.Kind == allmende.Note {
			kind = string(allmende.Article)
		}
	}
	var options []ui.OptionView
	if o.Kind == allmende.Note {
		options = append(options, ui.OptionView{Value: string(allmende.Article), Text: q.t("page.grow_article"), Hint: q.t("page.grow_article_hint")})
	}
	options = append(options, ui.OptionView{Value: string(allmende.Page), Text: q.t("page.grow_page"), Hint: q.t("page.grow_page_hint")})
	heading := q.t("page.grow")
	base := q.base(heading)
	base.NoIndex, base.Crumbs = true, []ui.Link{{Text: q.t("page.back_to_post"), Href: o.Path()}}
	fields := ui.Column(
		ui.Radios(ui.SelectView{Name: "kind", Label: q.t("page.grow_into"), Value: kind, Options: options, Error: notes.For("kind")}),
		ui.Field(ui.FieldView{Name: "title", Label: q.t("ui.title"), Value: title, Error: notes.For("title"), Max: 200, Full: true}),
		ui.Check(ui.CheckView{Name: "licence", Label: q.t("page.grow_licence", "licence", licenceLabel(q.licenceName())), Hint: q.t("page.grow_licence_hint"), Error: notes.For("licence")}))
	form := ui.FormView{Action: o.Path() + "/grow", CSRF: q.csrf(), Notes: notes, Submit: q.t("page.grow_do"), Cancel: o.Path()}
	content := ui.Column(ui.PageHead(heading, q.t("page.grow_text"), nil), within(ui.Form(form), fields))
	return q.drawStatus(status, base, form, content)
}

// within puts children into a component that takes them.
func within(outer, children templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, children), out)
	})
}

func (w *Web) postGrow(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	kind, title := q.form.Raw("kind"), q.form.Line("title")
	cmd := &allmende.Grow{Act: q.by(), Object: id, Kind: allmende.ObjectKind(kind), Title: title}
	if q.form.On("licence") {
		cmd.Licence = q.licenceName()
	}
	if _, err := q.do(cmd); err != nil {
		if k := allmende.KindOf(err); k == allmende.Internal || k == allmende.SignIn {
			return err
		}
		return w.drawGrow(q, statusOf(err), b, o, kind, title, err)
	}
	return w.afterGrow(q, id)
}

// afterGrow says what the object has become, or for whose yes it waits.
func (w *Web) afterGrow(q *req, id allmende.ID) error {
	_, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	said := "page.grown_" + string(o.Kind)
	if wish, err := w.Read.Growth(q.Context(), id); err == nil && wish != nil {
		said = "page.grow_waits"
	}
	q.flash("ok", q.t(said), "")
	return q.redirect(o.Path())
}

// consentBar asks an author whether the object may become a wiki page, and
// tells the others who has not answered yet.
func (w *Web) consentBar(q *req, b *read.Bundle, o *allmende.Object) templ.Component {
	if q.account == nil || !b.Keys.IsAuthor(o) {
		return nil
	}
	wish, err := w.Read.Growth(q.Context(), o.ID)
	if err != nil || wish == nil {
		return nil
	}
	for _, id := range wish.Agreed {
		if id == q.viewer.Actor {
			return ui.Hint("info", q.t("page.consent_waits"))
		}
	}
	return ui.Column(ui.Hint("warn", q.t("page.consent_asked", "title", wish.Title, "licence", licenceLabel(wish.Licence))),
		ui.Button(ui.ButtonView{Text: q.t("page.consent_yes"), Post: o.Path() + "/consent", Name: "yes", Value: "1", Style: "primary"}),
		ui.Button(ui.ButtonView{Text: q.t("page.consent_no"), Post: o.Path() + "/consent", Name: "yes", Value: "0", Style: "quiet"}))
}

func (w *Web) postConsent(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.Consent{Act: q.by(), Object: id, Yes: q.form.On("yes")}); err != nil {
		return err
	}
	if q.form.On("yes") {
		return w.afterGrow(q, id)
	}
	return q.redirect("/o/" + id.String())
}

// authors shows who wrote an object, and lets its authors ask others (row N3).
func (w *Web) authors(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	return w.drawAuthors(q, http.StatusOK, id, "", nil)
}

func (w *Web) drawAuthors(q *req, status int, id allmende.ID, typed string, failure error) error {
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	list, err := w.Read.Coauthors(q.Context(), o.ID)
	if err != nil {
		return err
	}
	author := b.Keys.IsAuthor(o)
	var rows []ui.ActorRow
	for _, c := range list {
		if c.State == allmende.AuthorDeclined || c.State == allmende.AuthorInvited && !author && c.Actor != q.viewer.Actor {
			continue
		}
		a, err := w.Read.Actor(q.Context(), c.Actor)
		if err != nil {
			return err
		}
		row := ui.ActorRow{Actor: q.introduced(a, b.Media)}
		if c.State == allmende.AuthorInvited {
			row.Actor.Flag = q.t("page.author_invited")
		}
		if c.Actor == q.viewer.Actor {
			row.Action = q.authorAnswer(o, c.State)
		}
		rows = append(rows, row)
	}
	heading := q.t("page.authors")
	base := q.base(heading)
	base.Crumbs = []ui.Link{{Text: q.titleOf(b, o), Href: PathOf(o, b.Actors)}}
	parts := []templ.Component{ui.PageHead(heading, "", nil), ui.ActorList(rows)}
	if author {
		notes := ui.NotesOf(q.lang, failure)
		field := ui.Field(ui.FieldView{Name: "authors", Label: q.t("page.author_invite"), Hint: q.t("page.author_invite_hint"), Value: typed, Error: notes.For("authors") + notes.For("actor")})
		parts = append(parts, within(ui.Form(ui.FormView{Action: o.Path() + "/authors", CSRF: q.csrf(), Notes: notes, Submit: q.t("page.author_invite_do")}), field))
	}
	return q.drawStatus(status, base, rows, ui.Column(parts...))
}

// authorAnswer are the buttons of someone asked, or the way out of someone in.
func (q *req) authorAnswer(o *allmende.Object, state allmende.AuthorState) templ.Component {
	to := o.Path() + "/authors/answer"
	if state == allmende.AuthorAccepted {
		if len(o.Authors) < 2 {
			return nil
		}
		return ui.Button(ui.ButtonView{Text: q.t("page.author_leave"), Post: to, Name: "yes", Value: "0", Style: "quiet"})
	}
	return ui.Column(ui.Button(ui.ButtonView{Text: q.t("page.author_yes"), Post: to, Name: "yes", Value: "1", Style: "primary"}),
		ui.Button(ui.ButtonView{Text: q.t("page.author_no"), Post: to, Name: "yes", Value: "0", Style: "quiet"}))
}

func (w *Web) postAuthors(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	typed := q.form.Line("authors")
	guests, err := q.handles(typed)
	for _, guest := range guests {
		if err == nil {
			_, err = q.do(&allmende.InviteAuthor{Act: q.by(), Object: id, Actor: guest})
		}
	}
	if err != nil {
		if k := allmende.KindOf(err); k == allmende.Internal || k == allmende.SignIn || k == allmende.NotFound {
			return err
		}
		return w.drawAuthors(q, statusOf(err), id, typed, err)
	}
	return q.redirect("/o/" + id.String() + "/authors")
}

func (w *Web) answerAuthors(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.AnswerInvite{Act: q.by(), Object: id, Yes: q.form.On("yes")}); err != nil {
		return err
	}
	if q.form.On("yes") {
		q.flash("ok", q.t("page.invite_accepted"), "")
		return q.redirect("/o/" + id.String())
	}
	q.flash("ok", q.t("page.invite_declined"), "")
	if _, _, err := w.Read.One(q.Context(), q.viewer, id); err != nil {
		return q.redirect("/drafts") // a draft is not for who said no
	}
	return q.back("/")
}

// inviteBar asks who is invited to write along, on the page itself.
func (q *req) inviteBar(b *read.Bundle, o *allmende.Object) templ.Component {
	if !b.Keys.Invited[o.ID] {
		return nil
	}
	name := ""
	if a := b.Actors[o.Owner]; a != nil {
		name = a.Label()
	}
	return ui.Column(ui.Hint("info", q.t("page.invited_here", "name", name)), q.authorAnswer(o, allmende.AuthorInvited))
}

// drafts lists what is not published yet: own drafts, scheduled and held
// things, invitations to write along, and what waits for the organisation's
// publishers.
func (w *Web) drafts(q *req) error {
	own, err := w.Read.Drafts(q.Context(), q.viewer, 100)
	if err != nil {
		return err
	}
	invited, err := w.Read.Invitations(q.Context(), q.viewer, 50)
	if err != nil {
		return err
	}
	held, err := w.Read.Held(q.Context(), q.viewer, 50)
	if err != nil {
		return err
	}
	base := q.base(q.t("ui.drafts"))
	parts := []templ.Component{ui.PageHead(q.t("ui.drafts"), "", nil)}
	if len(invited.Entries) > 0 {
		parts = append(parts, ui.PageHead(q.t("page.invitations"), "", nil), ui.ActorList(q.inviteRows(invited)))
	}
	if len(held.Entries) > 0 {
		parts = append(parts, ui.PageHead(q.t("page.held"), "", nil), w.draftList(q, held))
	}
	if len(own.Entries) == 0 {
		parts = append(parts, ui.Empty(ui.EmptyView{Icon: "file-text", Title: q.t("page.drafts_empty"), Text: q.t("page.drafts_empty_text"),
			Button: &ui.ButtonView{Text: q.t("page.article_new"), Href: "/write/article", Style: "primary"}}))
	}
	parts = append(parts, w.draftList(q, own))
	return q.draw(base, q.cards(own), ui.Column(parts...))
}

// inviteRows are the things others would like to write together.
func (q *req) inviteRows(b *read.Bundle) []ui.ActorRow {
	var rows []ui.ActorRow
	for _, e := range b.Entries {
		o := b.Objects[e.Object]
		if o == nil || b.Actors[o.Owner] == nil {
			continue
		}
		row := ui.ActorRow{Actor: q.introduced(b.Actors[o.Owner], b.Media), Action: q.authorAnswer(o, allmende.AuthorInvited)}
		row.Actor.Line = q.titleOf(b, o)
		rows = append(rows, row)
	}
	return rows
}

// draftList draws drafts as cards with their buttons.
func (w *Web) draftList(q *req, b *read.Bundle) templ.Component {
	var cards []ui.CardView
	for _, c := range q.cards(b) {
		id, err := allmende.ParseID(c.ID)
		if err != nil || b.Objects[id] == nil {
			continue
		}
		o := b.Objects[id]
		if c.Title == "" && o.Kind.Titled() {
			c.Title = q.t("page.untitled")
		}
		c.Foot = ui.CardFoot(q.stateText(o), q.draftButtons(b, o)...)
		cards = append(cards, c)
	}
	return ui.Stream(cards)
}

// publishNow publishes a draft, a scheduled or a held thing.
func (w *Web) publishNow(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	res, err := q.do(&allmende.Release{Act: q.by(), Object: id})
	if err != nil {
		if allmende.IsKind(err, allmende.Invalid) {
			q.flash("danger", ui.NotesOf(q.lang, err)[0].Text, "")
			return q.redirect("/o/" + id.String() + "/edit")
		}
		return err
	}
	q.flash("ok", q.t("page.published"), "")
	return q.redirect("/o/" + res.Object.String())
}
