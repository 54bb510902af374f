package read

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// wish is a search as it was understood.
type wish struct {
	free         string      // the words without operators, as typed
	terms        []text.Term // of free and of phrases: all must be there
	phrases      []phrase
	not          []text.Term
	from         []maker
	all          [][]store.SearchWord // keys asked for by operators
	none         []store.SearchWord   // keys ruled out by operators
	above, below allmende.ID          // exclusive
}

// phrase is a row of words that must, or must not, stand in a text as it is.
type phrase struct {
	words []string
	not   bool
}

// maker is whose things are wanted, or not wanted.
type maker struct {
	handle string
	not    bool
}

const maxQuery = 1000 // bytes of a search that are read

// parseSearch reads a search. Nothing is an error: what is no operator is a word.
//
//	apfel "alte sorten" -birne #garten from:ada before:2026-05-01 after:2025 has:media in:wiki lang:de
func parseSearch(s string) *wish {
	s = strings.ToValidUTF8(s, " ")
	if len(s) > maxQuery {
		s = strings.ToValidUTF8(s[:maxQuery], "")
	}
	w := &wish{}
	var free strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if unicode.IsSpace(r) {
			free.WriteByte(' ')
			s = s[size:]
			continue
		}
		not := r == '-' && len(s) > size
		if not {
			s = s[size:]
			r, size = utf8.DecodeRuneInString(s)
		}
		var part string
		if closing, quoted := quotes[r]; quoted {
			part, s = until(s[size:], func(r rune) bool { return strings.ContainsRune(closing, r) })
			if _, size := utf8.DecodeRuneInString(s); size > 0 {
				s = s[size:]
			}
			w.phrase(part, not)
			continue
		}
		part, s = until(s, func(r rune) bool { return unicode.IsSpace(r) || quotes[r] != "" })
		switch {
		case w.operator(part, not):
		case not:
			w.not = append(w.not, text.QueryTokens(part, "")...)
		default:
			free.WriteString(part)
		}
	}
	w.free = free.String()
	w.terms = append(text.QueryTokens(w.free, ""), w.terms...)
	return w
}

// quotes are what begins a phrase and what ends it.
var quotes = map[rune]string{'"': "\"", '“': "”\"", '„': "“”\"", '«': "»", '»': "«"}

// until cuts a text before the first character that ends it.
func until(s string, ends func(rune) bool) (part, rest string) {
	if n := strings.IndexFunc(s, ends); n >= 0 {
		return s[:n], s[n:]
	}
	return s, ""
}

func (w *wish) phrase(s string, not bool) {
	words := text.Tokens(s, "none")
	if len(words) > 32 {
		words = words[:32]
	}
	if len(words) == 0 {
		return
	}
	if not && len(words) == 1 {
		w.not = append(w.not, text.Term{Alternatives: words, Phrase: true})
		return
	}
	if len(words) > 1 {
		w.phrases = append(w.phrases, phrase{words, not})
	}
	if not {
		return
	}
	for _, word := range words {
		w.terms = append(w.terms, text.Term{Alternatives: []string{word}, Phrase: true})
	}
}

// operators in both languages.
var operators = map[string]func(w *wish, value string, not bool) bool{
	"from": (*wish).by, "von": (*wish).by,
	"before": (*wish).before, "vor": (*wish).before,
	"after": (*wish).after, "nach": (*wish).after,
	"during": (*wish).during, "am": (*wish).during,
	"has": (*wish).has, "hat": (*wish).has,
	"in":   (*wish).in,
	"lang": (*wish).lang, "language": (*wish).lang, "sprache": (*wish).lang,
	"kind": (*wish).kind, "type": (*wish).kind, "art": (*wish).kind,
}

// operator takes in one operator or hashtag; false when it is none.
func (w *wish) operator(part string, not bool) bool {
	if tag, ok := strings.CutPrefix(part, "#"); ok {
		key := store.KeyTag(text.Fold(strings.TrimRight(tag, ".,;:!?")))
		return key != store.KeyTag("") && w.key(key, not)
	}
	name, value, ok := strings.Cut(part, ":")
	if !ok || value == "" {
		return false
	}
	read := operators[strings.ToLower(name)]
	return read != nil && read(w, value, not)
}

func (w *wish) key(key string, not bool) bool {
	if not {
		w.none = append(w.none, store.SearchWord{Text: key})
	} else {
		w.all = append(w.all, []store.SearchWord{{Text: key}})
	}
	return true
}

func (w *wish) by(value string, not bool) bool {
	if len(w.from) < 8 {
		w.from = append(w.from, maker{value, not})
	}
	return true
}

// before leaves what is older than the day, month or year.
func (w *wish) before(value string, _ bool) bool {
	from, _, ok := parseDate(value)
	if ok {
		w.bound(0, allmende.IDAt(from))
	}
	return ok
}

// after leaves what is newer than the day, month or year.
func (w *wish) after(value string, _ bool) bool {
	_, to, ok := parseDate(value)
	if ok {
		w.bound(allmende.IDAt(to)-1, 0)
	}
	return ok
}

func (w *wish) during(value string, _ bool) bool {
	from, to, ok := parseDate(value)
	if ok {
		w.bound(allmende.IDAt(from)-1, allmende.IDAt(to))
	}
	return ok
}

// bound narrows the time; zero leaves a side as it is.
func (w *wish) bound(above, below allmende.ID) {
	w.above = max(w.above, above)
	if below != 0 && (w.below == 0 || below < w.below) {
		w.below = below
	}
}

// parseDate reads a day, month or year (UTC) and gives its begin and end.
func parseDate(s string) (from, to time.Time, ok bool) {
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2.1.2006", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if t, err := time.Parse(form.layout, s); err == nil && t.Year() >= 1970 {
			return t, t.AddDate(form.years, form.months, form.days), true
		}
	}
	return from, to, false
}

func (w *wish) has(value string, not bool) bool {
	switch text.Fold(value) {
	case "media", "medien", "attachment":
		return w.key(store.KeyMedia, not)
	case "image", "picture", "bild", "bilder":
		return w.key(store.KeyHas("image"), not)
	case "video", "film", "filme":
		return w.key(store.KeyHas("video"), not)
	case "audio", "sound", "ton":
		return w.key(store.KeyHas("audio"), not)
	}
	return false
}

func (w *wish) in(value string, not bool) bool {
	switch value = text.Fold(value); value {
	case "wiki", "blog":
		return w.key(store.KeyIn(value), not)
	}
	return false
}

func (w *wish) lang(value string, not bool) bool {
	if len(value) != 2 && len(value) != 3 {
		return false
	}
	return w.key(store.KeyLang(value), not)
}

func (w *wish) kind(value string, not bool) bool {
	value = text.Fold(value)
	for _, k := range allmende.ObjectKinds {
		if text.Fold(string(k)) == value {
			return w.key(store.KeyKind(k), not)
		}
	}
	return false
}

// empty tells that nothing is asked for.
func (w *wish) empty() bool {
	return len(w.terms) == 0 && len(w.all) == 0 && len(w.from) == 0 && w.above == 0 && w.below == 0
}

// plain tells that only words are asked for, so that people and tags may be meant.
func (w *wish) plain() bool {
	return len(w.all) == 0 && len(w.none) == 0 && len(w.from) == 0 && len(w.not) == 0 && w.above == 0 && w.below == 0
}

// match is the question to the index for the words anywhere in the text;
// begun lets the last word be the beginning of a longer one.
func (w *wish) match(begun bool) store.SearchMatch {
	m := w.keysOnly()
	for _, t := range w.terms {
		m = m.And(group(t, "", begun && utf8.RuneCountInString(t.Alternatives[0]) >= 4))
	}
	return m
}

// titleMatch asks for the words in the title.
func (w *wish) titleMatch() store.SearchMatch {
	m := w.keysOnly()
	for _, t := range w.terms {
		m = m.And(group(t, store.TitleWord(""), true))
	}
	return m
}

func (w *wish) keysOnly() store.SearchMatch {
	m := store.SearchMatch{All: w.all, None: w.none, Above: w.above, Below: w.below}
	for _, t := range w.not {
		m.None = append(m.None, group(t, "", false)...)
	}
	return m
}

func group(t text.Term, before string, begun bool) []store.SearchWord {
	out := make([]store.SearchWord, 0, len(t.Alternatives))
	for i, a := range t.Alternatives {
		out = append(out, store.SearchWord{Text: before + a, Prefix: begun && t.Prefix && i == 0})
	}
	return out
}

// marks are the words that snippets mark.
func (w *wish) marks() []string {
	var out []string
	for _, t := range w.terms {
		out = append(out, t.Alternatives...)
	}
	for _, k := range w.all {
		if tag, ok := strings.CutPrefix(k[0].Text, store.KeyTag("")); ok {
			out = append(out, tag)
		}
	}
	return out
}
