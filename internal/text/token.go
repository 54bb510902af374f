package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
)

const (
	maxToken   = 40     // characters of a word that count
	maxTokens  = 20_000 // of one text; beyond half of them, only words not yet seen
	maxQuery   = 1000   // bytes
	maxTerms   = 32
	minPrefix  = 2 // characters a word needs before it may match longer ones
	minStemmed = 3
)

// Tokens are the words under which a text is found, in their order and as often as they occur: each folded, and beside it its stem
// where that differs. The language is "de" or "en"; without one both stems are kept, with any other none.
func Tokens(s, lang string) []string {
	out := make([]string, 0, min(len(s)/5+4, maxTokens))
	stems := stemCache{}
	long, seen := len(s) > maxTokens, map[string]bool{}
	eachWord(bounded(s), func(word string) bool {
		word = Fold(word)
		if long {
			if seen[word] && len(out) >= maxTokens/2 {
				return true
			}
			seen[word] = true
		}
		out = stems.appendForms(append(out, word), word, lang)
		return len(out) < maxTokens
	})
	return out
}

// Vocabulary are the tokens of a text, nearly all of them once, for an index
// that does not count.
func Vocabulary(s, lang string) []string {
	var out []string
	stems, seen := stemCache{}, map[string]struct{}{}
	eachWord(bounded(s), func(word string) bool {
		if _, again := seen[word]; !again {
			seen[word] = struct{}{}
			word = Fold(word)
			out = stems.appendForms(append(out, word), word, lang)
		}
		return len(out) < maxTokens
	})
	return out
}

// Term is one word of a query. A text must hold at least one of the alternatives; the first is the word itself, folded.
type Term struct {
	Alternatives []string
	Prefix       bool // the first alternative also matches longer words, for the word still being typed
	Phrase       bool // from a quoted phrase: only the word itself counts
}

// QueryTokens splits a query into the words that a text must have. Each word may be met by its stem in either language; words in
// double quotes only by themselves; the last one also by its beginning, unless something follows it.
func QueryTokens(q, lang string) (must []Term) {
	q = cutBytes(strings.ToValidUTF8(q, " "), maxQuery)
	seen := map[string]bool{}
	stems := stemCache{}
	for i, part := range strings.FieldsFunc(markQuotes(q), func(r rune) bool { return r == quoteMark }) {
		phrase := i%2 == 1
		eachWord(part, func(word string) bool {
			t := queryTerm(stems, Fold(word), lang, phrase)
			if key := t.Alternatives[0]; !seen[key] || phrase {
				seen[key] = true
				must = append(must, t)
			}
			return len(must) < maxTerms
		})
	}
	if n := len(must); n > 0 && n < maxTerms && endsInWord(q) {
		last := &must[n-1]
		last.Prefix = !last.Phrase && utf8.RuneCountInString(last.Alternatives[0]) >= minPrefix
	}
	return must
}

const quoteMark = '\x00'

// markQuotes puts a mark at every quote, and a space beside it so that every second part is a phrase even if empty.
func markQuotes(q string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, r := range q {
		switch r {
		case quoteMark:
			b.WriteByte(' ')
		case '"', '“', '”', '„', '«', '»':
			b.WriteString(" \x00 ")
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte(' ')
	return b.String()
}

func endsInWord(q string) bool {
	r, _ := utf8.DecodeLastRuneInString(q)
	return isWordRune(r)
}

func queryTerm(stems stemCache, word, lang string, phrase bool) Term {
	t := Term{Alternatives: []string{word}, Phrase: phrase}
	if phrase {
		return t
	}
	forms := stems.appendForms(nil, word, "")
	if lang != "en" {
		if plain := withoutWrittenUmlauts(word); plain != word {
			forms = stems.appendForms(append(forms, plain), plain, "de")
		}
	}
	for _, form := range forms {
		if !containsString(t.Alternatives, form) {
			t.Alternatives = append(t.Alternatives, form)
		}
	}
	return t
}

// withoutWrittenUmlauts lets "Baeume" find "Bäume", whose folded form is "baume".
func withoutWrittenUmlauts(word string) string {
	return writtenUmlauts.Replace(word)
}

var writtenUmlauts = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")

func containsString(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// stemCache remembers stems: a text uses few words often, and stemming is the dear part.
type stemCache map[string][2]string

// appendForms appends the stems of a folded word that differ from it.
func (c stemCache) appendForms(out []string, word, lang string) []string {
	if lang != "de" && lang != "en" && lang != "" || !isStemmable(word) {
		return out
	}
	stems, ok := c[word]
	if !ok {
		stems = [2]string{stem(german.Stem, word), stem(english.Stem, word)}
		c[word] = stems
	}
	de, en := stems[0], stems[1]
	if lang != "en" && de != word {
		out = append(out, de)
	}
	if lang != "de" && en != word && (lang == "en" || en != de) {
		out = append(out, en)
	}
	return out
}

func stem(f func(*snowballstem.Env) bool, word string) string {
	env := snowballstem.NewEnv(word)
	f(env)
	if s := env.Current(); s != "" {
		return s
	}
	return word
}

func isStemmable(word string) bool {
	if len(word) < minStemmed {
		return false
	}
	for i := 0; i < len(word); i++ {
		if word[i] < 'a' || word[i] > 'z' {
			return false
		}
	}
	return true
}

// eachWord calls f with every word of s until f returns false. Words are runs of letters, digits and marks; an apostrophe
// inside is dropped, with the s of a genitive; scripts without spaces give overlapping pairs of characters.
func eachWord(s string, f func(string) bool) {
	for s != "" {
		start := strings.IndexFunc(s, isWordStart)
		if start < 0 {
			return
		}
		s = s[start:]
		if r, _ := utf8.DecodeRuneInString(s); isIdeograph(r) {
			n := ideographs(s)
			if !eachPair(s[:n], f) {
				return
			}
			s = s[n:]
			continue
		}
		n, apostrophe := wordLength(s)
		word := s[:n]
		if apostrophe {
			word = withoutApostrophes(word)
		}
		if !f(cutRunes(word, maxToken)) {
			return
		}
		s = s[n:]
	}
}

// isWordStart leaves out marks: without a letter before it, a mark is no word.
func isWordStart(r rune) bool { return isWordRune(r) && !unicode.IsMark(r) }

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlnum(byte(r))
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// isIdeograph reports whether a character belongs to a script written without spaces between words.
func isIdeograph(r rune) bool {
	return r >= 0x3040 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func wordLength(s string) (n int, apostrophe bool) {
	for i, r := range s {
		switch {
		case isWordRune(r) && !isIdeograph(r):
			n = i + utf8.RuneLen(r)
		case (r == '\'' || r == '’') && n == i:
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if !isWordRune(next) || isIdeograph(next) {
				return n, apostrophe
			}
			apostrophe = true
		default:
			return n, apostrophe
		}
	}
	return n, apostrophe
}

func withoutApostrophes(word string) string {
	word = strings.ReplaceAll(word, "’", "'")
	if head, ok := strings.CutSuffix(strings.ToLower(word), "'s"); ok && !strings.Contains(head, "'") {
		return word[:len(word)-len("'s")]
	}
	return strings.ReplaceAll(word, "'", "")
}

func ideographs(s string) int {
	for i, r := range s {
		if !isIdeograph(r) {
			return i
		}
	}
	return len(s)
}

func eachPair(s string, f func(string) bool) bool {
	runes := []rune(s)
	if len(runes) == 1 {
		return f(s)
	}
	for i := range len(runes) - 1 {
		if !f(string(runes[i : i+2])) {
			return false
		}
	}
	return true
}
