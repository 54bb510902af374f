package text

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// MarkdownFromHTML writes HTML as Markdown, so that what arrived as HTML can be edited. It is made for prose: what Markdown has no
// word for keeps its text.
func MarkdownFromHTML(s string) string {
	// Sanitised HTML nests at most maxDepth deep, so walking its tree recursively is safe.
	nodes, err := html.ParseFragment(strings.NewReader(sanitize(bounded(s), ownPolicy, nil)),
		&html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return PlainText(s)
	}
	root := &html.Node{Type: html.ElementNode, Data: "div"}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return strings.Trim(blocksOf(root), "\n")
}

// blocksOf writes the children of a block: blocks among them parted by empty lines, and inline runs as paragraphs.
func blocksOf(n *html.Node) string {
	var parts []string
	var run strings.Builder
	flush := func() {
		if p := paragraphOf(run.String()); p != "" {
			parts = append(parts, p)
		}
		run.Reset()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !isBlockNode(c) {
			writeInline(&run, c)
			continue
		}
		flush()
		if b := strings.TrimRight(blockOf(c), "\n"); b != "" {
			parts = append(parts, b)
		}
	}
	flush()
	return strings.Join(parts, "\n\n")
}

func isBlockNode(n *html.Node) bool {
	return n.Type == html.ElementNode && allowedTags[n.Data]&block != 0
}

func blockOf(n *html.Node) string {
	switch n.Data {
	case "p", "summary", "figcaption", "dt":
		return paragraphOf(inlineOf(n))
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return strings.Repeat("#", int(n.Data[1]-'0')) + " " + oneLine(inlineOf(n))
	case "blockquote":
		return prefixed(blocksOf(n), "> ", "> ")
	case "pre":
		return fenced(n)
	case "ul", "ol":
		return listOf(n)
	case "table":
		return tableOf(n)
	case "hr":
		return "---"
	}
	return blocksOf(n)
}

var (
	blockStart = regexp.MustCompile(`(?m)^(#{1,6}(?:\s|$)|>|[-+](?:\s|$)|=+\s*$|-+\s*$|\d{1,9}[.)](?:\s|$)|~~~)`)
	spaces     = regexp.MustCompile(`[ \t]+`)
)

// paragraphOf tidies an inline run and keeps its lines from being read as something else.
func paragraphOf(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(spaces.ReplaceAllString(lines[i], " "))
	}
	s = strings.Trim(strings.Join(lines, "\n"), "\n")
	for strings.Contains(s, "\n\n") {
		s = strings.ReplaceAll(s, "\n\n", "\n")
	}
	return blockStart.ReplaceAllStringFunc(s, func(m string) string {
		if m[0] >= '0' && m[0] <= '9' {
			n := strings.IndexAny(m, ".)")
			return m[:n] + `\` + m[n:]
		}
		return `\` + m
	})
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// prefixed puts first before the first line and rest before all others.
func prefixed(s, first, rest string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		lines[i] = strings.TrimRight(prefix+lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func fenced(n *html.Node) string {
	code := textOfNode(n)
	lang := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		for class := range strings.FieldsSeq(attrOf(c, "class")) {
			if name, ok := strings.CutPrefix(class, "language-"); ok {
				lang = name
			}
		}
	}
	fence := "```"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	return fence + lang + "\n" + strings.TrimRight(code, "\n") + "\n" + fence
}

func listOf(n *html.Node) string {
	var items []string
	number := 1
	if start, err := strconv.Atoi(attrOf(n, "start")); err == nil {
		number = start
	}
	loose := false
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		marker := "- "
		if n.Data == "ol" {
			marker = strconv.Itoa(number) + ". "
			number++
		}
		body := itemOf(c)
		loose = loose || strings.Contains(body, "\n\n")
		items = append(items, prefixed(body, marker, strings.Repeat(" ", len(marker))))
	}
	if loose {
		return strings.Join(items, "\n\n")
	}
	return strings.Join(items, "\n")
}

// itemOf writes a list item; a list right after its text needs no empty line.
func itemOf(n *html.Node) string {
	body := blocksOf(n)
	for _, marker := range [...]string{"\n\n- ", "\n\n1. "} {
		if strings.Count(body, "\n\n") == 1 {
			body = strings.Replace(body, marker, marker[1:], 1)
		}
	}
	for box, mark := range map[string]string{"☐ ": "[ ] ", "☑ ": "[x] "} {
		if rest, ok := strings.CutPrefix(body, box); ok {
			return mark + rest
		}
	}
	return body
}

// tableOf writes a table; the first row is its head, as Markdown demands one.
func tableOf(n *html.Node) string {
	var rows [][]string
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Data == "tr" {
				rows = append(rows, cellsOf(c))
			} else {
				visit(c)
			}
		}
	}
	visit(n)
	if len(rows) == 0 {
		return ""
	}
	columns := min(len(rows[0]), 100)
	out := []string{tableRow(rows[0], columns), strings.TrimSuffix(strings.Repeat("| --- ", columns), " ") + " |"}
	for _, row := range rows[1:] {
		out = append(out, tableRow(row, columns))
	}
	return strings.Join(out, "\n")
}

func cellsOf(row *html.Node) []string {
	var cells []string
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.Data == "td" || c.Data == "th" {
			cell := strings.TrimSpace(strings.ReplaceAll(blocksOf(c), "\n\n", "\n"))
			cells = append(cells, strings.ReplaceAll(strings.ReplaceAll(cell, "|", `\|`), "\n", "<br>"))
		}
	}
	return cells
}

func tableRow(cells []string, columns int) string {
	var b strings.Builder
	for i := range columns {
		b.WriteString("| ")
		if i < len(cells) {
			b.WriteString(cells[i])
			b.WriteByte(' ')
		}
	}
	return b.String() + "|"
}

func inlineOf(n *html.Node) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		writeInline(&b, c)
	}
	return b.String()
}

// marks are the inline elements Markdown has signs for.
var marks = map[string]string{"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}

func writeInline(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		b.WriteString(escapeMarkdown(strings.ReplaceAll(n.Data, "\n", " ")))
		return
	}
	switch n.Data {
	case "br":
		b.WriteByte('\n')
	case "a":
		b.WriteString(linkMarkdown(n))
	case "img":
		b.WriteString("![" + escapeMarkdown(attrOf(n, "alt")) + "](" + destination(attrOf(n, "src")) + ")")
	case "code":
		b.WriteString(codeSpan(textOfNode(n)))
	default:
		writeMarked(b, marks[n.Data], inlineOf(n))
	}
}

// writeMarked puts the signs right at the words: Markdown does not take them beside a space.
func writeMarked(b *strings.Builder, mark, inner string) {
	core := strings.TrimSpace(inner)
	if mark == "" || core == "" || strings.Contains(core, mark) {
		b.WriteString(inner)
		return
	}
	lead := inner[:strings.Index(inner, core)]
	b.WriteString(lead + mark + core + mark + inner[len(lead)+len(core):])
}

func codeSpan(code string) string {
	code = strings.ReplaceAll(code, "\n", " ")
	if strings.TrimSpace(code) == "" {
		return code
	}
	tick := "`"
	for strings.Contains(code, tick) {
		tick += "`"
	}
	if strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") {
		code = " " + code + " "
	}
	return tick + code + tick
}

// linkMarkdown writes people as @ada@example.org, tags as #Garten, and addresses that show themselves as they are.
func linkMarkdown(n *html.Node) string {
	href, label := attrOf(n, "href"), textOfNode(n)
	classes := strings.Fields(attrOf(n, "class"))
	for _, class := range classes {
		switch {
		case class == "hashtag" && strings.HasPrefix(label, "#"):
			return label
		case class == "mention" && strings.HasPrefix(label, "@"):
			return fullHandle(label, href, attrOf(n, "title"))
		case class == "footnote-ref" || class == "footnote-backref":
			return ""
		}
	}
	if label == href && matchURL(href) == len(href) {
		return href
	}
	inner := oneLine(inlineOf(n))
	if inner == "" {
		return ""
	}
	return "[" + inner + "](" + destination(href) + ")"
}

func fullHandle(label, href, title string) string {
	if strings.HasPrefix(title, label+"@") {
		return title
	}
	u, err := url.Parse(href)
	if err != nil || u.Host == "" || strings.Count(label, "@") > 1 {
		return label
	}
	return label + "@" + u.Host
}

func destination(href string) string {
	if strings.ContainsAny(href, "() ") {
		return "<" + href + ">"
	}
	return href
}

// escapeMarkdown keeps characters from being read as markup; underscores inside words are safe.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\', '*', '`', '[', ']', '<':
			b.WriteByte('\\')
		case '_':
			if i == 0 || i+1 == len(s) || !isAlnum(s[i-1]) || !isAlnum(s[i+1]) {
				b.WriteByte('\\')
			}
		case '~':
			if i+1 < len(s) && s[i+1] == '~' {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOfNode(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOfNode(c))
	}
	return b.String()
}
