package text

import "strings"

// Absolute puts the server's address ("https://example.org") before every address in sanitised HTML that starts with
// "/": what is stored names no host, but apps, feeds and other servers need one. Text between tags stays as it is.
func Absolute(html, base string) string {
	if !strings.Contains(html, `="/`) {
		return html
	}
	var b strings.Builder
	b.Grow(len(html) + 4*len(base))
	for html != "" {
		open := strings.IndexByte(html, '<')
		if open < 0 {
			break
		}
		end := tagEnd(html[open:])
		b.WriteString(html[:open])
		absoluteTag(&b, html[open:open+end], base)
		html = html[open+end:]
	}
	b.WriteString(html)
	return b.String()
}

// tagEnd is the length of the tag that s starts with; quoted values may hold ">".
func tagEnd(s string) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			quoted = !quoted
		case '>':
			if !quoted {
				return i + 1
			}
		}
	}
	return len(s)
}

func absoluteTag(b *strings.Builder, tag, base string) {
	for _, name := range []string{` href="`, ` src="`, ` poster="`} {
		at := strings.Index(tag, name+"/")
		if at < 0 {
			continue
		}
		at += len(name)
		if strings.HasPrefix(tag[at:], "//") {
			continue // another server's, without its scheme
		}
		b.WriteString(tag[:at])
		b.WriteString(base)
		tag = tag[at:]
	}
	b.WriteString(tag)
}
