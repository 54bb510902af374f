package read

import (
	"context"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// Suggestion is one thing that someone may mean who begins to type: exactly
// one field is filled.
type Suggestion struct {
	Actor  *allmende.Actor
	Object *allmende.Object // a page or article
	Tag    string
}

const suggestions = 8

// Suggest offers people, titles and tags for the beginning of a word or name.
func (r *Reader) Suggest(ctx context.Context, v allmende.Viewer, typed string) ([]Suggestion, error) {
	typed = strings.TrimSpace(typed)
	keys, err := r.Keys(ctx, v)
	if err != nil || len(typed) < 2 {
		return nil, err
	}
	people, err := r.people(ctx, keys, typed, "", 5)
	if err != nil {
		return nil, err
	}
	titles, err := r.titles(ctx, keys, typed, 5)
	if err != nil {
		return nil, err
	}
	tags, err := r.tags(ctx, keys, typed, 3)
	if err != nil {
		return nil, err
	}
	var out []Suggestion
	add := func(s Suggestion) {
		if len(out) < suggestions {
			out = append(out, s)
		}
	}
	for i := range max(len(people), len(titles)) { // by turns, so that neither crowds out the other
		if i < len(titles) {
			add(Suggestion{Object: titles[i]})
		}
		if i < len(people) {
			add(Suggestion{Actor: people[i]})
		}
		if i < len(tags) {
			add(Suggestion{Tag: tags[i]})
		}
	}
	for _, tag := range tags[min(len(tags), max(len(people), len(titles))):] {
		add(Suggestion{Tag: tag})
	}
	return out, nil
}

// titles finds pages and articles whose titles have the words, the last of
// which may be begun only; titles that begin so come first.
func (r *Reader) titles(ctx context.Context, keys *Keys, typed string, limit int) ([]*allmende.Object, error) {
	w := parseSearch(typed)
	if len(w.terms) == 0 {
		return nil, nil
	}
	m := w.titleMatch()
	m = m.And([]store.SearchWord{{Text: store.KeyKind(allmende.Page)}, {Text: store.KeyKind(allmende.Article)}})
	ids, err := r.find(ctx, keys, m, 40)
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
	begin := text.Fold(typed)
	out := make([]*allmende.Object, len(kept))
	for i, e := range kept {
		out[i] = objects[e.Object]
	}
	slices.SortStableFunc(out, func(a, b *allmende.Object) int { return begins(b, begin) - begins(a, begin) })
	return out[:min(len(out), limit)], nil
}

func begins(o *allmende.Object, begin string) int {
	switch title := text.Fold(o.Title); {
	case title == begin:
		return 2
	case strings.HasPrefix(title, begin):
		return 1
	}
	return 0
}
