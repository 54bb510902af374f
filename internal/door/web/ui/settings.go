package ui

import (
	"html"
	"strings"

	"github.com/a-h/templ"

	"allmende/internal/text"
)

// LineView is one thing of a list with what can be done about it.
type LineView struct {
	ID, Icon          string
	Title, Note, Text string
	Quote, QuoteLang  string // the start of what the line is about
	Href              string
	Actions           []templ.Component
}

// Marked is a snippet in which the words that were searched for are marked.
func Marked(parts []text.SnippetPart) SafeHTML {
	var b strings.Builder
	for _, p := range parts {
		if p.Hit {
			b.WriteString("<mark>" + html.EscapeString(p.Text) + "</mark>")
		} else {
			b.WriteString(html.EscapeString(p.Text))
		}
	}
	return SafeHTML(b.String())
}

// idOf is an element's id, left out when there is none.
func langOf(tag string) templ.Attributes {
	if tag == "" {
		return nil
	}
	return templ.Attributes{"lang": tag}
}

func idOf(id string) templ.Attributes {
	if id == "" {
		return nil
	}
	return templ.Attributes{"id": id}
}
