// Package text turns what people write into what others may safely see: Markdown, HTML and plain text become one
// strict kind of HTML, and the same text yields search words, excerpts, differences and merges.
//
// Everything here is a pure function: no files, no network, no clock that changes a result. All input is taken to be hostile, so
// every function is bounded in time and memory by the size of its input, and every HTML string it hands out
// passes the strict check in strict.go.
package text

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxSource is the largest source, in bytes, that is rendered.
const MaxSource = 1 << 20

// ErrTooLarge says that a source is longer than MaxSource.
var ErrTooLarge = errors.New("text: source too large")

// ErrFormat says that a source has a format this package cannot render.
var ErrFormat = errors.New("text: unknown format")

// Format says how a source is written.
type Format string

// The formats that can be rendered.
const (
	Markdown Format = "markdown"
	HTML     Format = "html"
	Plain    Format = "plain"
)

// Options say what a source may contain beside plain prose, and where its references lead.
// The zero value is a note: mentions stay text, tags lead to /tags/…, line breaks are kept.
type Options struct {
	Wiki       bool // [[Title]], [[Title|label]] and [[Title#section]] become links
	Heading    bool // h1 to h6 get stable ids and are listed in the table of contents
	Figures    bool // ![…](media:12) shows a medium, see Figure
	SoftBreaks bool // a single line break in Markdown is a space, as in books; otherwise it breaks the line, as in notes

	// ResolveWiki finds the address of a page; a missing one gets the class "missing".
	// Without it every title leads to /wiki/Title and counts as existing.
	ResolveWiki func(title string) (href string, exists bool)
	// ResolveMention finds the address of "ada" or "ada@example.org"; what is not found stays text.
	ResolveMention func(handle string) (href string, ok bool)
	// ResolveTag finds the address of a tag as written; without it tags lead to /tags/ and the folded tag.
	ResolveTag func(tag string) (href string)
	// ResolveImage turns an image's address into one on this server. What it refuses becomes a link, so that
	// reading never tells a foreign server who reads. Without it only addresses that start with "/" are drawn.
	ResolveImage func(src string) (path string, ok bool)
}

// Document is a rendered source with all that was found in it.
type Document struct {
	HTML      string
	Mentions  []string  // resolved handles as written, without the leading @, once each
	Tags      []string  // as written, once per folded form
	WikiLinks []string  // normalised titles, once each
	URLs      []string  // external http(s) links in order, once each
	TOC       []Heading // when Options.Heading is set
}

// Heading is one line of a table of contents.
type Heading struct {
	Level    int // 1 to 6
	ID, Text string
}

// Render turns a source into a document. It fails only for a source that is too large or of an unknown format.
func Render(f Format, source string, o Options) (Document, error) {
	if len(source) > MaxSource {
		return Document{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(source))
	}
	source = CleanSource(source)
	r := newReferences(o)
	var html string
	switch f {
	case Markdown:
		html = renderMarkdown(source, r)
	case HTML:
		html = renderHTML(source, r)
	case Plain:
		html = renderPlain(source, r)
	default:
		return Document{}, fmt.Errorf("%w: %q", ErrFormat, f)
	}
	return finish(html, r), nil
}

// finish is the only way out of Render: the strict check runs over the final bytes, and what does not pass goes
// through the sanitiser.
func finish(html string, r *references) Document {
	links := &plainWriter{onlyURLs: true}
	if !scan(html, ownPolicy, links) {
		html = sanitize(html, ownPolicy, nil)
		links = &plainWriter{onlyURLs: true}
		scan(html, ownPolicy, links)
	}
	return Document{HTML: html, URLs: links.urls, Mentions: r.mentions.list, Tags: r.tags.list, WikiLinks: r.wiki.list, TOC: r.toc}
}

// CleanSource makes a text fit to be stored and compared: line ends become "\n", broken UTF-8 and characters that
// no text needs (NUL and most other control characters) go.
func CleanSource(s string) string {
	if !needsCleaning(s) {
		return s
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r < 0x20 && r != '\n' && r != '\t', r == 0x7F, r == 0xFEFF:
			return -1
		}
		return r
	}, s)
}

func needsCleaning(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 && c != '\n' && c != '\t' || c == 0x7F {
			return true
		}
	}
	return !utf8.ValidString(s) || strings.ContainsRune(s, 0xFEFF)
}
