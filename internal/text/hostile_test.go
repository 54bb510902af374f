package text

import (
	"flag"
	"strings"
	"testing"
	"time"
)

var fullSize = flag.Bool("full", false, "feed the hostile patterns in the largest size allowed (takes a minute)")

// hostilePatterns are pieces that, repeated to the full size, are slow in careless parsers.
var hostilePatterns = map[string]string{
	"quotes":            ">",
	"quoted lines":      "> > > > > > > > > >\n",
	"nested lists":      "- ",
	"list per line":     "- a\n  ",
	"brackets":          "[",
	"bracket pairs":     "[a](",
	"image brackets":    "![",
	"bracket lines":     "[a](\n",
	"angle targets":     "[a](<b c ",
	"angle lines":       "[a](<b\n",
	"open titles":       "[a](b \"c ",
	"title lines":       "[a](b \"c\n",
	"quote titles":      "[a](b 'c ",
	"bracket titles":    "[a](b (c ",
	"half open targets": "[a](() ",
	"open targets":      "[a](()",
	"labels":            "[a][b ",
	"label lines":       "[a][b\n",
	"open labels":       "[a [b] ",
	"definitions":       "[a]: <b\n",
	"definition titles": "[a]: b \"c\n",
	"open definitions":  "[a\n",
	"open footnotes":    "[^a ",
	"autolink lines":    "<a:b ",
	"mail lines":        "<a@b",
	"ticks":             "`a ``b ```c ",
	"one star":          "a*b ",
	"closing stars":     "a* b* ",
	"triple stars":      "***a** ",
	"mixed runs":        "a**b*c_ ~~d",
	"one tilde":         "a ~b ",
	"closing":           "](",
	"stars":             "*a ",
	"star words":        "*a**b_c_ ",
	"underscores":       "_",
	"tildes":            "~~a~",
	"backticks":         "`a``",
	"entities":          "&amp;&",
	"angle":             "<",
	"autolinks":         "<http:a ",
	"wiki":              "[[a|",
	"wiki links":        "[[a]] ",
	"mentions":          "@ada ",
	"mention chain":     "@a@b.c@",
	"tags":              "#a",
	"tags apart":        "#a1 ",
	"urls":              "http://a.b/c(",
	"urls apart":        "http://a.b/)))))) ",
	"headings":          "# a\n",
	"tables":            "|a|\n|-|\n",
	"table row":         "|",
	"footnotes":         "[^a]: b\n\n[^a]",
	"footnote marks":    "[^1]",
	"references":        "[a]: b\n",
	"rules":             "---\n",
	"fences":            "```go\nx\n```\n",
	"open fence":        "````\n",
	"setext":            "a\n=\n",
	"empty lines":       "\n",
	"spaces":            " ",
	"tabs":              "\t-",
	"backslashes":       "\\",
	"controls":          "\x01\r",
	"broken utf8":       "\xff\xc3",
	"marks":             "a\u0301\u0302",
	"open tags":         "<b>",
	"paragraphs":        "<p>",
	"open links":        "<a href='http://a.b'>",
	"nested tables":     "<table><tr><td>",
	"list items":        "<ul><li>",
	"attributes":        "<p a=b c=d ",
	"comments":          "<!--",
	"half tags":         "</",
	"headings in html":  "<h1>a",
	"closing tags":      "</b></i></p>",
	"script":            "<script>",
	"ideographs":        "漢字",
	"ligatures":         "ﷺ",
	"words":             "ab cd ",
	"different numbers": "x\ny\nx\nz\n",
}

// TestHostileTextsTakeBoundedTime feeds every function the largest text of each pattern.
func TestHostileTextsTakeBoundedTime(t *testing.T) {
	size, limit := MaxSource/16, 3*time.Second
	if *fullSize {
		size, limit = MaxSource, 10*time.Second
	}
	for name, pattern := range hostilePatterns {
		source := strings.Repeat(pattern, size/len(pattern))
		for _, job := range hostileJobs(source) {
			start := time.Now()
			job.run()
			took := time.Since(start)
			if took > limit {
				t.Errorf("%s of %d bytes of %s (%q) took %s", job.name, len(source), name, pattern, took)
			}
		}
	}
}

type hostileJob struct {
	name string
	run  func()
}

func hostileJobs(source string) []hostileJob {
	half := len(source) / 2
	o := testOptions()
	render := func(f Format) func() {
		return func() {
			if _, err := Render(f, source, o); err != nil {
				panic(err)
			}
		}
	}
	return []hostileJob{
		{"Markdown", render(Markdown)},
		{"HTML", render(HTML)},
		{"Plain", render(Plain)},
		{"SanitizeHTML", func() { SanitizeHTML(source) }},
		{"PlainText", func() { PlainText(source) }},
		{"MarkdownFromHTML", func() { MarkdownFromHTML(source) }},
		{"Tokens", func() { Tokens(source, "") }},
		{"Slug", func() { Slug(source) }},
		{"CountChars", func() { CountChars(source) }},
		{"Snippet", func() { Snippet(source, []string{"a", "ab", "字"}, 300) }},
		{"Excerpt", func() { Excerpt(source, 300) }},
		{"Diff", func() { Diff(source, source[half:]+"x"+source[:half]) }},
		{"Merge3", func() { Merge3(source, "x\n"+source[:half], source[half:]+"y") }},
	}
}
