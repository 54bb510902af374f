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
	keys, target := audienceKeys(o)
	tokens := append(keys, store.KeyKind(o.Kind))
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
	for _, word := range text.Tokens(o.Title, lang) {
		tokens = append(tokens, store.TitleWord(word), word)
	}
	for _, id := range o.Media {
		if m := media[id]; m != nil {
			tokens = append(tokens, store.KeyMedia, store.KeyHas(m.Kind))
			tokens = append(tokens, text.Tokens(m.Alt, lang)...)
		}
	}
	tokens = append(tokens, text.Tokens(o.Summary, lang)...)
	tokens = append(tokens, text.Tokens(text.PlainText(o.HTML), lang)...)
	return store.SearchDoc{Object: o.ID, Version: o.Version, Target: target, Tokens: tokens}
}

// audienceKeys say who may find an object: its authors always; for the rest
// its audience decides. What is unlisted is in no list of everyone, and so is
// found by followers and by who is named in it only.
func audienceKeys(o *allmende.Object) (keys []string, target allmende.ID) {
	keys = []string{store.KeyBy(o.Owner)}
	for _, id := range o.Authors {
		keys = append(keys, store.KeyBy(id))
	}
	switch o.Audience.Kind {
	case allmende.AudPublic:
		keys = append(keys, store.KeyPublic)
	case allmende.AudLocal:
		keys = append(keys, store.KeyLocal)
	case allmende.AudUnlisted:
		keys, target = append(keys, store.KeyFollowers), o.Owner
		for _, id := range o.Mentions {
			keys = append(keys, store.KeyNamed(id))
		}
	case allmende.AudFollowers:
		keys, target = append(keys, store.KeyFollowers), o.Audience.Target
	case allmende.AudDirect:
		for _, id := range o.Audience.Actors {
			keys = append(keys, store.KeyNamed(id))
		}
	}
	return keys, target
}

// baseLang is "de" for "de-AT".
func baseLang(lang string) string {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return base
}
