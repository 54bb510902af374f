package feed_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"allmende"
)

func TestB12_FeedsHoldTheWholeContentOfNotesAndArticles(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	bio := "Zählt Enten am Teich"
	name := "Ada Müller 🦆"
	h.Do(&allmende.SetProfile{Act: ada.Act(), Bio: &bio, DisplayName: &name})
	picture := h.picture(ada, "ente.png", `Eine "Ente" & mehr`)
	note := h.Do(&allmende.Publish{Act: ada.Act(), Source: "Grüße vom #Teich 👩‍👩‍👧 [hier](/wiki/Teich)", Media: []allmende.ID{picture}}).Object
	article := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Über Teiche", Summary: "Kurz gesagt", Source: "# Eins\n\nText mit **Gewicht**.", Tags: []string{"Wasser"}}).Object
	f := h.forms("/@ada/feed")
	if f.title != name || f.text != bio || f.home != base+"/@ada" || f.self != base+"/@ada/feed.atom" || len(f.items) != 2 {
		t.Fatalf("%+v", f)
	}
	a, n := f.items[0], f.items[1]
	if a.id != base+"/o/"+article.String() || a.link != base+"/@ada/ueber-teiche" || a.title != "Über Teiche" || a.summary != "Kurz gesagt" ||
		!strings.Contains(a.html, "<strong>Gewicht</strong>") || strings.Join(a.tags, " ") != "Wasser" || a.authors[0] != name {
		t.Errorf("the article: %+v", a)
	}
	if n.id != base+"/o/"+note.String() || n.id != n.link || !strings.Contains(n.html, "Grüße vom") || !strings.Contains(n.html, `href="`+base+`/wiki/Teich"`) || n.tags[0] != "Teich" {
		t.Errorf("the note: %+v", n)
	}
	if len(n.files) != 1 || n.files[0].mime != "image/jpeg" || n.files[0].size != 4321 || !strings.HasPrefix(n.files[0].url, base+"/media/") || !strings.Contains(n.html, `src="`+n.files[0].url+`"`) {
		t.Errorf("the picture: %+v in %s", n.files, n.html)
	}
	if !f.updated.Equal(a.updated) {
		t.Errorf("the feed was updated %s, its newest item %s", f.updated, a.updated)
	}
	if only := h.forms("/@ada/articles"); len(only.items) != 1 || only.items[0].id != a.id {
		t.Errorf("the articles alone: %+v", only.items)
	}
}

func TestB12_FeedsOfTagsTheWikiTheCommunityAndComments(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Note(ada, "Am #Grüner_Teich")
	page := h.Do(&allmende.Publish{Act: ben.Act(), Kind: allmende.Page, Title: "Über Frösche", Source: "Quak.", Licence: "CC-BY-SA-4.0"}).Object
	reply := h.Do(&allmende.Publish{Act: ben.Act(), Source: "Schön!", ReplyTo: note}).Object
	for path, want := range map[string][]allmende.ID{"/feed": {page, note}, "/wiki/feed": {page}, "/tags/gr%C3%BCner_teich/feed": {note}, "/tags/Gr%C3%BCner_Teich/feed": {note},
		"/o/" + note.String() + "/comments": {reply}, "/@ben/feed": {page}, "/tags/leer/feed": {}} {
		f := h.forms(path)
		var got []string
		for _, i := range f.items {
			got = append(got, strings.TrimPrefix(i.id, base+"/o/"))
		}
		var ids []string
		for _, id := range want {
			ids = append(ids, id.String())
		}
		if strings.Join(got, " ") != strings.Join(ids, " ") {
			t.Errorf("%s holds %v, want %v", path, got, ids)
		}
		if strings.Contains(f.self, "ü") {
			t.Errorf("%s calls itself %s, which is no address (RFC 3986)", path, f.self)
		}
	}
	for path, want := range map[string]int{"/@nobody/feed.atom": 404, "/o/4711/comments.rss": 404, "/o/" + note.String() + "/comments.atom?before=x": 422, "/feed.json?before=%00": 422} {
		if got := h.get(path); got.Code != want {
			t.Errorf("%s answers %d, want %d", path, got.Code, want)
		}
	}
	if got := h.get("/@ada/feed.xml").Code; got != http.StatusNotFound {
		t.Errorf("another form answers %d", got)
	}
}

func TestB12_FeedsHoldWhatEverybodyMaySeeOnly(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	public := h.Note(ada, "#teich Für alle")
	for _, kind := range []allmende.AudienceKind{allmende.AudFollowers, allmende.AudLocal, allmende.AudDirect} {
		h.Do(&allmende.Publish{Act: ada.Act(), Source: "#teich geheim", Audience: allmende.AudienceChoice{Kind: kind}})
		h.Do(&allmende.Publish{Act: ben.Act(), Source: "#teich geheim", ReplyTo: public, Audience: allmende.AudienceChoice{Kind: kind}})
		h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "geheim", Source: "#teich geheim", Audience: allmende.AudienceChoice{Kind: kind}})
	}
	h.Do(&allmende.Publish{Act: ada.Act(), Source: "#teich geheim", State: allmende.Draft})
	hidden := h.Note(ada, "#teich geheim, verborgen")
	mod := h.Ranked("mod", allmende.Moderator)
	h.Do(&allmende.Decide{Act: mod.Act(), Object: hidden, Kind: allmende.DecideHide, Reason: "Regel 1"})
	warned := h.Do(&allmende.Publish{Act: ada.Act(), Source: "Die Spinne", Summary: "Spinnen & Co", Media: []allmende.ID{h.picture(ada, "s.png", "")}}).Object
	for _, path := range []string{"/@ada/feed", "/@ada/articles", "/feed", "/tags/teich/feed", "/wiki/feed", "/o/" + public.String() + "/comments", "/@ben/feed"} {
		for _, i := range h.forms(path).items {
			if strings.Contains(i.title+i.html+i.summary, "geheim") {
				t.Errorf("%s betrays %s: %s", path, i.id, i.html)
			}
		}
	}
	i := h.forms("/@ada/feed").items[0]
	if i.id != base+"/o/"+warned.String() || i.title != "Spinnen & Co" || !strings.HasPrefix(i.html, "<details><summary>Spinnen &amp; Co</summary>") || strings.Contains(i.html, "<img") || len(i.files) != 0 {
		t.Errorf("what carries a warning shows more than the warning: %+v", i)
	}
	h.Do(&allmende.Decide{Act: mod.Act(), Actor: ada.Actor, Kind: allmende.DecideSuspend, Reason: "Regel 2"})
	if got := h.get("/@ada/feed.atom"); got.Code != http.StatusNotFound {
		t.Errorf("the feed of somebody suspended answers %d", got.Code)
	}
}

func TestB12_EditsAreUpdatesAndDeletionsVanishAtOnce(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	older, newer := h.Note(ada, "Älter"), h.Note(ada, "Neuer")
	before := h.forms("/@ada/feed")
	h.Pass(time.Hour)
	text := "Älter, verbessert"
	h.Do(&allmende.Edit{Act: ada.Act(), Object: older, Source: &text})
	after := h.forms("/@ada/feed")
	was, is := before.items[1], after.items[1]
	if is.id != was.id || !is.published.Equal(was.published) || !is.updated.After(was.updated) || !strings.Contains(is.html, "verbessert") || !after.updated.Equal(is.updated) {
		t.Errorf("before %+v, after %+v, the feed %s", was, is, after.updated)
	}
	h.Do(&allmende.Delete{Act: ada.Act(), Object: newer})
	if f := h.forms("/@ada/feed"); len(f.items) != 1 || f.items[0].id != is.id {
		t.Errorf("after the deletion: %+v", f.items)
	}
	article := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Alt", Source: "x"}).Object
	first := h.forms("/@ada/articles").items[0]
	title, slug := "Neu", "neu"
	h.Do(&allmende.Edit{Act: ada.Act(), Object: article, Title: &title, Slug: &slug})
	if moved := h.forms("/@ada/articles").items[0]; moved.id != first.id || moved.link == first.link || moved.title != "Neu" {
		t.Errorf("a renamed article: %+v, before %+v", moved, first)
	}
}

func TestB12_UnchangedFeedsAreNotSentAgain(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	first, second := h.Note(ada, "Eins"), h.Note(ada, "Zwei")
	for _, form := range []string{"atom", "rss", "json"} {
		path := "/@ada/feed." + form
		h.get(path)
		h.Pass(2 * time.Second)
		w := h.get(path)
		tag, changed := w.Header().Get("ETag"), w.Header().Get("Last-Modified")
		if tag == "" || changed == "" {
			t.Fatalf("%s: ETag %q, Last-Modified %q", path, tag, changed)
		}
		for _, ask := range [][]string{{"If-None-Match", tag}, {"If-None-Match", `"other", ` + tag}, {"If-Modified-Since", changed}} {
			if w := h.get(path, ask...); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
				t.Errorf("%s with %v answers %d and %d bytes", path, ask, w.Code, w.Body.Len())
			}
		}
		if w := h.get(path, "If-None-Match", `"other"`, "If-Modified-Since", changed); w.Code != http.StatusOK {
			t.Errorf("%s: the tag does not count before the date: %d", path, w.Code)
		}
		like := h.Do(&allmende.Publish{Act: ada.Act(), Source: "Mehr"}).Object
		h.Do(&allmende.Delete{Act: ada.Act(), Object: like})
		if form == "atom" {
			h.Do(&allmende.Delete{Act: ada.Act(), Object: second}) // the newest item is older now
			for _, ask := range [][]string{{"If-None-Match", tag}, {"If-Modified-Since", changed}} {
				w := h.get(path, ask...)
				if w.Code != http.StatusOK || strings.Contains(w.Body.String(), second.String()) || !strings.Contains(w.Body.String(), first.String()) {
					t.Errorf("%s after a deletion with %v answers %d", path, ask, w.Code)
				}
			}
		}
	}
}

func TestB12_LongFeedsLeadOnWithoutGap(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	for range 45 {
		h.Note(ada, "Eine von vielen")
	}
	seen := map[string]bool{}
	parts := 0
	for path := "/@ada/feed.atom"; path != "" && parts < 5; parts++ {
		f := readAtom(t, h.ok(path, "application/atom+xml"))
		for _, i := range f.items {
			if seen[i.id] {
				t.Errorf("%s is there twice", i.id)
			}
			seen[i.id] = true
		}
		path = strings.TrimPrefix(f.next, base)
	}
	if len(seen) != 45 || parts != 3 {
		t.Errorf("%d items in %d parts", len(seen), parts)
	}
}

func TestB12_HostileTextsLeaveNoScriptAndBreakNoDocument(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	bad := []string{`]]>`, `</title><script>alert(1)</script>`, `<![CDATA[<script>]]>`, `&lt;script&gt; &amp;amp; &`, "\u0001\u000b\u001b\ufffe\uffff control", "\u202eumgekehrt", `<img src=x onerror=alert(1)>`,
		`[x](javascript:alert(1)) <a href="javascript:alert(1)">y</a>`, `"'><svg/onload=alert(1)>`, "Größe 🦆👨‍👩‍👧‍👦 ﷽", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;`}
	for _, s := range bad {
		name := string([]rune(s)[:min(len([]rune(s)), 60)])
		h.Do(&allmende.SetProfile{Act: ada.Act(), DisplayName: &name, Bio: &s})
		h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: s, Summary: s, Source: s + " text", Tags: []string{s}})
		h.Do(&allmende.Publish{Act: ada.Act(), Source: s + " text", Media: []allmende.ID{h.picture(ada, "x.png", s)}})
		h.forms("/@ada/feed")
	}
	h.Do(&allmende.SetSite{Act: h.House.House(), Site: allmende.Site{Name: `</title><script>`, Description: `]]><script>`, Contact: "team@auwiesen.example", Ready: true}})
	for _, path := range []string{"/@ada/feed", "/@ada/articles", "/feed", "/tags/%3Cscript%3E/feed", "/tags/%5D%5D%3E%26%22%00%01/feed"} {
		h.forms(path)
		for _, form := range []string{".atom", ".rss"} {
			if body := h.get(path + form).Body.String(); strings.Contains(strings.ToLower(body), "<script") || strings.Contains(body, "<!DOCTYPE") {
				t.Errorf("%s%s holds a script: %s", path, form, body)
			}
		}
	}
}
