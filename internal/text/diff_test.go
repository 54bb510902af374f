package text

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// drawn writes a diff compactly: one line each, what changed in brackets.
func drawn(lines []DiffLine) string {
	var b strings.Builder
	side := func(spans []DiffSpan) string {
		var s strings.Builder
		for _, span := range spans {
			if span.Changed {
				s.WriteString("[" + span.Text + "]")
			} else {
				s.WriteString(span.Text)
			}
		}
		return s.String()
	}
	for _, l := range lines {
		switch l.Kind {
		case Same:
			fmt.Fprintf(&b, "%d=%d %s\n", l.OldNo, l.NewNo, side(l.Old))
		case Add:
			fmt.Fprintf(&b, "+%d %s\n", l.NewNo, side(l.New))
		case Del:
			fmt.Fprintf(&b, "-%d %s\n", l.OldNo, side(l.Old))
		case Change:
			fmt.Fprintf(&b, "%d~%d %s → %s\n", l.OldNo, l.NewNo, side(l.Old), side(l.New))
		}
	}
	return b.String()
}

func TestDiffShowsWhatChanged(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"nothing":           {"a\nb", "a\nb", "1=1 a\n2=2 b\n"},
		"a word":            {"Die Wiese ist grün.", "Die Wiese ist bunt.", "1~1 Die Wiese ist [grün]. → Die Wiese ist [bunt].\n"},
		"words in a row":    {"a b c d e f", "a b x y e f", "1~1 a b [c d] e f → a b [x y] e f\n"},
		"a line put in":     {"a\nc", "a\nb\nc", "1=1 a\n+2 [b]\n2=3 c\n"},
		"a line taken out":  {"a\nb\nc", "a\nc", "1=1 a\n-2 [b]\n3=2 c\n"},
		"a line replaced":   {"Apfel", "Birne", "-1 [Apfel]\n+1 [Birne]\n"},
		"from nothing":      {"", "a", "-1 []\n+1 [a]\n"},
		"changed and added": {"eins zwei drei\nEnde", "neu hier\neins zwei vier\nEnde", "+1 [neu hier]\n1~2 eins zwei [drei] → eins zwei [vier]\n2=3 Ende\n"},
		"a moved paragraph": {"a\n\nb\n\nc", "b\n\nc\n\na", "-1 [a]\n-2 []\n3=1 b\n4=2 \n5=3 c\n+4 []\n+5 [a]\n"},
		"ideographs":        {"東京都", "東京府", "1~1 東京[都] → 東京[府]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, drawn(Diff(c.old, c.new))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDiffOfHugeTextsShowsOnlyWhatIsNear(t *testing.T) {
	old := strings.Repeat("a\n", diffAllLines)
	lines := Diff(old, old+"b")
	if len(lines) > 4*diffContext || lines[len(lines)-1].New[0].Text != "b" {
		t.Errorf("%d lines, the last is %v", len(lines), lines[len(lines)-1])
	}
}

func TestDiffSize(t *testing.T) {
	for _, c := range []struct {
		old, new string
		want     DiffStat
	}{
		{"a", "a", DiffStat{}}, {"Die grüne Wiese", "Die bunte Wiese", DiffStat{5, 5}}, {"a", "a\nbä", DiffStat{3, 0}}, {"a\nb", "a", DiffStat{0, 2}},
	} {
		if got := DiffSize(c.old, c.new); got != c.want {
			t.Errorf("DiffSize(%q, %q) = %v, want %v", c.old, c.new, got, c.want)
		}
	}
}

func TestMerge(t *testing.T) {
	base := "Eins\n\nZwei\n\nDrei"
	for name, c := range map[string]struct {
		base, ours, theirs, want string
		conflicts                int
	}{
		"different paragraphs":            {base, "Eins neu\n\nZwei\n\nDrei", "Eins\n\nZwei\n\nDrei neu", "Eins neu\n\nZwei\n\nDrei neu", 0},
		"the same change twice":           {base, "Eins\n\nNeu\n\nDrei", "Eins\n\nNeu\n\nDrei", "Eins\n\nNeu\n\nDrei", 0},
		"the same and another":            {base, "Null\n\nNeu\n\nDrei", "Eins\n\nNeu\n\nVier", "Null\n\nNeu\n\nVier", 0},
		"neighbouring lines":              {"a\nb", "x\nb", "a\ny", "x\ny", 0},
		"put in before a changed line":    {"a\nb", "a\nneu\nb", "a\nc", "a\nneu\nc", 0},
		"taken out beside a changed one":  {"a\nb\nc", "b\nc", "a\nB\nc", "B\nc", 0},
		"one moves, the other edits":      {"a\nb\nc\nd", "b\nc\nd\na", "a\nb\nC\nd", "b\nC\nd\na", 0},
		"the same line":                   {base, "Eins\n\nHier\n\nDrei", "Eins\n\nDort\n\nDrei", "Eins\n\n<<<<<<<\nHier\n=======\nDort\n>>>>>>>\n\nDrei", 1},
		"both append":                     {"a", "a\nb", "a\nc", "a\n<<<<<<<\nb\n=======\nc\n>>>>>>>", 1},
		"one deletes what another edits":  {"a\nb\nc", "a\nc", "a\nB\nc", "a\n<<<<<<<\n=======\nB\n>>>>>>>\nc", 1},
		"both write the first text":       {"", "a", "b", "<<<<<<<\na\n=======\nb\n>>>>>>>", 1},
		"two conflicts and a clean place": {"a\n\nb\n\nc", "x\n\nb\n\ny", "p\n\nb\n\nq", "<<<<<<<\nx\n=======\np\n>>>>>>>\n\nb\n\n<<<<<<<\ny\n=======\nq\n>>>>>>>", 2},
	} {
		t.Run(name, func(t *testing.T) {
			got, conflicts := Merge3(c.base, c.ours, c.theirs)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if len(conflicts) != c.conflicts {
				t.Errorf("conflicts %v", conflicts)
			}
			for _, k := range conflicts {
				if lines := strings.Split(got, "\n"); lines[k.Line-1] != conflictOurs {
					t.Errorf("conflict said to be on line %d", k.Line)
				}
			}
		})
	}
}

func TestConflictHoldsAllThreeTexts(t *testing.T) {
	_, conflicts := Merge3("a\nb\nc", "a\nx\ny\nc", "a\nz\nc")
	if diff := cmp.Diff([]Conflict{{Base: "b", Ours: "x\ny", Theirs: "z", Line: 2}}, conflicts); diff != "" {
		t.Error(diff)
	}
}

// TestMergeHoldsItsLaws merges many random texts.
func TestMergeHoldsItsLaws(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		base := randomLines(rnd, 12)
		checkMerge(t, strings.Join(base, "\n"), strings.Join(mutate(rnd, base), "\n"), strings.Join(mutate(rnd, base), "\n"))
	}
}

// TestEditsOfDifferentParagraphsAlwaysMerge changes one paragraph on each side of a realistic page.
func TestEditsOfDifferentParagraphsAlwaysMerge(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	paragraphs := strings.Split(wikiPage(), "\n\n")
	for range 200 {
		i, j := rnd.IntN(len(paragraphs)), rnd.IntN(len(paragraphs))
		if i == j {
			continue
		}
		ours, theirs, both := append([]string{}, paragraphs...), append([]string{}, paragraphs...), append([]string{}, paragraphs...)
		ours[i], both[i] = "Unser neuer Absatz "+fmt.Sprint(i), "Unser neuer Absatz "+fmt.Sprint(i)
		theirs[j], both[j] = "Ihr neuer Absatz "+fmt.Sprint(j), "Ihr neuer Absatz "+fmt.Sprint(j)
		got, conflicts := Merge3(strings.Join(paragraphs, "\n\n"), strings.Join(ours, "\n\n"), strings.Join(theirs, "\n\n"))
		if len(conflicts) > 0 || got != strings.Join(both, "\n\n") {
			t.Fatalf("paragraphs %d and %d: %d conflicts\n%s", i, j, len(conflicts), cmp.Diff(strings.Join(both, "\n\n"), got))
		}
	}
}

func randomLines(rnd *rand.Rand, n int) []string {
	lines := make([]string, 1+rnd.IntN(n))
	for i := range lines {
		lines[i] = string(rune('a' + rnd.IntN(8)))
	}
	return lines
}

func mutate(rnd *rand.Rand, lines []string) []string {
	var out []string
	for _, line := range lines {
		switch rnd.IntN(8) {
		case 0:
		case 1:
			out = append(out, line, string(rune('A'+rnd.IntN(20))))
		case 2:
			out = append(out, string(rune('A'+rnd.IntN(20))))
		default:
			out = append(out, line)
		}
	}
	return out
}
