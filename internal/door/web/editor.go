package web

import (
	"cmp"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/read"
	"allmende/internal/text"
)

// newArticle and newPage are empty editors.
func (w *Web) newArticle(q *req) error {
	return w.drawEditor(q, http.StatusOK, q.editor(allmende.Article))
}

func (w *Web) newPage(q *req) error {
	e := q.editor(allmende.Page)
	e.Title = strings.TrimSpace(q.URL.Query().Get("title"))
	return w.drawEditor(q, http.StatusOK, e)
}

// editor is an empty editor for a kind.
func (q *req) editor(kind allmende.ObjectKind) ui.EditorView {
	e := ui.EditorView{Action: "/write/article", CSRF: q.csrf(), Kind: ui.Article, Heading: q.t("page.article_new"), New: true,
		PreviewAt: "/api/preview", Cancel: "/", Audience: string(allmende.AudPublic)}
	e.AltReminder = q.account.Settings.AltReminder
	if kind == allmende.Page {
		e.Action, e.Kind, e.Heading, e.Cancel = "/write/page", ui.WikiPage, q.t("page.wiki_new"), "/wiki"
		e.Licence = q.wikiLicence()
		return e
	}
	for _, o := range q.audienceOptions() {
		if o.Value != string(allmende.AudDirect) {
			e.Audiences = append(e.Audiences, o)
		}
	}
	return e
}

// wikiLicence is the sentence that everyone agrees to by saving a wiki page.
func (q *req) wikiLicence() ui.SafeHTML {
	return ui.SafeHTML(html.EscapeString(q.t("page.wiki_licence", "licence", licenceLabel(q.licenceName()))))
}

// licenceLabel writes a licence as its makers do: CC-BY-SA-4.0 is CC BY-SA 4.0.
func licenceLabel(id string) string {
	label := strings.Replace(id, "CC-", "CC ", 1)
	if i := strings.LastIndexByte(label, '-'); i >= 0 && i+1 < len(label) && label[i+1] <= '9' {
		label = label[:i] + " " + label[i+1:]
	}
	return label
}

// licenceName is the licence of the community's wiki.
func (q *req) licenceName() string {
	site, err := q.web.Read.Site(q.Context())
	if err != nil || site.WikiLicence == "" {
		return "CC-BY-SA-4.0"
	}
	return site.WikiLicence
}

func (w *Web) drawEditor(q *req, status int, e ui.EditorView) error {
	base := q.base(e.Heading)
	base.NoIndex = true
	if e.Kind == ui.WikiPage {
		base.Nav = "wiki"
	}
	return q.drawStatus(status, base, e, ui.Editor(e))
}

// edit opens an object for editing: notes in the composer, others in the editor.
func (w *Web) edit(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, light, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	if !light.Kind.Titled() {
		name := "edit"
		if light.State != allmende.Published {
			name = "draft"
		}
		c, err := q.editComposer(b, light, name)
		if err != nil {
			return err
		}
		return w.drawComposer(q, http.StatusOK, c)
	}
	if !q.can(b, light).Edit {
		return allmende.E(allmende.Forbidden, "error.not_yours")
	}
	o, err := w.Read.Object(q.Context(), q.viewer, light.ID)
	if err != nil {
		return err
	}
	return w.drawEditor(q, http.StatusOK, q.editorOf(b, o))
}

// editorOf is an editor with an object's text.
func (q *req) editorOf(b *read.Bundle, o *allmende.Object) ui.EditorView {
	e := q.editor(o.Kind)
	e.PreviewAt += "?object=" + o.ID.String()
	e.Action, e.Cancel, e.Base = o.Path()+"/edit", PathOf(o, b.Actors), strconv.Itoa(o.Revision)
	e.Title, e.Summary, e.Text = o.Title, o.Summary, o.Source
	if o.Format == allmende.HTML {
		e.Text = text.MarkdownFromHTML(o.HTML)
	}
	e.Heading = q.t("page.edit_title", "title", o.Title)
	e.New = o.State != allmende.Published
	e.Audience = string(o.Audience.Kind)
	if !e.New {
		e.Audiences = nil // fixed after publication
	}
	var tags []string
	folded := text.Fold(o.Source)
	for _, t := range o.Tags {
		if !strings.Contains(folded, "#"+text.Fold(t)) {
			tags = append(tags, t)
		}
	}
	e.Tags = strings.Join(tags, ", ")
	for _, id := range o.Authors {
		if a := b.Actors[id]; a != nil && id != o.Owner {
			e.Authors = append(e.Authors, q.actorView(a, b.Media))
		}
	}
	if o.Section == "blog" && !e.New && b.Keys.IsAuthor(o) {
		e.Slug = o.Slug
		if a := b.Actors[o.Place]; a != nil {
			e.SlugAfter = q.web.BaseURL + a.Path() + "/"
		}
	}
	if !o.PublishAt.IsZero() {
		e.At = o.PublishAt.Local().Format("2006-01-02T15:04")
	}
	return e
}

// typedEditor puts what was sent into an editor.
func (q *req) typedEditor(e ui.EditorView) ui.EditorView {
	f := q.form
	e.Title, e.Summary, e.Text, e.Why = f.Line("title"), strings.TrimSpace(f.Text("summary")), f.Text("text"), f.Line("why")
	e.Settling = f.On("settling")
	e.Minor, e.Tags, e.At = f.On("minor"), f.Line("tags"), f.Raw("at")
	if f.Has("audience") {
		e.Audience = f.Raw("audience")
	}
	if f.Has("slug") && e.SlugAfter != "" {
		e.Slug = f.Line("slug")
	}
	if f.Has("base") {
		e.Base = f.Raw("base")
	}
	return e
}

// editorRedrawn answers the buttons that keep nothing: the text is drawn below the
// editor, or a file is put into it. False when another button was pressed. O is
// what is edited; nil: something new.
func (w *Web) editorRedrawn(q *req, e ui.EditorView, o *allmende.Object) (bool, error) {
	do := q.form.Raw("do")
	switch heads := q.form.Files["file"]; {
	case do == "insert" || len(heads) > 0 && heads[0].Size > 0: // nothing is published before its writer saw it
		if err := w.insertFile(q, &e); err != nil {
			return true, w.refused(q, e, err)
		}
	case do != "preview":
		return false, nil
	}
	doc, err := text.Render(text.Markdown, e.Text, text.Options{Wiki: true, Heading: true, SoftBreaks: true, Figures: true})
	if err != nil {
		return true, allmende.Wrong("text", "error.text_large", "max", text.MaxSource).Because(err)
	}
	show, err := w.previewed(q, doc.HTML, o)
	if err != nil {
		return true, err
	}
	e.Preview = q.withFigures(doc.HTML, show)
	return true, w.drawEditor(q, http.StatusOK, e)
}

// refused draws the editor again with what is wrong; nothing typed is lost.
func (w *Web) refused(q *req, e ui.EditorView, err error) error {
	if kind := allmende.KindOf(err); kind == allmende.Internal || kind == allmende.SignIn {
		return err
	}
	e.Notes = ui.NotesOf(q.lang, err)
	for i := range e.Notes {
		if e.Notes[i].Field == "source" {
			e.Notes[i].Field = "text"
		}
	}
	return w.drawEditor(q, statusOf(err), e)
}

// postNew publishes an article or page, keeps it as a draft, or schedules it.
func (w *Web) postNew(kind allmende.ObjectKind) handler {
	return func(q *req) error {
		e := q.typedEditor(q.editor(kind))
		if done, err := w.editorRedrawn(q, e, nil); done {
			return err
		}
		at, err := w.scheduled(q, e.At)
		if err != nil {
			return w.refused(q, e, err)
		}
		guests, err := q.handles(q.form.Line("authors"))
		if err != nil {
			return w.refused(q, e, err)
		}
		cmd := &allmende.Publish{Act: q.by(), Kind: kind, Title: e.Title, Summary: e.Summary, Source: e.Text, Lang: text.Detect(e.Text),
			Audience: allmende.AudienceChoice{Kind: allmende.AudienceKind(e.Audience)}, Tags: splitTags(e.Tags), Authors: guests, PublishAt: at, Why: e.Why}
		switch {
		case q.form.Raw("do") == "draft":
			cmd.State = allmende.Draft
		case !at.IsZero():
			cmd.State = allmende.Scheduled
		}
		if kind == allmende.Page {
			cmd.Licence = q.licenceName()
		}
		res, err := q.do(cmd)
		if err != nil {
			return w.refused(q, e, err)
		}
		return w.afterEditor(q, res.Object, cmp.Or(cmd.State, allmende.Published))
	}
}

// afterEditor says what has become of the text; the page itself says when
// something planned appears.
func (w *Web) afterEditor(q *req, id allmende.ID, state allmende.State) error {
	said := q.t("page.saved")
	switch state {
	case allmende.Draft:
		said = q.t("page.draft_kept")
	case allmende.Published:
		said = q.t("page.published")
	}
	q.flash("ok", said, "")
	return q.redirect("/o/" + id.String())
}

func splitTags(s string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' }) {
		if t := strings.Trim(strings.TrimSpace(part), "#"); t != "" {
			out = append(out, t)
		}
	}
	return out
}

// handles finds the people named in a field: "ada, @ben".
func (q *req) handles(s string) ([]allmende.ID, error) {
	var out []allmende.ID
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		a, err := q.web.Read.ActorByHandle(q.Context(), part, q.web.AccountDomain)
		if allmende.IsKind(err, allmende.NotFound) {
			return nil, allmende.Wrong("authors", "error.nobody_named", "name", part)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, a.ID)
	}
	return out, nil
}

// postEdit saves an edit of an article or page; what others saved meanwhile is
// merged, and what cannot be merged is shown side by side (rows W1, W3).
func (w *Web) postEdit(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, light, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	if !light.Kind.Titled() {
		return w.postNote(q)
	}
	o, err := w.Read.Object(q.Context(), q.viewer, light.ID)
	if err != nil {
		return err
	}
	e := q.typedEditor(q.editorOf(b, o))
	if done, err := w.editorRedrawn(q, e, o); done {
		return err
	}
	if e.Settling && text.Disputed(e.Text) {
		return w.refused(q, e, allmende.Wrong("text", "error.disputed"))
	}
	cmd, err := w.editCommand(q, o, e)
	if err != nil {
		return w.refused(q, e, err)
	}
	res, err := q.do(cmd)
	if err != nil {
		return w.refused(q, e, err)
	}
	if res.Conflict != nil {
		return w.conflict(q, b, o, e, res.Conflict)
	}
	if err := w.inviteNew(q, o); err != nil {
		return w.refused(q, e, err)
	}
	switch {
	case o.State == allmende.Published && res.Merged != 0:
		return w.afterMerge(q, o, res)
	case o.State == allmende.Published:
		return w.afterEditor(q, o.ID, "")
	case q.form.Raw("do") == "draft":
		return w.afterEditor(q, o.ID, allmende.Draft)
	}
	at, err := w.scheduled(q, e.At)
	if err != nil {
		return w.refused(q, e, err)
	}
	if res, err = q.do(&allmende.Release{Act: q.by(), Object: o.ID, PublishAt: at}); err != nil {
		return w.refused(q, e, err)
	}
	state := allmende.Published
	if !at.IsZero() {
		state = allmende.Scheduled
	}
	return w.afterEditor(q, res.Object, state)
}

// afterMerge says that an edit was saved together with what others saved
// meanwhile, whose that is, and where it is to be seen (row W3).
func (w *Web) afterMerge(q *req, o *allmende.Object, res allmende.Result) error {
	base := q.form.Raw("base")
	from, err := strconv.Atoi(base)
	if err != nil {
		return err
	}
	list, err := w.Read.Revisions(q.Context(), q.viewer, o, res.Merged+1, min(res.Merged-from, 20))
	if err != nil {
		return err
	}
	actors, err := w.revisers(q, list)
	if err != nil {
		return err
	}
	var names []string
	for _, r := range list {
		if a := actors[r.As]; a != nil && !slices.Contains(names, a.Label()) {
			names = append(names, a.Label())
		}
	}
	q.flashView(ui.FlashView{Kind: "ok", Text: q.t("page.saved_merged", "names", strings.Join(names, ", ")),
		Link: ui.Link{Text: q.t("page.saved_merged_link"), Href: o.Path() + "/diff?from=" + base + "&to=" + strconv.Itoa(res.Merged)}})
	return q.redirect(o.Path())
}

// editCommand is the edit that the editor asks for.
func (w *Web) editCommand(q *req, o *allmende.Object, e ui.EditorView) (*allmende.Edit, error) {
	base, err := strconv.Atoi(e.Base)
	if err != nil || base < 1 {
		return nil, allmende.Wrong("base", "error.base")
	}
	markdown := allmende.Markdown
	cmd := &allmende.Edit{Act: q.by(), Object: o.ID, Base: base, Title: &e.Title, Source: &e.Text, Format: &markdown, Why: e.Why, Minor: e.Minor}
	if o.Section != "wiki" {
		tags := splitTags(e.Tags)
		cmd.Summary, cmd.Tags = &e.Summary, &tags
	}
	if o.Section == "wiki" && e.Title != o.Title {
		title, err := text.NormalTitle(e.Title)
		if err != nil {
			return nil, allmende.Wrong("title", "error.title_wiki").Because(err)
		}
		cmd.Title = &title
	}
	if e.SlugAfter != "" && e.Slug != o.Slug {
		cmd.Slug = &e.Slug
	}
	if q.form.Raw("do") == "draft" {
		cmd.PublishAt = &time.Time{}
	}
	if o.State != allmende.Published && q.form.Has("audience") {
		cmd.Audience = &allmende.AudienceChoice{Kind: allmende.AudienceKind(e.Audience)}
	}
	return cmd, nil
}

// inviteNew asks those named in the editor who are not authors yet.
func (w *Web) inviteNew(q *req, o *allmende.Object) error {
	guests, err := q.handles(q.form.Line("authors"))
	if err != nil {
		return err
	}
	for _, id := range guests {
		if id == o.Owner || id == q.viewer.Actor {
			continue
		}
		if _, err := q.do(&allmende.InviteAuthor{Act: q.by(), Object: o.ID, Actor: id}); err != nil {
			return err
		}
	}
	return nil
}

// conflict shows both texts, with a merged proposal to go on with.
func (w *Web) conflict(q *req, b *read.Bundle, o *allmende.Object, e ui.EditorView, c *allmende.EditConflict) error {
	v := ui.ConflictView{Editor: e, Mine: c.Ours, Theirs: c.Theirs,
		Diff: o.Path() + "/diff?from=" + url.QueryEscape(e.Base) + "&to=" + strconv.Itoa(c.Current)}
	v.Editor.Text, v.Editor.Base, v.Editor.Settling = c.Merged, strconv.Itoa(c.Current), true
	rev, err := w.Read.Revision(q.Context(), q.viewer, o, c.Current)
	if err != nil {
		return err
	}
	if a, err := w.Read.Actor(q.Context(), rev.As); err == nil {
		v.Who = q.actorView(a, b.Media)
	}
	base := q.base(q.t("page.edit_title", "title", o.Title))
	base.NoIndex, base.Nav = true, navOf(o)
	return q.drawStatus(http.StatusConflict, base, v, ui.Conflict(v))
}
