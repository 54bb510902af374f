package text

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/chroma/v2"
)

// codeColour is the look of a family of tokens in the light and the dark theme.
type codeColour struct {
	name, light, dark, extra string
	types                    []chroma.TokenType // a type stands for its whole category or sub-category
}

// The backgrounds the colours are chosen for: at least 4.5:1 on both, which a test checks.
const (
	codePaperLight = "#f4f2ec"
	codePaperDark  = "#1d241f"
)

var codeColours = []codeColour{
	{"comment", "#5d665f", "#9aa69d", "font-style:italic", []chroma.TokenType{chroma.Comment}},
	{"keyword", "#7a2a68", "#e0a3d3", "", []chroma.TokenType{chroma.Keyword, chroma.OperatorWord}},
	{"string", "#1f6133", "#9bd1a4", "", []chroma.TokenType{chroma.LiteralString}},
	{"number", "#8a4310", "#eab68a", "", []chroma.TokenType{chroma.LiteralNumber, chroma.LiteralDate, chroma.NameConstant}},
	{"name", "#1b5583", "#93c3ec", "", []chroma.TokenType{
		chroma.NameFunction, chroma.NameFunctionMagic, chroma.NameClass, chroma.NameTag, chroma.NameDecorator, chroma.GenericHeading,
		chroma.GenericSubheading}},
	{"attribute", "#6b4f00", "#dcc679", "", []chroma.TokenType{
		chroma.NameAttribute, chroma.NameBuiltin, chroma.NameBuiltinPseudo, chroma.NameEntity, chroma.NameProperty, chroma.NameException}},
	{"added", "#1f6133", "#9bd1a4", "", []chroma.TokenType{chroma.GenericInserted}},
	{"removed", "#9c2a22", "#f2a79f", "", []chroma.TokenType{chroma.GenericDeleted, chroma.GenericError, chroma.Error}},
}

// colouredClasses are those that the style sheet has a rule for; no other is worth its bytes.
var colouredClasses = func() map[string]bool {
	set := map[string]bool{"ge": true, "gs": true, "gl": true}
	for _, c := range codeColours {
		for _, class := range c.classes() {
			set[class] = true
		}
	}
	return set
}()

// HighlightCSS is the style sheet for coloured code: one rule for each family of tokens, and their colours in the light and the dark theme.
// The theme follows the reader's system unless data-theme on the root element says otherwise.
func HighlightCSS() string {
	var rules, light, dark strings.Builder
	for _, c := range codeColours {
		selector := ".chroma ." + strings.Join(c.classes(), ",.chroma .")
		fmt.Fprintf(&light, "--code-%s:%s;", c.name, c.light)
		fmt.Fprintf(&dark, "--code-%s:%s;", c.name, c.dark)
		fmt.Fprintf(&rules, "%s{color:var(--code-%s);%s}\n", selector, c.name, c.extra)
	}
	return ":root{" + light.String() + "}\n" +
		"@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" + dark.String() + "}}\n" +
		":root[data-theme=dark]{" + dark.String() + "}\n" +
		rules.String() +
		".chroma .ge{font-style:italic}\n.chroma .gs{font-weight:bold}\n.chroma .gl{text-decoration:underline}\n"
}

// classes names the classes of all token types that belong to the colour.
func (c codeColour) classes() []string {
	var out []string
	for t, class := range chroma.StandardTypes {
		if class != "" && slices.ContainsFunc(c.types, func(family chroma.TokenType) bool { return belongs(t, family) }) {
			out = append(out, class)
		}
	}
	slices.Sort(out)
	return out
}

// belongs reports whether a token type is the other one or a kind of it.
func belongs(t, family chroma.TokenType) bool {
	for ; t != 0; t = t.Parent() {
		if t == family {
			return true
		}
	}
	return false
}
