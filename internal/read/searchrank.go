package read

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

const (
	rankedClosely = 40   // how many of the best are looked at word by word
	rankedText    = 1024 // bytes of HTML of each that are read for that
)

// rank weighs the first hits of a list closely; a wiki page that is called just
// as the search comes before everything.
func (r *Reader) rank(ctx context.Context, w *wish, list, titled []allmende.ID) ([]allmende.ID, error) {
	if err := r.weigh(ctx, w, list[:min(len(list), rankedClosely)], titled); err != nil {
		return nil, err
	}
	page, err := r.pageCalled(ctx, w)
	if at := slices.Index(list, page); err == nil && page != 0 && at > 0 {
		copy(list[1:at+1], list[:at])
		list[0] = page
	}
	return list, err
}

// pageCalled is the wiki page whose title is the whole search; zero: none.
func (r *Reader) pageCalled(ctx context.Context, w *wish) (allmende.ID, error) {
	title, err := text.NormalTitle(strings.TrimSpace(w.free))
	if err != nil {
		return 0, nil // what cannot be a title is no page
	}
	a, err := store.AddressOf(ctx, r.db.Read(), allmende.Server, "wiki", text.Fold(title))
	if err != nil || a == nil {
		return 0, err
	}
	return a.Object, nil
}

// weigh sorts hits by what their texts say.
func (r *Reader) weigh(ctx context.Context, w *wish, ids, titled []allmende.ID) error {
	objects, err := r.loadObjects(ctx, ids)
	if err != nil {
		return err
	}
	stats, err := r.statsOf(ctx, ids)
	if err != nil {
		return err
	}
	score := make(map[allmende.ID]float64, len(ids))
	title := text.Fold(strings.TrimSpace(w.free))
	now := r.now()
	for _, id := range ids {
		if o := objects[id]; o != nil {
			score[id] = w.closeness(o, title, slices.Contains(titled, id)) + interest(o, stats[id], now)
		}
	}
	slices.SortStableFunc(ids, func(a, b allmende.ID) int {
		switch {
		case score[a] > score[b], score[a] == score[b] && a > b:
			return -1
		case a == b:
			return 0
		}
		return 1
	})
	return nil
}

// closeness is how well an object's words are those of the search.
func (w *wish) closeness(o *allmende.Object, title string, inTitle bool) float64 {
	score := 0.0
	if inTitle {
		score += 4
		if text.Fold(o.Title) == title {
			score += 6
		}
	}
	words := text.Tokens(readable(o, o.HTML[:min(len(o.HTML), rankedText)]), "none")
	there := make(map[string]bool, len(words))
	for _, word := range words {
		there[word] = true
	}
	asked := make([]string, len(w.terms))
	exact := 0
	for i, t := range w.terms {
		if asked[i] = t.Alternatives[0]; there[asked[i]] {
			exact++
		}
	}
	if len(asked) > 1 && contains(words, asked) {
		score += 2
	}
	return score + float64(exact)/float64(len(asked))
}

// interest is what speaks for an object whatever was searched for: that it is
// new, that it has a title, that others liked it.
func interest(o *allmende.Object, s allmende.Stat, now time.Time) float64 {
	days := max(0, now.Sub(o.ID.Time()).Hours()/24)
	score := 2 / (1 + days/60)
	if o.Kind.Titled() {
		score += 0.5
	}
	return score + min(1.5, 0.3*math.Log2(float64(1+max(0, s.Likes+2*s.Boosts+s.Replies))))
}

// contains tells whether a row of words stands in a text as it is.
func contains(words, row []string) bool {
	for i := 0; i+len(row) <= len(words); i++ {
		if slices.Equal(words[i:i+len(row)], row) {
			return true
		}
	}
	return false
}

// withPhrases leaves the hits that have the quoted phrases, and not those ruled
// out, until there are enough. The index knows which words a text has, not
// their order.
func (r *Reader) withPhrases(ctx context.Context, w *wish, ids []allmende.ID, enough int) ([]allmende.ID, error) {
	kept := make([]allmende.ID, 0, enough)
	for part := range slices.Chunk(ids, 100) {
		objects, err := r.loadObjects(ctx, part)
		if err != nil {
			return nil, err
		}
		alts, err := r.altsOf(ctx, objects)
		if err != nil {
			return nil, err
		}
		for _, id := range part {
			if o := objects[id]; o != nil && w.phrasesHold(o, alts) {
				kept = append(kept, id)
			}
		}
		if len(kept) >= enough {
			break
		}
	}
	return kept, nil
}

func (r *Reader) altsOf(ctx context.Context, objects map[allmende.ID]*allmende.Object) (map[allmende.ID]*allmende.Media, error) {
	var ids []allmende.ID
	for _, o := range objects {
		ids = append(ids, o.Media...)
	}
	return r.Media(ctx, ids)
}

// phrasesHold looks into title, summary, text and descriptions of media, each
// for itself.
func (w *wish) phrasesHold(o *allmende.Object, media map[allmende.ID]*allmende.Media) bool {
	parts := [][]string{text.Tokens(o.Title, "none"), text.Tokens(o.Summary, "none"), text.Tokens(text.PlainText(o.HTML), "none")}
	for _, id := range o.Media {
		if m := media[id]; m != nil {
			parts = append(parts, text.Tokens(m.Alt, "none"))
		}
	}
	for _, p := range w.phrases {
		if slices.ContainsFunc(parts, func(words []string) bool { return contains(words, p.words) }) == p.not {
			return false
		}
	}
	return true
}

// people finds actors by handle or by the beginning of their names.
func (r *Reader) people(ctx context.Context, keys *Keys, typed, home string, limit int) ([]*allmende.Actor, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" || len(typed) > 200 || strings.ContainsRune(typed, '#') {
		return nil, nil
	}
	var found []allmende.Actor
	if exact, err := r.byHandle(ctx, typed, home); err != nil {
		return nil, err
	} else if exact != nil {
		found = append(found, *exact)
	}
	name, host := allmende.SplitHandle(typed)
	if prefix := text.Fold(name); host == "" && len(prefix) > 1 {
		like, err := store.ActorsLike(ctx, r.db.Read(), prefix, limit, 0)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		found = append(found, like...)
	}
	var out []*allmende.Actor
	for i := range found {
		a := &found[i]
		hidden := a.State != allmende.ActorActive || a.ID == allmende.Server || keys.Apart(a.ID)
		if !hidden && len(out) < limit && !slices.ContainsFunc(out, func(b *allmende.Actor) bool { return b.ID == a.ID }) {
			out = append(out, a)
		}
	}
	return out, nil
}

// tags finds hashtags of public things that begin so, those used most of late first.
func (r *Reader) tags(ctx context.Context, keys *Keys, typed string, limit int) ([]string, error) {
	begin := text.Fold(strings.TrimPrefix(typed, "#"))
	if len(begin) < 2 || strings.ContainsAny(begin, " \t") {
		return nil, nil
	}
	m := store.SearchMatch{All: [][]store.SearchWord{{{Text: store.KeyTag(begin), Prefix: true}}}, Limit: 60}
	ids, err := r.onShelf(ctx, m, store.ShelfPublic)
	if err != nil {
		return nil, err
	}
	lines := make([]allmende.Entry, len(ids))
	for i, id := range ids {
		lines[i] = allmende.Entry{ID: id, Object: id}
	}
	kept, err := r.admit(ctx, keys, lines, r.now(), nil)
	if err != nil {
		return nil, err
	}
	objects, err := r.loadObjects(ctx, ids)
	if err != nil {
		return nil, err
	}
	return countTags(kept, objects, begin, limit), nil
}

// countTags lists the tags of objects that begin so, the most used first.
func countTags(lines []allmende.Entry, objects map[allmende.ID]*allmende.Object, begin string, limit int) []string {
	count, written := map[string]int{}, map[string]string{}
	for _, e := range lines {
		for _, tag := range objects[e.Object].Tags {
			if folded := text.Fold(tag); strings.HasPrefix(folded, begin) {
				count[folded]++
				if written[folded] == "" {
					written[folded] = tag // as the newest writes it
				}
			}
		}
	}
	var list []string
	for folded := range count {
		list = append(list, folded)
	}
	slices.SortFunc(list, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	for i := range list {
		list[i] = written[list[i]]
	}
	return list[:min(len(list), limit)]
}
