package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForeignHTMLIsTidied(t *testing.T) {
	const rel = ` rel="nofollow noopener noreferrer ugc"`
	for name, c := range map[string]struct{ in, want string }{
		"a note as others send it": {
			`<p><span class="h-card" translate="no"><a href="https://example.org/@ada" class="u-url mention" target="_blank" rel="nofollow">@<span>ada</span></a></span> Hallo<br />Welt</p>`,
			`<p><span class="h-card"><a href="https://example.org/@ada"` + rel + ` class="u-url mention">@<span>ada</span></a></span> Hallo<br>Welt</p>`,
		},
		"a tag keeps its rel": {
			`<a href="https://example.org/tags/x" class="mention hashtag status-link" rel="tag">#<span>x</span></a>`,
			`<a href="https://example.org/tags/x" rel="tag nofollow noopener noreferrer ugc" class="mention hashtag">#<span>x</span></a>`,
		},
		"quotes, lists, code":       {`<blockquote>a<ul><li>b<li>c</ul></blockquote><pre><code class="x">d</code></pre>`, `<blockquote>a<ul><li>b</li><li>c</li></ul></blockquote><pre><code>d</code></pre>`},
		"unclosed and misnested":    {`<p>a<b>b<i>c</b>d<p>e`, `<p>a<b>b<i>c</i></b>d</p><p>e</p>`},
		"a block ends a paragraph":  {`<p>a<div>b</div>c</p>`, `<p>a</p><div>b</div>c`},
		"a table":                   {`<table><tr><td colspan=2>a<td>b<tr><th scope="col">c</table>`, `<table><tr><td colspan="2">a</td><td>b</td></tr><tr><th scope="col">c</th></tr></table>`},
		"a table in a table":        {`<table><tr><td><table><tr><td>a</table><td>b</table>`, `<table><tr><td><table><tr><td>a</td></tr></table></td><td>b</td></tr></table>`},
		"a link in a link":          {`<a href="https://a.b">x<a href="https://c.d">y</a>z</a>`, `<a href="https://a.b"` + rel + `>x</a><a href="https://c.d"` + rel + `>y</a>z`},
		"relative links lead home":  {`<a href="/logout">x</a> <a href="page">y</a>`, `x y`},
		"a link without a scheme":   {`<a href="//a.b/c">x</a>`, `<a href="https://a.b/c"` + rel + `>x</a>`},
		"images become links":       {`<img src="https://a.b/c/d.png" alt="Wiese"><img src="https://a.b/c/d.png?x">`, `<a href="https://a.b/c/d.png"` + rel + `>Wiese</a><a href="https://a.b/c/d.png?x"` + rel + `>d.png</a>`},
		"a linked image":            {`<a href="https://a.b"><img src="https://a.b/c.png" alt="Wiese"></a>`, `<a href="https://a.b"` + rel + `>Wiese</a>`},
		"custom emoji":              {`Hallo <img src="https://a.b/e.png" class="emoji" alt=":heu:"> <img src="https://a.b/e.png" alt=":gras:">`, `Hallo :heu: :gras:`},
		"unknown tags keep text":    {`<article><font color=red>a</font></article><custom-x>b</custom-x>`, `ab`},
		"ids are ours":              {`<p id="main">a</p><h2 id="s-x">b</h2>`, `<p>a</p><h2>b</h2>`},
		"quoted post":               {`<p class="quote-inline">RE: x</p>`, `<p class="quote-inline">RE: x</p>`},
		"language":                  {`<p lang="de-AT" dir="rtl">a</p>`, `<p lang="de-AT" dir="rtl">a</p>`},
		"plain text stays":          {`a &amp; b &lt; c`, `a &amp; b &lt; c`},
		"bare signs are escaped":    {`a & b > c < d`, `a &amp; b &gt; c &lt; d`},
		"entities become letters":   {`&auml;&nbsp;&euro;`, "ä\u00a0€"},
		"ruby and definitions":      {`<ruby>漢<rp>(<rt>kan</ruby><dl><dt>a<dd>b</dl>`, `<ruby>漢<rp>(<rt>kan</rt></rp></ruby><dl><dt>a</dt><dd>b</dd></dl>`},
		"numbered lists go on":      {`<ol start="5" type="x"><li value="7">a</ol>`, `<ol start="5"><li value="7">a</li></ol>`},
		"scripts leave nothing":     {`a<script>b</script><style>c</style><iframe>d</iframe><template>e</template><svg><text>f</text></svg>g`, `ag`},
		"empty":                     {``, ``},
		"broken UTF-8 is mended":    {"a\xff", "a\uFFFD"},
		"an end without beginning":  {`a</p></div></b>b`, `ab`},
		"attributes come only once": {`<a href="https://a.b" href="javascript:x" title="t" title="u">x</a>`, `<a href="https://a.b"` + rel + ` title="t">x</a>`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, SanitizeHTML(c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSanitizingIsBounded(t *testing.T) {
	if got := SanitizeHTML(strings.Repeat("<b>a</b> ", MaxSource)); len(got) > MaxSource+len("</b>") {
		t.Errorf("%d bytes", len(got))
	}
	deep := SanitizeHTML(strings.Repeat("<blockquote>", 5000) + "a")
	if n := strings.Count(deep, "<blockquote>"); n != maxDepth {
		t.Errorf("nested %d deep", n)
	}
}

func TestWhatWeRenderOthersMayShow(t *testing.T) {
	doc := mustRender(t, Markdown, "Hallo @ben@example.org, siehe https://a.example und #Heu", Options{
		ResolveMention: func(string) (string, bool) { return "https://example.org/@ben", true },
		ResolveTag:     func(tag string) string { return "https://own.example/tags/" + tag },
	})
	if got := SanitizeHTML(doc.HTML); !strings.Contains(got, `class="u-url mention"`) || !strings.Contains(got, `class="invisible"`) {
		t.Error(got)
	}
}

func TestPlainTextOfHTML(t *testing.T) {
	for in, want := range map[string]string{
		"<p>a</p><p>b<br>c</p>":                            "a\n\nb\nc",
		"<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>": "a\nb\nc",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c":    "a b\nc",
		"a &amp; b&nbsp;&lt;c&gt;":                         "a & b\u00a0<c>",
		"<pre>a\n  b\n</pre><p>c</p>":                      "a\n  b\n\nc",
		"<script>x</script><style>y</style>z<title>t</tit": "z",
		`<p>a <img src="/x.png" alt="Wiese"> b</p>`:        "a Wiese b",
		"  a\n\n b  ": "a b",
		"<p>a<p>b":    "a\n\nb",
		"a<br><br>b":  "a\n\nb",
	} {
		if got := PlainText(in); got != want {
			t.Errorf("PlainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHTMLBecomesMarkdownAgain(t *testing.T) {
	for _, source := range []string{
		"# Titel\n\nEin **starkes** und *leises* Wort, `code` und ~~weg~~.",
		"- a\n- b\n  - c\n- d",
		"3. a\n4. b",
		"- [x] a\n- [ ] b",
		"> a\n>\n> b",
		"```go\nfunc main() {\n}\n```",
		"| a | b |\n| --- | --- |\n| c | d\\|e |",
		"[a](/b) <https://c.example/x_y> [d](https://e.example)",
		"@ada und @ben@example.org #Heu",
		"a\nb\n\nc",
		"![Wiese](/media/w.jpg)",
		"1\\. kein Punkt\n\\# kein Titel\n\\- keine Liste",
		"snake_case \\*kein Stern\\* \\[keine Klammer\\]",
		"---\n\nEnde",
	} {
		first := mustRender(t, Markdown, source, Options{ResolveMention: testOptions().ResolveMention})
		back := MarkdownFromHTML(first.HTML)
		second := mustRender(t, Markdown, back, Options{ResolveMention: testOptions().ResolveMention})
		if diff := cmp.Diff(first.HTML, second.HTML); diff != "" {
			t.Errorf("%q came back as %q:\n%s", source, back, diff)
		}
	}
}

func TestForeignHTMLBecomesReadableMarkdown(t *testing.T) {
	in := `<p><span class="h-card"><a href="https://b.example/@ben" class="u-url mention">@<span>ben</span></a></span> Hallo<br>Welt <b> fett </b>!</p>` +
		`<ul><li><p>a</p><p>b</p></li></ul><p><a href="https://c.example/x"><span class="invisible">https://</span>c.example/x</a></p>`
	want := "@ben@b.example Hallo\nWelt **fett** !\n\n- a\n\n  b\n\nhttps://c.example/x"
	if diff := cmp.Diff(want, MarkdownFromHTML(in)); diff != "" {
		t.Error(diff)
	}
}
