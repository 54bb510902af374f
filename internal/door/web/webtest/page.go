package webtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is an answer.
type Page struct {
	Path     string // that was asked for
	Status   int
	Location string // where a redirect leads, without the host
	Header   http.Header
	Body     string

	t   testing.TB
	doc *html.Node // nil: no markup
}

// Want fails the test unless the status is as wanted.
func (p *Page) Want(status int) *Page {
	p.t.Helper()
	if p.Status != status {
		p.t.Fatalf("%s answered %d, want %d: %s", p.Path, p.Status, status, p)
	}
	return p
}

// WantTo fails the test unless the answer leads to an address.
func (p *Page) WantTo(location string) *Page {
	p.t.Helper()
	if p.Location != location {
		p.t.Fatalf("%s answered %d to %q, want to %q: %s", p.Path, p.Status, p.Location, location, p)
	}
	return p
}

// WantText fails the test unless all of the texts can be read in the page's
// main part.
func (p *Page) WantText(texts ...string) *Page {
	p.t.Helper()
	for _, t := range texts {
		if !strings.Contains(p.Text("main"), t) {
			p.t.Fatalf("%s does not say %q: %s", p.Path, t, p)
		}
	}
	return p
}

// WantNoText fails the test if one of the texts can be read in the main part.
func (p *Page) WantNoText(texts ...string) *Page {
	p.t.Helper()
	for _, t := range texts {
		if strings.Contains(p.Text("main"), t) {
			p.t.Fatalf("%s says %q: %s", p.Path, t, p)
		}
	}
	return p
}

// WantHas fails the test unless something matches each selector.
func (p *Page) WantHas(selectors ...string) *Page {
	p.t.Helper()
	for _, s := range selectors {
		if !p.Has(s) {
			p.t.Fatalf("%s has no %s: %s", p.Path, s, p)
		}
	}
	return p
}

// WantHasNot fails the test if something matches one of the selectors.
func (p *Page) WantHasNot(selectors ...string) *Page {
	p.t.Helper()
	for _, s := range selectors {
		if p.Has(s) {
			p.t.Fatalf("%s has %s: %s", p.Path, s, p)
		}
	}
	return p
}

// String is what can be read on the page, for complaints.
func (p *Page) String() string {
	if p == nil {
		return "nothing"
	}
	if p.doc == nil {
		return p.Body[:min(len(p.Body), 2000)]
	}
	text := p.Text("main")
	return text[:min(len(text), 2000)]
}

// Has tells whether something matches a selector.
func (p *Page) Has(selector string) bool { return len(p.All(selector)) > 0 }

// Text is what can be read in the first match, with single spaces.
func (p *Page) Text(selector string) string {
	all := p.All(selector)
	if len(all) == 0 {
		return ""
	}
	return Text(all[0])
}

// Texts are the texts of all matches.
func (p *Page) Texts(selector string) []string {
	out := []string{}
	for _, n := range p.All(selector) {
		out = append(out, Text(n))
	}
	return out
}

// Attr is an attribute of the first match.
func (p *Page) Attr(selector, name string) string {
	all := p.All(selector)
	if len(all) == 0 {
		return ""
	}
	return attr(all[0], name)
}

// All are the matches of a selector: elements by name, #id, .class, [attr],
// [attr=value], [attr^=value] and [attr*=value], and descendants.
func (p *Page) All(selector string) []*html.Node {
	if p.doc == nil {
		return nil
	}
	steps := []step{}
	for _, s := range strings.Fields(selector) {
		steps = append(steps, parseStep(s))
	}
	var out []*html.Node
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && matches(n, steps) {
			out = append(out, n)
		}
	}
	return out
}

// Text is what can be read in a node, with single spaces; scripts and
// templates are not read.
func Text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && (n.Data == "script" || n.Data == "template"):
			return
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if n.Type == html.ElementNode && !slices.Contains([]string{"a", "b", "bdi", "strong", "em", "span", "code", "mark"}, n.Data) {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// token is the page's own, for its forms.
func (p *Page) token() string { return p.Attr("input[name=csrf]", "value") }

// pageForm is a form as it stands on a page.
type pageForm struct {
	node   *html.Node
	fields []*html.Node
}

func (p *Page) form(which string) (pageForm, bool) {
	for _, n := range p.All("form") {
		if attr(n, "action") == which || which != "" && which[0] != '/' && slices.Contains(p.All(which), n) {
			return pageForm{n, p.fieldsOf(n)}, true
		}
	}
	return pageForm{}, false
}

func (p *Page) fieldsOf(form *html.Node) []*html.Node {
	var out []*html.Node
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode || attr(n, "name") == "" || !slices.Contains([]string{"input", "textarea", "select", "button"}, n.Data) {
			continue
		}
		if id := attr(n, "form"); id != "" && id == attr(form, "id") || id == "" && within(n, form) {
			out = append(out, n)
		}
	}
	return out
}

func within(n, outer *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}

func (f pageForm) names() []string {
	var out []string
	for _, n := range f.fields {
		out = append(out, attr(n, "name"))
	}
	return out
}

func (f pageForm) target(path string) (method, action string) {
	method, action = strings.ToUpper(attr(f.node, "method")), attr(f.node, "action")
	if method == "" {
		method = http.MethodGet
	}
	if action == "" {
		action = path
	}
	return method, action
}

// values is what a browser would send, without buttons.
func (f pageForm) values() url.Values {
	v := url.Values{}
	for _, n := range f.fields {
		name, value := attr(n, "name"), attr(n, "value")
		switch kind := attr(n, "type"); {
		case n.Data == "button" || kind == "file" || kind == "submit" || hasAttr(n, "disabled"):
		case kind == "checkbox" || kind == "radio":
			if hasAttr(n, "checked") {
				v.Add(name, value)
			}
		case n.Data == "textarea":
			v.Add(name, textareaValue(n))
		case n.Data == "select":
			v.Add(name, chosen(n))
		default:
			v.Add(name, value)
		}
	}
	return v
}

func textareaValue(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

// chosen is the selected option's value, or the first one's.
func chosen(n *html.Node) string {
	first, found := "", false
	for o := range n.Descendants() {
		if o.Type != html.ElementNode || o.Data != "option" {
			continue
		}
		if hasAttr(o, "selected") {
			return attr(o, "value")
		}
		if !found {
			first, found = attr(o, "value"), true
		}
	}
	return first
}
