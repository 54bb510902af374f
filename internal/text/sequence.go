package text

import (
	"cmp"
	"slices"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// patienceDepth is how often a gap between anchors is searched for anchors again. It bounds the time for texts made to be hard.
const patienceDepth = 6

// edit says that items a0 to a1 of the old sequence became items b0 to b1 of the new one.
type edit struct{ a0, a1, b0, b1 int }

// interner gives equal strings equal numbers.
type interner map[string]rune

func (in interner) numbers(items []string) []rune {
	out := make([]rune, len(items))
	for i, item := range items {
		id, ok := in[item]
		if !ok {
			id = rune(len(in))
			in[item] = id
		}
		out[i] = id
	}
	return out
}

// sequenceEdits compares two sequences of strings.
func sequenceEdits(a, b []string) []edit {
	in := interner{}
	d := differ{a: in.numbers(a), b: in.numbers(b)}
	d.compare(0, len(a), 0, len(b), 0)
	return d.edits
}

// differ finds the items that occur once on each side first: they are what a reader would take as fixed points, and they split
// the work into small pieces. What lies between is left to the library, whose search is bounded.
type differ struct {
	a, b  []rune
	edits []edit
}

func (d *differ) compare(a0, a1, b0, b1, depth int) {
	for a0 < a1 && b0 < b1 && d.a[a0] == d.b[b0] {
		a0++
		b0++
	}
	for a0 < a1 && b0 < b1 && d.a[a1-1] == d.b[b1-1] {
		a1--
		b1--
	}
	if a0 == a1 || b0 == b1 {
		d.add(edit{a0, a1, b0, b1})
		return
	}
	var anchors [][2]int
	if depth < patienceDepth {
		anchors = d.anchors(a0, a1, b0, b1)
	}
	if len(anchors) == 0 {
		for _, e := range lcs.DiffRunes(d.a[a0:a1], d.b[b0:b1]) {
			d.add(edit{a0 + e.Start, a0 + e.End, b0 + e.ReplStart, b0 + e.ReplEnd})
		}
		return
	}
	for _, at := range anchors {
		d.compare(a0, at[0], b0, at[1], depth+1)
		a0, b0 = at[0]+1, at[1]+1
	}
	d.compare(a0, a1, b0, b1, depth+1)
}

// add appends an edit, unless it changes nothing. Edits never touch: there is an equal item between any two.
func (d *differ) add(e edit) {
	if e.a0 < e.a1 || e.b0 < e.b1 {
		d.edits = append(d.edits, e)
	}
}

// anchors are the longest run of items that occur once on each side and stand in the same order on both.
func (d *differ) anchors(a0, a1, b0, b1 int) [][2]int {
	type place struct{ a, b, inA, inB int }
	places := make(map[rune]place, a1-a0)
	for i := a0; i < a1; i++ {
		p := places[d.a[i]]
		places[d.a[i]] = place{a: i, inA: p.inA + 1}
	}
	for i := b0; i < b1; i++ {
		if p, ok := places[d.b[i]]; ok {
			p.b, p.inB = i, p.inB+1
			places[d.b[i]] = p
		}
	}
	var pairs [][2]int
	for _, p := range places {
		if p.inA == 1 && p.inB == 1 {
			pairs = append(pairs, [2]int{p.a, p.b})
		}
	}
	slices.SortFunc(pairs, func(x, y [2]int) int { return cmp.Compare(x[0], y[0]) })
	return increasing(pairs)
}

// increasing returns the longest subsequence whose second members grow.
func increasing(pairs [][2]int) [][2]int {
	var tails []int // index of the pair that ends the best run of each length
	previous := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(tails, p[1], func(t, want int) int { return cmp.Compare(pairs[t][1], want) })
		previous[i] = -1
		if n > 0 {
			previous[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	out := make([][2]int, len(tails))
	if len(tails) == 0 {
		return out
	}
	for n, i := len(tails)-1, tails[len(tails)-1]; i >= 0; n, i = n-1, previous[i] {
		out[n] = pairs[i]
	}
	return out
}
