package text

import (
	"strings"
	"testing"
)

func TestLinksToMissingPagesAreMarkedAndOthersAreNot(t *testing.T) {
	doc, err := Render(Markdown, "[[Über uns]], [[Über uns#Ort]], [[Über unsere Wiese]] and [[A & B]]", Options{Wiki: true})
	if err != nil {
		t.Fatal(err)
	}
	got := MarkMissing(doc.HTML, "Über uns")
	if n := strings.Count(got, `class="wiki missing"`); n != 2 {
		t.Errorf("%d links marked, want the 2 to «Über uns»:\n%s", n, got)
	}
	got = MarkMissing(doc.HTML, "A & B")
	if n := strings.Count(got, `class="wiki missing"`); n != 1 {
		t.Errorf("%d links marked, want the one to «A & B»:\n%s", n, got)
	}
}
