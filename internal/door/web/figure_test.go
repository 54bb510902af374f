package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/door/web/webtest"
)

var mediaReference = regexp.MustCompile(`\(media:([0-9]+)`)

// made tells that a picture's sizes are ready.
func made(h *webtest.House, id allmende.ID) {
	h.T.Helper()
	h.Do(&allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: id, State: allmende.MediaDone, Width: 1600, Height: 1200, Variants: []allmende.Variant{
		{Name: "webp640", Blob: strings.Repeat("ab", 32), MIME: "image/webp", Width: 640, Height: 480, Size: 5},
		{Name: "webp1280", Blob: strings.Repeat("cd", 32), MIME: "image/webp", Width: 1280, Height: 960, Size: 9}}})
}

func TestB9_APictureIsPutIntoAnArticleWithoutScript(t *testing.T) {
	h := webtest.New(t)
	ada := h.SignedIn(h.Member("ada"))
	ada.Open("/write/article")
	p := ada.Upload("/write/article", "file", "chives.png", []byte("png"), "title", "Seven herbs", "text", "First the chives.",
		"alt", "A bed of [chives]", "caption", `In "May"`).Want(http.StatusOK)
	p.WantText("Nothing is saved yet").WantHas(".preview .working")
	source := p.Text("textarea[name=text]")
	m := mediaReference.FindStringSubmatch(source)
	if m == nil || !strings.HasPrefix(source, "First the chives. ![A bed of \\[chives\\]](media:") || !strings.Contains(source, `"In \"May\""`) {
		t.Fatalf("the text is now %q", source)
	}
	if title := p.Attr("input[name=title]", "value"); title != "Seven herbs" {
		t.Errorf("the title typed is lost: %q", title)
	}
	id, err := allmende.ParseID(m[1])
	if err != nil {
		t.Fatal(err)
	}
	to := ada.Submit("/write/article").Want(http.StatusSeeOther).Location
	guest := h.Visitor()
	guest.Open("/@ada/seven-herbs").WantHas(".reading figure .working")
	made(h, id)
	page := guest.Open("/@ada/seven-herbs").WantText(`In "May"`)
	picture := h.Medium(id)
	page.WantHas("figure a[href=" + picture.Path("webp1280") + "]")
	if got := page.Attr(".reading figure img", "alt"); got != "A bed of [chives]" {
		t.Errorf("alt %q", got)
	}
	if set := page.Attr(".reading figure img", "srcset"); !strings.Contains(set, "640w") || !strings.Contains(set, picture.Path("webp1280")+" 1280w") {
		t.Errorf("srcset %q", set)
	}
	if n := len(page.All("main img[src=" + picture.Path("webp640") + "]")); n != 1 {
		t.Errorf("the picture stands %d times on its page", n)
	}
	guest.Open("/@ada").WantHas("main img[src=" + picture.Path("webp640") + "]") // it leads the article's card
	guest.Open(to + "/r/1").WantHas(".reading figure img")

	ada.Open(to + "/edit")
	p = ada.Submit(to+"/edit", "text", "No file", "do", "insert")
	p.Want(http.StatusUnprocessableEntity).WantText("Choose a file first")
}

func TestB9_NobodyShowsOrPreviewsWhatIsNotTheirs(t *testing.T) {
	h := webtest.New(t)
	adaMember, benMember := h.Member("ada"), h.Member("ben")
	ada, ben := h.SignedIn(adaMember), h.SignedIn(benMember)
	secret := h.Do(&allmende.AddMedia{Act: adaMember.Act(), Kind: "image", Blob: "b", MIME: "image/png", Size: 9, Name: "a.png", Width: 80, Height: 60}).Media
	made(h, secret)
	line := "![mine](media:" + secret.String() + ")"
	for who, may := range map[*webtest.Browser]bool{ada: true, ben: false} {
		who.Open("/write/article")
		p := who.Submit("/write/article", "title", "T", "text", line, "do", "preview").Want(http.StatusOK)
		if got := strings.Contains(p.Body, h.Medium(secret).Secret); got != may {
			t.Errorf("the preview shows the picture: %v, want %v", got, may)
		}
	}
	ben.Submit("/write/article", "title", "T", "text", line).Want(http.StatusUnprocessableEntity).WantText("media:" + secret.String())
	page := h.Do(&allmende.Publish{Act: adaMember.Act(), Kind: allmende.Page, Title: "Bees", Source: line}).Object
	ben.Open("/o/" + page.String() + "/edit")
	ben.Submit("/o/"+page.String()+"/edit", "text", line+"\n\nThey hum.", "do", "preview").Want(http.StatusOK).WantHas(".preview figure img")
	ben.Submit("/o/"+page.String()+"/edit", "text", line+"\n\nThey hum.").Want(http.StatusSeeOther)
	h.Visitor().Open("/wiki/Bees").WantText("They hum.").WantHas("figure img")
}

func TestP10_APictureInAnArticleForFollowersIsNotPublic(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	h.Do(&allmende.Relate{Act: ben.Act(), Kind: allmende.Follow, Target: ada.Actor})
	picture := h.Do(&allmende.AddMedia{Act: ada.Act(), Kind: "image", Blob: "b", MIME: "image/png", Size: 9, Name: "a.png", Width: 80, Height: 60}).Media
	id := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Within", Source: "![x](media:" + picture.String() + ")",
		Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object
	made(h, picture)
	if m := h.Medium(picture); m.Public {
		t.Error("the picture is public")
	}
	h.SignedIn(ben).Open("/@ada/within").WantHas("figure img[src=" + path(h, picture) + "]")
	h.Visitor().Get("/o/" + id.String()).Want(http.StatusNotFound)
}

func path(h *webtest.House, id allmende.ID) string {
	m := h.Medium(id)
	return m.Path("webp640")
}
