package text

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
)

const (
	snippetSource = 256 << 10 // bytes of a text that are searched for hits
	snippetHits   = 100       // hits that are weighed
	minHitPrefix  = 3         // characters of a query word that may match the beginning of a longer one
)

// SnippetPart is a piece of a snippet; Hit marks a word that was searched for.
type SnippetPart struct {
	Text string
	Hit  bool
}

// hit is a found word: where it stands and which query words it meets.
type hit struct {
	start, end int
	words      uint32
}

// Snippet picks the part of a plain text, at most limit characters long, that holds most of the query's words (folded or stemmed,
// as in Term.Alternatives), and marks them. Without a hit it is the beginning.
func Snippet(plain string, q []string, limit int) []SnippetPart {
	if limit <= 0 {
		return nil
	}
	plain = cutBytes(plain, snippetSource)
	hits := findHits(plain, q)
	if len(hits) == 0 {
		if text := Excerpt(plain, limit); text != "" {
			return []SnippetPart{{Text: text}}
		}
		return nil
	}
	first, last := bestWindow(plain, hits, limit)
	from, to := widen(plain, hits[first].start, hits[last].end, limit)
	return snippetParts(plain, hits[first:last+1], from, to)
}

func findHits(plain string, q []string) []hit {
	q = foldedQuery(q)
	var hits []hit
	if len(q) == 0 {
		return nil
	}
	first := firstBytes(q)
	eachWordAt(plain, func(start, end int) bool {
		if word := plain[start:end]; !first[word[0]] && isASCIIWord(word) {
			return true
		} else if words := meets(word, q); words != 0 {
			hits = append(hits, hit{start, end, words})
		}
		return len(hits) < snippetHits
	})
	return hits
}

func foldedQuery(q []string) []string {
	var out []string
	for _, word := range q {
		if word = Fold(word); word != "" && len(out) < maxTerms {
			out = append(out, word)
		}
	}
	return out
}

// firstBytes are those with which a word of plain letters must begin to meet
// one of the query's; most words of a text need no closer look.
func firstBytes(q []string) (first [256]bool) {
	for _, want := range q {
		first[want[0]] = true
		if c := want[0]; c >= 'a' && c <= 'z' {
			first[c-'a'+'A'] = true
		}
	}
	return first
}

func isASCIIWord(word string) bool {
	for i := range len(word) {
		if c := word[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// eachWordAt calls f with the bounds of every word of s.
func eachWordAt(s string, f func(start, end int) bool) {
	for i := 0; i < len(s); {
		n := strings.IndexFunc(s[i:], isWordStart)
		if n < 0 {
			return
		}
		i += n
		length := 0
		if r, _ := utf8.DecodeRuneInString(s[i:]); isIdeograph(r) {
			length = ideographs(s[i:])
		} else {
			length, _ = wordLength(s[i:])
		}
		if !f(i, i+length) {
			return
		}
		i += length
	}
}

// meets returns a bit for every query word that a word of the text meets.
func meets(word string, q []string) uint32 {
	word = Fold(cutRunes(word, maxToken))
	var de, en string
	var met uint32
	for i, want := range q {
		switch {
		case word == want, utf8.RuneCountInString(want) >= minHitPrefix && strings.HasPrefix(word, want):
			met |= 1 << i
		case isStemmable(word) && len(word) >= minHitPrefix && len(want) >= minHitPrefix && word[:2] == want[:2]:
			if de == "" {
				de, en = stem(german.Stem, word), stem(english.Stem, word)
			}
			if de == want || en == want {
				met |= 1 << i
			}
		case !isStemmable(word) && strings.Contains(word, want):
			met |= 1 << i
		}
	}
	return met
}

// bestWindow finds the run of hits within limit characters that meets most different words, then holds most hits, then comes first.
func bestWindow(plain string, hits []hit, limit int) (first, last int) {
	best, from := -1, 0
	var seen wordCount
	for to, h := range hits {
		seen.add(h, 1)
		for from < to && h.end-hits[from].start > limit && utf8.RuneCountInString(plain[hits[from].start:h.end]) > limit {
			seen.add(hits[from], -1)
			from++
		}
		if score := seen.distinct()*snippetHits + to - from; score > best {
			best, first, last = score, from, to
		}
	}
	return first, last
}

// wordCount counts how often each query word is met.
type wordCount [maxTerms]int

func (c *wordCount) add(h hit, n int) {
	for i := range c {
		c[i] += int(h.words>>i&1) * n
	}
}

func (c *wordCount) distinct() int {
	n := 0
	for _, count := range c {
		n += min(count, 1)
	}
	return n
}

// widen grows a window to limit characters, a third of the room before the first hit, and ends it between words.
func widen(plain string, from, to, limit int) (int, int) {
	room := limit - utf8.RuneCountInString(plain[from:to])
	before := stepBack(plain, from, room/3)
	after := stepOn(plain, to, room-utf8.RuneCountInString(plain[before:from]))
	if after == len(plain) {
		before = stepBack(plain, from, room-utf8.RuneCountInString(plain[to:]))
	}
	if before > 0 {
		if n := strings.IndexAny(plain[before:from], " \n"); n >= 0 {
			before += n + 1
		} else {
			before = from
		}
	}
	if after < len(plain) {
		if n := strings.LastIndexAny(plain[to:after], " \n"); n >= 0 {
			after = to + n
		} else {
			after = to
		}
	}
	return before, after
}

func stepBack(s string, i, n int) int {
	for ; i > 0 && n > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return i
}

func stepOn(s string, i, n int) int {
	for ; i < len(s) && n > 0; n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

func snippetParts(plain string, hits []hit, from, to int) []SnippetPart {
	var parts []SnippetPart
	add := func(s string, isHit bool) {
		if s != "" {
			parts = append(parts, SnippetPart{strings.ReplaceAll(s, "\n", " "), isHit})
		}
	}
	lead := ""
	if from > 0 {
		lead = "… "
	}
	at := from
	for _, h := range hits {
		add(lead+plain[at:h.start], false)
		add(plain[h.start:h.end], true)
		lead, at = "", h.end
	}
	tail := strings.TrimRight(plain[at:to], " \n")
	if to < len(plain) {
		tail += " …"
	}
	add(tail, false)
	return slices.Clip(parts)
}

// Excerpt is the beginning of a plain text on one line, at most limit characters, cut between words and then ended with "…".
func Excerpt(plain string, limit int) string {
	if limit <= 0 {
		return ""
	}
	plain = strings.TrimSpace(plain)
	s := strings.Join(strings.Fields(cutBytes(plain, limit*8+64)), " ")
	if cutRunes(s, limit) == s && len(plain) <= limit*8+64 {
		return s
	}
	cut := cutRunes(s, limit-1)
	if len(cut) < len(s) && s[len(cut)] != ' ' {
		if n := strings.LastIndexByte(cut, ' '); n > len(cut)/2 {
			cut = cut[:n]
		}
	}
	return strings.TrimRight(cut, " ,;:–-(") + "…"
}
