package text

import "strings"

// MarkMissing gives the links to one wiki title the class "missing", in HTML
// that Render made. Whether a page exists changes without the text changing,
// so this is done when the text is drawn.
func MarkMissing(html, title string) string {
	end := "/wiki/" + TitlePath(title)
	var quoted strings.Builder
	escape(&quoted, end)
	const class = `" class="wiki"`
	for _, after := range []string{"", "#"} {
		html = markEach(html, quoted.String()+after, class)
	}
	return html
}

// markEach finds links whose address ends with (or, with a section, goes on
// after) the path, and marks those of class wiki.
func markEach(html, path, class string) string {
	var b strings.Builder
	for {
		at := strings.Index(html, path)
		if at < 0 {
			break
		}
		rest := html[at+len(path):]
		quote := strings.IndexByte(rest, '"')
		section := strings.HasSuffix(path, "#")
		if quote < 0 || !section && quote != 0 || !strings.HasPrefix(rest[quote:], class) {
			b.WriteString(html[:at+len(path)])
			html = rest
			continue
		}
		b.WriteString(html[:at+len(path)+quote])
		b.WriteString(`" class="wiki missing"`)
		html = rest[quote+len(class):]
	}
	b.WriteString(html)
	return b.String()
}
