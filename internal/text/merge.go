package text

import (
	"cmp"
	"slices"
	"strings"
)

// Conflict is a place where both sides changed the same lines differently.
type Conflict struct {
	Base, Ours, Theirs string
	Line               int // where it starts in the merged text, from 1
}

// Marks around the two texts of a conflict in a merged text; they are for people; Disputed finds what they left.
const (
	conflictOurs   = "<<<<<<<"
	conflictMiddle = "======="
	conflictTheirs = ">>>>>>>"
)

// Merge3 joins two changes of one text by lines. Changes of different lines are both kept, equal changes count once; where both
// changed the same lines, or put different lines in the same place, the merged text holds both and the conflict is listed.
func Merge3(base, ours, theirs string) (merged string, conflicts []Conflict) {
	switch {
	case ours == theirs || base == theirs:
		return ours, nil
	case base == ours:
		return theirs, nil
	}
	m := merger{base: strings.Split(base, "\n")}
	m.ours.lines, m.theirs.lines = strings.Split(ours, "\n"), strings.Split(theirs, "\n")
	m.ours.edits, m.theirs.edits = sequenceEdits(m.base, m.ours.lines), sequenceEdits(m.base, m.theirs.lines)
	m.run()
	return strings.Join(m.out, "\n"), m.conflicts
}

// Disputed tells whether marks of a conflict still stand in a text.
func Disputed(s string) bool {
	for line := range strings.Lines(s) {
		if strings.HasPrefix(line, conflictOurs) || strings.HasPrefix(line, conflictTheirs) {
			return true
		}
	}
	return false
}

// mergeSide is one side's text and how it came from the base.
type mergeSide struct {
	lines []string
	edits []edit
}

type merger struct {
	base         []string
	ours, theirs mergeSide
	out          []string
	conflicts    []Conflict
}

// sidedEdit is an edit of one of the sides.
type sidedEdit struct {
	edit
	ours bool
}

// run goes through the edits of both sides in the order of the base. Edits that overlap are settled together.
func (m *merger) run() {
	edits := m.ordered()
	at := 0
	for len(edits) > 0 {
		from, to := edits[0].a0, edits[0].a1
		n := 1
		for n < len(edits) && overlaps(from, to, edits[n].edit) {
			to = max(to, edits[n].a1)
			n++
		}
		m.out = append(m.out, m.base[at:from]...)
		m.settle(from, to, edits[:n])
		at, edits = to, edits[n:]
	}
	m.out = append(m.out, m.base[at:]...)
}

func (m *merger) ordered() []sidedEdit {
	var edits []sidedEdit
	for _, e := range m.ours.edits {
		edits = append(edits, sidedEdit{e, true})
	}
	for _, e := range m.theirs.edits {
		edits = append(edits, sidedEdit{e, false})
	}
	slices.SortStableFunc(edits, func(x, y sidedEdit) int {
		return cmp.Or(cmp.Compare(x.a0, y.a0), cmp.Compare(x.a1, y.a1))
	})
	return edits
}

// overlaps reports whether an edit touches the same lines as the range, or inserts at the same place as an insertion. Neighbouring
// lines do not overlap: two people may change two items of a list.
func overlaps(from, to int, e edit) bool {
	return e.a0 < to || from == to && e.a0 == e.a1 && e.a0 == from
}

// settle writes what becomes of the base's lines from..to.
func (m *merger) settle(from, to int, edits []sidedEdit) {
	ours := m.ours.apply(m.base, from, to, edits, true)
	theirs := m.theirs.apply(m.base, from, to, edits, false)
	base := m.base[from:to]
	switch {
	case slices.Equal(ours, theirs), slices.Equal(theirs, base):
		m.out = append(m.out, ours...)
	case slices.Equal(ours, base):
		m.out = append(m.out, theirs...)
	default:
		m.conflicts = append(m.conflicts, Conflict{
			Base: strings.Join(base, "\n"), Ours: strings.Join(ours, "\n"), Theirs: strings.Join(theirs, "\n"), Line: len(m.out) + 1,
		})
		m.out = append(m.out, conflictOurs)
		m.out = append(m.out, ours...)
		m.out = append(m.out, conflictMiddle)
		m.out = append(m.out, theirs...)
		m.out = append(m.out, conflictTheirs)
	}
}

// apply returns the base's lines from..to as one side has them.
func (s mergeSide) apply(base []string, from, to int, edits []sidedEdit, ours bool) []string {
	var out []string
	for _, e := range edits {
		if e.ours == ours {
			out = append(out, base[from:e.a0]...)
			out = append(out, s.lines[e.b0:e.b1]...)
			from = e.a1
		}
	}
	return append(out, base[from:to]...)
}
