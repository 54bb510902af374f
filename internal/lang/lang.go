// Package lang holds every text that people read, in German and English, and
// writes dates, times and numbers the way each language does.
//
// Messages stand in messages/<family>.<tag>.toml; the family is the first part
// of a key ("ui.like" stands in ui.en.toml and ui.de.toml). All files are
// embedded and read once. German is spoken with "Du"; a key that needs other
// words for "Sie" stands in <family>.de-formal.toml as well, all others fall
// back to German.
//
//	"ui.like"  = "Like"
//	"ui.likes" = {one = "{{.count}} like", other = "{{.count}} likes"}
package lang

import (
	"context"
	"embed"
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Tag names a language we speak.
type Tag string

// The languages. DeFormal says "Sie" where De says "Du".
const (
	En       Tag = "en"
	De       Tag = "de"
	DeFormal Tag = "de-formal"
)

// Tags are all languages, as a settings page offers them.
func Tags() []Tag { return []Tag{De, DeFormal, En} }

// HTML is the tag as the lang attribute wants it ("de" for both Germans).
func (t Tag) HTML() string {
	if t == DeFormal {
		return "de"
	}
	return string(t)
}

//go:embed messages/*.toml
var files embed.FS

// catalogue is read from the embedded files once and never changes.
var catalogue = sync.OnceValue(func() map[Tag]map[string]message {
	all, err := read()
	if err != nil {
		panic(err) // the files are part of the program; a test reads them first
	}
	return all
})

// message is one text, cut at its placeholders, per plural form.
type message struct {
	other []piece
	forms map[plural.Form][]piece // those besides
}

// piece is literal text, or the name of a placeholder.
type piece struct {
	text string
	slot string
}

func read() (map[Tag]map[string]message, error) {
	all := map[Tag]map[string]message{En: {}, De: {}, DeFormal: {}}
	names, err := files.ReadDir("messages")
	if err != nil {
		return nil, err
	}
	for _, f := range names {
		body, err := files.ReadFile(path.Join("messages", f.Name()))
		if err != nil {
			return nil, err
		}
		family, tag, ok := strings.Cut(strings.TrimSuffix(f.Name(), ".toml"), ".")
		if !ok || all[Tag(tag)] == nil {
			return nil, fmt.Errorf("lang: %s is not named family.tag.toml", f.Name())
		}
		if err := readFile(all[Tag(tag)], family, tag, f.Name(), body); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readFile gives go-i18n a name ending in the bare language, which is all it
// knows; the address form is ours.
func readFile(into map[string]message, family, tag, name string, body []byte) error {
	plain := family + "." + Tag(tag).HTML() + ".toml"
	parsed, err := i18n.ParseMessageFileBytes(body, plain, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return fmt.Errorf("lang: %s: %w", name, err)
	}
	for _, m := range parsed.Messages {
		if _, twice := into[m.ID]; twice {
			return fmt.Errorf("lang: %s: %s is there twice", name, m.ID)
		}
		into[m.ID] = compile(m)
	}
	return nil
}

func compile(m *i18n.Message) message {
	out := message{other: cut(m.Other)}
	for form, text := range map[plural.Form]string{plural.Zero: m.Zero, plural.One: m.One, plural.Two: m.Two, plural.Few: m.Few, plural.Many: m.Many} {
		if text == "" {
			continue
		}
		if out.forms == nil {
			out.forms = map[plural.Form][]piece{}
		}
		out.forms[form] = cut(text)
	}
	return out
}

// cut splits "a {{.b}} c" into its pieces.
func cut(text string) []piece {
	var out []piece
	for {
		before, rest, found := strings.Cut(text, "{{.")
		if before != "" {
			out = append(out, piece{text: before})
		}
		if !found {
			return out
		}
		slot, after, _ := strings.Cut(rest, "}}")
		out = append(out, piece{slot: strings.TrimSpace(slot)})
		text = after
	}
}

func find(tag Tag, key string) (message, bool) {
	m, ok := catalogue()[tag][key]
	if !ok && tag == DeFormal {
		m, ok = catalogue()[De][key]
	}
	return m, ok
}

// Has tells whether both languages have the key.
func Has(key string) bool {
	_, de := find(De, key)
	_, en := find(En, key)
	return de && en
}

// T is the text of a key. Args are name, value pairs for the placeholders; the
// one named "count" (an integer) chooses the plural form. A key that is missing
// comes back in brackets, so that it is seen and reported.
func T(tag Tag, key string, args ...any) string {
	m, ok := find(tag, key)
	if !ok {
		return "[" + key + "]"
	}
	pieces := m.other
	if n, counted := count(args); counted && len(m.forms) > 0 {
		if special, ok := m.forms[form(tag, n)]; ok {
			pieces = special
		}
	}
	if len(pieces) == 1 && pieces[0].slot == "" {
		return pieces[0].text
	}
	var b strings.Builder
	for _, p := range pieces {
		if p.slot == "" {
			b.WriteString(p.text)
		} else {
			b.WriteString(value(tag, p.slot, args))
		}
	}
	return b.String()
}

func form(tag Tag, n int64) plural.Form {
	l := language.English
	if tag != En {
		l = language.German
	}
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(l, int(n%10_000_000), 0, 0, 0, 0)
}

func count(args []any) (int64, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "count" {
			return integer(args[i+1])
		}
	}
	return 0, false
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case uint64:
		return int64(n), true
	}
	return 0, false
}

func value(tag Tag, slot string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] != slot {
			continue
		}
		if n, ok := integer(args[i+1]); ok {
			return Number(tag, n)
		}
		if s, ok := args[i+1].(string); ok {
			return s
		}
		return fmt.Sprint(args[i+1])
	}
	return ""
}

// Match chooses the language: the person's own setting if it is one of ours,
// otherwise the best of what the browser asks for, otherwise English.
func Match(acceptLanguage, setting string) Tag {
	for _, t := range Tags() {
		if string(t) == setting {
			return t
		}
	}
	return accepted(acceptLanguage)
}

// accepted reads the header by hand: it is short, hostile now and then, and
// asks about two languages only.
func accepted(header string) Tag {
	best, bestQ := En, -1.0
	if len(header) > 1000 {
		header = header[:1000]
	}
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(name)), "-")
		if base != "de" && base != "en" {
			continue
		}
		q := 1.0
		if s, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(s, 64); err != nil {
				continue
			}
		}
		if q > bestQ && q > 0 {
			best, bestQ = Tag(base), q
		}
	}
	return best
}

type ctxKey struct{}

// With puts the reader's language into the context, for page components.
func With(ctx context.Context, tag Tag) context.Context {
	return context.WithValue(ctx, ctxKey{}, tag)
}

// From is the reader's language; English when nobody said.
func From(ctx context.Context) Tag {
	if t, ok := ctx.Value(ctxKey{}).(Tag); ok {
		return t
	}
	return En
}

// Keys are all keys of a language's own files, sorted.
func Keys(tag Tag) []string {
	var out []string
	for k := range catalogue()[tag] {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
