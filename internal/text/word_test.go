package text

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTitlesHaveOneForm(t *testing.T) {
	for in, want := range map[string]string{
		"garten": "Garten", " die__grüne \t wiese ": "Die grüne wiese", "a\u0308pfel": "Äpfel", "örtchen": "Örtchen",
		"ßen": "ßen", "1. Mai": "1. Mai", "a/b": "A/b", "漢字": "漢字", "C++ & Co.": "C++ & Co.", "...": "...", "Ada: Werk": "Ada: Werk",
		strings.Repeat("ä", 200): "Ä" + strings.Repeat("ä", 199),
	} {
		if got, err := NormalTitle(in); err != nil || got != want {
			t.Errorf("NormalTitle(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", " _ ", ".", "..", "/a", "a#b", "a<b", "a>b", "a[b", "a]b", "a|b", "a{b", "a}b", "a\nb", "a\x00", "a\u202eb",
		"a\xff", "a\u2028b", strings.Repeat("a", 201), strings.Repeat("ä", 100_000)} {
		if got, err := NormalTitle(in); !errors.Is(err, ErrTitle) || got != "" {
			t.Errorf("NormalTitle(%.20q) = %q, %v", in, got, err)
		}
	}
}

func TestTitlePath(t *testing.T) {
	for in, want := range map[string]string{
		"Die grüne Wiese": "Die_gr%C3%BCne_Wiese", "A/b": "A%2Fb", "Was?": "Was%3F", "100 %": "100_%25", "Ada: Werk": "Ada:_Werk",
	} {
		if got := TitlePath(in); got != want {
			t.Errorf("TitlePath(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"Über die Wiesen!": "ueber-die-wiesen", "Größe & Maß": "groesse-mass", "Crème brûlée": "creme-brulee", "Ada's Haus": "adas-haus",
		"  -- a -- b -- ": "a-b", "ÄÖÜ": "aeoeue", "A\u0308pfel": "aepfel", "Łódź": "lodz", "日本 語": "日本-語", "Привет мир": "привет-мир",
		"!!!": "", "": "", "2026-11-22": "2026-11-22", strings.Repeat("ab ", 50): strings.TrimSuffix(strings.Repeat("ab-", 27), "-"),
		strings.Repeat("x", 500): strings.Repeat("x", 80), "ﬁn": "fin",
	} {
		if got := Slug(in); got != want {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Füße": "fusse", "STRAẞE": "strasse", "Ärger": "arger", "A\u0308": "a", "İstanbul": "istanbul", "Œuvre": "oeuvre", "ﬁ": "fi", "Ⅷ": "viii",
		"ＡＢＣ": "abc", "Ελλάδα": "ελλαδα", "プログラム": "プログラム", "x²": "x2", "abc": "abc", "Smørrebrød": "smorrebrod", "Łódź": "lodz",
	} {
		// Japanese voicing marks are part of the letter; they stay, decomposed.
		if got := Fold(in); got != want && Fold(want) != got {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	if Fold("プログラム") == Fold("フロクラム") {
		t.Error("voiced and voiceless kana fold to the same")
	}
}

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		text, lang string
		want       []string
	}{
		{"Die Häuser", "de", []string{"die", "hauser", "haus"}},
		{"running houses", "en", []string{"running", "run", "houses", "hous"}},
		{"Wiesen meadows", "", []string{"wiesen", "wies", "meadows", "meadow"}},
		{"maisons blanches", "fr", []string{"maisons", "blanches"}},
		{"1984, 3.5 kg CO2", "de", []string{"1984", "3", "5", "kg", "co2"}},
		{"Ada's O'Brien geht’s", "fr", []string{"ada", "obrien", "geht"}},
		{"E-Mail an @ada@b.example #Heu_Ernte", "fr", []string{"e", "mail", "an", "ada", "b", "example", "heu", "ernte"}},
		{"東京都 は", "de", []string{"東京", "京都", "は"}},
		{strings.Repeat("x", 100), "fr", []string{strings.Repeat("x", maxToken)}},
		{"", "de", []string{}},
	} {
		if diff := cmp.Diff(c.want, Tokens(c.text, c.lang)); diff != "" {
			t.Errorf("Tokens(%q, %q): %s", c.text, c.lang, diff)
		}
	}
}

func TestTokensAreBounded(t *testing.T) {
	common := Tokens(strings.Repeat("heu gras ", 50_000)+"seltsam", "fr")
	if len(common) > maxTokens/2+1 || common[len(common)-1] != "seltsam" {
		t.Errorf("%d tokens, the last is %q: a rare word at the end is lost", len(common), common[len(common)-1])
	}
	var many strings.Builder
	for i := range 60_000 {
		many.WriteString(" " + strings.Repeat("a", i%39) + string(rune('a'+i/39%26)) + string(rune('a'+i/39/26%26)) + string(rune('a'+i/39/26/26%26)))
	}
	if n := len(Tokens(many.String(), "fr")); n != maxTokens {
		t.Errorf("%d tokens", n)
	}
}

func TestQueryTokens(t *testing.T) {
	for _, c := range []struct {
		q    string
		want []Term
	}{
		{"Häuser ", []Term{{Alternatives: []string{"hauser", "haus"}}}},
		{"grüne Wies", []Term{{Alternatives: []string{"grune", "grun"}}, {Alternatives: []string{"wies", "wie"}, Prefix: true}}},
		{`"die Wiesen" heu`, []Term{{Alternatives: []string{"die"}, Phrase: true}, {Alternatives: []string{"wiesen"}, Phrase: true}, {Alternatives: []string{"heu"}, Prefix: true}}},
		{`„Wiesen“`, []Term{{Alternatives: []string{"wiesen"}, Phrase: true}}},
		{"Baeume!", []Term{{Alternatives: []string{"baeume", "baeum", "baume", "baum"}}}},
		{"heu Heu HEU", []Term{{Alternatives: []string{"heu"}, Prefix: true}}},
		{"a", []Term{{Alternatives: []string{"a"}}}},
		{"", nil}, {`""`, nil}, {"!?", nil},
	} {
		if diff := cmp.Diff(c.want, QueryTokens(c.q, "de")); diff != "" {
			t.Errorf("QueryTokens(%q): %s", c.q, diff)
		}
	}
	if n := len(QueryTokens(strings.Repeat("ab cd ef ", 500)+strings.Repeat("x1 x2 x3 y1 y2 y3 ", 1), "de")); n > maxTerms {
		t.Errorf("%d terms", n)
	}
}

// TestEveryWordFormFindsTheOthers ties the two sides of the search together.
func TestEveryWordFormFindsTheOthers(t *testing.T) {
	for _, c := range []struct{ lang, text, query string }{
		{"de", "Wir pflanzen Bäume.", "Baum "}, {"de", "Ein Baum", "Bäume "}, {"de", "Ein Baum", "baeume "}, {"en", "He was running", "runs "},
		{"en", "three houses", "house "}, {"", "Die Wiesen", "Wiese "}, {"", "old meadows", "meadow "}, {"de", "Straße", "STRASSE "},
		{"fr", "Crème brûlée", "creme brulee "}, {"de", "漢字文化", "字文 "}, {"de", "Ada's Garten", "ada garten "},
	} {
		tokens := Tokens(c.text, c.lang)
		for _, term := range QueryTokens(c.query, "de") {
			if !slices.ContainsFunc(term.Alternatives, func(a string) bool { return slices.Contains(tokens, a) }) {
				t.Errorf("%q (%v) is not found by %q (%v)", c.text, tokens, c.query, term)
			}
		}
	}
}

func TestSnippetShowsTheBestPlace(t *testing.T) {
	long := strings.Repeat("Viel Text ohne Belang steht hier. ", 20) + "Die Wiesen am Bach werden im Mai gemäht, wenn die Wiese blüht. " + strings.Repeat("Danach kommt noch mehr davon. ", 20)
	parts := Snippet(long, []string{"wies", "bach"}, 80)
	var all string
	var hits []string
	for _, p := range parts {
		all += p.Text
		if p.Hit {
			hits = append(hits, p.Text)
		}
	}
	if !slices.Equal(hits, []string{"Wiesen", "Bach", "Wiese"}) || !strings.HasPrefix(all, "… ") || !strings.HasSuffix(all, " …") {
		t.Errorf("%q %q", hits, all)
	}
	if n := utf8.RuneCountInString(all); n > 84 {
		t.Errorf("%d characters: %q", n, all)
	}
}

func TestSnippet(t *testing.T) {
	for _, c := range []struct {
		plain string
		q     []string
		want  []SnippetPart
	}{
		{"Die Bäume blühen", []string{"baum"}, []SnippetPart{{"Die ", false}, {"Bäume", true}, {" blühen", false}}},
		{"Kein Treffer hier", []string{"heu"}, []SnippetPart{{"Kein Treffer hier", false}}},
		{"Wiesenfest", []string{"wies"}, []SnippetPart{{"Wiesenfest", true}}},
		{"heu", []string{"HEU"}, []SnippetPart{{"heu", true}}},
		{"a\n\nheu", []string{"heu"}, []SnippetPart{{"a  ", false}, {"heu", true}}},
		{"", []string{"heu"}, nil},
		{"heu", nil, []SnippetPart{{"heu", false}}},
		{"東京都庁", []string{"京都"}, []SnippetPart{{"東京都庁", true}}},
	} {
		if diff := cmp.Diff(c.want, Snippet(c.plain, c.q, 60)); diff != "" {
			t.Errorf("Snippet(%q, %v): %s", c.plain, c.q, diff)
		}
	}
	if Snippet("heu", []string{"heu"}, 0) != nil {
		t.Error("a snippet without room is not empty")
	}
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"Kurz.", 10, "Kurz."}, {"Die grüne Wiese am Bach", 16, "Die grüne Wiese…"}, {"Die grüne Wiese, am Bach", 17, "Die grüne Wiese…"},
		{"a\n\nb  c", 10, "a b c"}, {"Donaudampfschiff", 8, "Donauda…"}, {"", 5, ""}, {"abc", 0, ""}, {"ab cd", 5, "ab cd"},
		{strings.Repeat(" ", 500) + "a", 5, "a"},
	} {
		if got := Excerpt(c.in, c.limit); got != c.want {
			t.Errorf("Excerpt(%.30q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

func TestDetect(t *testing.T) {
	for in, want := range map[string]string{
		"Heute mähen wir die Wiese am Bach.": "de",
		"Ich gehe nach Hause":                "de",
		"Größere Äpfel":                      "de",
		"We are going to the meadow today.":  "en",
		"Good morning, how are you?":         "en",
		"Le jardin de ma grand-mère":         "",
		"12345 !?":                           "",
		"":                                   "",
		"東京都":                                "",
		"El perro come la comida y bebe agua fresca del pozo": "",
		wikiPage(): "de",
	} {
		if got := Detect(in); got != want {
			t.Errorf("Detect(%.40q) = %q, want %q", in, got, want)
		}
	}
}

func TestCountChars(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "Hallo": 5, "Grüße": 5, "a\u0308": 1, "👩‍👩‍👧": 1, "🇩🇪🇦🇹": 2, "👍🏽": 1, "1️⃣": 1, "a\r\nb": 3,
		"https://example.org/a/very/long/path/that/goes/on?and=on": 23, "siehe https://a.b/c.": 30, "www.example.org": 15,
		"@ada": 4, "@ada@example.org": 4, "@ada@example.org hallo": 10, "mail@example.org": 16, "#Heu": 4, "a@b@c": 5,
	} {
		if got := CountChars(in); got != want {
			t.Errorf("CountChars(%q) = %d, want %d", in, got, want)
		}
	}
}
