package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/door/web/webtest"
)

func TestF5_SeveralReactionsWithoutScript(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cem := h.Member("ada"), h.Member("ben"), h.Member("cem")
	note := h.Note(ada, "Forty-one jars of honey.")
	path := "/o/" + note.String()
	b := h.SignedIn(ben)
	page := b.Open(path)
	var offered []string
	for _, button := range page.All(".say button[name=emoji][form=act]") {
		offered = append(offered, webtest.Text(button))
	}
	if !slices.Equal(offered, allmende.QuickEmoji) {
		t.Errorf("offered are %q", offered)
	}
	page.WantHas("details.say summary")
	if page.Has(".said") {
		t.Error("reactions are told where there are none")
	}
	b.Post(path+"/like", "emoji", "🎉").Want(http.StatusSeeOther)
	h.Do(&allmende.React{Act: cem.Act(), Object: note, Kind: allmende.Like, Emoji: "🎉"})
	h.Do(&allmende.React{Act: ada.Act(), Object: note, Kind: allmende.Like})
	page = b.Open(path)
	if got := page.Texts(".said .chip"); !slices.Equal(got, []string{"🎉 2", "❤️ 1"}) {
		t.Errorf("told are %q", got)
	}
	if got := page.Texts(".said [aria-pressed=true]"); !slices.Equal(got, []string{"🎉 2"}) {
		t.Errorf("marked as ben's are %q", got)
	}
	if got := page.Text("button[data-key=l] .n"); strings.TrimSpace(got) != "" {
		t.Errorf("beside the heart the likes are counted once more: %q", got)
	}
	if got := page.Attr(".say button[aria-pressed=true]", "name"); got != "undo" {
		t.Errorf("the menu's own one would send %q", got)
	}

	if got := b.Open(path + "/likes").Texts(".people .said-big"); !slices.Equal(got, []string{"❤️", "🎉", "🎉"}) {
		t.Errorf("the list of who liked says %q", got)
	}
	b.Open(path)

	b.Post(path+"/like", "emoji", "😮").Want(http.StatusSeeOther)
	if got := h.Visitor().Open(path).Texts(".said .chip"); !slices.Equal(got, []string{"🎉 1", "😮 1", "❤️ 1"}) {
		t.Errorf("after the change guests read %q", got)
	}
	b.Open(path)
	b.Post(path+"/like", "emoji", "honey!").Want(http.StatusUnprocessableEntity)
	b.Open(path)
	b.Post(path+"/like", "undo", "1").Want(http.StatusSeeOther)
	if got := b.Open(path).Texts(".said .chip"); !slices.Equal(got, []string{"🎉 1", "❤️ 1"}) {
		t.Errorf("after taking back %q are told", got)
	}
}

func TestF5_NotificationsSayWhichReaction(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cem := h.Member("ada"), h.Member("ben"), h.Member("cem")
	note := h.Note(ada, "The pump is mended.")
	h.Do(&allmende.React{Act: ben.Act(), Object: note, Kind: allmende.Like, Emoji: "😄"})
	h.Do(&allmende.React{Act: cem.Act(), Object: note, Kind: allmende.Like})
	tell(h, 11, ada.Actor, allmende.NotifyLike, ben.Actor, note)
	tell(h, 12, ada.Actor, allmende.NotifyLike, cem.Actor, note)
	a := h.SignedIn(ada)
	a.Open("/notifications").WantText("ben reacted with 😄 to your post", "cem likes your post")
	h.Do(&allmende.React{Act: ben.Act(), Object: note, Kind: allmende.Like, Emoji: "🎉"})
	a.Open("/notifications").WantText("ben reacted with 🎉 to your post").WantNoText("😄")
}

func TestF5_NestedCommentsWithPictures(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	root := h.Note(ada, "Which beetle is this?")
	b := h.SignedIn(ben)
	b.Open("/write?reply=" + root.String())
	beetle := h.Do(&allmende.AddMedia{Act: ben.Act(), Kind: "image", Blob: "blob-beetle", MIME: "image/png", Size: 900, Name: "beetle.png", Width: 80, Height: 60, Alt: "a green beetle"}).Media
	h.Do(&allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: beetle, State: allmende.MediaDone, Width: 80, Height: 60,
		Variants: []allmende.Variant{{Name: "webp640", Blob: "blob-small", MIME: "image/webp", Width: 80, Height: 60}}})
	b.Post("/write", "reply", root.String(), "text", "This one, I think.", "media", beetle.String()).Want(http.StatusSeeOther)
	comment := strings.TrimPrefix(b.Follow().Want(200).Attr(".card.focused", "data-card"), "/o/")
	a := h.SignedIn(ada)
	a.Open("/write?reply=" + comment)
	a.Submit("/write", "text", "Yes, a rose chafer!").Want(http.StatusSeeOther)
	page := h.Visitor().Open("/o/" + root.String())
	if got := page.Texts(".thread .card .prose"); !slices.Equal(got, []string{"This one, I think.", "Yes, a rose chafer!"}) {
		t.Errorf("the comments are %q", got)
	}
	if got := page.Texts(".thread .deep1 .prose"); !slices.Equal(got, []string{"Yes, a rose chafer!"}) {
		t.Errorf("below the comment stands %q", got)
	}
	if got := page.Attr("#o-"+comment+" .pic img", "alt"); got != "a green beetle" {
		t.Errorf("the comment shows the picture %q: %s", got, page)
	}
}
