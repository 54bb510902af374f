package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/read"
	"allmende/internal/text"
)

// composer is an empty composer with the writer's own choices.
func (q *req) composer() ui.ComposerView {
	c := ui.ComposerView{Action: "/write", Max: q.web.NoteMax, Placeholder: q.t("page.placeholder"), SaveEndpoint: "/api/draft"}
	c.CSRF = q.csrf()
	if v := q.viewerView(); v != nil {
		c.Me = v.Actor
	}
	set := q.account.Settings
	c.Audience, c.Lang, c.ReplyPolicy, c.QuotePolicy = set.Audience, set.PostLang, set.ReplyPolicy, set.QuotePolicy
	if c.Audience == "" {
		c.Audience = string(allmende.AudPublic)
	}
	if c.Lang == "" {
		c.Lang = q.lang.HTML()
	}
	c.AltReminder = set.AltReminder
	c.Audiences = q.audienceOptions()
	c.Policies = []ui.OptionView{{Value: allmende.Anyone, Text: q.t("page.policy_anyone")}, {Value: allmende.Followers, Text: q.t("page.policy_followers")},
		{Value: allmende.Mentioned, Text: q.t("page.policy_mentioned")}, {Value: allmende.Nobody, Text: q.t("page.policy_nobody")}}
	c.Langs = languageOptions(c.Lang)
	return c
}

func (q *req) audienceOptions() []ui.OptionView {
	var out []ui.OptionView
	for _, k := range []allmende.AudienceKind{allmende.AudPublic, allmende.AudUnlisted, allmende.AudLocal, allmende.AudFollowers, allmende.AudDirect} {
		v := q.audienceView(allmende.Audience{Kind: k})
		out = append(out, ui.OptionView{Value: string(k), Text: v.Label, Hint: q.t("page.audience_hint_" + string(k))})
	}
	return out
}

// languageOptions names languages in themselves; the writer's own is there too.
func languageOptions(own string) []ui.OptionView {
	names := [][2]string{{"de", "Deutsch"}, {"en", "English"}, {"fr", "Français"}, {"it", "Italiano"}, {"es", "Español"}, {"nl", "Nederlands"},
		{"pl", "Polski"}, {"cs", "Čeština"}, {"da", "Dansk"}, {"sv", "Svenska"}, {"pt", "Português"}, {"tr", "Türkçe"}, {"uk", "Українська"}, {"ar", "العربية"}}
	var out []ui.OptionView
	known := false
	for _, n := range names {
		known = known || n[0] == own
		out = append(out, ui.OptionView{Value: n[0], Text: n[1]})
	}
	if !known && own != "" {
		out = append(out, ui.OptionView{Value: own, Text: own})
	}
	return out
}

// replyComposer answers an object: the mentioned are named, the audience is no
// wider than the one answered.
func (q *req) replyComposer(b *read.Bundle, o *allmende.Object) ui.ComposerView {
	c := q.composer()
	parent := q.card(b, o)
	parent.ReplyTo = nil
	c.ReplyTo = &parent
	c.Placeholder = q.t("page.placeholder_reply")
	c.Audience = string(allmende.Narrower(allmende.AudienceKind(c.Audience), o.Audience.Kind))
	if !o.Kind.Titled() { // an article's summary warns of nothing
		c.Warning = o.Summary
	}
	if o.Lang != "" {
		c.Lang = o.Lang
		c.Langs = languageOptions(o.Lang)
	}
	var handles []string
	for _, id := range append([]allmende.ID{o.Owner}, o.Mentions...) {
		if a := b.Actors[id]; a != nil && id != q.viewer.Actor && !slices.Contains(handles, "@"+a.Handle()) {
			handles = append(handles, "@"+a.Handle())
		}
	}
	if len(handles) > 0 && (o.Audience.Kind == allmende.AudDirect || !q.local(b, o.Owner) || len(handles) > 1) {
		c.Text = strings.Join(handles, " ") + " "
	}
	return c
}

func (q *req) local(b *read.Bundle, id allmende.ID) bool {
	a := b.Actors[id]
	return a != nil && a.Local()
}

// write is the composer on a page of its own: new, an answer, a quote, a
// draft taken up again, or the edit of a note.
func (w *Web) write(q *req) error {
	c, err := w.filledComposer(q)
	if err != nil {
		return err
	}
	return w.drawComposer(q, http.StatusOK, c)
}

func (w *Web) filledComposer(q *req) (ui.ComposerView, error) {
	query := q.URL.Query()
	c := q.composer()
	c.Text = query.Get("text")
	if handle := query.Get("mention"); handle != "" {
		c.Text = "@" + handle + " " + c.Text
	}
	for _, name := range []string{"reply", "quote", "draft", "edit"} {
		if query.Get(name) == "" {
			continue
		}
		id, err := allmende.ParseID(query.Get(name))
		if err != nil {
			return c, allmende.E(allmende.NotFound, "error.object_not_found")
		}
		b, o, err := w.Read.One(q.Context(), q.viewer, id)
		if err != nil {
			return c, err
		}
		switch name {
		case "reply":
			c = q.replyComposer(b, o)
		case "quote":
			card := q.card(b, o)
			c.Quote = &card
		default:
			return q.editComposer(b, o, name)
		}
	}
	return c, nil
}

// editComposer takes up an object that is there: a draft, or a published note.
func (q *req) editComposer(b *read.Bundle, light *allmende.Object, name string) (ui.ComposerView, error) {
	o, err := q.web.Read.Object(q.Context(), q.viewer, light.ID) // with its source
	if err != nil {
		return ui.ComposerView{}, err
	}
	c := q.composer()
	if o.ReplyTo != 0 && b.Objects[o.ReplyTo] != nil {
		c = q.replyComposer(b, b.Objects[o.ReplyTo])
	}
	if quoted := b.Quoted(o); quoted != nil {
		card := q.card(b, quoted)
		c.Quote = &card
	}
	c.Text, c.Warning, c.Lang, c.Audience = o.Source, o.Summary, o.Lang, string(o.Audience.Kind)
	if o.Format == allmende.HTML {
		c.Text = text.MarkdownFromHTML(o.HTML)
	}
	c.ReplyPolicy, c.QuotePolicy = o.Policy.Reply, o.Policy.Quote
	c.Langs = languageOptions(c.Lang)
	for _, id := range o.Media {
		if m := b.Media[id]; m != nil {
			c.Media = append(c.Media, attachView(m))
		}
	}
	if name == "draft" || o.State != allmende.Published {
		c.Draft = o.ID.String()
		if !o.PublishAt.IsZero() {
			c.At = o.PublishAt.Local().Format("2006-01-02T15:04")
		}
	} else {
		c.Edit = o.ID.String()
	}
	return c, nil
}

func attachView(m *allmende.Media) ui.AttachView {
	v := mediaView(m)
	src := v.Src
	if m.Kind != "image" {
		src = v.Poster
	}
	return ui.AttachView{ID: v.ID, Src: src, Kind: m.Kind, Name: m.Name, Alt: m.Alt, State: v.State, Focus: focusPart(m)}
}

// focusPart is the part of a picture nearest to its focal point.
func focusPart(m *allmende.Media) string {
	switch x, y := m.FocusX, m.FocusY; {
	case max(x, -x, y, -y) < 0.3:
		return "middle"
	case y >= max(x, -x):
		return "top"
	case -y >= max(x, -x):
		return "bottom"
	case x < 0:
		return "left"
	}
	return "right"
}

// focusPoints are where the parts lie.
var focusPoints = map[string][2]float64{"middle": {}, "top": {0, 0.8}, "bottom": {0, -0.8}, "left": {-0.8, 0}, "right": {0.8, 0}}

func (w *Web) drawComposer(q *req, status int, c ui.ComposerView) error {
	title := q.t("page.write")
	switch {
	case c.Edit != "":
		title = q.t("page.edit_note")
	case c.ReplyTo != nil:
		title = q.t("page.write_reply")
	}
	base := q.base(title)
	base.Nav = "write"
	c.Focus = true
	parts := []templ.Component{ui.PageHead(title, "", nil)}
	switch {
	case c.Edit != "":
		c.Cancel = "/o/" + c.Edit
	case c.ReplyTo != nil:
		parts = append(parts, ui.QuoteCard(*c.ReplyTo))
	case c.Quote == nil:
		c.GrowHref = "/write/article"
	}
	return q.drawStatus(status, base, c, ui.Column(append(parts, ui.Composer(c))...))
}

// post publishes, keeps as a draft, schedules or saves an edit; what is refused
// is drawn again with everything that was typed.
func (w *Web) postNote(q *req) error {
	c, err := w.typed(q)
	if err != nil {
		return err
	}
	do := q.form.Raw("do")
	if id, ok := strings.CutPrefix(do, "remove."); ok {
		c.Media = slices.DeleteFunc(c.Media, func(a ui.AttachView) bool { return a.ID == id })
		return w.drawComposer(q, http.StatusOK, c)
	}
	if uploadErr := w.takeFiles(q, &c); uploadErr != nil {
		c.Notes = ui.NotesOf(q.lang, uploadErr)
		return w.drawComposer(q, statusOf(uploadErr), c)
	}
	if do == "upload" {
		return w.drawComposer(q, http.StatusOK, c)
	}
	res, err := w.saveNote(q, c, do == "draft")
	if err != nil {
		kind := allmende.KindOf(err)
		if kind == allmende.Internal || kind == allmende.SignIn {
			return err
		}
		c.Notes = ui.NotesOf(q.lang, err)
		return w.drawComposer(q, statusOf(err), c)
	}
	return w.afterNote(q, c, res, do == "draft")
}

// typed is the composer as it was sent.
func (w *Web) typed(q *req) (ui.ComposerView, error) {
	f := q.form
	c := q.composer()
	for _, name := range []string{"reply", "quote"} {
		if f.Raw(name) == "" {
			continue
		}
		id, err := allmende.ParseID(f.Raw(name))
		if err != nil {
			return c, err
		}
		b, o, err := w.Read.One(q.Context(), q.viewer, id)
		if err != nil {
			return c, err
		}
		card := q.card(b, o)
		if name == "reply" {
			c.ReplyTo = &card
		} else {
			c.Quote = &card
		}
	}
	c.Text, c.Warning, c.Audience, c.Lang = f.Text("text"), f.Line("warning"), f.Raw("audience"), f.Line("lang")
	c.ReplyPolicy, c.QuotePolicy, c.At = f.Raw("reply_policy"), f.Raw("quote_policy"), f.Raw("at")
	c.Draft, c.Edit = f.Raw("draft"), f.Raw("edit")
	c.Langs = languageOptions(c.Lang)
	var ids []allmende.ID
	for _, s := range f.Values["media"] {
		if id, err := allmende.ParseID(s); err == nil {
			ids = append(ids, id)
		}
	}
	media, err := w.Read.Media(q.Context(), ids)
	if err != nil {
		return c, err
	}
	for _, id := range ids {
		m := media[id]
		if m == nil || m.Owner != q.viewer.Actor && m.Owner != q.account.Actor {
			continue
		}
		a := attachView(m)
		if f.Has("alt." + a.ID) {
			a.Alt = f.Line("alt." + a.ID)
		}
		if part := f.Raw("focus." + a.ID); part != "" {
			a.Focus = part
		}
		c.Media = append(c.Media, a)
	}
	return c, nil
}

// takeFiles uploads files sent with the form itself, without script, and keeps
// changed descriptions.
func (w *Web) takeFiles(q *req, c *ui.ComposerView) error {
	for _, a := range c.Media {
		id, err := allmende.ParseID(a.ID)
		if err != nil {
			continue
		}
		cmd := &allmende.SetMedia{Act: q.by(), Media: id, Alt: &a.Alt}
		if media, err := w.Read.Media(q.Context(), []allmende.ID{id}); err == nil && media[id] != nil && focusPart(media[id]) != a.Focus {
			if point, known := focusPoints[a.Focus]; known { // what an app set finer stays as long as the part is the same
				cmd.FocusX, cmd.FocusY = &point[0], &point[1]
			}
		}
		if _, err := q.do(cmd); err != nil {
			return err
		}
	}
	for _, head := range q.form.Files["files"] {
		if head.Size == 0 {
			continue
		}
		file, err := head.Open()
		if err != nil {
			return err
		}
		id, err := w.Upload(q.Context(), q.viewer, head.Filename, file, "")
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			var e *allmende.Error
			if errors.As(err, &e) && len(e.Fields) == 0 {
				e.Fields = []allmende.Field{{Name: "files", Key: e.Key, Args: e.Args}}
			}
			return err
		}
		media, err := w.Read.Media(q.Context(), []allmende.ID{id})
		if err != nil || media[id] == nil {
			return err
		}
		c.Media = append(c.Media, attachView(media[id]))
	}
	return nil
}

// saveNote turns the composer into a command.
func (w *Web) saveNote(q *req, c ui.ComposerView, draft bool) (allmende.Result, error) {
	media := make([]allmende.ID, 0, len(c.Media))
	for _, a := range c.Media {
		if id, err := allmende.ParseID(a.ID); err == nil {
			media = append(media, id)
		}
	}
	policy := allmende.Policy{Reply: c.ReplyPolicy, Quote: c.QuotePolicy}
	at, err := w.scheduled(q, c.At)
	if err != nil {
		return allmende.Result{}, err
	}
	if c.Edit != "" || c.Draft != "" {
		return w.saveExisting(q, c, media, policy, at, draft)
	}
	cmd := &allmende.Publish{Act: q.by(), Kind: allmende.Note, Source: c.Text, Summary: c.Warning, Lang: c.Lang, Policy: policy, Media: media,
		Sensitive: c.Warning != "", Audience: allmende.AudienceChoice{Kind: allmende.AudienceKind(c.Audience)}, PublishAt: at, Key: q.form.Raw("key")}
	if c.ReplyTo != nil {
		cmd.ReplyTo, _ = allmende.ParseID(c.ReplyTo.ID)
	}
	if c.Quote != nil {
		cmd.Quote, _ = allmende.ParseID(c.Quote.ID)
	}
	switch {
	case draft:
		cmd.State = allmende.Draft
	case !at.IsZero():
		cmd.State = allmende.Scheduled
	}
	return q.do(cmd)
}

// saveExisting edits a note, or a draft that may then be published or scheduled.
func (w *Web) saveExisting(q *req, c ui.ComposerView, media []allmende.ID, policy allmende.Policy, at time.Time, draft bool) (allmende.Result, error) {
	name := c.Edit
	if name == "" {
		name = c.Draft
	}
	id, err := allmende.ParseID(name)
	if err != nil {
		return allmende.Result{}, err
	}
	sensitive := c.Warning != ""
	edit := &allmende.Edit{Act: q.by(), Object: id, Source: &c.Text, Summary: &c.Warning, Sensitive: &sensitive, Lang: &c.Lang, Media: &media, Policy: &policy}
	if c.Edit == "" {
		edit.Audience = &allmende.AudienceChoice{Kind: allmende.AudienceKind(c.Audience)}
	}
	if draft {
		edit.PublishAt = &time.Time{}
	}
	res, err := q.do(edit)
	if err != nil || c.Edit != "" || draft {
		return res, err
	}
	return q.do(&allmende.Release{Act: q.by(), Object: id, PublishAt: at})
}

// scheduled reads the chosen time, which is the time of this server's place.
func (w *Web) scheduled(_ *req, at string) (time.Time, error) {
	if at == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", at, time.Local)
	if err != nil {
		return t, allmende.Wrong("at", "error.time")
	}
	if t.Before(w.Now().Add(time.Minute)) {
		return t, allmende.Wrong("at", "error.schedule_past")
	}
	return t, nil
}

func (w *Web) afterNote(q *req, c ui.ComposerView, res allmende.Result, draft bool) error {
	if q.wantsJSON() {
		return q.draw(q.base(""), map[string]string{"id": res.Object.String(), "path": "/o/" + res.Object.String()}, nil)
	}
	switch {
	case draft:
		q.flash("ok", q.t("page.draft_kept"), "")
		return q.redirect("/drafts")
	case c.At != "" && c.Edit == "":
		if at, err := w.scheduled(q, c.At); err == nil {
			q.flash("ok", q.t("page.scheduled", "time", lang.DateTime(q.lang, at)), "")
		}
		return q.redirect("/drafts")
	case c.Edit != "":
		q.flash("ok", q.t("page.saved"), "")
		return q.redirect("/o/" + res.Object.String())
	case c.ReplyTo != nil:
		return w.afterReply(q, res.Object)
	}
	q.flash("ok", q.t("page.published"), "")
	return q.redirect("/")
}

// afterReply leads to where the answer stands: in the conversation, or among the
// comments of the article or page that it is about.
func (w *Web) afterReply(q *req, id allmende.ID) error {
	_, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	if b, about, err := w.Read.One(q.Context(), q.viewer, o.Thread); err == nil && about.Kind.Titled() {
		q.flash("ok", q.t("page.commented"), "")
		place := PathOf(about, b.Actors)
		if about.Section == "wiki" {
			place = about.Path() + "/discussion"
		}
		return q.redirect(place + "#o-" + id.String())
	}
	return q.redirect("/o/" + id.String())
}

// plainTeaser is the beginning of an object's text without markup.
func plainTeaser(o *allmende.Object, max int) string {
	if o.Summary != "" {
		return text.Excerpt(o.Summary, max)
	}
	return text.Teaser(o.HTML, max)
}
