package feed

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/text"
)

// fill draws a bundle's entries into a feed.
func (f *Door) fill(feed *Feed, b *read.Bundle, at *url.URL) {
	feed.Self = f.BaseURL + at.EscapedPath()
	if b.Next != 0 {
		feed.Next = feed.Self + "?before=" + url.QueryEscape(b.Next.String())
	}
	for _, e := range b.Entries {
		o := b.Objects[e.Object]
		if o == nil || e.Boost || o.Audience.Kind != allmende.AudPublic && o.Audience.Kind != allmende.AudUnlisted {
			continue
		}
		item := f.item(b, o)
		feed.Items = append(feed.Items, item)
		if item.Updated.After(feed.Updated) {
			feed.Updated = item.Updated
		}
	}
	if feed.Updated.IsZero() {
		feed.Updated = time.UnixMilli(0).UTC()
	}
}

// item draws one object.
func (f *Door) item(b *read.Bundle, o *allmende.Object) Item {
	i := Item{ID: f.BaseURL + o.Path(), Link: f.BaseURL + f.path(b, o), Title: titleOf(o), Summary: clean(o.Summary), Lang: o.Lang,
		Published: o.PublishedAt, Updated: o.PublishedAt, Comments: f.BaseURL + o.Path()}
	if o.Origin == allmende.OriginRemote && o.URI != "" {
		i.ID = o.URI
	}
	if o.EditedAt.After(i.Updated) {
		i.Updated = o.EditedAt
	}
	if o.Section == "wiki" {
		i.Updated = o.ChangedAt
	}
	for _, t := range o.Tags {
		i.Tags = append(i.Tags, clean(t))
	}
	authors := o.Authors
	if len(authors) == 0 {
		authors = []allmende.ID{o.Owner}
	}
	for _, id := range authors {
		if a := b.Actors[id]; a != nil {
			author := Author{Name: clean(a.Label()), URL: f.BaseURL + a.Path()}
			if m := b.Media[a.Avatar]; m != nil {
				author.Avatar = f.full(m.Path("avatar"))
			}
			i.Authors = append(i.Authors, author)
		}
	}
	body := text.SimpleFigures(o.HTML, func(id allmende.ID) *allmende.Media {
		if m := b.Media[id]; m != nil && m.Public && slices.Contains(o.Media, id) {
			return m
		}
		return nil
	})
	inText := text.FiguresIn(o.HTML)
	if o.Summary != "" && !o.Kind.Titled() {
		body = "<details><summary>" + html.EscapeString(o.Summary) + "</summary>" + body + "</details>"
	}
	for _, id := range o.Media {
		m := b.Media[id]
		if m == nil || !m.Public {
			continue
		}
		if file, ok := f.file(m); ok && !(o.Sensitive && m.Kind == "image") { // readers show pictures unasked
			i.Files = append(i.Files, file)
			if m.Kind == "image" && !slices.Contains(inText, id) {
				body += `<p><img src="` + html.EscapeString(file.URL) + `" alt="` + html.EscapeString(m.Alt) + `"></p>`
			}
		}
	}
	i.HTML = clean(f.absolute(body))
	return i
}

// path is the address people should see of an object.
func (f *Door) path(b *read.Bundle, o *allmende.Object) string {
	place := b.Actors[o.Place]
	switch {
	case o.Slug == "":
	case o.Section == "wiki" && o.Place == allmende.Server:
		return "/wiki/" + o.Slug
	case o.Section == "wiki" && place != nil:
		return place.Path() + "/wiki/" + o.Slug
	case o.Section == "blog" && place != nil:
		return place.Path() + "/" + o.Slug
	}
	return o.Path()
}

// file is the form of a medium that readers can play or show.
func (f *Door) file(m *allmende.Media) (File, bool) {
	names := map[string][]string{"image": {"jpeg1280", "jpeg640", "jpeg", "webp1280", "webp640", "webp"}, "video": {"mp4", "video", "remux"}, "audio": {"m4a", "aac", "opus"}}
	for _, name := range names[m.Kind] {
		if v, ok := m.Variant(name); ok {
			return File{URL: f.full(m.Path(name)), MIME: v.MIME, Size: v.Size, Seconds: int(m.DurationMS / 1000), Alt: clean(m.Alt)}, true
		}
	}
	for _, v := range m.Variants {
		if strings.HasPrefix(v.MIME, m.Kind+"/") {
			return File{URL: f.full(m.Path(v.Name)), MIME: v.MIME, Size: v.Size, Seconds: int(m.DurationMS / 1000), Alt: clean(m.Alt)}, true
		}
	}
	return File{}, false
}

func (f *Door) full(path string) string {
	if path == "" {
		return ""
	}
	return f.BaseURL + path
}

var ownAddress = regexp.MustCompile(` (href|src|poster)="/([^/"][^"]*)?"`)

// absolute gives addresses of our own their host, since readers show the text elsewhere.
func (f *Door) absolute(s string) string {
	return ownAddress.ReplaceAllString(s, ` $1="`+strings.ReplaceAll(f.BaseURL, "$", "$$")+`/$2"`)
}

// titleOf names an object: its title, its warning, or its first words.
func titleOf(o *allmende.Object) string {
	switch {
	case o.Title != "":
		return clean(o.Title)
	case o.Summary != "":
		return clean(o.Summary)
	}
	if words := text.Teaser(o.HTML, 70); words != "" {
		return clean(words)
	}
	return "…"
}

// clean drops characters that XML 1.0 forbids.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xFFFE || r == 0xFFFF || r < 0x20 && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}
