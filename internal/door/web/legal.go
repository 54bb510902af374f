package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/text"
)

// legalNames are the texts a community owes its visitors (row R5), in the order
// of the footer.
var legalNames = []string{"about", "rules", "imprint", "privacy", "accessibility"}

// legalLangs are the languages in which they are kept.
var legalLangs = []lang.Tag{lang.De, lang.En}

// legal shows one of the texts: what an admin wrote, or what we propose.
func (w *Web) legal(name string) handler {
	return func(q *req) error {
		t, versions, err := w.legalText(q, name)
		if err != nil {
			return err
		}
		base := q.base(q.t("ui." + name))
		if slices.Contains(owedNames, name) && t.Version == 0 && q.viewer.Rank != allmende.Admin {
			return w.unwritten(q, base)
		}
		var parts []templ.Component
		if t.Version == 0 && q.viewer.Rank == allmende.Admin {
			parts = append(parts, ui.Hint("warn", q.t("legal.proposed_hint")),
				ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("legal.owed_do"), Href: "/admin/legal", Style: "quiet"})))
		}
		parts = append(parts, ui.PageHead(base.Title, "", nil), ui.Prose(ui.SafeHTML(t.HTML)))
		if name == "about" {
			facts, err := w.aboutParts(q)
			if err != nil {
				return err
			}
			parts = append(parts, facts...)
		}
		if t.Version > 0 {
			parts = append(parts, ui.Soft(q.t("legal.version", "version", strconv.Itoa(t.Version), "date", lang.Date(q.lang, t.At))))
		}
		if len(versions) > 1 {
			parts = append(parts, ui.LinkBox(q.t("legal.versions"), q.versionLinks(name, versions)))
		}
		return q.draw(base, t, ui.Column(parts...))
	}
}

// unwritten says that a text which only the community can write is not there
// yet; our proposal with its gaps is for those who look after it.
func (w *Web) unwritten(q *req, base ui.Base) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	v := ui.EmptyView{Icon: "scale", Title: q.t("legal.unwritten"), Text: q.t("legal.unwritten_text", "site", site.Name)}
	if site.Contact != "" {
		v.Button = &ui.ButtonView{Text: site.Contact, Icon: "mail", Href: "mailto:" + site.Contact, Style: "quiet"}
	}
	base.NoIndex = true
	return q.draw(base, v, ui.Column(ui.PageHead(base.Title, "", nil), ui.Empty(v)))
}

func (q *req) versionLinks(name string, versions []allmende.LegalText) []ui.Link {
	var out []ui.Link
	for _, v := range versions {
		out = append(out, ui.Link{Text: q.t("legal.version", "version", strconv.Itoa(v.Version), "date", lang.Date(q.lang, v.At)),
			Href: "/" + name + "?version=" + strconv.Itoa(v.Version)})
	}
	return out
}

// legalText finds the text in the reader's language, or else in another, in the
// version that was asked for; what nobody wrote is proposed.
func (w *Web) legalText(q *req, name string) (allmende.LegalText, []allmende.LegalText, error) {
	now, err := w.Read.Legal(q.Context(), name, q.lang.HTML())
	if err != nil {
		return allmende.LegalText{}, nil, err
	}
	if now == nil {
		t, err := w.proposedText(q.Context(), name, q.lang)
		return t, nil, err
	}
	versions, err := w.Read.LegalVersions(q.Context(), name, now.Lang)
	if err != nil {
		return *now, nil, err
	}
	asked := q.URL.Query().Get("version")
	if asked == "" {
		return *now, versions, nil
	}
	for _, v := range versions {
		if strconv.Itoa(v.Version) == asked {
			return v, versions, nil
		}
	}
	return *now, nil, allmende.E(allmende.NotFound, "error.page_not_found")
}

// proposedText is a proposal, drawn.
func (w *Web) proposedText(ctx context.Context, name string, tag lang.Tag) (allmende.LegalText, error) {
	source, err := w.proposed(ctx, name, tag)
	if err != nil {
		return allmende.LegalText{}, err
	}
	doc, err := text.Render(text.Markdown, source, text.Options{Heading: true})
	return allmende.LegalText{Name: name, Lang: tag.HTML(), Source: source, HTML: doc.HTML}, err
}

// proposed is what a community may say for a start, made from how this server
// is really set up. Admins read it before they publish it.
func (w *Web) proposed(ctx context.Context, name string, tag lang.Tag) (string, error) {
	site, err := w.Read.Site(ctx)
	if err != nil {
		return "", err
	}
	t := func(key string, args ...any) string { return lang.T(tag, "legal."+key, args...) }
	contact := site.Contact
	if contact == "" {
		contact = t("contact_missing")
	}
	host := strings.TrimPrefix(strings.TrimPrefix(w.BaseURL, "https://"), "http://")
	args := []any{"site", site.Name, "contact", contact, "host", host}
	parts := []string{t(name+"_text", args...)}
	switch name {
	case "about":
		if site.Description != "" {
			parts[0] = site.Description
		}
	case "privacy":
		parts = append(parts, w.privacyParts(site, t)...)
	case "rules", "imprint", "accessibility":
	}
	return strings.Join(parts, "\n\n"), nil
}

// privacyParts say what is done with data, as far as this server does it.
func (w *Web) privacyParts(site allmende.Site, t func(string, ...any) string) []string {
	parts := []string{t("privacy_account")}
	if w.registration(site) == "approval" {
		parts = append(parts, t("privacy_reason"))
	}
	parts = append(parts, t("privacy_posts"), t("privacy_cookie"), t("privacy_log"))
	if w.Mail {
		parts = append(parts, t("privacy_mail"))
	}
	if w.Federation == "off" {
		parts = append(parts, t("privacy_alone"))
	} else {
		parts = append(parts, t("privacy_federation"))
	}
	return append(parts, t("privacy_moderation"), t("privacy_rights", "contact", site.Contact))
}

// aboutParts are the facts below what a community says of itself: figures, who
// looks after it, and the program with its source.
func (w *Web) aboutParts(q *req) ([]templ.Component, error) {
	totals, err := w.Read.Totals(q.Context())
	if err != nil {
		return nil, err
	}
	staff, err := w.Read.Staff(q.Context())
	if err != nil {
		return nil, err
	}
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return nil, err
	}
	tiles := []ui.TileView{{Icon: "users", Value: lang.Number(q.lang, int64(totals.Accounts)), Text: q.t("legal.members", "count", totals.Accounts)},
		{Icon: "sprout", Value: lang.Number(q.lang, int64(totals.Posts)), Text: q.t("legal.posts", "count", totals.Posts)}}
	var rows []ui.ActorRow
	for _, m := range staff {
		v := q.actorView(m.Actor, nil)
		v.Flag = q.t("admin.rank_" + string(m.Account.Rank))
		rows = append(rows, ui.ActorRow{Actor: v})
	}
	parts := []templ.Component{ui.Tiles(tiles), ui.Section(q.t("legal.team"), people(rows))}
	if site.Contact != "" {
		parts = append(parts, ui.Section(q.t("legal.contact"), ui.Anchor("mailto:"+site.Contact, site.Contact)))
	}
	program := []templ.Component{ui.Para(q.t("legal.program_text", "version", w.Version))}
	if w.Source != "" {
		program = append(program, ui.Anchor(w.Source, q.t("legal.program_source")))
	}
	return append(parts, ui.Anchored("source", ui.Section(q.t("legal.program"), program...))), nil
}

// legalOrder is how admins go through the texts: what the law asks for first.
var legalOrder = []string{"imprint", "privacy", "rules", "about", "accessibility"}

// adminLegal lists the texts: what each is for, and what there is of it.
func (w *Web) adminLegal(q *req) error {
	var lines []ui.LineView
	for _, name := range legalOrder {
		line := ui.LineView{Icon: "scale", Title: q.t("ui." + name), Note: q.t("legal.weight_" + name), Text: q.t("legal.why_" + name)}
		for _, l := range legalLangs {
			versions, err := w.Read.LegalVersions(q.Context(), name, string(l))
			if err != nil {
				return err
			}
			own := lang.T(l, "ui.own_name")
			b := ui.ButtonView{Text: q.t("legal.look_through", "lang", own), Style: "primary", Href: "/admin/legal/" + name + "/" + string(l)}
			if len(versions) > 0 {
				b.Text, b.Icon, b.Style = q.t("legal.change", "lang", own, "version", strconv.Itoa(versions[0].Version)), "check", "quiet"
			} else if !slices.Contains(owedNames, name) {
				b.Style = "quiet"
			}
			line.Actions = append(line.Actions, ui.Button(b))
		}
		lines = append(lines, line)
	}
	base, content := q.adminPage("legal", ui.Soft(q.t("legal.admin_text")), ui.Lines(lines))
	return q.draw(base, lines, content)
}

// owedNames are the texts that the law asks for.
var owedNames = legalOrder[:2]

// owed are the texts that the law asks for and nobody has published yet.
func (w *Web) owed(q *req) (names []string, err error) {
	for _, name := range owedNames {
		t, err := w.Read.Legal(q.Context(), name, q.lang.HTML())
		if err != nil {
			return nil, err
		}
		if t == nil {
			names = append(names, q.t("ui."+name))
		}
	}
	return names, nil
}

func (w *Web) editLegal(q *req) error { return w.drawLegal(q, nil) }

func (w *Web) drawLegal(q *req, failure error) error {
	name, tag := q.param("name"), lang.Tag(q.param("lang"))
	if !slices.Contains(legalNames, name) || !slices.Contains(legalLangs, tag) {
		return allmende.E(allmende.NotFound, "error.page_not_found")
	}
	versions, err := w.Read.LegalVersions(q.Context(), name, string(tag))
	if err != nil {
		return err
	}
	source, hint := "", ui.Column()
	if len(versions) > 0 {
		source = versions[0].Source
	} else {
		if source, err = w.proposed(q.Context(), name, tag); err != nil {
			return err
		}
		hint = ui.Hint("warn", q.t("legal.proposed_hint"))
	}
	s := q.sheet("legal", failure)
	s.field(ui.FieldView{Name: "source", Type: "source", Value: source, Full: true})
	form := ui.FormView{Action: q.URL.Path, Cancel: "/admin/legal"}
	base, content := q.adminPage("legal", hint, ui.Section(q.t("ui."+name)+" ("+lang.T(tag, "ui.own_name")+")", s.form(form, "publish")))
	return q.drawStatus(statusOf(failure), base, form, content)
}

func (w *Web) postLegal(q *req) error {
	_, err := q.do(&allmende.SetLegal{Act: q.self(), Name: q.param("name"), Lang: q.param("lang"), Source: q.form.Text("source")})
	if err != nil {
		if redrawn(err) {
			return w.drawLegal(q, err)
		}
		return err
	}
	q.flash("ok", q.t("legal.published", "name", q.t("ui."+q.param("name")), "lang", lang.T(lang.Tag(q.param("lang")), "ui.own_name")), "")
	return q.redirect("/admin/legal")
}

// robots tells search engines what is for them.
func (w *Web) robots(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = rw.Write([]byte("User-agent: *\nDisallow: /settings\nDisallow: /admin\nDisallow: /moderation\nDisallow: /notifications\nDisallow: /search\nDisallow: /report\nDisallow: /write\nDisallow: /login\nDisallow: /join/\n")) // a client that left wants nothing
}
