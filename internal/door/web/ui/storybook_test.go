package ui

import (
	"bytes"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"allmende/internal/door/web/assets"
	"allmende/internal/lang"
)

func draw(t *testing.T, tag lang.Tag, c templ.Component) *html.Node {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(lang.With(t.Context(), tag), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// each visits all elements.
func each(n *html.Node, visit func(*html.Node)) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode {
			visit(d)
		}
	}
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

func TestNoComponentNeedsInlineScriptOrStyle(t *testing.T) {
	each(draw(t, lang.De, Storybook(lang.De, "auto")), func(n *html.Node) {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				t.Errorf("<%s %s=%q> would be refused by the content policy", n.Data, a.Key, a.Val)
			}
		}
		if (n.Data == "script" || n.Data == "style") && words(n) != "" {
			t.Errorf("<%s> stands in the page", n.Data)
		}
	})
}

func TestEveryTextIsTranslated(t *testing.T) {
	for _, tag := range lang.Tags() {
		doc := draw(t, tag, Storybook(tag, "light"))
		each(doc, func(n *html.Node) {
			for _, a := range n.Attr {
				if strings.Contains(a.Val, "[ui.") {
					t.Errorf("%s: %s=%q", tag, a.Key, a.Val)
				}
			}
		})
		if text := words(doc); strings.Contains(text, "[ui.") || strings.Contains(text, "[audience.") {
			t.Errorf("%s: a key has no text", tag)
		}
	}
}

func TestEveryControlHasANameAndEveryPictureAnAlt(t *testing.T) {
	doc := draw(t, lang.En, Storybook(lang.En, "auto"))
	labels := map[string]bool{}
	each(doc, func(n *html.Node) {
		if f, ok := attr(n, "for"); ok && n.Data == "label" {
			labels[f] = true
		}
	})
	each(doc, func(n *html.Node) {
		switch n.Data {
		case "img":
			if _, ok := attr(n, "alt"); !ok {
				t.Error("a picture has no alt attribute")
			}
		case "button", "a", "summary":
			if hidden, _ := attr(n, "aria-hidden"); hidden != "true" && !named(n, labels) {
				t.Errorf("<%s %v> has no name", n.Data, n.Attr)
			}
		case "input", "select", "textarea":
			if kind, _ := attr(n, "type"); kind != "hidden" && !named(n, labels) {
				t.Errorf("<%s %v> has no label", n.Data, n.Attr)
			}
		}
	})
}

// named tells whether an element has words, an aria-label, a label around it
// or one that points to it, or a picture with words.
func named(n *html.Node, labels map[string]bool) bool {
	if l, _ := attr(n, "aria-label"); l != "" || words(n) != "" && n.Data != "textarea" {
		return true
	}
	if id, _ := attr(n, "id"); labels[id] {
		return true
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "label" {
			return words(p) != ""
		}
	}
	return hasPicture(n)
}

// hasPicture tells whether a described picture names the link around it.
func hasPicture(n *html.Node) bool {
	found := false
	each(n, func(d *html.Node) {
		alt, _ := attr(d, "alt")
		found = found || d.Data == "img" && alt != ""
	})
	return found
}

func TestEveryIconIsInTheSprite(t *testing.T) {
	answer := httptest.NewRecorder()
	assets.Handler().ServeHTTP(answer, httptest.NewRequest("GET", assets.URL("icons.svg"), nil))
	sprite, _ := io.ReadAll(answer.Body)
	each(draw(t, lang.De, Storybook(lang.De, "auto")), func(n *html.Node) {
		if n.Data != "use" {
			return
		}
		href, _ := attr(n, "href")
		_, name, _ := strings.Cut(href, "#")
		if !bytes.Contains(sprite, []byte(`id="`+name+`"`)) {
			t.Errorf("there is no icon %q", name)
		}
	})
}

func TestNoIDStandsTwiceWithinAComponent(t *testing.T) {
	ctx := lang.With(t.Context(), lang.De)
	for _, s := range sampleStories(ctx) {
		seen := map[string]bool{}
		each(draw(t, lang.De, s.part), func(n *html.Node) {
			id, ok := attr(n, "id")
			if ok && seen[id] {
				t.Errorf("%s: id %q stands twice", s.name, id)
			}
			seen[id] = true
		})
	}
}

func TestActionsPostThroughThePagesForm(t *testing.T) {
	b := Base{Title: "T", Lang: lang.En, CSRF: "s3cret", Path: "/here", Site: SiteView{Name: "S"}}
	doc := draw(t, lang.En, Page(b, Card(sampleNote(lang.With(t.Context(), lang.En)))))
	liked, form, token := false, false, false
	each(doc, func(n *html.Node) {
		action, _ := attr(n, "formaction")
		of, _ := attr(n, "form")
		on, _ := attr(n, "aria-pressed")
		undo, _ := attr(n, "name")
		liked = liked || action == "/o/101/like" && of == "act" && on == "true" && undo == "undo"
		id, _ := attr(n, "id")
		method, _ := attr(n, "method")
		form = form || id == "act" && method == "post"
		name, _ := attr(n, "name")
		value, _ := attr(n, "value")
		token = token || name == "csrf" && value == "s3cret"
	})
	if !liked || !form || !token {
		t.Errorf("like button %v, form %v, token %v", liked, form, token)
	}
}

func TestForeignAddressesCannotCarryScript(t *testing.T) {
	c := sampleNote(t.Context())
	c.Path, c.Remote = "javascript:alert(1)", "javascript:alert(2)"
	c.Authors[0].Path = "javascript:alert(3)"
	c.Authors[0].Name = `<img src=x onerror=alert(4)>`
	each(draw(t, lang.En, Card(c)), func(n *html.Node) {
		if href, _ := attr(n, "href"); strings.HasPrefix(href, "javascript:") {
			t.Errorf("<%s href=%q>", n.Data, href)
		}
		if src, _ := attr(n, "src"); src == "x" {
			t.Error("a name became markup")
		}
	})
}

func TestModerationIsShownOnlyToThoseWhoMay(t *testing.T) {
	has := func(v *ViewerView, href string) bool {
		found := false
		each(draw(t, lang.De, Page(Base{Lang: lang.De, Viewer: v, Site: SiteView{Name: "S"}}, templ.NopComponent)), func(n *html.Node) {
			h, _ := attr(n, "href")
			found = found || h == href
		})
		return found
	}
	if has(nil, "/notifications") || has(&ViewerView{}, "/moderation") || has(&ViewerView{Moderator: true}, "/admin") {
		t.Error("the rail shows what the viewer may not open")
	}
	if !has(&ViewerView{Moderator: true}, "/moderation") || !has(&ViewerView{Admin: true}, "/admin") {
		t.Error("the rail hides what the viewer may open")
	}
}

func TestNamesReadLikeASentence(t *testing.T) {
	p := samplePeople()
	for _, c := range []struct {
		list []ActorView
		want string
	}{
		{p[:1], "Ada Brandt"},
		{p[:2], "Ada Brandt and Ben Okafor"},
		{p[:3], "Ada Brandt, Ben Okafor and Werkstatt Nord"},
		{p[:4], "Ada Brandt, Ben Okafor and 2 others"},
	} {
		if got := words(draw(t, lang.En, Names(c.list))); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func BenchmarkHomeOf40Cards(b *testing.B) {
	ctx := lang.With(b.Context(), lang.De)
	var cards []CardView
	for len(cards) < 40 {
		cards = append(cards, sampleCards(ctx)...)
	}
	page := Page(Base{Lang: lang.De, Site: SiteView{Name: "S"}, Viewer: &ViewerView{Actor: samplePeople()[0]}}, Stream(cards[:40]))
	b.ReportAllocs()
	for b.Loop() {
		if err := page.Render(ctx, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
