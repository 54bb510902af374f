package web

import (
	"html"
	"regexp"

	"allmende/internal/door/web/ui"
	"allmende/internal/read"
	"allmende/internal/text"
)

// pageHits are wiki pages in short.
func (q *req) pageHits(b *read.Bundle) []ui.HitView {
	var out []ui.HitView
	for _, e := range b.Entries {
		if o := b.Objects[e.Object]; o != nil {
			short := text.Excerpt(text.PlainText(opening(o.HTML)), 160)
			out = append(out, ui.HitView{Title: o.Title, Lang: o.Lang, Href: PathOf(o, b.Actors), At: o.ChangedAt, Snippet: ui.SafeHTML(html.EscapeString(short))})
		}
	}
	return out
}

// opening is what stands before the first heading, table or code, where there
// is enough of it to tell what a text is about; otherwise the whole text.
func opening(source string) string {
	if at := laterPart.FindStringIndex(source); at != nil && at[0] >= 60 {
		return source[:at[0]]
	}
	return source
}

var laterPart = regexp.MustCompile(`<(h[1-6]|table|pre)[ >]`)
