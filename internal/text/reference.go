package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxReferences is how many different people, tags and pages one text may name; what comes after stays text.
const maxReferences = 1000

// references resolves what a text refers to and remembers it. One lives as long as one rendering.
type references struct {
	o                    Options
	mentions, tags, wiki collected
	links                map[string]string // raw text of a reference → its HTML
	toc                  []Heading
	ids                  map[string]int // how often a heading's id was asked for
}

// collected is a list without doubles.
type collected struct {
	seen map[string]bool
	list []string
}

func (c *collected) add(key, value string) {
	if c.seen[key] {
		return
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[key] = true
	c.list = append(c.list, value)
}

func newReferences(o Options) *references {
	return &references{o: o, links: map[string]string{}, ids: map[string]int{}}
}

// linkText writes plain text with everything in it that refers to something made a link.
func (r *references) linkText(b *strings.Builder, s string) {
	done := 0
	for i := 0; i < len(s); {
		n := 0
		if mayStart(s[i]) && startsReference(s, i) {
			n = r.match(s[i:])
		}
		if n == 0 {
			i++
			continue
		}
		if html := r.resolve(s[i : i+n]); html != "" {
			escape(b, s[done:i])
			b.WriteString(html)
			done = i + n
		}
		i += n
	}
	escape(b, s[done:])
}

func mayStart(c byte) bool {
	switch c {
	case '@', '#', '[', 'h', 'H', 'w', 'W':
		return true
	}
	return false
}

// startsReference reports whether the text before position i lets a reference begin there.
func startsReference(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return i == 0 || canPrecede(before, s[i])
}

// canPrecede reports whether a reference that starts with c may follow this character: not inside a word or an address.
func canPrecede(before rune, c byte) bool {
	if c == '[' {
		return true
	}
	switch before {
	case '_', '/', '@', '#', '&', '=':
		return false
	}
	return !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

// match returns the length of the reference that s starts with, or 0.
func (r *references) match(s string) int {
	switch s[0] {
	case '@':
		return matchMention(s)
	case '#':
		return matchTag(s)
	case '[':
		if r.o.Wiki {
			return matchWikiLink(s)
		}
		return 0
	}
	return matchURL(s)
}

// resolve returns the HTML of a matched reference, or "" if it leads nowhere and stays text.
func (r *references) resolve(raw string) string {
	if html, ok := r.links[raw]; ok {
		return html
	}
	var html string
	switch raw[0] {
	case '@':
		html = r.mention(raw[1:])
	case '#':
		html = r.tag(raw[1:])
	case '[':
		html = r.wikiLink(raw)
	default:
		html = autolink(raw)
	}
	r.links[raw] = html
	return html
}

// image returns the path on this server under which an image may be drawn.
func (r *references) image(src string) (string, bool) {
	path, ok := src, true
	if r != nil && r.o.ResolveImage != nil {
		path, ok = r.o.ResolveImage(src)
	}
	return path, ok && imageAttr("src", path)
}
