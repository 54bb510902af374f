package search

import (
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// document is what the index is to know of an object: its keys first, since a
// very long text may fill the rest of the room.
func document(o *allmende.Object, media map[allmende.ID]*allmende.Media) store.SearchDoc {
	tokens := append(peopleKeys(o), store.KeyKind(o.Kind))
	if o.Section != "" {
		tokens = append(tokens, store.KeyIn(o.Section))
	}
	lang := baseLang(o.Lang)
	if lang != "" {
		tokens = append(tokens, store.KeyLang(lang))
	}
	if lang == "de" || lang == "en" {
		lang = "" // writers often forget to change the language: the stems of both are kept
	}
	for _, tag := range o.Tags {
		tokens = append(tokens, store.KeyTag(text.Fold(tag)))
	}
	for _, word := range text.Vocabulary(o.Title, lang) {
		tokens = append(tokens, store.TitleWord(word), word)
	}
	for _, id := range o.Media {
		if m := media[id]; m != nil {
			tokens = append(tokens, store.KeyMedia, store.KeyHas(m.Kind))
			tokens = append(tokens, text.Vocabulary(m.Alt, lang)...)
		}
	}
	tokens = append(tokens, text.Vocabulary(o.Summary, lang)...)
	tokens = append(tokens, text.Vocabulary(text.PlainText(o.HTML), lang)...)
	shelf, target := shelfOf(o)
	return store.SearchDoc{Object: o.ID, Version: o.Version, Shelf: shelf, Target: target, Tokens: tokens}
}

// shelfOf says who may find an object, besides its authors and whom it is
// addressed to. What is unlisted is in no list of everyone, and so is found by
// followers only.
func shelfOf(o *allmende.Object) (shelf store.Shelf, target allmende.ID) {
	switch o.Audience.Kind {
	case allmende.AudPublic:
		return store.ShelfPublic, 0
	case allmende.AudLocal:
		return store.ShelfMembers, 0
	case allmende.AudUnlisted:
		return store.ShelfMembers, o.Owner
	case allmende.AudFollowers:
		return store.ShelfMembers, o.Audience.Target
	}
	return store.ShelfNamed, 0
}

// peopleKeys are who made an object and whom it is addressed to.
func peopleKeys(o *allmende.Object) []string {
	keys := []string{store.KeyBy(o.Owner)}
	for _, id := range o.Authors {
		keys = append(keys, store.KeyBy(id))
	}
	named := o.Audience.Actors
	if o.Audience.Kind == allmende.AudUnlisted {
		named = o.Mentions
	}
	for _, id := range named {
		keys = append(keys, store.KeyNamed(id))
	}
	return keys
}

// baseLang is "de" for "de-AT".
func baseLang(lang string) string {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return base
}
