package core_test

import (
	"context"
	"slices"
	"testing"

	"allmende"
	"allmende/internal/core/coretest"
)

// reactions are what an object's page tells of it to nobody in particular.
func reactions(t *testing.T, h *coretest.House, object allmende.ID) []allmende.EmojiCount {
	t.Helper()
	b, _, err := h.Read.One(context.Background(), allmende.Viewer{}, object)
	if err != nil {
		t.Fatal(err)
	}
	return b.Stats[object].Reactions()
}

// said is what a member's like says, and whether there is one.
func said(t *testing.T, h *coretest.House, m coretest.Member, object allmende.ID) (string, bool) {
	t.Helper()
	b, _, err := h.Read.One(context.Background(), m.Viewer(), object)
	if err != nil {
		t.Fatal(err)
	}
	return b.Mine[object].Emoji, b.Mine[object].Liked
}

func TestALikeMayCarryOneEmojiAndAnotherReplacesIt(t *testing.T) {
	h := coretest.New(t)
	ada, ben, cem := h.Member("ada"), h.Member("ben"), h.Member("cem")
	note := h.Note(ada, "The bees are back.")
	emma := allmende.Act{As: h.Remote("emma", "remote.example"), Via: "activitypub"}
	like := func(act allmende.Act, emoji string) {
		h.Do(&allmende.React{Act: act, Object: note, Kind: allmende.Like, Emoji: emoji})
	}

	like(ben.Act(), "")
	if got := reactions(t, h, note); got != nil {
		t.Errorf("a plain like alone is told as %v", got)
	}
	like(ben.Act(), "👍")
	like(cem.Act(), "👍")
	like(emma, "🎉")
	if got, want := reactions(t, h, note), []allmende.EmojiCount{{Emoji: "👍", Count: 2}, {Emoji: "🎉", Count: 1}}; !slices.Equal(got, want) {
		t.Errorf("told %v, wanted %v", got, want)
	}
	like(ben.Act(), "❤") // a heart is the plain like
	if got, want := reactions(t, h, note), []allmende.EmojiCount{{Emoji: "🎉", Count: 1}, {Emoji: "👍", Count: 1}, {Emoji: "❤️", Count: 1}}; !slices.Equal(got, want) {
		t.Errorf("after the change %v, wanted %v", got, want)
	}
	if o := h.Object(note); o.Stat.Likes != 3 {
		t.Errorf("%d likes of three people", o.Stat.Likes)
	}
	if emoji, liked := said(t, h, cem, note); emoji != "👍" || !liked {
		t.Errorf("cem's own is %q, %v", emoji, liked)
	}
	if emoji, liked := said(t, h, ben, note); emoji != "" || !liked {
		t.Errorf("ben's own is %q, %v", emoji, liked)
	}

	before := h.Verbs()
	like(cem.Act(), "👍")
	if after := h.Verbs(); len(after) != len(before) {
		t.Errorf("saying the same again was recorded: %v", after[len(before):])
	}
	h.Do(&allmende.React{Act: cem.Act(), Object: note, Kind: allmende.Like, Off: true})
	h.Do(&allmende.React{Act: emma, Object: note, Kind: allmende.Like, Off: true})
	if got := reactions(t, h, note); got != nil || h.Count("object_emoji") != 0 {
		t.Errorf("after taking back %v are told, %d rows are left", got, h.Count("object_emoji"))
	}
	if _, liked := said(t, h, cem, note); liked {
		t.Error("cem's like is still there")
	}
}

func TestOnlyOneEmojiIsAReaction(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	note := h.Note(ada, "Yes?")
	for _, emoji := range []string{"yes", "👍👍", ":thumbsup:", "<b>", " "} {
		h.Refused(&allmende.React{Act: ada.Act(), Object: note, Kind: allmende.Like, Emoji: emoji}, allmende.Invalid, "error.emoji")
	}
	h.Refused(&allmende.React{Act: ada.Act(), Object: note, Kind: allmende.Boost, Emoji: "👍"}, allmende.Invalid, "error.emoji_like")
}

func TestWhoLeavesTakesTheirReactionsAlong(t *testing.T) {
	h := coretest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Note(ada, "Stay.")
	h.Do(&allmende.React{Act: ada.Act(), Object: note, Kind: allmende.Like, Emoji: "😮"})
	h.Do(&allmende.React{Act: ben.Act(), Object: note, Kind: allmende.Like, Emoji: "😮"})
	h.Do(&allmende.Leave{Act: ben.Act(), Delete: true})
	if got, want := reactions(t, h, note), []allmende.EmojiCount{{Emoji: "😮", Count: 1}}; !slices.Equal(got, want) {
		t.Errorf("told %v, wanted %v", got, want)
	}
}
