package text

import (
	"net/url"
	"strings"
)

// policy says what HTML may contain. There are two: what we make ourselves, and what others send.
type policy struct {
	// own allows what only makes sense for this server's own pages: ids, images, addresses relative to this server.
	own bool
}

var (
	ownPolicy     = policy{own: true}
	foreignPolicy = policy{}
)

// relExternal is on every link that leaves the server: no credit for spam, no handle on our window, no referrer.
const relExternal = "nofollow noopener noreferrer ugc"

// A tag's traits.
type trait uint8

const (
	inline   trait = 0
	block    trait = 1 << iota // cannot stand in a paragraph
	void                       // has no end tag
	ownOnly                    // only in our own HTML
	listItem                   // closes an open item of the same list
	cell                       // closes an open cell or row of the same table
)

// allowedTags is the whole vocabulary. Nothing whose content a browser reads in another mode (script, style, svg,
// math, template, textarea, title, select …) may ever be added.
var allowedTags = map[string]trait{
	"p": block, "div": block, "blockquote": block, "pre": block, "hr": block | void,
	"h1": block, "h2": block, "h3": block, "h4": block, "h5": block, "h6": block,
	"ul": block, "ol": block, "li": block | listItem, "dl": block, "dt": block | listItem, "dd": block | listItem,
	"table": block, "thead": block, "tbody": block, "tfoot": block, "caption": block,
	"tr": block | cell, "th": block | cell, "td": block | cell,
	"figure": block, "figcaption": block, "details": block, "summary": block,
	"a": inline, "span": inline, "br": void, "code": inline, "strong": inline, "em": inline, "b": inline, "i": inline,
	"u": inline, "s": inline, "del": inline, "ins": inline, "sub": inline, "sup": inline, "small": inline,
	"mark": inline, "kbd": inline, "samp": inline, "var": inline, "abbr": inline, "cite": inline, "q": inline,
	"dfn": inline, "ruby": inline, "rt": inline, "rp": inline, "bdi": inline, "wbr": void,
	"img": void | ownOnly,
}

// allowedClasses are the classes whose meaning our style sheets and other servers share.
var allowedClasses = map[string]bool{
	"h-card": true, "u-url": true, "mention": true, "hashtag": true, "ellipsis": true, "invisible": true, "quote-inline": true,
}

// ownClasses are added by our own rendering.
var ownClasses = map[string]bool{
	"wiki": true, "missing": true, "footnotes": true, "footnote-ref": true, "footnote-backref": true,
	"task": true, "task-done": true, "image": true,
}

var allowedSchemes = map[string]bool{
	"http": true, "https": true, "mailto": true, "tel": true, "xmpp": true, "matrix": true, "gemini": true, "geo": true,
}

func (p policy) tag(name string) (trait, bool) {
	t, ok := allowedTags[name]
	if !ok || t&ownOnly != 0 && !p.own {
		return 0, false
	}
	return t, true
}

// attr reports whether a tag may carry an attribute with this (unescaped) value.
func (p policy) attr(tag, name, value string) bool {
	switch name {
	case "class":
		return p.classes(tag, value)
	case "lang":
		return len(value) <= 35 && isWordOf(value, "-")
	case "dir":
		return value == "ltr" || value == "rtl" || value == "auto"
	case "title":
		return (tag == "a" || tag == "abbr" || tag == "img") && len(value) <= 500
	}
	switch tag {
	case "a":
		return p.anchorAttr(name, value)
	case "img":
		return imageAttr(name, value)
	case "th", "td":
		switch name {
		case "align":
			return value == "left" || value == "center" || value == "right"
		case "colspan", "rowspan":
			return isNumber(value, 2)
		case "scope":
			return value == "col" || value == "row"
		}
	case "ol":
		return name == "start" && isNumber(value, 9) || name == "reversed" && value == ""
	case "li":
		if name == "value" {
			return isNumber(value, 9)
		}
	}
	return p.own && p.ownAttr(tag, name, value)
}

func (p policy) anchorAttr(name, value string) bool {
	switch name {
	case "href":
		return p.url(value)
	case "rel":
		return value == relExternal || value == "tag "+relExternal || value == "tag"
	case "role":
		return p.own && (value == "doc-noteref" || value == "doc-backlink")
	}
	return false
}

func imageAttr(name, value string) bool {
	switch name {
	case "src":
		return isRooted(value) && cleanURL(value)
	case "alt":
		return len(value) <= 10_000
	case "width", "height":
		return isNumber(value, 5)
	case "loading":
		return value == "lazy"
	}
	return false
}

func (p policy) ownAttr(tag, name, value string) bool {
	switch name {
	case "id":
		return isOwnID(tag, value)
	case "role":
		return tag == "div" && value == "doc-endnotes"
	case "tabindex":
		return tag == "pre" && value == "0" // so that long lines can be scrolled with the keyboard
	}
	return false
}

// classes reports whether every class is known.
func (p policy) classes(tag, value string) bool {
	if value == "" {
		return false
	}
	for rest := value; rest != ""; {
		var class string
		class, rest, _ = strings.Cut(rest, " ")
		if !p.class(tag, class) {
			return false
		}
	}
	return true
}

func (p policy) class(tag, class string) bool {
	if allowedClasses[class] {
		return true
	}
	switch {
	case !p.own:
		return false
	case tag == "code":
		return strings.HasPrefix(class, "language-") && len(class) <= 40 && isWordOf(class, "-+_#.")
	case tag == "pre":
		return class == "chroma"
	case tag == "span" && len(class) <= 3:
		return highlightClasses[class]
	}
	return ownClasses[class]
}

// isOwnID allows only the prefixes we mint, so that no text can take the id of something on the page around it.
func isOwnID(tag, id string) bool {
	switch {
	case len(id) > 200:
		return false
	case isHeading(tag):
		return strings.HasPrefix(id, headingPrefix) && isWordOf(id, "-")
	case tag == "li" || tag == "sup":
		return strings.HasPrefix(id, footnotePrefix) && isWordOf(id, "-:")
	}
	return false
}

// url reports whether an address may stand in a link.
func (p policy) url(s string) bool {
	if !cleanURL(s) {
		return false
	}
	scheme, ok := schemeOf(s)
	switch {
	case !ok:
		return p.own && (isRooted(s) || s[0] == '#')
	case !allowedSchemes[scheme]:
		return false
	case scheme == "http" || scheme == "https":
		u, err := url.Parse(s)
		return err == nil && u.Host != "" && u.User == nil
	}
	return true
}

// cleanURL refuses what a browser would strip or read differently from us.
func cleanURL(s string) bool {
	if s == "" || len(s) > 4096 {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c <= ' ', c == 0x7F, c == '\\', c == '<', c == '>', c == '"', c == '`':
			return false
		}
	}
	return true
}

// isRooted reports whether an address is a path on this server; "//host" and "/\host" are not.
func isRooted(s string) bool {
	return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//")
}

// schemeOf reads the scheme as browsers do: letters up to the first colon, if no slash, question mark or hash comes before.
func schemeOf(s string) (string, bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ':':
			return strings.ToLower(s[:i]), true
		case '/', '?', '#':
			return "", false
		}
	}
	return "", false
}

// isExternal reports whether an address leaves the server.
func isExternal(href string) bool {
	_, ok := schemeOf(href)
	return ok
}

func isHTTP(href string) bool {
	scheme, _ := schemeOf(href)
	return scheme == "http" || scheme == "https"
}

func isNumber(s string, digits int) bool {
	if s == "" || len(s) > digits {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isWordOf reports whether s is not empty and consists of letters, digits, non-ASCII characters and the extra ones.
func isWordOf(s, extra string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isAlnum(c) && c < 0x80 && strings.IndexByte(extra, c) < 0 {
			return false
		}
	}
	return s != ""
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
