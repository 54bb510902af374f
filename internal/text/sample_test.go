package text

import (
	"fmt"
	"strings"
	"testing"
)

// wikiPage returns a page of about 20 KB with everything pages have.
func wikiPage() string {
	var b strings.Builder
	for i := 0; b.Len() < 20_000; i++ {
		fmt.Fprintf(&b, "## Abschnitt %d: Über die Wiesen\n\n", i)
		b.WriteString("Die **Allmende** gehört *allen*, die sie pflegen; siehe [[Obstwiese]], [[Garten#Beete|die Beete]] und " +
			"https://example.org/wiesen/heu?jahr=2026. Wer mithelfen mag, fragt @ada oder @ben@example.org. #Garten #Wiese\n" +
			"Im Frühling wird gemäht, im Sommer gewendet, im Herbst gelesen: Äpfel, Birnen & Quitten.\n\n")
		b.WriteString("- [x] Sense dengeln\n- [ ] Rechen flicken\n  - Zinken aus Esche\n\n")
		b.WriteString("> Was allen gehört, braucht einen, der sich kümmert.\n\n")
		b.WriteString("| Monat | Arbeit | Leute |\n| --- | :---: | ---: |\n| Mai | Mähen | 4 |\n| Juni | Heuen | 9 |\n\n")
		fmt.Fprintf(&b, "Mehr dazu im Heft.[^%d]\n\n[^%d]: Heft %d, Seite 3, mit [Bild](/media/heft.jpg).\n\n", i, i, i)
		if i%8 == 0 {
			b.WriteString("```go\nfunc mow(m Meadow) error {\n\treturn m.Cut(12) // Zentimeter\n}\n```\n\n")
		}
	}
	return b.String()
}

func testOptions() Options {
	return Options{
		Wiki: true, Heading: true, SoftBreaks: true,
		ResolveWiki: func(title string) (string, bool) { return "/wiki/" + TitlePath(title), title != "Fehlt" },
		ResolveMention: func(handle string) (string, bool) {
			switch handle {
			case "ada":
				return "/@ada", true
			case "ben@example.org":
				return "https://example.org/@ben", true
			}
			return "", false
		},
	}
}

// mustRender renders or fails the test.
func mustRender(t testing.TB, f Format, source string, o Options) Document {
	t.Helper()
	doc, err := Render(f, source, o)
	if err != nil {
		t.Fatalf("Render(%s, %.60q): %v", f, source, err)
	}
	return doc
}

func BenchmarkRenderWikiPage(b *testing.B) {
	page, o := wikiPage(), testOptions()
	mustRender(b, Markdown, page, o)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		mustRender(b, Markdown, page, o)
	}
}

func BenchmarkRenderNote(b *testing.B) {
	o := testOptions()
	b.ReportAllocs()
	for b.Loop() {
		mustRender(b, Markdown, "Heute mähen wir mit @ada die #Wiese am Bach.\nKommt vorbei: https://example.org/termin", o)
	}
}

func BenchmarkSanitizeForeignNote(b *testing.B) {
	note := `<p><span class="h-card" translate="no"><a href="https://example.org/@ada" class="u-url mention">@<span>ada</span></a></span> Heute mähen wir.</p><p>Kommt vorbei!</p>`
	b.ReportAllocs()
	for b.Loop() {
		SanitizeHTML(note)
	}
}

func BenchmarkStrictCheckWikiPage(b *testing.B) {
	page := mustRender(b, Markdown, wikiPage(), testOptions()).HTML
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if !scan(page, ownPolicy, nil) {
			b.Fatal("a rendered page is not strict")
		}
	}
}

func BenchmarkBluemondayWikiPage(b *testing.B) {
	page := mustRender(b, Markdown, wikiPage(), testOptions()).HTML
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		bluemondayOwn().Sanitize(page)
	}
}

func BenchmarkTokens(b *testing.B) {
	page := PlainText(mustRender(b, Markdown, wikiPage(), testOptions()).HTML)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		Tokens(page, "de")
	}
}

func BenchmarkTokensNote(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Tokens("Heute mähen wir mit @ada die #Wiese am Bach.\nKommt vorbei: https://example.org/termin", "de")
	}
}

func BenchmarkMerge3WikiPage(b *testing.B) {
	base := wikiPage()
	ours := strings.Replace(base, "Sense dengeln", "Sense schärfen", 1)
	theirs := strings.Replace(base, "Abschnitt 20", "Kapitel 20", 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, conflicts := Merge3(base, ours, theirs); len(conflicts) > 0 {
			b.Fatal("conflict")
		}
	}
}

func BenchmarkDiffWikiPage(b *testing.B) {
	base := wikiPage()
	changed := strings.ReplaceAll(base, "Sense dengeln", "Sense schärfen")
	b.ReportAllocs()
	for b.Loop() {
		Diff(base, changed)
	}
}

func BenchmarkSnippetWikiPage(b *testing.B) {
	plain := PlainText(mustRender(b, Markdown, wikiPage(), testOptions()).HTML)
	b.ReportAllocs()
	for b.Loop() {
		Snippet(plain, []string{"obstwies", "fruhling"}, 200)
	}
}
