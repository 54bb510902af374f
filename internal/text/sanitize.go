package text

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// SanitizeHTML makes HTML from other servers and from clients safe to show. What is already strict passes unchanged, so it is
// idempotent; everything else goes through two filters written independently of each other (bluemonday, then the rewriter here)
// and is checked again. Images become links to them; addresses relative to nowhere lose their link.
func SanitizeHTML(s string) string {
	s = strings.ToValidUTF8(bounded(s), "\uFFFD")
	if scan(s, foreignPolicy, nil) {
		return s
	}
	return sanitize(s, foreignPolicy, nil)
}

// sanitize filters s; with references, words in its text become links as they do in Markdown.
func sanitize(s string, p policy, r *references) string {
	w := &rewriter{policy: p, refs: r}
	w.out = &w.body
	w.rewrite(bluemondayPolicy(p).Sanitize(s))
	if out := w.body.String(); scan(out, p, nil) {
		return out
	}
	// The rewriter writes strict HTML by construction. Should it ever fail, the text is shown without any markup.
	var b strings.Builder
	b.WriteString("<p>")
	escape(&b, PlainText(s))
	b.WriteString("</p>")
	return b.String()
}

// The policies are built once: they are large, and safe to share.
var bluemondayOwn = sync.OnceValue(func() *bluemonday.Policy { return newBluemonday(ownPolicy) })
var bluemondayForeign = sync.OnceValue(func() *bluemonday.Policy { return newBluemonday(foreignPolicy) })

func bluemondayPolicy(p policy) *bluemonday.Policy {
	if p.own {
		return bluemondayOwn()
	}
	return bluemondayForeign()
}

var (
	plainAttr = regexp.MustCompile(`^[\pL\pN :_\-+#.]*$`)
	digitAttr = regexp.MustCompile(`^[0-9]{1,9}$`)
	imageTags = []string{"img"}
)

// newBluemonday is coarser than our own policy: it decides what can be dangerous, not what is useful.
func newBluemonday(p policy) *bluemonday.Policy {
	m := bluemonday.NewPolicy()
	for name := range allowedTags {
		m.AllowElements(name)
		m.AllowNoAttrs().OnElements(name)
	}
	m.AllowElements(imageTags...)
	m.AllowAttrs("class", "lang", "dir", "align", "scope", "role", "rel", "loading").Matching(plainAttr).Globally()
	m.AllowAttrs("start", "value", "colspan", "rowspan", "width", "height", "reversed").Matching(digitAttr).Globally()
	m.AllowAttrs("title").OnElements("a", "abbr", "img")
	m.AllowAttrs("alt").OnElements("img")
	m.AllowAttrs("href").OnElements("a")
	m.AllowAttrs("src").OnElements("img")
	if p.own {
		m.AllowAttrs("id").Matching(plainAttr).OnElements("li", "sup", "h1", "h2", "h3", "h4", "h5", "h6")
	}
	for scheme := range allowedSchemes {
		m.AllowURLSchemes(scheme)
	}
	m.RequireParseableURLs(true)
	m.AllowRelativeURLs(true)
	m.SkipElementsContent("svg", "math", "template", "textarea", "title", "select", "xmp")
	return m
}

// rewriter writes a stream of tags as strict HTML.
type rewriter struct {
	policy  policy
	refs    *references
	body    strings.Builder
	heading strings.Builder // the inside of the heading that is open
	out     *strings.Builder
	open    []string
}

func (w *rewriter) rewrite(s string) {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				w.body.Reset()
			}
			w.closeTo(0)
			return
		case html.TextToken:
			w.text(html.UnescapeString(string(z.Raw())))
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			w.start(token.Data, token.Attr)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(string(name))
		}
	}
}

func (w *rewriter) text(s string) {
	if w.refs == nil || w.inside("a", "code", "pre", "kbd", "samp") {
		escape(w.out, s)
		return
	}
	w.refs.linkText(w.out, s)
}

func (w *rewriter) inside(names ...string) bool {
	return slices.ContainsFunc(w.open, func(name string) bool { return slices.Contains(names, name) })
}

func (w *rewriter) start(name string, attrs []html.Attribute) {
	if name == "img" {
		w.image(attrs)
		return
	}
	t, ok := w.policy.tag(name)
	if !ok {
		return
	}
	w.closeImplied(name, t)
	if t&void != 0 {
		w.write(name, attrs)
		return
	}
	if len(w.open) >= maxDepth {
		return
	}
	if name == "a" {
		if attrs, ok = w.linkAttrs(attrs); !ok {
			return
		}
	}
	if isHeading(name) && w.refs != nil && w.refs.o.Heading {
		w.open = append(w.open, name)
		w.out = &w.heading
		return
	}
	w.write(name, attrs)
	w.open = append(w.open, name)
}

// closeImplied ends what a new element ends without saying so.
func (w *rewriter) closeImplied(name string, t trait) {
	if t&block != 0 {
		w.closeNearest([]string{"p"}, nil)
	}
	switch {
	case name == "a":
		w.closeNearest([]string{"a"}, nil)
	case isHeading(name):
		w.closeNearest([]string{"h1", "h2", "h3", "h4", "h5", "h6"}, nil)
	case name == "li":
		w.closeNearest([]string{"li"}, []string{"ul", "ol"})
	case t&listItem != 0:
		w.closeNearest([]string{"dt", "dd"}, []string{"dl"})
	case name == "tr":
		w.closeNearest([]string{"tr"}, []string{"table"})
	case t&cell != 0:
		w.closeNearest([]string{"td", "th"}, []string{"tr", "table"})
	}
}

// closeNearest ends the innermost of the named elements unless a fence stands before it.
func (w *rewriter) closeNearest(names, fences []string) {
	for i := len(w.open) - 1; i >= 0; i-- {
		if slices.Contains(names, w.open[i]) {
			w.closeTo(i)
			return
		}
		if slices.Contains(fences, w.open[i]) {
			return
		}
	}
}

func (w *rewriter) end(name string) {
	w.closeNearest([]string{name}, nil)
}

// closeTo ends elements until n are open.
func (w *rewriter) closeTo(n int) {
	for len(w.open) > n {
		last := len(w.open) - 1
		name := w.open[last]
		w.open = w.open[:last]
		if w.out == &w.heading && isHeading(name) {
			w.closeHeading(name)
			continue
		}
		w.out.WriteString("</" + name + ">")
	}
}

// closeHeading writes a heading whose text, and so whose id, is known only now.
func (w *rewriter) closeHeading(name string) {
	inner := w.heading.String()
	w.heading.Reset()
	w.out = &w.body
	id := w.refs.addHeading(int(name[1]-'0'), PlainText(inner))
	w.out.WriteString("<" + name)
	writeAttr(w.out, "id", id)
	w.out.WriteString(">" + inner + "</" + name + ">")
}

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// write writes a start tag with those attributes the policy allows.
func (w *rewriter) write(name string, attrs []html.Attribute) {
	w.out.WriteString("<" + name)
	var seen []string
	for _, a := range attrs {
		if a.Key == "class" {
			a.Val = w.knownClasses(name, a.Val)
		}
		if len(seen) == 8 || slices.Contains(seen, a.Key) || !w.policy.attr(name, a.Key, a.Val) {
			continue
		}
		seen = append(seen, a.Key)
		writeAttr(w.out, a.Key, a.Val)
	}
	w.out.WriteByte('>')
}

func (w *rewriter) knownClasses(tag, value string) string {
	var known []string
	for class := range strings.FieldsSeq(value) {
		if len(known) < 10 && w.policy.class(tag, class) && !slices.Contains(known, class) {
			known = append(known, class)
		}
	}
	return strings.Join(known, " ")
}

// linkAttrs puts an acceptable address and the right rel first; without such an address there is no link.
func (w *rewriter) linkAttrs(attrs []html.Attribute) ([]html.Attribute, bool) {
	var href, rel string
	rest := make([]html.Attribute, 0, len(attrs)+2)
	rest = append(rest, html.Attribute{}, html.Attribute{})
	for _, a := range attrs {
		switch a.Key {
		case "href":
			href = strings.TrimSpace(a.Val)
		case "rel":
			rel = a.Val
		default:
			rest = append(rest, a)
		}
	}
	if strings.HasPrefix(href, "//") {
		href = "https:" + href
	}
	if !w.policy.url(href) {
		return nil, false
	}
	tag := slices.Contains(strings.Fields(rel), "tag")
	rest[0] = html.Attribute{Key: "href", Val: href}
	rest[1] = html.Attribute{Key: "rel", Val: linkRel(href, tag)}
	return rest, true
}

// linkRel is the rel of a link; empty for one that stays on this server.
func linkRel(href string, tag bool) string {
	switch external := isExternal(href); {
	case external && tag:
		return "tag " + relExternal
	case external:
		return relExternal
	case tag:
		return "tag"
	}
	return ""
}

// image draws an image of our own server and links to any other; custom emoji become their short code.
func (w *rewriter) image(attrs []html.Attribute) {
	img := imageOf(attrs)
	if strings.Contains(img.class, "emoji") || isShortcode(img.alt) {
		escape(w.out, img.alt)
		return
	}
	if w.policy.own {
		if path, ok := w.refs.image(img.src); ok {
			w.write("img", append([]html.Attribute{{Key: "src", Val: path}, {Key: "alt", Val: img.alt}}, img.rest...))
			return
		}
	}
	if label := imageLabel(img.alt, img.src); w.inside("a") || !isHTTP(img.src) || !w.policy.url(img.src) {
		escape(w.out, img.alt)
	} else {
		writeLink(w.out, img.src, "", label)
	}
}

type imageInfo struct {
	src, alt, class string
	rest            []html.Attribute
}

func imageOf(attrs []html.Attribute) imageInfo {
	var img imageInfo
	for _, a := range attrs {
		switch a.Key {
		case "src":
			img.src = strings.TrimSpace(a.Val)
		case "alt":
			img.alt = a.Val
		case "class":
			img.class = a.Val
		default:
			img.rest = append(img.rest, a)
		}
	}
	return img
}

func isShortcode(s string) bool {
	return len(s) > 2 && s[0] == ':' && s[len(s)-1] == ':' && isWordOf(s[1:len(s)-1], "_-")
}

// imageLabel is the text that stands for an image that is not drawn.
func imageLabel(alt, src string) string {
	if alt = strings.TrimSpace(alt); alt != "" {
		return alt
	}
	src, _, _ = strings.Cut(src, "?")
	if base := src[strings.LastIndexByte(src, '/')+1:]; base != "" {
		return base
	}
	return src
}

// writeLink writes a link with plain text in it.
func writeLink(b *strings.Builder, href, class, label string) {
	b.WriteString("<a")
	writeAttr(b, "href", href)
	if class != "" {
		writeAttr(b, "class", class)
	}
	if rel := linkRel(href, false); rel != "" {
		writeAttr(b, "rel", rel)
	}
	b.WriteByte('>')
	escape(b, label)
	b.WriteString("</a>")
}
