package text

import "strings"

// renderHTML sanitises what a client wrote as HTML and makes the references in it links.
func renderHTML(source string, r *references) string {
	return sanitize(source, ownPolicy, r)
}

// renderPlain shows a text as it was typed: empty lines part paragraphs, references become links.
func renderPlain(source string, r *references) string {
	var b strings.Builder
	for paragraph := range paragraphs(source) {
		b.WriteString("<p>")
		for i, line := range strings.Split(paragraph, "\n") {
			if i > 0 {
				b.WriteString("<br>\n")
			}
			r.linkText(&b, line)
		}
		b.WriteString("</p>\n")
	}
	return b.String()
}

// paragraphs yields the runs of lines that are not blank.
func paragraphs(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start, end := -1, 0
		for at := 0; at <= len(s); {
			n := strings.IndexByte(s[at:], '\n')
			if n < 0 {
				n = len(s) - at
			}
			switch blank := strings.TrimSpace(s[at:at+n]) == ""; {
			case !blank && start < 0:
				start, end = at, at+n
			case !blank:
				end = at + n
			case start >= 0:
				if !yield(s[start:end]) {
					return
				}
				start = -1
			}
			at += n + 1
		}
		if start >= 0 {
			yield(s[start:end])
		}
	}
}
