package store

import (
	"context"
	"strings"
	"unicode/utf8"

	"allmende"
	"allmende/internal/db"
)

// The index knows an object by a set of tokens: the folded words and stems of
// its text, and keys, which start with an underscore as no word does. Keys say
// who may find it, who made it and what it is.
const (
	KeyPublic    = "_p" // everyone may find it
	KeyLocal     = "_l" // members of this server may
	KeyFollowers = "_f" // followers of SearchDoc.Target may
	KeyMedia     = "_m" // has media
)

// KeyNamed is the key of what an actor may find because it is addressed to them.
func KeyNamed(actor allmende.ID) string { return "_d" + actor.String() }

// KeyBy is the key of what an actor made, alone or with others.
func KeyBy(actor allmende.ID) string { return "_by" + actor.String() }

// KeyHas is the key of what carries media of a kind ("image", "video", "audio").
func KeyHas(kind string) string { return searchToken(KeyMedia + kind) }

// KeyKind is the key of a kind of object.
func KeyKind(k allmende.ObjectKind) string { return searchToken("_k" + string(k)) }

// KeyIn is the key of a section ("wiki", "blog").
func KeyIn(section string) string { return searchToken("_in" + section) }

// KeyLang is the key of a language ("de").
func KeyLang(lang string) string { return searchToken("_g" + lang) }

// KeyTag is the key of a folded hashtag.
func KeyTag(folded string) string { return searchToken("_h" + folded) }

// TitleWord is the token of a word that stands in the title.
func TitleWord(word string) string { return searchToken("_t" + word) }

// searchToken leaves what both databases take for one token: ASCII letters and
// digits, the underscore, and everything beyond ASCII.
func searchToken(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r >= utf8.RuneSelf && r != utf8.RuneError:
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, s)
}

// SearchDoc is what the index is to know of one object.
type SearchDoc struct {
	Object  allmende.ID
	Version int
	Target  allmende.ID // whose followers may find it; zero: see its keys
	Tokens  []string
}

// maxSearchText is how many bytes of tokens an object may have; PostgreSQL
// refuses more than a million, its own overhead included.
const maxSearchText = 500_000

// distinct are a document's tokens, each once, within the bound.
func (d *SearchDoc) distinct() []string {
	out := make([]string, 0, len(d.Tokens))
	seen := make(map[string]struct{}, len(d.Tokens))
	room := maxSearchText
	for _, t := range d.Tokens {
		t = searchToken(t)
		if _, dup := seen[t]; dup || t == "" {
			continue
		}
		if room -= len(t) + 8; room < 0 {
			break
		}
		seen[t] = struct{}{}
		out = append(out, t)
	}
	return out
}

// SearchWord is a token that is asked for, or with Prefix its beginning.
type SearchWord struct {
	Text   string
	Prefix bool
}

// SearchMatch is a question to the index: objects that have one word of each
// group in All and none of None, with ids between Above and Below.
type SearchMatch struct {
	All          [][]SearchWord
	None         []SearchWord
	Above, Below allmende.ID // exclusive; zero: no bound
	Limit        int
}

// And is the match with one more group.
func (m SearchMatch) And(group []SearchWord) SearchMatch {
	m.All = append(append(make([][]SearchWord, 0, len(m.All)+1), m.All...), group)
	return m
}

// clean drops what is not a token; false when nothing can match.
func (m *SearchMatch) clean() bool {
	all := make([][]SearchWord, 0, len(m.All))
	for _, group := range m.All {
		kept := cleanWords(group)
		if len(kept) == 0 {
			return false
		}
		all = append(all, kept)
	}
	m.All, m.None = all, cleanWords(m.None)
	return len(all) > 0 && m.Limit > 0
}

func cleanWords(group []SearchWord) []SearchWord {
	kept := make([]SearchWord, 0, len(group))
	for _, w := range group {
		if w.Text = searchToken(w.Text); w.Text != "" {
			kept = append(kept, w)
		}
	}
	return kept
}

// SearchIndex is where the two databases differ: what they keep differs, what
// they answer does not.
type SearchIndex interface {
	// put writes the tokens of objects; known tells which are in the index now.
	put(ctx context.Context, q Q, docs []SearchDoc, known map[allmende.ID]int) error
	// drop takes objects out of the index.
	drop(ctx context.Context, q Q, ids []allmende.ID) error
	// clear empties the index.
	clear(ctx context.Context, q Q) error
	// Find lists the ids that match, newest first.
	Find(ctx context.Context, q Q, m SearchMatch) ([]allmende.ID, error)
}

// Search is the index of a database.
func Search(e db.Engine) SearchIndex {
	if e == db.Postgres {
		return postgresSearch{}
	}
	return sqliteSearch{}
}

// PutSearch brings objects into the index, unless it knows the same or a newer
// version, and takes gone ones out.
func PutSearch(ctx context.Context, tx *db.Tx, docs []SearchDoc, gone []allmende.ID) error {
	ids := append([]allmende.ID{}, gone...)
	for _, d := range docs {
		ids = append(ids, d.Object)
	}
	known, err := indexedVersions(ctx, tx, ids)
	if err != nil {
		return err
	}
	var fresh []SearchDoc
	for _, d := range docs {
		if v, there := known[d.Object]; !there || v < d.Version {
			fresh = append(fresh, d)
		}
	}
	if err := Search(tx.Engine()).put(ctx, tx, fresh, known); err != nil {
		return err
	}
	for _, d := range fresh {
		if _, err := tx.Exec(ctx, `insert into indexed (object, version, target) values ($1, $2, $3)
			on conflict (object) do update set version = excluded.version, target = excluded.target`,
			int64(d.Object), d.Version, int64(d.Target)); err != nil {
			return err
		}
	}
	return dropSearch(ctx, tx, gone, known)
}

func dropSearch(ctx context.Context, tx *db.Tx, gone []allmende.ID, known map[allmende.ID]int) error {
	var there []allmende.ID
	for _, id := range gone {
		if _, ok := known[id]; ok {
			there = append(there, id)
		}
	}
	if len(there) == 0 {
		return nil
	}
	if err := Search(tx.Engine()).drop(ctx, tx, there); err != nil {
		return err
	}
	return chunks(there, func(part []allmende.ID) error {
		_, err := tx.Exec(ctx, `delete from indexed where object in (`+db.In(1, len(part))+`)`, args(part)...)
		return err
	})
}

func indexedVersions(ctx context.Context, q Q, ids []allmende.ID) (map[allmende.ID]int, error) {
	out := make(map[allmende.ID]int, len(ids))
	err := indexedFacts(ctx, q, ids, func(id allmende.ID, version int, _ allmende.ID) { out[id] = version })
	return out, err
}

// SearchTargets tells whose followers may find objects that have the key KeyFollowers.
func SearchTargets(ctx context.Context, q Q, ids []allmende.ID) (map[allmende.ID]allmende.ID, error) {
	out := make(map[allmende.ID]allmende.ID, len(ids))
	err := indexedFacts(ctx, q, ids, func(id allmende.ID, _ int, target allmende.ID) { out[id] = target })
	return out, err
}

func indexedFacts(ctx context.Context, q Q, ids []allmende.ID, fn func(id allmende.ID, version int, target allmende.ID)) error {
	return chunks(ids, func(part []allmende.ID) error {
		_, err := collect(ctx, q, func(r row) (struct{}, error) {
			var id, target int64
			var version int
			err := r.Scan(&id, &version, &target)
			fn(allmende.ID(id), version, allmende.ID(target))
			return struct{}{}, err
		}, `select object, version, target from indexed where object in (`+db.In(1, len(part))+`)`, args(part)...)
		return err
	})
}

// ClearSearch empties the index, before it is made anew.
func ClearSearch(ctx context.Context, tx *db.Tx) error {
	if err := Search(tx.Engine()).clear(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from indexed`)
	return err
}

// PublishedIDs walks all published objects from the newest down, and tells how
// many there are.
func PublishedIDs(ctx context.Context, q Q, max allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where state = 'published' and id < $1 order by id desc limit $2`, below(max), limit)
}

// CountPublished is how many objects are published.
func CountPublished(ctx context.Context, q Q) (int, error) {
	var n int
	err := q.QueryRow(ctx, `select count(*) from object where state = 'published'`).Scan(&n)
	return n, err
}
