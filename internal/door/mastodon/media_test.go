package mastodon_test

import (
	"net/http"
	"strings"
	"testing"

	"allmende"
)

func TestT7_MediaAreUploadedDescribedAndShown(t *testing.T) {
	h := newHouse(t)
	a := h.app(h.Member("ada"))
	before := a.file("POST", "/api/v2/media", "file", "a.png", "description=Worms", "focus=0.5,-0.25").ok().is("image", "type").is("Worms", "description").is(0.5, "meta", "focus", "x")
	behind := a.file("POST", "/api/v1/media", "file", "b.png", "+description=More worms", "+focus=-1.0,1.0").ok().is("More worms", "description").is(-1, "meta", "focus", "x")
	a.get("/api/v1/media/"+before.id()).ok().is("L00000", "blurhash")
	a.json("PUT", "/api/v1/media/"+before.id(), "description", "Two worms").ok().is("Two worms", "description").is(0.5, "meta", "focus", "x")
	status := a.post("/api/v1/statuses", "status", "", "media_ids", []string{before.id(), behind.id()}).ok().len(2, "media_attachments").
		is("Two worms", "media_attachments", 0, "description").is("More worms", "media_attachments", 1, "description").id()
	a.json("PUT", "/api/v1/statuses/"+status, "status", "now with words", "media_ids", []string{behind.id()},
		"media_attributes", []map[string]string{{"id": behind.id(), "description": "Many worms"}}).ok().
		len(1, "media_attachments").is("Many worms", "media_attachments", 0, "description")
	h.app(h.Member("ben")).get("/api/v1/media/" + before.id()).want(http.StatusNotFound)
}

func TestUploadsThatCannotBeTakenAreRefused(t *testing.T) {
	h := newHouse(t)
	a := h.app(h.Member("ada"))
	a.file("POST", "/api/v2/media", "file", "broken").want(http.StatusUnprocessableEntity)
	a.file("POST", "/api/v2/media", "picture", "a.png").want(http.StatusUnprocessableEntity).is("There is no file in the form.", "error")
	a.file("POST", "/api/v2/media", "file", "a.png", "focus=here").want(http.StatusUnprocessableEntity)
	a.post("/api/v2/media", "file", "a.png").want(http.StatusUnsupportedMediaType)
	h.nobody().file("POST", "/api/v2/media", "file", "a.png").want(http.StatusUnauthorized)
	a.post("/api/v1/statuses", "status", "x", "media_ids", []string{"123"}).want(http.StatusUnprocessableEntity)
}

func TestAFileThatTakesLongIsAnsweredWithNotYet(t *testing.T) {
	h := newHouse(t)
	a := h.app(h.Member("ada"))
	slow := a.file("POST", "/api/v2/media", "file", "slow").want(http.StatusAccepted).is(nil, "url")
	a.get("/api/v1/media/"+slow.id()).want(http.StatusPartialContent).is(nil, "url")
	a.post("/api/v1/statuses", "status", "soon", "media_ids", []string{slow.id()}).ok().is(nil, "media_attachments", 0, "url")
}

func TestB9_AppsGetThePicturesThatStandInAnArticle(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	a := h.app(ada)
	id := a.file("POST", "/api/v2/media", "file", "bee.png").ok().id()
	article := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Bees", Source: "Look:\n\n![A bee](media:" + id + ")"}).Object
	medium, err := allmende.ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	m := h.Medium(medium)
	got := h.nobody().get("/api/v1/statuses/"+article.String()).ok().is("A bee", "media_attachments", 0, "description").body
	if want := `src=\"https://allmende.example` + m.Path("640"); !strings.Contains(strings.NewReplacer(`\u003c`, "<").Replace(string(got)), want) {
		t.Errorf("the text has no picture %s: %s", want, got)
	}
	text := "![A bee](media:" + id + ")\n\nMore."
	h.Do(&allmende.Edit{Act: ada.Act(), Object: article, Source: &text})
	a.get("/api/v1/statuses/"+article.String()+"/history").ok().len(2).len(1, 0, "media_attachments")
}
