package web_test

import (
	"context"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/door/web/webtest"
	"allmende/internal/outlet/search"
)

// index brings everything published into the search.
func index(t *testing.T, h *webtest.House, ids ...allmende.ID) {
	t.Helper()
	for _, id := range ids {
		if err := search.New(h.DB).Run(context.Background(), allmende.Job{Object: id}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestN5_OneSearchOverPostsPagesAndPeople(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	note := h.Note(ada, "The <b>quince</b> tree blossoms & smells.")
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Place: allmende.Server, Title: "Quince jelly", Source: "Cook the quince slowly.", Licence: "CC-BY-SA-4.0"}).Object
	secret := h.Do(&allmende.Publish{Act: ada.Act(), Source: "Secret quince.", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object
	index(t, h, note, page, secret)
	v := h.Visitor()
	p := v.Open("/search?q=quince").WantText("2 results", "Quince jelly", "blossoms & smells").WantNoText("Secret").WantHas("mark")
	if strings.Contains(p.Body, "<b>quince") || strings.Contains(p.Body, "smells. &amp;amp;") {
		t.Error("snippets are escaped wrongly")
	}
	v.Open("/search?q=quince&show=pages").WantText("One result", "Quince jelly").WantNoText("blossoms")
	v.Open("/search?q=ad&show=people").WantText("@ada")
	h.SignedIn(ada).Open("/search?q=quince").WantText("Secret quince")
	v.Open("/search").WantText("Search more precisely")
	hostile := v.Open(`/search?q=%3Cscript%3Ealert(1)%3C/script%3E`).WantText("Nothing found")
	if strings.Contains(hostile.Body, "<script>alert") {
		t.Error("what was typed became a script")
	}
}

func TestProgramsFindSearchRobotsAndManifest(t *testing.T) {
	h := webtest.New(t)
	v := h.Visitor()
	if p := v.Get("/opensearch.xml").Want(200); !strings.Contains(p.Body, `template="https://allmende.example/search?q={searchTerms}"`) || !strings.Contains(p.Body, "Auwiesen") {
		t.Error(p.Body)
	}
	if p := v.Get("/robots.txt").Want(200); !strings.Contains(p.Body, "Disallow: /settings") {
		t.Error(p.Body)
	}
	if p := v.Get("/manifest.webmanifest").Want(200); p.Header.Get("Content-Type") != "application/manifest+json" || !strings.Contains(p.Body, `"Auwiesen"`) {
		t.Error(p.Header.Get("Content-Type"), p.Body)
	}
}

func TestN5_WhatStandsBehindAWarningIsFoundButNotShown(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	index(t, h, h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Summary: "About an accident", Source: "The bicycle lay in the ditch."}).Object)
	p := h.Visitor().Open("/search?q=bicycle").WantText("One result", "About an accident").WantNoText("ditch")
	p.WantHas("main .hit p[lang]")
}

func TestN5_AWikiPageIsNobodysInTheList(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	index(t, h, h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Place: allmende.Server, Title: "Quince jelly", Source: "Cook slowly."}).Object,
		h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "My quince", Source: "It grows."}).Object)
	if by := h.Visitor().Open("/search?q=quince").Texts("main .hit .by a"); len(by) != 1 || by[0] != "ada" {
		t.Errorf("the article is by ada, the page by nobody; the list says %q", by)
	}
}
