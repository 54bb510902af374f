package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/door/web/webtest"
)

func TestW1_EverySaveIsARevisionWithAuthorSummaryAndAddress(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.SignedIn(h.Member("ada")), h.SignedIn(h.Member("ben"))
	ada.Open("/write/page?title=Kräutergarten")
	to := ada.Submit("/write/page", "text", "Sieben Kräuter.").Want(http.StatusSeeOther).Location
	ada.Follow()
	ada.Follow().WantText("Sieben Kräuter.")
	path := "/o/" + strings.TrimPrefix(to, "/o/")
	ben.Open(path + "/edit")
	ben.Submit(path+"/edit", "text", "Acht Kräuter.", "why", "nachgezählt", "minor", "1").Want(http.StatusSeeOther)
	h.Visitor().Open("/wiki/Kr%C3%A4utergarten").WantText("Acht Kräuter.")
	h.Visitor().Open(path+"/history").WantText("ada", "ben", "nachgezählt")
	h.Visitor().Open(path + "/r/1").WantText("Sieben Kräuter.")
}

func TestW2_AnyTwoRevisionsCanBeComparedDownToTheWord(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	id := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Teich", Source: "Der Teich ist tief.\n\nFrösche quaken."}).Object
	for _, text := range []string{"Der Teich ist flach.\n\nFrösche quaken.", "Der Teich ist flach.\n\nFrösche quaken laut."} {
		h.Do(&allmende.Edit{Act: ada.Act(), Object: id, Source: &text})
	}
	page := h.Visitor().Open("/o/"+id.String()+"/diff?from=1&to=3").WantText("tief", "flach", "laut")
	marks := strings.Join(append(page.Texts("main del"), append(page.Texts("main ins"), page.Texts("main mark")...)...), " ")
	if !strings.Contains(marks, "tief") || !strings.Contains(marks, "flach") || strings.Contains(marks, "Frösche") {
		t.Errorf("marked words are %q, want tief, flach and laut only", marks)
	}
}

func TestW3_ConcurrentEditsMergeAndClashesAreShown(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.SignedIn(h.Member("ada")), h.SignedIn(h.Member("ben"))
	id := h.Do(&allmende.Publish{Act: h.Member("cleo").Act(), Kind: allmende.Page, Title: "Werkstatt", Source: "Eins.\n\nZwei.\n\nDrei."}).Object
	path := "/o/" + id.String()
	ada.Open(path + "/edit")
	ben.Open(path + "/edit")
	ada.Submit(path+"/edit", "text", "Eins von Ada.\n\nZwei.\n\nDrei.").Want(http.StatusSeeOther)
	ben.Submit(path+"/edit", "text", "Eins.\n\nZwei.\n\nDrei von Ben.").Want(http.StatusSeeOther)
	ben.Follow()
	ben.Follow().WantText("Meanwhile ada had saved too", "What was changed meanwhile").WantHas(".flash a[href=" + path + "/diff?from=1&to=2]")
	ben.Open(path + "/diff?from=1&to=2").WantText("von Ada").WantNoText("von Ben")
	h.Visitor().Open("/wiki/Werkstatt").WantText("Eins von Ada.", "Zwei.", "Drei von Ben.")
	ada.Open(path + "/edit")
	ben.Open(path + "/edit")
	ada.Submit(path+"/edit", "text", "Eins von Ada.\n\nZwei neu von Ada.\n\nDrei von Ben.").Want(http.StatusSeeOther)
	clash := ben.Submit(path+"/edit", "text", "Eins von Ada.\n\nZwei neu von Ben.\n\nDrei von Ben.").Want(http.StatusConflict)
	clash.WantText("Zwei neu von Ada.", "Zwei neu von Ben.", "each disputed place stands twice")
	ben.Submit(path + "/edit").Want(http.StatusUnprocessableEntity).WantText("remove the marks")
	ben.Submit(path+"/edit", "text", "Eins von Ada.\n\nZwei neu von Ada und Ben.\n\nDrei von Ben.").Want(http.StatusSeeOther)
	h.Visitor().Open("/wiki/Werkstatt").WantText("Zwei neu von Ada und Ben.")
}

func TestW8_LinksMissingPagesBacklinksMovesAndRedirects(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	garden := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Garten", Source: "Siehe [[Bienen]] und [[Werkzeug|die Geräte]]."}).Object
	page := h.Visitor().Open("/wiki/Garten")
	if n := len(page.All("a.missing")); n != 2 {
		t.Errorf("%d links are marked as missing, want 2", n)
	}
	h.Visitor().Get("/wiki/Bienen").Want(http.StatusNotFound)
	bees := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Bienen", Source: "Summen."}).Object
	if n := len(h.Visitor().Open("/wiki/Garten").All("a.missing")); n != 1 {
		t.Errorf("%d links are marked as missing after one page was written, want 1", n)
	}
	h.Visitor().Open("/wiki/Bienen").WantHas("a[href=/o/" + bees.String() + "/links]")
	h.Visitor().Open("/o/" + bees.String() + "/links").WantText("Garten")
	h.Do(&allmende.Move{Act: ada.Act(), Object: bees, Title: "Wildbienen", Why: "genauer"})
	h.Visitor().Get("/wiki/Bienen").Want(http.StatusMovedPermanently).WantTo("/wiki/Wildbienen")
	h.Visitor().Open("/wiki/Wildbienen").WantText("Summen.")
	h.Visitor().Open("/o/" + bees.String() + "/history").WantText("genauer")
	h.Visitor().Open("/o/" + bees.String() + "/links").WantText("Garten")
	h.Do(&allmende.Delete{Act: ada.Act(), Object: garden})
	h.Visitor().Get("/wiki/Garten").Want(http.StatusGone)
}

func TestB1_ArticlesKeepTheirAddressAndOldOnesRedirect(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	a := h.SignedIn(ada)
	a.Open("/write/article")
	to := a.Submit("/write/article", "title", "Über den Holunder", "summary", "Ein Strauch", "text", "Blüten und Beeren.").Want(http.StatusSeeOther).Location
	a.Follow()
	a.Follow().WantText("Über den Holunder", "Blüten und Beeren.")
	const address = "/@ada/ueber-den-holunder"
	h.Visitor().Open(address).Want(200).WantText("Ein Strauch")
	path := to
	a.Open(path + "/edit")
	a.Submit(path+"/edit", "title", "Der Holunder", "text", "Blüten, Beeren, Blätter.").Want(http.StatusSeeOther)
	h.Visitor().Open(address).Want(200).WantText("Der Holunder", "Blätter")
	a.Open(path + "/edit")
	a.Submit(path+"/edit", "slug", "holunder").Want(http.StatusSeeOther)
	h.Visitor().Get(address).Want(http.StatusMovedPermanently).WantTo("/@ada/holunder")
	h.Visitor().Open("/@ada/holunder").Want(200)
}

func TestB2_DraftsHaveRevisionsThatCanBeRestored(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	a := h.SignedIn(ada)
	a.Open("/write/article")
	to := a.Submit("/write/article", "title", "Entwurf", "text", "Erste Fassung.", "do", "draft").Want(http.StatusSeeOther).Location
	a.Open(to + "/edit")
	a.Submit(to+"/edit", "text", "Zweite Fassung.", "do", "draft").Want(http.StatusSeeOther)
	h.Visitor().Get(to).Want(http.StatusNotFound)
	a.Open(to + "/history").WantHas("button[formaction=" + to + "/r/1/restore]")
	a.Post(to + "/r/1/restore").Want(http.StatusSeeOther)
	a.Open(to).WantText("Erste Fassung.")
	a.Open("/drafts")
	a.Post(to + "/publish").Want(http.StatusSeeOther)
	h.Visitor().Open("/@ada/entwurf").WantText("Erste Fassung.")
	moved := h.Visitor()
	moved.Get(to) // the draft's passing address leads on
	moved.Follow()
	moved.Follow().WantText("Erste Fassung.")
}

func TestB5_SeveralAuthorsAreShownOnAnArticle(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	id := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Zu zweit", Source: "Von uns."}).Object
	path := "/o/" + id.String()
	a := h.SignedIn(ada)
	a.Open(path + "/authors")
	a.Submit(path+"/authors", "authors", "@ben").Want(http.StatusSeeOther)
	if got := h.Visitor().Open("/@ada/zu-zweit").Texts("main .names a"); len(got) != 1 {
		t.Errorf("before consent the authors are %v, want ada alone", got)
	}
	b := h.SignedIn(ben)
	b.Open("/drafts").WantText("ada")
	b.Post(path+"/authors/answer", "yes", "1").Want(http.StatusSeeOther)
	h.Visitor().Open("/@ada/zu-zweit").WantText("ada", "ben")
	h.Visitor().Open("/@ben").WantText("Zu zweit")
	b.Open(path + "/edit")
	b.Submit(path+"/edit", "text", "Von uns beiden.").Want(http.StatusSeeOther)
	h.Visitor().Open("/@ada/zu-zweit").WantText("Von uns beiden.")
}

func TestN1_ANoteGrowsIntoAnArticleAndIntoAWikiPage(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	id := h.Note(ada, "Wie man Kompost ansetzt: Schicht um Schicht.")
	path := "/o/" + id.String()
	h.Do(&allmende.Publish{Act: ben.Act(), Kind: allmende.Note, Source: "Danke dafür!", ReplyTo: id})
	h.Do(&allmende.React{Act: ben.Act(), Object: id, Kind: allmende.Like})
	a := h.SignedIn(ada)
	a.Open(path + "/grow")
	a.Submit(path+"/grow", "kind", "Article", "title", "Kompost ansetzen").Want(http.StatusSeeOther)
	h.Visitor().Get(path).Want(http.StatusFound).WantTo("/@ada/kompost-ansetzen")
	h.Visitor().Open("/@ada/kompost-ansetzen").WantText("Schicht um Schicht", "Danke dafür!")
	a.Open(path + "/grow")
	a.Submit(path+"/grow", "kind", "Page", "title", "Kompost").Want(http.StatusUnprocessableEntity) // the licence was not agreed to
	a.Submit(path+"/grow", "kind", "Page", "title", "Kompost", "licence", "1").Want(http.StatusSeeOther)
	h.Visitor().Get("/@ada/kompost-ansetzen").Want(http.StatusMovedPermanently).WantTo("/wiki/Kompost")
	h.Visitor().Open("/wiki/Kompost").WantText("Schicht um Schicht")
	h.Visitor().Open(path + "/discussion").WantText("Danke dafür!")
	h.Visitor().Open(path + "/likes").WantText("ben")
	b := h.SignedIn(ben)
	b.Open(path + "/edit")
	b.Submit(path+"/edit", "text", "Schicht um Schicht, und Geduld.").Want(http.StatusSeeOther)
	h.Visitor().Open("/wiki/Kompost").WantText("und Geduld")
}

func TestN3_BecomingAWikiPageNeedsEveryAuthorsConsent(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	id := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Obstwiese", Source: "Alte Sorten."}).Object
	path := "/o/" + id.String()
	h.Do(&allmende.InviteAuthor{Act: ada.Act(), Object: id, Actor: ben.Actor})
	h.Do(&allmende.AnswerInvite{Act: ben.Act(), Object: id, Yes: true})
	a, b := h.SignedIn(ada), h.SignedIn(ben)
	a.Open(path + "/grow")
	a.Submit(path+"/grow", "kind", "Page", "title", "Obstwiese", "licence", "1").Want(http.StatusSeeOther)
	h.Visitor().Get("/wiki/Obstwiese").Want(http.StatusNotFound)
	b.Open("/@ada/obstwiese").WantHas("button[formaction=" + path + "/consent]")
	b.Press(path + "/consent").Want(http.StatusSeeOther)
	b.Open("/wiki/Obstwiese").WantText("This is a wiki page now")
	h.Visitor().Open("/wiki/Obstwiese").Want(200).WantText("Alte Sorten.")
}

func TestRemoteActorsAndTheirObjectsGoThroughTheSameCore(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	act := allmende.Act{Via: "activitypub"}
	who := h.Do(&allmende.KnowActor{Act: act, Remote: allmende.Actor{Kind: allmende.Person, Name: "Fern", Host: "fern.example", URI: "https://fern.example/users/fern",
		URL: "https://fern.example/@fern", DisplayName: "Fern <b>away</b>", BioHTML: `<p>Hi<script>alert(1)</script></p>`}}).Actor
	act.As = who
	h.Do(&allmende.Relate{Act: ada.Act(), Kind: allmende.Follow, Target: who})
	h.Do(&allmende.AnswerFollow{Act: act, Follower: ada.Actor, Yes: true})
	note := &allmende.Publish{Act: act, Kind: allmende.Note, Format: allmende.HTML, Source: `<p>From afar <img src=x onerror=alert(1)></p>`,
		Remote: &allmende.RemoteObject{URI: "https://fern.example/notes/1", URL: "https://fern.example/@fern/1", Published: h.Now().Add(-time.Hour), Tags: []string{"Ferne"}}}
	id := h.Do(note).Object
	if again := h.Do(note).Object; again != id {
		t.Errorf("the same note arrived twice as %v and %v", id, again)
	}
	h.SignedIn(ada).Open("/").WantText("From afar", "Fern <b>away</b>")
	page := h.Visitor().Open("/o/" + id.String()).WantText("From afar")
	if strings.Contains(page.Body, "onerror") {
		t.Error("script from afar went through")
	}
	h.Visitor().Open("/@fern@fern.example").Want(200).WantText("From afar")
	changed := "<p>From afar, corrected</p>"
	h.Do(&allmende.Edit{Act: act, Object: id, Source: &changed, Remote: &allmende.RemoteObject{URI: "https://fern.example/notes/1"}})
	h.Visitor().Open("/o/" + id.String()).WantText("From afar, corrected")
	h.Refused(&allmende.Edit{Act: ada.Act(), Object: id, Source: &changed}, allmende.Forbidden, "error.not_yours")
	h.Do(&allmende.Delete{Act: act, Object: id})
	h.Visitor().Get("/o/" + id.String()).Want(http.StatusGone)
}

func TestW1_AWikiPageSaysWhoChangedItLastAndNotWhoBegan(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Place: allmende.Server, Title: "Quelle", Source: "Kalt."}).Object
	v := h.Visitor()
	byline := func() string { return v.Open("/wiki/Quelle").Text(".reader-meta") }
	if got := byline(); !strings.Contains(got, "Last changed") || !strings.Contains(got, "by ada") {
		t.Errorf("a new page says %q", got)
	}
	words := "Kalt und klar."
	h.Do(&allmende.Edit{Act: ben.Act(), Object: page, Source: &words})
	if got := byline(); !strings.Contains(got, "by ben") || strings.Contains(got, "ada") {
		t.Errorf("after another's edit the page says %q", got)
	}
	v.Last.WantHas(".reader-meta a[href=/o/"+page.String()+"/history]", ".reader-meta a[href=/@ben]")
	name := "Benjamin"
	h.Do(&allmende.SetProfile{Act: ben.Act(), DisplayName: &name})
	if got := byline(); !strings.Contains(got, "by Benjamin") {
		t.Errorf("who changed it has another name now, yet the page says %q", got)
	}
	if old := h.SignedIn(ada).Open("/o/" + page.String() + "/r/2"); strings.Contains(old.Body, `href=""`) {
		t.Error("an old revision links to nowhere")
	}
}

func TestW7_ThatNobodyHasSaidAnythingIsSaidOnce(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Place: allmende.Server, Title: "Quelle", Source: "Kalt."}).Object
	at := "/o/" + page.String() + "/discussion"
	for _, b := range []*webtest.Browser{h.Visitor(), h.SignedIn(ada)} {
		p := b.Open(at).WantText("Discussion: Quelle", "No discussion yet").WantNoText("No comments yet")
		if n := len(p.All("h1")); n != 1 {
			t.Errorf("the page has %d headings of the first rank", n)
		}
	}
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: "How deep?", ReplyTo: page})
	h.Visitor().Open(at).WantText("Discussion: Quelle", "How deep?").WantNoText("No discussion yet")
}
