package text

import (
	"strings"
	"testing"

	"allmende"
)

func render(t *testing.T, source string) string {
	t.Helper()
	doc, err := Render(Markdown, source, Options{Wiki: true, Heading: true, SoftBreaks: true, Figures: true})
	if err != nil {
		t.Fatal(err)
	}
	if !scan(doc.HTML, ownPolicy, nil) {
		t.Errorf("not strict: %s", doc.HTML)
	}
	return doc.HTML
}

func TestAMediumAloneInItsParagraphIsAFigure(t *testing.T) {
	for source, want := range map[string]string{
		`![A bee](media:12 "In <May>")`:             `<figure><img src="/media/12" alt="A bee"><figcaption>In &lt;May&gt;</figcaption></figure>`,
		"![](media:12)":                             `<figure><img src="/media/12" alt=""></figure>`,
		"Look:\n\n![*A* bee](media:12)\n\nThere":    "<p>Look:</p>\n<figure><img src=\"/media/12\" alt=\"A bee\"></figure>\n<p>There</p>",
		"![a](media:1)\n![b](media:2)":              `<figure><img src="/media/1" alt="a"></figure>` + "\n" + `<figure><img src="/media/2" alt="b"></figure>`,
		"- ![a](media:1)\n- b":                      "<li>\n<figure><img src=\"/media/1\" alt=\"a\"></figure>\n</li>",
		"> ![a](media:1)":                           "<blockquote>\n<figure><img",
		`A ![bee](media:12 "buzz") in words`:        `<p>A <img src="/media/12" alt="bee" title="buzz"> in words</p>`,
		"[![bee](media:12)](https://example.org)":   `<img src="/media/12" alt="bee"></a></p>`,
		"![bee](media:0)":                           "<p>bee</p>",
		"![bee](media:99999999999999999999)":        "<p>bee</p>",
		"![bee](media:12x)":                         "<p>bee</p>",
		`![" onerror="x](media:12 "\" onload=\"y")`: `alt="&quot; onerror=&quot;x"><figcaption>&quot; onload=&quot;y</figcaption>`,
		"`![bee](media:12)`":                        "<code>![bee](media:12)</code>",
	} {
		if got := render(t, source); !strings.Contains(got, want) {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
	doc, err := Render(Markdown, "![bee](media:12)", Options{})
	if err != nil || strings.Contains(doc.HTML, "<img") {
		t.Errorf("a note got a figure: %s %v", doc.HTML, err)
	}
}

func TestFiguresAreDrawnWhereTheyStand(t *testing.T) {
	html := render(t, "One\n\n![A \"bee\"](media:12 \"In & out\")\n\nTwo ![x](media:13) three ![again](media:12)")
	if ids := FiguresIn(html); len(ids) != 2 || ids[0] != 12 || ids[1] != 13 {
		t.Errorf("figures: %v", ids)
	}
	var seen []Figure
	drawn := DrawFigures(html, func(f Figure) string {
		seen = append(seen, f)
		return "[" + f.Media.String() + "]"
	})
	if want := "<p>One</p>\n[12]<p>Two [13] three [12]</p>\n"; drawn != want {
		t.Errorf("drawn %q, want %q", drawn, want)
	}
	want := []Figure{{12, `A "bee"`, "In & out", false}, {13, "x", "", true}, {12, "again", "", true}}
	for i, f := range seen {
		if f != want[i] {
			t.Errorf("%d: %+v, want %+v", i, f, want[i])
		}
	}
	if got := Teaser(html, 40); got != "One Two three" {
		t.Errorf("teaser %q", got)
	}
	if got := PlainText(html); !strings.Contains(got, `A "bee"`) || !strings.Contains(got, "In & out") {
		t.Errorf("the words of a figure are not to be found: %q", got)
	}
}

func TestFigureMarkdownIsReadBack(t *testing.T) {
	for _, f := range []Figure{{Media: 12, Alt: "A bee"}, {Media: 12, Alt: `a ] [b] *c* \ "d"`, Caption: `e "f" \ g) h`}, {Media: 7, Alt: "two\nlines", Caption: "x\ny"}} {
		html := render(t, FigureMarkdown(f))
		var got Figure
		DrawFigures(html, func(f Figure) string { got = f; return "" })
		f.Alt, f.Caption = oneLine(f.Alt), oneLine(f.Caption)
		if got != f {
			t.Errorf("%q\n got %+v\nwant %+v", FigureMarkdown(f), got, f)
		}
	}
	source := MapFigures("![a](media:12 \"x\") ![b](media:123) [c](media:13) media:12", func(id allmende.ID) (allmende.ID, bool) { return id + 1, id < 100 })
	if want := "![a](media:13 \"x\") ![b](media:123) [c](media:14) media:12"; source != want {
		t.Errorf("mapped: %s", source)
	}
}
