package read

import (
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"allmende/internal/store"
)

func TestASearchIsTakenApart(t *testing.T) {
	w := parseSearch(`apfel -birne "alte sorten" von:@ada -from:ben before:2025 has:media #Obst https://a.example/b`)
	if w.free != "apfel     https://a.example/b" && len(w.terms) == 0 {
		t.Errorf("free words: %q", w.free)
	}
	if len(w.not) != 1 || len(w.phrases) != 1 || len(w.from) != 2 || !w.from[1].not || len(w.all) != 2 || w.below == 0 {
		t.Errorf("not understood: %+v", w)
	}
	var words []string
	for _, term := range w.terms {
		words = append(words, term.Alternatives[0])
	}
	for _, want := range []string{"apfel", "https", "example", "alte", "sorten"} {
		if !slices.Contains(words, want) {
			t.Errorf("%q is not among the words %q", want, words)
		}
	}
}

func TestDatesAreReadInSeveralForms(t *testing.T) {
	for s, want := range map[string][2]string{
		"2025-05-01": {"2025-05-01", "2025-05-02"}, "1.5.2025": {"2025-05-01", "2025-05-02"}, "2025-12": {"2025-12-01", "2026-01-01"},
		"2024": {"2024-01-01", "2025-01-01"},
	} {
		from, to, ok := parseDate(s)
		if !ok || from.Format(time.DateOnly) != want[0] || to.Format(time.DateOnly) != want[1] {
			t.Errorf("%s is read as %v to %v", s, from, to)
		}
	}
	for _, s := range []string{"", "yesterday", "2025-13", "99999", "1492"} {
		if _, _, ok := parseDate(s); ok {
			t.Errorf("%q is read as a date", s)
		}
	}
}

func FuzzParseSearch(f *testing.F) {
	for _, s := range []string{"", "apfel -birne", `"offen`, `-"a b" c`, "from: before:x -", "#", "-#ä", "„x y“ «z»", "a\x00b\xff", "has:media in:wiki lang:de kind:note",
		"漢字テスト", `' OR 1=1 -- "*" NEAR(a b)`, "_p _f1 _zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := parseSearch(s)
		if len(w.from) > 8 || w.above < 0 || w.below < 0 {
			t.Fatalf("%q: %+v", s, w)
		}
		for _, m := range []store.SearchMatch{w.match(true), w.titleMatch()} {
			for _, g := range append(slices.Clone(m.All), m.None) {
				for _, word := range g {
					if !utf8.ValidString(word.Text) {
						t.Fatalf("%q asks for %q", s, word.Text)
					}
				}
			}
		}
		for _, term := range w.terms {
			if len(term.Alternatives) == 0 {
				t.Fatalf("%q has a term without words", s)
			}
		}
	})
}
