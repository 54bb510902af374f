package core_test

import (
	"slices"
	"testing"

	"allmende"
	"allmende/internal/core/coretest"
)

// uploaded is a picture that a member sent and has not used yet.
func uploaded(h *coretest.House, m coretest.Member) allmende.ID {
	h.T.Helper()
	return h.Do(&allmende.AddMedia{Act: m.Act(), Kind: "image", Blob: "blob", MIME: "image/png", Size: 9, Name: "a.png", Width: 80, Height: 60}).Media
}

func figure(id allmende.ID, alt string) string { return "![" + alt + "](media:" + id.String() + ")" }

func TestB9_WhatStandsInATextBelongsToItAndIsAsPublicAsIt(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	first, second, beside := uploaded(h, ada), uploaded(h, ada), uploaded(h, ada)
	draft := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, State: allmende.Draft, Title: "Bees", Source: "Look:\n\n" + figure(first, "a bee"),
		Media: []allmende.ID{beside}}).Object
	if got := h.Object(draft).Media; !slices.Equal(got, []allmende.ID{beside, first}) {
		t.Errorf("the draft has media %v", got)
	}
	if m := h.Medium(first); m.Public || m.AttachedAt.IsZero() || m.Alt != "a bee" {
		t.Errorf("in a draft: public %v, attached %v, alt %q", m.Public, m.AttachedAt, m.Alt)
	}
	id := h.Do(&allmende.Release{Act: ada.Act(), Object: draft}).Object
	if !h.Medium(first).Public {
		t.Error("published, the picture is still private")
	}
	text := figure(second, "") + "\n\nNo bee any more."
	h.Do(&allmende.Edit{Act: ada.Act(), Object: id, Source: &text})
	if got := h.Object(id).Media; !slices.Equal(got, []allmende.ID{beside, second}) {
		t.Errorf("after an edit the media are %v", got)
	}
	h.Do(&allmende.Delete{Act: ada.Act(), Object: id})
	if h.Medium(second).Public {
		t.Error("the article is gone, its picture is still public")
	}
	note := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: figure(first, "a bee")}).Object
	if got := h.Object(note).Media; len(got) != 0 {
		t.Errorf("a note took %v from its text", got)
	}
}

func TestW14_APictureInAPageIsEverybodysThereAndNobodysElsewhere(t *testing.T) {
	h := coretest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	bee, secret := uploaded(h, ada), uploaded(h, ada)
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Bees", Source: figure(bee, "a bee")}).Object
	edit := func(who coretest.Member, source string) *allmende.Edit {
		return &allmende.Edit{Act: who.Act(), Object: page, Source: &source}
	}
	h.Do(edit(ben, figure(bee, "a bee")+"\n\nThey hum."))
	h.Refused(edit(ben, figure(bee, "a bee")+figure(secret, "")), allmende.Invalid, "error.figure_not_found")
	h.Refused(edit(ben, figure(4711, "")), allmende.Invalid, "error.figure_not_found")
	h.Refused(&allmende.Publish{Act: ben.Act(), Kind: allmende.Page, Title: "Wasps", Source: figure(bee, "")}, allmende.Invalid, "error.figure_not_found")
	if h.Medium(secret).Public {
		t.Error("a refused edit made somebody's picture public")
	}
	own := uploaded(h, ben)
	h.Do(edit(ben, figure(own, "a wasp")))
	if m := h.Medium(own); !m.Public || m.Alt != "a wasp" {
		t.Errorf("ben's picture: public %v, alt %q", m.Public, m.Alt)
	}
	h.Do(&allmende.Revert{Act: ben.Act(), Object: page, To: 1}) // shows what ada uploaded
	if got := h.Object(page).Media; !slices.Equal(got, []allmende.ID{bee}) {
		t.Errorf("after going back the page shows %v", got)
	}
	h.Do(edit(ben, figure(own, "")))
	before := h.Object(page).Version
	h.Do(&allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: own, State: allmende.MediaDone})
	if h.Object(page).Version == before {
		t.Error("the page is not drawn anew when a picture by somebody who is no author is ready")
	}
}
