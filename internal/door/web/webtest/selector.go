package webtest

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// step is one part of a selector: what an element must be.
type step struct {
	name    string
	id      string
	classes []string
	attrs   []condition
}

type condition struct{ name, op, value string }

var pieces = regexp.MustCompile(`^[a-z0-9-]+|#[\w-]+|\.[\w-]+|\[[^\]]+\]`)

func parseStep(s string) step {
	var out step
	for _, piece := range pieces.FindAllString(s, -1) {
		switch piece[0] {
		case '#':
			out.id = piece[1:]
		case '.':
			out.classes = append(out.classes, piece[1:])
		case '[':
			out.attrs = append(out.attrs, parseCondition(piece[1:len(piece)-1]))
		default:
			out.name = piece
		}
	}
	return out
}

func parseCondition(s string) condition {
	for _, op := range []string{"^=", "*=", "="} {
		if name, value, found := strings.Cut(s, op); found {
			return condition{name, op, strings.Trim(value, `"'`)}
		}
	}
	return condition{name: s}
}

// matches tells whether a node fits the last step and its ancestors, in order,
// the ones before.
func matches(n *html.Node, steps []step) bool {
	last := len(steps) - 1
	if last < 0 || !steps[last].fits(n) {
		return false
	}
	want := last - 1
	for up := n.Parent; up != nil && want >= 0; up = up.Parent {
		if up.Type == html.ElementNode && steps[want].fits(up) {
			want--
		}
	}
	return want < 0
}

func (s step) fits(n *html.Node) bool {
	if s.name != "" && n.Data != s.name || s.id != "" && attr(n, "id") != s.id {
		return false
	}
	classes := strings.Fields(attr(n, "class"))
	for _, c := range s.classes {
		if !slices.Contains(classes, c) {
			return false
		}
	}
	for _, c := range s.attrs {
		if !c.holds(n) {
			return false
		}
	}
	return true
}

func (c condition) holds(n *html.Node) bool {
	value := attr(n, c.name)
	switch c.op {
	case "=":
		return hasAttr(n, c.name) && value == c.value
	case "^=":
		return strings.HasPrefix(value, c.value)
	case "*=":
		return strings.Contains(value, c.value)
	}
	return hasAttr(n, c.name)
}
