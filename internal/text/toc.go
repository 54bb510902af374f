package text

import (
	"regexp"
	"strings"
)

var headingShape = regexp.MustCompile(`(?s)<h([1-6]) id="([^"]*)">(.*?)</h[1-6]>`)

// TOC lists the headings of HTML that Render made with Options.Heading.
func TOC(html string) []Heading {
	var out []Heading
	for _, m := range headingShape.FindAllStringSubmatch(html, 300) {
		out = append(out, Heading{Level: int(m[1][0] - '0'), ID: m[2], Text: strings.TrimSpace(PlainText(m[3]))})
	}
	return out
}
