package read

import (
	"context"
	"slices"

	"allmende"
	"allmende/internal/store"
)

// LegalVersions lists the versions of a legal text in one language, newest first.
func (r *Reader) LegalVersions(ctx context.Context, name, lang string) ([]allmende.LegalText, error) {
	return store.LegalVersions(ctx, r.db.Read(), name, lang, 100)
}

// Legal is the newest version of imprint, privacy, rules or about in the
// wanted language, or else in another; nil when nobody wrote one yet.
func (r *Reader) Legal(ctx context.Context, name, lang string) (*allmende.LegalText, error) {
	langs := []string{lang}
	for _, l := range []string{"de", "en"} {
		if !slices.Contains(langs, l) {
			langs = append(langs, l)
		}
	}
	for _, l := range langs {
		list, err := store.LegalVersions(ctx, r.db.Read(), name, l, 1)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 && list[0].Source != "" {
			return &list[0], nil
		}
	}
	return nil, nil
}
