package read

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// MostHits is how many hits are looked at, the newest ones; who finds so many
// had better ask more closely.
const MostHits = 1000

const (
	searchFew   = 20 // fewer hits than this, and the last word may be a beginning
	searchPage  = 20
	snippetSize = 220      // characters
	snippetHTML = 4 * 1024 // bytes of a text in which a snippet is looked for first

	// Of what is for followers of someone at most this much is looked at, the
	// newest first, to find what is for followers of those the viewer follows.
	membersStep, membersSteps = 1000, 10
)

// SearchQuery is what someone wants to find. The operators in Text and the
// other fields all hold together.
type SearchQuery struct {
	Text          string
	Kinds         []allmende.ObjectKind // empty: all
	From          string                // handle
	Home          string                // this server's own domain; in handles it counts as none
	Before, After time.Time
	HasMedia      bool
	In            string        // "wiki", "blog"
	Sort          string        // "new"; otherwise the best first
	Span          allmende.Span // Limit; Max and Since bound the ids
	Offset        int           // where in the list the page begins; SearchResult.Next
	NoPeople      bool          // leaves out actors and tags
}

// Hit is one found object with the part of its text that shows why.
type Hit struct {
	Object allmende.ID
	Parts  []text.SnippetPart
	Title  []text.SnippetPart // the whole title; empty when it has none
}

// SearchResult is one page of hits, best first.
type SearchResult struct {
	Bundle *Bundle
	Hits   []Hit
	Actors []*allmende.Actor // on the first page
	Tags   []string          // on the first page, as written
	Total  int               // hits that were looked at, at most MostHits; with phrases there may be more
	Next   int               // Offset of the next page; zero at the end
}

// Search finds objects that the viewer may see, people and tags (rows N5, T9, W15).
func (r *Reader) Search(ctx context.Context, v allmende.Viewer, q SearchQuery) (*SearchResult, error) {
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	w := q.wish()
	found := &SearchResult{}
	if q.Offset == 0 && !q.NoPeople && w.plain() {
		if found.Actors, err = r.people(ctx, keys, q.Text, q.Home, 8); err != nil {
			return nil, err
		}
		if found.Tags, err = r.tags(ctx, keys, strings.TrimSpace(q.Text), 8); err != nil {
			return nil, err
		}
	}
	var list []allmende.ID
	if !w.empty() {
		if list, err = r.ranked(ctx, keys, w, q); err != nil {
			return nil, err
		}
	}
	found.Total = len(list)
	return found, r.searchPage(ctx, v, keys, w, q, list, found)
}

// wish joins the operators in the text with the fields.
func (q *SearchQuery) wish() *wish {
	w := parseSearch(q.Text)
	w.bound(q.Span.Since, q.Span.Max)
	if q.From != "" {
		w.by(q.From, false)
	}
	if !q.Before.IsZero() {
		w.bound(0, allmende.IDAt(q.Before))
	}
	if !q.After.IsZero() {
		w.bound(allmende.IDAt(q.After)-1, 0)
	}
	if q.HasMedia {
		w.key(store.KeyMedia, false)
	}
	if q.In != "" {
		w.key(store.KeyIn(q.In), false)
	}
	if len(q.Kinds) > 0 {
		var kinds []store.SearchWord
		for _, k := range q.Kinds {
			kinds = append(kinds, store.SearchWord{Text: store.KeyKind(k)})
		}
		w.all = append(w.all, kinds)
	}
	return w
}

// ranked is the list of hits, best first; with phrases at least as much of it
// as the page needs.
func (r *Reader) ranked(ctx context.Context, keys *Keys, w *wish, q SearchQuery) ([]allmende.ID, error) {
	if ok, err := r.resolveMakers(ctx, keys, w, q.Home); err != nil || !ok {
		return nil, err
	}
	hits, err := r.find(ctx, keys, w.match(false), MostHits)
	if err == nil && len(hits) < searchFew && slices.ContainsFunc(w.terms, func(t text.Term) bool { return t.Prefix }) {
		hits, err = r.find(ctx, keys, w.match(true), MostHits)
	}
	if err != nil {
		return nil, err
	}
	var titled []allmende.ID
	if len(w.terms) > 0 {
		if titled, err = r.find(ctx, keys, w.titleMatch(), MostHits); err != nil {
			return nil, err
		}
	}
	byTime := q.Sort == "new" || len(w.terms) == 0
	list := titlesFirst(hits, titled)
	if byTime {
		list = newest(append(hits, titled...))
	}
	if len(w.phrases) > 0 {
		need := max(q.Offset, 0) + 2*q.limit() + rankedClosely
		if list, err = r.withPhrases(ctx, w, list, need); err != nil {
			return nil, err
		}
	}
	if byTime {
		return list, nil
	}
	return r.rank(ctx, w, list, titled)
}

func (q *SearchQuery) limit() int { return q.Span.Bounded(searchPage, 80).Limit }

// titlesFirst joins two lists: those with all words in the title, then the others.
func titlesFirst(hits, titled []allmende.ID) []allmende.ID {
	inTitle := make(map[allmende.ID]bool, len(titled))
	for _, id := range titled {
		inTitle[id] = true
	}
	list := append(make([]allmende.ID, 0, len(hits)+len(titled)), titled...)
	for _, id := range hits {
		if !inTitle[id] {
			list = append(list, id)
		}
	}
	return list[:min(len(list), MostHits)]
}

// newest sorts ids, newest first, each once.
func newest(ids []allmende.ID) []allmende.ID {
	slices.Sort(ids)
	slices.Reverse(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), MostHits)]
}

// find asks the index for what the viewer may find: first what everyone may,
// then, as far back in time as the list reaches, what only some may.
func (r *Reader) find(ctx context.Context, keys *Keys, m store.SearchMatch, limit int) ([]allmende.ID, error) {
	if m.Limit = limit; len(m.All) == 0 {
		m = m.And(anyKind) // only a time is asked for, or what it must not be
	}
	hits, err := r.onShelf(ctx, m, store.ShelfPublic)
	if err != nil || keys.Viewer.Anonymous() {
		return hits, err
	}
	if len(hits) == limit {
		m.Above = max(m.Above, hits[limit-1]) // nothing older can be among the newest
	}
	mine := m.And([]store.SearchWord{{Text: store.KeyBy(keys.Viewer.Actor)}, {Text: store.KeyNamed(keys.Viewer.Actor)}})
	for _, shelf := range []store.Shelf{store.ShelfMembers, store.ShelfNamed} {
		some, err := r.onShelf(ctx, mine, shelf)
		if err != nil {
			return nil, err
		}
		hits = append(hits, some...)
	}
	some, err := r.findAmongMembers(ctx, keys, m)
	hits = newest(append(hits, some...))
	return hits[:min(len(hits), limit)], err
}

var anyKind = func() (words []store.SearchWord) {
	for _, k := range allmende.ObjectKinds {
		words = append(words, store.SearchWord{Text: store.KeyKind(k)})
	}
	return words
}()

func (r *Reader) onShelf(ctx context.Context, m store.SearchMatch, shelf store.Shelf) ([]allmende.ID, error) {
	m.Shelf = shelf
	return store.Search(r.db.Engine()).Find(ctx, r.db.Read(), m)
}

// findAmongMembers finds what is for members or for followers of someone. A key
// for each of the hundreds someone follows would make the question long and
// slow, so the index gives everything on that shelf and the rest is decided here.
func (r *Reader) findAmongMembers(ctx context.Context, keys *Keys, m store.SearchMatch) ([]allmende.ID, error) {
	var out []allmende.ID
	limit := m.Limit
	m.Limit = membersStep
	for range membersSteps {
		some, err := r.onShelf(ctx, m, store.ShelfMembers)
		if err != nil {
			return nil, err
		}
		targets, err := store.SearchTargets(ctx, r.db.Read(), some)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			if target, there := targets[id]; there && keys.findsFor(target) {
				out = append(out, id)
			}
		}
		if len(some) < membersStep || len(out) >= limit {
			break
		}
		m.Below = some[len(some)-1]
	}
	return out[:min(len(out), limit)], nil
}

// findsFor tells whether the viewer finds what is for followers of an actor, or
// (zero) for members.
func (k *Keys) findsFor(target allmende.ID) bool {
	if target == 0 {
		return k.Local
	}
	_, follows := k.Following[target]
	return follows || target == k.Viewer.Actor
}

// resolveMakers turns the handles of from: into keys; false when one that is
// asked for does not exist.
func (r *Reader) resolveMakers(ctx context.Context, keys *Keys, w *wish, home string) (bool, error) {
	for _, m := range w.from {
		id := keys.Viewer.Actor
		if h := strings.ToLower(m.handle); h != "me" && h != "mir" {
			a, err := r.byHandle(ctx, m.handle, home)
			if err != nil {
				return false, err
			}
			if id = 0; a != nil {
				id = a.ID
			}
		}
		if id != 0 {
			w.key(store.KeyBy(id), m.not)
		} else if !m.not {
			return false, nil
		}
	}
	return true, nil
}

// byHandle is the actor of a handle, or nil; home is this server's own domain.
func (r *Reader) byHandle(ctx context.Context, handle, home string) (*allmende.Actor, error) {
	name, host := allmende.SplitHandle(handle)
	if strings.EqualFold(host, home) {
		host = ""
	}
	a, err := store.ActorByName(ctx, r.db.Read(), name, host)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &a, err
}

// searchPage fills in one page of the list, without what the rule, blocks and
// mutes take out.
func (r *Reader) searchPage(ctx context.Context, v allmende.Viewer, keys *Keys, w *wish, q SearchQuery, list []allmende.ID, found *SearchResult) error {
	limit := q.limit()
	at := min(max(q.Offset, 0), len(list))
	var page []allmende.Entry
	for at < len(list) && len(page) < limit {
		part := list[at:min(at+limit-len(page), len(list))]
		at += len(part)
		lines := make([]allmende.Entry, len(part))
		for i, id := range part {
			lines[i] = allmende.Entry{ID: id, Object: id}
		}
		kept, err := r.admit(ctx, keys, lines, r.now(), nil)
		if err != nil {
			return err
		}
		page = append(page, kept...)
	}
	if at < len(list) {
		found.Next = at
	}
	var err error
	if found.Bundle, err = r.Bundle(ctx, v, page); err != nil {
		return err
	}
	marks := w.marks()
	for _, e := range page {
		if o := found.Bundle.Objects[e.Object]; o != nil {
			found.Hits = append(found.Hits, hit(o, marks))
		}
	}
	return nil
}

// hit draws what was found in an object.
func hit(o *allmende.Object, marks []string) Hit {
	h := Hit{Object: o.ID}
	if o.Title != "" {
		h.Title = text.Snippet(o.Title, marks, 10*snippetSize)
	}
	if !o.Kind.Titled() && o.Summary != "" { // a warning: what it stands before is not shown
		h.Parts = text.Snippet(o.Summary, marks, snippetSize)
		return h
	}
	head := o.HTML[:min(len(o.HTML), snippetHTML)]
	h.Parts = text.Snippet(readable(o, head), marks, snippetSize)
	if len(head) < len(o.HTML) && !slices.ContainsFunc(h.Parts, func(p text.SnippetPart) bool { return p.Hit }) {
		h.Parts = text.Snippet(readable(o, o.HTML), marks, snippetSize)
	}
	return h
}

// readable is an object's text with its summary, as people read it.
func readable(o *allmende.Object, html string) string {
	plain := text.PlainText(html)
	if o.Summary != "" {
		plain = o.Summary + "\n\n" + plain
	}
	return plain
}
