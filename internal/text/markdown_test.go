package text

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMarkdownBecomesHTML(t *testing.T) {
	for name, c := range map[string]struct{ source, want string }{
		"emphasis":                        {"**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>\n"},
		"a line break is kept":            {"a\nb", "<p>a<br>\nb</p>\n"},
		"HTML is shown as typed":          {"<b>a</b> <!-- b -->", "<p>&lt;b&gt;a&lt;/b&gt; &lt;!-- b --&gt;</p>\n"},
		"but br breaks the line":          {"a<br>b<br />c", "<p>a<br>b<br>c</p>\n"},
		"tasks":                           {"- [x] a\n- [ ] b", "<ul>\n<li><span class=\"task task-done\">☑</span> a</li>\n<li><span class=\"task\">☐</span> b</li>\n</ul>\n"},
		"table with alignment":            {"|a|b|\n|--|:-:|\n|c|d|", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"center\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n<td align=\"center\">d</td>\n</tr>\n</tbody>\n</table>\n"},
		"code keeps its language":         {"```python\nx = 1\n```", "<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-python\">x = <span class=\"mi\">1</span>\n</code></pre>\n"},
		"code of no known language":       {"```nosuch\n<x>\n```", "<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-nosuch\">&lt;x&gt;\n</code></pre>\n"},
		"indented code":                   {"    a < b", "<pre class=\"chroma\" tabindex=\"0\"><code>a &lt; b\n</code></pre>\n"},
		"link to our own server":          {"[a](/wiki/B \"c\")", "<p><a href=\"/wiki/B\" title=\"c\">a</a></p>\n"},
		"link to elsewhere":               {"[a](https://b.example)", "<p><a href=\"https://b.example\" rel=\"nofollow noopener noreferrer ugc\">a</a></p>\n"},
		"link with a bad address":         {"[a *b*](ftp://b.example) c", "<p>a <em>b</em> c</p>\n"},
		"own image":                       {"![Wiese](/media/w.jpg \"Mai\")", "<p><img src=\"/media/w.jpg\" alt=\"Wiese\" title=\"Mai\" loading=\"lazy\"></p>\n"},
		"foreign image is a link":         {"![](https://b.example/w.jpg?x=1)", "<p><a href=\"https://b.example/w.jpg?x=1\" class=\"image\" rel=\"nofollow noopener noreferrer ugc\">w.jpg</a></p>\n"},
		"address in the text":             {"(siehe https://b.example/x_(y).)", "<p>(siehe <a href=\"https://b.example/x_(y)\" rel=\"nofollow noopener noreferrer ugc\"><span class=\"invisible\">https://</span>b.example/x_(y)</a>.)</p>\n"},
		"address with www":                {"www.b.example!", "<p><a href=\"https://www.b.example\" rel=\"nofollow noopener noreferrer ugc\">www.b.example</a>!</p>\n"},
		"address in angle brackets":       {"<mailto:ada@b.example> <ada@b.example>", "<p><a href=\"mailto:ada@b.example\" rel=\"nofollow noopener noreferrer ugc\">mailto:ada@b.example</a> <a href=\"mailto:ada@b.example\" rel=\"nofollow noopener noreferrer ugc\">ada@b.example</a></p>\n"},
		"emphasised address":              {"**https://b.example**", "<p><strong><a href=\"https://b.example\" rel=\"nofollow noopener noreferrer ugc\"><span class=\"invisible\">https://</span>b.example</a></strong></p>\n"},
		"long address is shortened":       {"https://b.example/0123456789012345678901234", "<p><a href=\"https://b.example/0123456789012345678901234\" rel=\"nofollow noopener noreferrer ugc\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">b.example/01234567890123456789</span><span class=\"invisible\">01234</span></a></p>\n"},
		"no address in a word":            {"xhttps://b.example", "<p>xhttps://b.example</p>\n"},
		"mention":                         {"Hallo @ada!", "<p>Hallo <span class=\"h-card\"><a href=\"/@ada\" class=\"u-url mention\">@<span>ada</span></a></span>!</p>\n"},
		"mention of someone elsewhere":    {"@ben@example.org", "<p><span class=\"h-card\"><a href=\"https://example.org/@ben\" class=\"u-url mention\" rel=\"nofollow noopener noreferrer ugc\" title=\"@ben@example.org\">@<span>ben</span></a></span></p>\n"},
		"nobody of that name":             {"@niemand @ada@nirgends.example", "<p>@niemand @ada@nirgends.example</p>\n"},
		"no mention in code, links, mail": {"`@ada` [@ada](/x) mail@ada /@ada \\@ada", "<p><code>@ada</code> <a href=\"/x\">@ada</a> mail@ada /@ada @ada</p>\n"},
		"tag":                             {"#Öl_2 #2026 a#b", "<p><a href=\"/tags/ol_2\" class=\"mention hashtag\" rel=\"tag\">#<span>Öl_2</span></a> #2026 a#b</p>\n"},
		"wiki link":                       {"[[garten_haus]]", "<p><a href=\"/wiki/Garten_haus\" class=\"wiki\">garten_haus</a></p>\n"},
		"wiki link with section":          {"[[Garten#Beete & Wege|dort]]", "<p><a href=\"/wiki/Garten#s-beete-wege\" class=\"wiki\">dort</a></p>\n"},
		"section of this page":            {"[[#Beete]]", "<p><a href=\"#s-beete\" class=\"wiki\">Beete</a></p>\n"},
		"missing page":                    {"[[Fehlt]]", "<p><a href=\"/wiki/Fehlt\" class=\"wiki missing\">Fehlt</a></p>\n"},
		"wiki link in a table":            {"|[[Garten\\|x]]|\n|-|\n", "<table>\n<thead>\n<tr>\n<th><a href=\"/wiki/Garten\" class=\"wiki\">x</a></th>\n</tr>\n</thead>\n</table>\n"},
		"title that cannot be":            {"[[<b>]] [[]]", "<p>[[&lt;b&gt;]] [[]]</p>\n"},
		"entities and quotes":             {`&auml; "a" & 'b'`, "<p>ä &quot;a&quot; &amp; 'b'</p>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			o := testOptions()
			o.SoftBreaks, o.Heading = false, false
			if diff := cmp.Diff(c.want, mustRender(t, Markdown, c.source, o).HTML); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDocumentTellsWhatIsInIt(t *testing.T) {
	source := "# Über uns\n\nHallo @ada und @ben@example.org, @Ada! #Garten #garten #Öl\n\n## Wege\n\n## Wege\n\n" +
		"[[Obst]] [[obst|x]] [[Garten]] https://a.example https://b.example/x https://a.example [t](/tags/x)"
	doc := mustRender(t, Markdown, source, Options{Wiki: true, Heading: true, ResolveMention: func(h string) (string, bool) {
		return "https://example.org/@" + strings.ToLower(h), true
	}})
	want := Document{
		HTML:      doc.HTML,
		Mentions:  []string{"ada", "ben@example.org"},
		Tags:      []string{"Garten", "Öl"},
		WikiLinks: []string{"Obst", "Garten"},
		URLs:      []string{"https://a.example", "https://b.example/x"},
		TOC:       []Heading{{1, "s-ueber-uns", "Über uns"}, {2, "s-wege", "Wege"}, {2, "s-wege-2", "Wege"}},
	}
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Error(diff)
	}
	wantPlain := "Über uns\n\nHallo @ada und @ben, @Ada! #Garten #garten #Öl\n\nWege\n\nWege\n\nObst x Garten https://a.example https://b.example/x https://a.example t"
	if diff := cmp.Diff(wantPlain, PlainText(doc.HTML)); diff != "" {
		t.Error(diff)
	}
	if n := Words(doc.HTML); n != 26 {
		t.Errorf("%d words", n)
	}
}

func TestATeaserReadsNoMoreThanItNeeds(t *testing.T) {
	long := strings.Repeat("<p>Die Wiese ist <b>groß</b> &amp; grün.</p>\n", 400)
	for _, limit := range []int{5, 70, 280} {
		if got, want := Teaser(long, limit), Excerpt(PlainText(long), limit); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := Teaser("<p>Kurz.</p>", 70); got != "Kurz." {
		t.Error(got)
	}
}

func TestSoftBreaksFlowAsInBooks(t *testing.T) {
	if got := mustRender(t, Markdown, "a\nb", Options{SoftBreaks: true}).HTML; got != "<p>a\nb</p>\n" {
		t.Error(got)
	}
}

func TestWithoutWikiBracketsStayText(t *testing.T) {
	for _, f := range []Format{Markdown, HTML, Plain} {
		if got := mustRender(t, f, "[[Garten]]", Options{}); len(got.WikiLinks) > 0 || strings.Contains(got.HTML, "<a") {
			t.Errorf("%s: %s", f, got.HTML)
		}
	}
}

func TestFootnotesOfTwoTextsDoNotMeet(t *testing.T) {
	one := mustRender(t, Markdown, "a[^1]\n\n[^1]: b", Options{}).HTML
	two := mustRender(t, Markdown, "a[^1]\n\n[^1]: c", Options{}).HTML
	for _, id := range strings.Split(one, `"`) {
		if strings.HasPrefix(id, footnotePrefix) && strings.Contains(two, id) {
			t.Errorf("both have %s", id)
		}
	}
	if !strings.Contains(one, `role="doc-noteref"`) || !strings.Contains(one, `role="doc-endnotes"`) {
		t.Error(one)
	}
}

func TestPlainTextKeepsLinesAndFindsReferences(t *testing.T) {
	doc := mustRender(t, Plain, "Hallo @ada <b>\nheute\n\n\n„https://a.example“ #Heu [[Wiese]]", testOptions())
	want := "<p>Hallo <span class=\"h-card\"><a href=\"/@ada\" class=\"u-url mention\">@<span>ada</span></a></span> &lt;b&gt;<br>\nheute</p>\n" +
		"<p>„<a href=\"https://a.example\" rel=\"nofollow noopener noreferrer ugc\"><span class=\"invisible\">https://</span>a.example</a>“ " +
		"<a href=\"/tags/heu\" class=\"mention hashtag\" rel=\"tag\">#<span>Heu</span></a> <a href=\"/wiki/Wiese\" class=\"wiki\">Wiese</a></p>\n"
	if diff := cmp.Diff(want, doc.HTML); diff != "" {
		t.Error(diff)
	}
}

func TestHTMLFromClientsGetsReferencesAndHeadings(t *testing.T) {
	doc := mustRender(t, HTML, `<h2>Über <em>uns</em></h2><p>Hallo @ada, <a href="/x">@ada</a> <code>#x</code> #Heu`+
		`<img src="/media/a.jpg" alt="A" width="30" onload="x"><img src="https://b.example/b.png" alt="B">`, testOptions())
	want := `<h2 id="s-ueber-uns">Über <em>uns</em></h2><p>Hallo <span class="h-card"><a href="/@ada" class="u-url mention">@<span>ada</span></a></span>, ` +
		`<a href="/x">@ada</a> <code>#x</code> <a href="/tags/heu" class="mention hashtag" rel="tag">#<span>Heu</span></a>` +
		`<img src="/media/a.jpg" alt="A" width="30"><a href="https://b.example/b.png" rel="nofollow noopener noreferrer ugc">B</a></p>`
	if diff := cmp.Diff(want, doc.HTML); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(doc.Mentions, []string{"ada"}) || !slices.Equal(doc.Tags, []string{"Heu"}) || len(doc.TOC) != 1 {
		t.Errorf("%v %v %v", doc.Mentions, doc.Tags, doc.TOC)
	}
}

func TestImagesAreResolved(t *testing.T) {
	o := Options{ResolveImage: func(src string) (string, bool) {
		path, ok := strings.CutPrefix(src, "https://own.example")
		return path, ok
	}}
	for _, c := range []struct {
		f      Format
		source string
	}{{Markdown, "![a](https://own.example/m/a.jpg)"}, {HTML, `<p><img src="https://own.example/m/a.jpg" alt="a"></p>`}} {
		if got := mustRender(t, c.f, c.source, o).HTML; !strings.Contains(got, `<img src="/m/a.jpg" alt="a"`) {
			t.Errorf("%s: %s", c.f, got)
		}
	}
	evil := Options{ResolveImage: func(string) (string, bool) { return "https://evil.example/x", true }}
	if got := mustRender(t, Markdown, "![a](/b)", evil).HTML; strings.Contains(got, "<img") {
		t.Errorf("an image from elsewhere is drawn: %s", got)
	}
}

func TestTooLargeOrUnknownSourcesAreRefused(t *testing.T) {
	if _, err := Render(Markdown, strings.Repeat("a", MaxSource+1), Options{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := Render("wikitext", "a", Options{}); !errors.Is(err, ErrFormat) {
		t.Errorf("unknown format: %v", err)
	}
}

func TestTangledTextsAreShownPlain(t *testing.T) {
	for name, source := range map[string]string{
		"quotes": strings.Repeat(">", 300) + " a", "links": strings.Repeat("[a](", 1500), "stars": strings.Repeat("*a**b_c_ ", 4000),
	} {
		got := mustRender(t, Markdown, source, Options{}).HTML
		if !strings.HasPrefix(got, "<p>") || strings.Contains(got, "<em>") || strings.Contains(got, "<blockquote>") {
			t.Errorf("%s: %.80s", name, got)
		}
	}
	if got := mustRender(t, Markdown, strings.Repeat("-", 500), Options{}).HTML; got != "<hr>\n" {
		t.Errorf("a long rule: %.80s", got)
	}
}

func TestReferencesAreResolvedOnceAndBounded(t *testing.T) {
	calls := 0
	o := Options{ResolveMention: func(h string) (string, bool) { calls++; return "/@" + h, true }}
	mustRender(t, Markdown, strings.Repeat("@ada ", 50), o)
	if calls != 1 {
		t.Errorf("%d calls for one handle", calls)
	}
	var many strings.Builder
	for i := range maxReferences + 50 {
		many.WriteString("@ada" + strings.Repeat("a", i%30) + strings.Repeat("b", i/30) + " ")
	}
	if doc := mustRender(t, Markdown, many.String(), o); len(doc.Mentions) != maxReferences {
		t.Errorf("%d mentions", len(doc.Mentions))
	}
}

func TestCleanSource(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\rc": "a\nb\nc", "a\x00b\x1bc": "abc", "a\xffb": "a\uFFFDb", "\uFEFFa": "a", "a\tb\n": "a\tb\n", "ä 🏳️‍🌈": "ä 🏳️‍🌈",
	} {
		if got := CleanSource(in); got != want {
			t.Errorf("CleanSource(%q) = %q", in, got)
		}
	}
}
