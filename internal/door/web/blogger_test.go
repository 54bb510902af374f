package web_test

import (
	"net/http"
	"testing"

	"allmende"
	"allmende/internal/door/web/webtest"
)

func TestACommentOnAnArticleWarnsOfNothingAndStandsBelowIt(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Raised beds", Summary: "Three mistakes.", Source: "Larch lasts."})
	b := h.SignedIn(ben)
	b.Open("/@ada/raised-beds").WantText("No comments yet").WantHasNot("input[name=warning][value=Three mistakes.]")
	b.Submit("/write", "text", "Mine rotted.").Want(http.StatusSeeOther)
	b.Follow().Want(200).WantText("Larch lasts.", "Your comment is here now.", "Mine rotted.", "One comment").WantHasNot("main .cw")
	h.SignedIn(ada).Open("/@ada/raised-beds").WantText("Grow into a wiki page")
	b.Open("/@ada/raised-beds").WantHasNot("main .cw")
}

func TestWhoRepliesOnAPageOfItsOwnSeesWhatIsAnswered(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Note(ada, "Who has a spare barrel?")
	h.SignedIn(ben).Open("/write?reply=" + note.String()).WantText("Who has a spare barrel?").WantHasNot("[data-grow-link]")
	if got := h.SignedIn(ben).Open("/write?mention=ada").Text("textarea[name=text]"); got != "@ada" {
		t.Errorf("whoever wants to mention ada starts with %q", got)
	}
}

func TestT13_APlannedTextSaysWhenAndCanBeTakenBack(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	a := h.SignedIn(ada)
	a.Open("/write/article")
	to := a.Submit("/write/article", "title", "Winter", "text", "Snow.", "at", "2031-05-06T08:00").Want(http.StatusSeeOther).Location
	a.Follow().WantText("Scheduled: this appears by itself on 6 May 2031").
		WantHas("main button[formaction=" + to + "/publish]").WantHas("main button[formaction=" + to + "/delete]")
	a.Open("/drafts").WantText("6 May 2031")
	a.Open(to + "/edit")
	a.Submit(to+"/edit", "do", "draft").Want(http.StatusSeeOther)
	a.Follow().WantText("Draft: only its authors see this.").WantNoText("6 May 2031")
	a.Open("/drafts").WantNoText("6 May 2031")
	a.Open("/write")
	a.Submit("/write", "text", "Ice.", "at", "2031-05-06T08:00").WantTo("/drafts")
	a.Follow().WantText("Scheduled: it appears on 6 May 2031")
	a.Post(to+"/delete", "back", "/drafts").WantTo("/drafts")
	a.Follow().WantNoText("Winter")
}

func TestT8_WhatIsPublishedIsNotPublishedLaterAndCanBeLeftAlone(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	note := "/o/" + h.Note(ada, "Rain at last.").String()
	article := "/o/" + h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Rain", Source: "At last."}).Object.String()
	a := h.SignedIn(ada)
	for _, path := range []string{note, article} {
		a.Open(path+"/edit").WantHasNot("[name=at]", "[name=audience]").WantHas("form a.btn.plain[href]")
	}
	a.Open(note + "/edit").WantHas("form a.btn[href=" + note + "]")
	a.Open("/write").WantHas("[name=at]").WantHas("[name=audience]")
	h.Visitor().Open("/@ada/rain").WantNoText("Last changed").WantHas("link[rel=alternate][href=/@ada/feed.atom]")
	h.Visitor().Open("/@ada").WantHas("main a[href=/@ada/feed.atom]")
	h.Visitor().Open(article + "/history").WantNoText("Compare")
}
