package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"allmende"
	"allmende/internal/db"
)

// The index knows an object by a set of tokens: the folded words and stems of
// its text, and keys, which start with an underscore as no word does. Keys say
// who made it, to whom it is addressed and what it is.

// KeyMedia is the key of what has media.
const KeyMedia = "_m"

// Shelf is the part of the index in which an object stands, by who may find it.
type Shelf int

// The shelves.
const (
	ShelfPublic  Shelf = iota // everyone
	ShelfMembers              // members of this server, or the followers of one actor
	ShelfNamed                // whom it is addressed to
)

var shelves = []Shelf{ShelfPublic, ShelfMembers, ShelfNamed}

// table is the shelf's name in the database.
func (s Shelf) table() string {
	return [...]string{"search_public", "search_members", "search_named"}[s]
}

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
	Shelf   Shelf
	Target  allmende.ID // on the members' shelf: whose followers may find it; zero: every member
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
	Shelf        Shelf
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
	// put writes the tokens of objects that are not in the index.
	put(ctx context.Context, q Q, docs []SearchDoc) error
	// drop takes objects off a shelf.
	drop(ctx context.Context, q Q, shelf Shelf, ids []allmende.ID) error
	// clear empties a shelf.
	clear(ctx context.Context, q Q, shelf Shelf) error
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

// indexedFact is what is known of an object that is in the index.
type indexedFact struct {
	version int
	shelf   Shelf
}

func indexedFacts(ctx context.Context, q Q, ids []allmende.ID) (map[allmende.ID]indexedFact, error) {
	out := make(map[allmende.ID]indexedFact, len(ids))
	err := chunks(ids, func(part []allmende.ID) error {
		_, err := collect(ctx, q, func(r row) (struct{}, error) {
			var id allmende.ID
			var f indexedFact
			err := r.Scan(&id, &f.version, &f.shelf)
			out[id] = f
			return struct{}{}, err
		}, `select object, version, shelf from indexed where object in (`+db.In(1, len(part))+`)`, args(part)...)
		return err
	})
	return out, err
}

// SearchTargets tells of objects on the members' shelf whose followers may find
// them; zero: all members.
func SearchTargets(ctx context.Context, q Q, ids []allmende.ID) (map[allmende.ID]allmende.ID, error) {
	out := make(map[allmende.ID]allmende.ID, len(ids))
	err := chunks(ids, func(part []allmende.ID) error {
		var joined string
		err := q.QueryRow(ctx, `select coalesce(string_agg(cast(object as text) || ' ' || cast(target as text), ' '), '') from indexed
			where object in (`+db.In(1, len(part))+`)`, args(part)...).Scan(&joined)
		for pair := range slices.Chunk(splitIDs(joined), 2) {
			out[pair[0]] = pair[1]
		}
		return err
	})
	return out, err
}

// PutSearch brings objects into the index, unless it knows the same or a newer
// version, and takes gone ones out.
func PutSearch(ctx context.Context, tx *db.Tx, docs []SearchDoc, gone []allmende.ID) error {
	ids := append([]allmende.ID{}, gone...)
	for _, d := range docs {
		ids = append(ids, d.Object)
	}
	known, err := indexedFacts(ctx, tx, ids)
	if err != nil {
		return err
	}
	var fresh []SearchDoc
	for _, d := range docs {
		if was, there := known[d.Object]; !there || was.version < d.Version {
			fresh = append(fresh, d)
			gone = append(gone, d.Object)
		}
	}
	if err := dropSearch(ctx, tx, gone, known); err != nil {
		return err
	}
	for _, d := range fresh {
		if _, err := tx.Exec(ctx, `insert into indexed (object, version, shelf, target) values ($1, $2, $3, $4)`,
			int64(d.Object), d.Version, int(d.Shelf), int64(d.Target)); err != nil {
			return err
		}
	}
	return Search(tx.Engine()).put(ctx, tx, fresh)
}

// dropSearch takes those that are known out of the index.
func dropSearch(ctx context.Context, tx *db.Tx, ids []allmende.ID, known map[allmende.ID]indexedFact) error {
	on := map[Shelf][]allmende.ID{}
	for _, id := range ids {
		if was, there := known[id]; there {
			on[was.shelf] = append(on[was.shelf], id)
		}
	}
	for _, shelf := range shelves {
		if err := Search(tx.Engine()).drop(ctx, tx, shelf, on[shelf]); err != nil {
			return err
		}
		err := chunks(on[shelf], func(part []allmende.ID) error {
			_, err := tx.Exec(ctx, `delete from indexed where object in (`+db.In(1, len(part))+`)`, args(part)...)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ClearSearch empties the index, before it is made anew.
func ClearSearch(ctx context.Context, tx *db.Tx) error {
	for _, shelf := range shelves {
		if err := Search(tx.Engine()).clear(ctx, tx, shelf); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `delete from indexed`)
	return err
}

// PublishedIDs walks all published objects from the newest down.
func PublishedIDs(ctx context.Context, q Q, max allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where state = 'published' and id < $1 order by id desc limit $2`, below(max), limit)
}

// CountPublished is how many objects are published.
func CountPublished(ctx context.Context, q Q) (int, error) {
	var n int
	err := q.QueryRow(ctx, `select count(*) from object where state = 'published'`).Scan(&n)
	return n, err
}

// scanFound reads ids that come as one text, which is much quicker than a
// thousand rows, and puts them in order, newest first.
func scanFound(r row) ([]allmende.ID, error) {
	var joined string
	err := r.Scan(&joined)
	ids := splitIDs(joined)
	slices.SortFunc(ids, func(a, b allmende.ID) int { return cmp.Compare(b, a) })
	return ids, err
}
