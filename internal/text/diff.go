package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	diffAllLines = 20_000 // lines up to which a diff shows everything; beyond, only what is near a change
	diffContext  = 3
	maxPairing   = 2500 // old times new lines of one change that are compared with each other
	sameEnough   = 0.5  // share of common words that makes two lines one changed line
)

// DiffKind says what became of a line.
type DiffKind int

// What can become of a line.
const (
	Same DiffKind = iota
	Add
	Del
	Change // the line has a counterpart; the spans show what differs
)

// DiffLine is a line on either side of a comparison. Numbers start at 1; a side without the line has the number 0 and no spans.
type DiffLine struct {
	Kind         DiffKind
	OldNo, NewNo int
	Old, New     []DiffSpan
}

// DiffSpan is a piece of a line; Changed pieces have no equal on the other side.
type DiffSpan struct {
	Text    string
	Changed bool
}

// DiffStat is how much was added and removed, in characters.
type DiffStat struct{ Added, Removed int }

// Diff compares two texts by lines, and lines that were changed by words. Its time grows with the size of the texts only,
// however different they are; for texts made to be hard it may show more change than there is, never less.
func Diff(old, new string) []DiffLine {
	d := lineDiff{old: strings.Split(old, "\n"), new: strings.Split(new, "\n")}
	d.brief = len(d.old)+len(d.new) > diffAllLines
	a, b := 0, 0
	for _, e := range sequenceEdits(d.old, d.new) {
		d.same(a, b, e.a0-a)
		d.change(e)
		a, b = e.a1, e.b1
	}
	d.same(a, b, len(d.old)-a)
	return d.out
}

// DiffSize measures how much of a text was changed.
func DiffSize(old, new string) DiffStat {
	var stat DiffStat
	if old == new {
		return stat
	}
	for _, line := range Diff(old, new) {
		stat.Removed += changedRunes(line.Old, line.Kind == Del)
		stat.Added += changedRunes(line.New, line.Kind == Add)
	}
	return stat
}

func changedRunes(spans []DiffSpan, wholeLine bool) int {
	n := 0
	for _, s := range spans {
		if s.Changed {
			n += utf8.RuneCountInString(s.Text)
		}
	}
	if wholeLine {
		n++ // the line's end
	}
	return n
}

type lineDiff struct {
	old, new []string
	brief    bool
	out      []DiffLine
}

// same adds n lines that are equal from a and b on.
func (d *lineDiff) same(a, b, n int) {
	for i := range n {
		if d.brief && i >= diffContext && i < n-diffContext {
			continue
		}
		spans := []DiffSpan{{Text: d.old[a+i]}}
		d.out = append(d.out, DiffLine{Kind: Same, OldNo: a + i + 1, NewNo: b + i + 1, Old: spans, New: spans})
	}
}

// change adds the lines of one edit, in their order, with similar lines beside each other.
func (d *lineDiff) change(e edit) {
	a, b := e.a0, e.b0
	for _, pair := range pairLines(d.old[e.a0:e.a1], d.new[e.b0:e.b1]) {
		d.removed(a, e.a0+pair[0])
		d.added(b, e.b0+pair[1])
		a, b = e.a0+pair[0], e.b0+pair[1]
		before, after := diffWords(d.old[a], d.new[b])
		d.out = append(d.out, DiffLine{Kind: Change, OldNo: a + 1, NewNo: b + 1, Old: before, New: after})
		a, b = a+1, b+1
	}
	d.removed(a, e.a1)
	d.added(b, e.b1)
}

func (d *lineDiff) removed(from, to int) {
	for i := from; i < to; i++ {
		d.out = append(d.out, DiffLine{Kind: Del, OldNo: i + 1, Old: []DiffSpan{{d.old[i], true}}})
	}
}

func (d *lineDiff) added(from, to int) {
	for i := from; i < to; i++ {
		d.out = append(d.out, DiffLine{Kind: Add, NewNo: i + 1, New: []DiffSpan{{d.new[i], true}}})
	}
}

// pairLines finds which old line became which new one: the assignment in order with the most in common.
func pairLines(old, new []string) [][2]int {
	n, m := len(old), len(new)
	if n == 0 || m == 0 || n*m > maxPairing {
		return nil
	}
	in := interner{}
	oldWords, newWords := wordBags(in, old), wordBags(in, new)
	best := make([][]float64, n+1)
	best[n] = make([]float64, m+1)
	alike := make([][]float64, n)
	for i := n - 1; i >= 0; i-- {
		best[i], alike[i] = make([]float64, m+1), make([]float64, m)
		for j := m - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if s := oldWords[i].alike(newWords[j]); s >= sameEnough {
				alike[i][j] = s
				best[i][j] = max(best[i][j], s+best[i+1][j+1])
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case alike[i][j] > 0 && best[i][j] == alike[i][j]+best[i+1][j+1]:
			pairs = append(pairs, [2]int{i, j})
			i++
			j++
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// wordBag counts the words of a line.
type wordBag struct {
	counts map[rune]int
	total  int
}

func wordBags(in interner, lines []string) []wordBag {
	bags := make([]wordBag, len(lines))
	for i, line := range lines {
		bags[i].counts = map[rune]int{}
		var words []string
		for _, piece := range splitWords(line) {
			if r, _ := utf8.DecodeRuneInString(piece); isWordRune(r) {
				words = append(words, piece)
			}
		}
		for _, id := range in.numbers(words) {
			bags[i].counts[id]++
			bags[i].total++
		}
	}
	return bags
}

// alike is the share of words that two lines have in common, 0 to 1.
func (w wordBag) alike(v wordBag) float64 {
	if w.total == 0 || v.total == 0 {
		return 0
	}
	common := 0
	for id, n := range w.counts {
		common += min(n, v.counts[id])
	}
	return 2 * float64(common) / float64(w.total+v.total)
}

// splitWords cuts a line into words, runs of spaces and single other characters.
func splitWords(s string) []string {
	var out []string
	for s != "" {
		first, n := utf8.DecodeRuneInString(s)
		class := wordClass(first)
		for class != 0 && n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if wordClass(r) != class {
				break
			}
			n += size
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

func wordClass(r rune) int {
	switch {
	case isIdeograph(r):
		return 0
	case isWordRune(r):
		return 1
	case unicode.IsSpace(r):
		return 2
	}
	return 0
}

// diffWords marks what differs in two versions of a line.
func diffWords(old, new string) (before, after []DiffSpan) {
	a, b := splitWords(old), splitWords(new)
	i, j := 0, 0
	for _, e := range closeGaps(a, sequenceEdits(a, b)) {
		before = appendSpan(before, a[i:e.a0], false)
		after = appendSpan(after, b[j:e.b0], false)
		before = appendSpan(before, a[e.a0:e.a1], true)
		after = appendSpan(after, b[e.b0:e.b1], true)
		i, j = e.a1, e.b1
	}
	return appendSpan(before, a[i:], false), appendSpan(after, b[j:], false)
}

// closeGaps joins edits that only spaces part: three changed words read better as one change.
func closeGaps(a []string, edits []edit) []edit {
	var out []edit
	for _, e := range edits {
		if n := len(out); n > 0 && strings.TrimSpace(strings.Join(a[out[n-1].a1:e.a0], "")) == "" {
			out[n-1].a1, out[n-1].b1 = e.a1, e.b1
			continue
		}
		out = append(out, e)
	}
	return out
}

func appendSpan(spans []DiffSpan, pieces []string, changed bool) []DiffSpan {
	if len(pieces) == 0 {
		return spans
	}
	return append(spans, DiffSpan{strings.Join(pieces, ""), changed})
}
