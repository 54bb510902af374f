package text

import (
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

const (
	maxHighlighted = 24 << 10    // bytes of code in one text that are coloured
	highlightTime  = time.Second // for all code in one text; grammars use regular expressions that can be made slow
)

// highlightClasses are the short class names of all kinds of tokens.
var highlightClasses = func() map[string]bool {
	set := map[string]bool{}
	for _, class := range chroma.StandardTypes {
		set[class] = class != ""
	}
	return set
}()

// highlighter colours the code blocks of one text within its bounds.
type highlighter struct {
	room int
	left time.Duration
}

func newHighlighter() *highlighter { return &highlighter{room: maxHighlighted, left: highlightTime} }

// block writes a code block; what cannot be coloured within the bounds is shown plain.
func (h *highlighter) block(lang, code string) string {
	var b strings.Builder
	b.Grow(len(code)*2 + 64)
	b.WriteString(`<pre class="chroma" tabindex="0"><code`)
	if class := "language-" + lang; lang != "" && ownPolicy.class("code", class) {
		writeAttr(&b, "class", class)
	}
	b.WriteByte('>')
	if inner, ok := h.inner(lang, code); ok {
		b.WriteString(inner)
	} else {
		escape(&b, code)
	}
	b.WriteString("</code></pre>\n")
	return b.String()
}

func (h *highlighter) inner(lang, code string) (s string, ok bool) {
	if lang == "" || len(lang) > 40 || len(code) > h.room || h.left <= 0 {
		return "", false
	}
	lexer := lexers.Get(lang)
	if lexer == nil {
		return "", false
	}
	h.room -= len(code)
	start := time.Now()
	defer func() {
		h.left -= time.Since(start)
		// A grammar that gives up does so by a panic, as its documentation says.
		if recover() != nil {
			s, ok = "", false
		}
	}()
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	for token := tokens(); token != chroma.EOF; token = tokens() {
		if time.Since(start) > h.left {
			return "", false
		}
		writeToken(&b, token)
	}
	return b.String(), true
}

func writeToken(b *strings.Builder, token chroma.Token) {
	class := chroma.StandardTypes[token.Type]
	if !colouredClasses[class] {
		escape(b, token.Value)
		return
	}
	writeSpan(b, class, token.Value)
}
