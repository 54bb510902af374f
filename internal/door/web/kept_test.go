package web_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/core/coretest"
	"allmende/internal/door/web"
	"allmende/internal/door/web/webtest"
)

// After every change each page must look as if it were drawn for the first time.
func TestKeptPagesAreNeverStale(t *testing.T) {
	h := webtest.New(t)
	admin, ada, ben := h.Ranked("marta", allmende.Admin), h.Member("ada"), h.Member("ben")
	cleo := h.Member("cleo")
	h.Do(&allmende.Relate{Act: cleo.Act(), Kind: allmende.Follow, Target: ada.Actor})
	h.Do(&allmende.Relate{Act: cleo.Act(), Kind: allmende.Follow, Target: ben.Actor})
	note := h.Note(ada, "Who waters the beds?")
	reply := h.Do(&allmende.Publish{Act: ben.Act(), Kind: allmende.Note, Source: "I do.", ReplyTo: note}).Object
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Compost", Source: "See [[Worms]] and [[Soil]]."}).Object
	article := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "First frost", Source: "It came early."}).Object
	picture := h.Do(&allmende.AddMedia{Act: ada.Act(), Kind: "image", Blob: "blob-1", MIME: "image/png", Size: 9, Name: "a.png", Width: 80, Height: 60}).Media
	shown := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: "Look.", Media: []allmende.ID{picture}}).Object
	paths := []string{"/@ada", "/@ben", "/wiki/Compost", "/wiki/Worms", "/wiki/Heaps", "/@ada/first-frost", "/o/" + note.String(), "/o/" + reply.String(), "/o/" + page.String(),
		"/o/" + article.String(), "/o/" + shown.String()}
	text := func(s string) *string { return &s }
	inText := h.Do(&allmende.AddMedia{Act: ben.Act(), Kind: "image", Blob: "blob-2", MIME: "image/png", Size: 9, Name: "b.png", Width: 80, Height: 60}).Media
	for _, change := range []struct {
		what string
		do   allmende.Command
	}{
		{"a like of her own", &allmende.React{Act: cleo.Act(), Object: note, Kind: allmende.Like, Emoji: "😄"}},
		{"a bookmark of her own", &allmende.React{Act: cleo.Act(), Object: shown, Kind: allmende.Bookmark}},
		{"a like", &allmende.React{Act: ben.Act(), Object: note, Kind: allmende.Like}},
		{"another emoji", &allmende.React{Act: ben.Act(), Object: note, Kind: allmende.Like, Emoji: "🎉"}},
		{"a boost", &allmende.React{Act: ben.Act(), Object: article, Kind: allmende.Boost}},
		{"a boost taken back", &allmende.React{Act: ben.Act(), Object: article, Kind: allmende.Boost, Off: true}},
		{"an answer", &allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: "Thank you!", ReplyTo: reply}},
		{"a comment", &allmende.Publish{Act: ben.Act(), Kind: allmende.Note, Source: "And it stayed.", ReplyTo: article}},
		{"an edit", &allmende.Edit{Act: ada.Act(), Object: note, Source: text("Who waters the *roses*?")}},
		{"a wiki edit by somebody else", &allmende.Edit{Act: ben.Act(), Object: page, Source: text("See [[Worms]]. Turn it.")}},
		{"a picture in the text by somebody else", &allmende.Edit{Act: ben.Act(), Object: page, Source: text("See [[Worms]].\n\n![a worm](media:" + inText.String() + ")")}},
		{"the sizes of that picture", &allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: inText, State: allmende.MediaDone,
			Variants: []allmende.Variant{{Name: "webp640", Blob: strings.Repeat("ab", 32), MIME: "image/webp", Width: 640, Height: 480}}}},
		{"a page that was linked to", &allmende.Publish{Act: ben.Act(), Kind: allmende.Page, Title: "Worms", Source: "They dig."}},
		{"an alt text", &allmende.SetMedia{Act: ada.Act(), Media: picture, Alt: text("A bed of leeks")}},
		{"a picture of oneself", &allmende.SetProfile{Act: ada.Act(), Avatar: &picture}},
		{"a profile", &allmende.SetProfile{Act: ada.Act(), DisplayName: text("Ada of the leeks"), Bio: text("I dig.")}},
		{"a pin", &allmende.Pin{Act: ada.Act(), Object: note, On: true}},
		{"a quote", &allmende.Publish{Act: ben.Act(), Kind: allmende.Note, Source: "Well said", Quote: note}},
		{"a move", &allmende.Move{Act: ada.Act(), Object: page, Title: "Heaps"}},
		{"a new name of the community", &allmende.SetSite{Act: admin.Act(), Site: allmende.Site{Name: "Upper meadows", Contact: "team@auwiesen.example", Ready: true}}},
		{"a deletion", &allmende.Delete{Act: ben.Act(), Object: reply}},
		{"a growth", &allmende.Grow{Act: ada.Act(), Object: shown, Kind: allmende.Article, Title: "Leeks"}},
		{"a block", &allmende.Relate{Act: ben.Act(), Kind: allmende.Block, Target: cleo.Actor}},
		{"a hiding", &allmende.Decide{Act: admin.Act(), Kind: allmende.DecideHide, Object: shown, Reason: "Rude."}},
		{"a suspension", &allmende.Decide{Act: admin.Act(), Kind: allmende.DecideSuspend, Actor: ben.Actor, Reason: "Spam.", Rule: "1"}},
	} {
		look(h, paths, cleo)
		if _, err := h.Try(change.do); err != nil {
			t.Fatalf("%s: %v", change.what, err)
		}
		fresh := look(h.SecondDoor(), paths, cleo)
		for path, kept := range look(h, paths, cleo) {
			if kept != fresh[path] {
				t.Errorf("after %s, %s is stale:\n%s", change.what, path, cmp.Diff(strings.SplitAfter(fresh[path], ">"), strings.SplitAfter(kept, ">")))
			}
		}
	}
}

// token is what differs from session to session.
var token = regexp.MustCompile(`name="csrf" value="[^"]*"`)

// look opens all pages in both languages as a guest, and the streams as a
// member, and takes down what they say.
func look(h *webtest.House, paths []string, member coretest.Member) map[string]string {
	out := map[string]string{}
	take := func(b *webtest.Browser, tag, path string) {
		p := b.Get(path)
		out[tag+" "+path] = p.Location + "\n" + token.ReplaceAllString(p.Body, "")
		if p.Status >= 400 {
			out[tag+" "+path] = p.Text("h1") // all but the request's number
		}
	}
	for _, tag := range []string{"de", "en"} {
		b := h.Visitor()
		b.Lang = tag
		for _, path := range append(paths, "/", "/explore") {
			take(b, tag, path)
		}
	}
	b := h.SignedIn(member)
	for _, path := range []string{"/", "/explore", "/saved", "/liked"} {
		take(b, "cleo", path)
	}
	return out
}

func TestKeptPagesAreThoseOfGuestsOnly(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	path := "/o/" + h.Note(ada, "Sorrel soup tonight.").String()
	guest := h.Visitor().Open(path)
	if own := h.SignedIn(ada).Open(path); !strings.Contains(own.Body, "Sorrel soup") || own.Body == guest.Body {
		t.Error("the writer got the page that guests see")
	}
	if again := h.Visitor().Open(path); again.Body != guest.Body {
		t.Error("a guest got another page than before")
	}
}

func TestKeptPagesAreNotSentTwice(t *testing.T) {
	h := webtest.New(t)
	path := "/o/" + h.Note(h.Member("ada"), "Sorrel soup tonight.").String()
	tag := h.Visitor().Open(path).Header.Get("ETag")
	for range 2 {
		b := h.Visitor()
		b.Header.Set("If-None-Match", tag)
		if p := b.Get(path); p.Status != http.StatusNotModified || p.Body != "" {
			t.Errorf("whoever has the page got %d and %d bytes", p.Status, len(p.Body))
		}
	}
}

func TestKeptPagesFollowTheClock(t *testing.T) {
	h := webtest.New(t)
	path := "/o/" + h.Note(h.Member("ada"), "Sorrel soup tonight.").String()
	before := h.Visitor().Open(path).Body
	h.Pass(3 * time.Hour)
	if after := h.Visitor().Open(path).Body; after == before {
		t.Error("after three hours the page still says that it was written just now")
	}
}

func TestAPageThatHadToMakeRoomIsDrawnAnew(t *testing.T) {
	shelf := webtest.Shelf(t, 8<<10)
	h := webtest.New(t, func(d *web.Deps, _ *core.Settings) { d.Shelf = shelf })
	ada := h.Member("ada")
	var paths []string
	for i := range 30 {
		paths = append(paths, "/o/"+h.Note(ada, fmt.Sprintf("Note %d on leeks and their neighbours", i)).String())
	}
	for round := range 3 {
		for _, zip := range []string{"", "gzip"} {
			for i, path := range paths {
				b := h.Visitor()
				b.Header.Set("Accept-Encoding", zip)
				p := b.Get(path)
				body := []byte(p.Body)
				var err error
				if p.Header.Get("Content-Encoding") == "gzip" {
					var z *gzip.Reader
					if z, err = gzip.NewReader(strings.NewReader(p.Body)); err == nil {
						body, err = io.ReadAll(z)
					}
				}
				if want := fmt.Sprintf("Note %d on leeks", i); err != nil || p.Status != http.StatusOK || !strings.Contains(string(body), want) {
					t.Fatalf("round %d, %s in %q: %d, %v, no %q", round, path, zip, p.Status, err, want)
				}
			}
		}
	}
}
