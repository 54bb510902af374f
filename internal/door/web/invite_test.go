package web_test

import (
	"net/http"
	"testing"

	"allmende"
	"allmende/internal/door/web/webtest"
)

func TestWhoIsInvitedReadsTheDraftBeforeAnswering(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cem := h.Member("ada"), h.Member("ben"), h.Member("cem")
	draft := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, State: allmende.Draft, Title: "The year of the bees", Source: "It began in March."}).Object
	path := "/o/" + draft.String()
	b := h.SignedIn(ben)
	b.Get(path).Want(http.StatusNotFound)
	h.Do(&allmende.InviteAuthor{Act: ada.Act(), Object: draft, Actor: ben.Actor})
	b.Open(path).WantText("It began in March.", "ada asks whether you write this together").WantHas("button[formaction=" + path + "/authors/answer]")
	h.SignedIn(cem).Get(path).Want(http.StatusNotFound)
	words := "Mine now."
	h.Refused(&allmende.Edit{Act: ben.Act(), Object: draft, Source: &words}, allmende.Forbidden, "error.not_yours")
	b.Open(path)
	b.Post(path+"/authors/answer", "yes", "0").WantTo("/drafts")
	b.Follow().WantText("The invitation is declined.")
	b.Get(path).Want(http.StatusNotFound)
	h.Do(&allmende.InviteAuthor{Act: ada.Act(), Object: draft, Actor: ben.Actor})
	b.Open(path)
	b.Post(path+"/authors/answer", "yes", "1").WantTo(path)
	b.Follow().WantText("you write this together now", "It began in March.").WantNoText("asks whether you write this")
	h.Do(&allmende.Edit{Act: ben.Act(), Object: draft, Source: &words})
	h.Do(&allmende.InviteAuthor{Act: ada.Act(), Object: draft, Actor: cem.Actor})
	c := h.SignedIn(cem)
	c.Open(path).WantText("Mine now.")
	h.Do(&allmende.InviteAuthor{Act: ada.Act(), Object: draft, Actor: cem.Actor, Off: true})
	c.Get(path).Want(http.StatusNotFound)
}
