package web_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/door/web/webtest"
)

func TestT1_NotesRepliesAndTheWholeConversation(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	root := h.Note(ada, "Who waters the beds on Sunday?")
	b := h.SignedIn(ben)
	b.Open("/o/" + root.String())
	b.Submit("/write", "text", "I will, at eight.").Want(http.StatusSeeOther)
	b.Follow().Want(200).WantText("Who waters the beds", "I will, at eight.")
	h.SignedIn(ada).Open("/o/"+root.String()).WantText("Who waters the beds", "I will, at eight.")
	h.Visitor().Open("/o/" + root.String()).WantText("I will, at eight.")
}

func TestT2_BoostsAndQuotesFollowTheAuthorsRule(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	h.Do(&allmende.Relate{Act: cleo.Act(), Kind: allmende.Follow, Target: ben.Actor})
	open := h.Note(ada, "The hive is moving in.")
	closed := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: "Not to be quoted.", Policy: allmende.Policy{Quote: allmende.Nobody, Boost: allmende.Nobody}}).Object
	b := h.SignedIn(ben)
	b.Open("/o/" + open.String())
	b.Press("/o/" + open.String() + "/boost").Want(http.StatusSeeOther)
	h.SignedIn(cleo).Open("/").WantText("The hive is moving in.")
	b.Open("/write?quote=" + open.String())
	b.Submit("/write", "text", "Look at this!").Want(http.StatusSeeOther)
	h.SignedIn(cleo).Open("/@ben").WantText("Look at this!", "The hive is moving in.")
	b.Open("/o/" + closed.String())
	b.Post("/o/" + closed.String() + "/boost").Want(http.StatusForbidden)
	b.Post("/write", "quote", closed.String(), "text", "Ha!").Want(http.StatusUnprocessableEntity).WantText("Ha!")
}

func TestT3_LikeAndBookmarkAndTakeThemBack(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Note(ada, "Sorrel soup tonight.")
	path := "/o/" + note.String()
	b := h.SignedIn(ben)
	b.Open(path)
	b.Press(path + "/like")
	b.Open(path)
	b.Press(path + "/save")
	b.Open("/saved").WantText("Sorrel soup tonight.")
	b.Open("/liked").WantText("Sorrel soup tonight.")
	h.Visitor().Open(path + "/likes").WantText("ben")
	b.Open(path)
	b.Post(path+"/like", "undo", "1").Want(http.StatusSeeOther)
	b.Open(path)
	b.Post(path+"/save", "undo", "1").Want(http.StatusSeeOther)
	b.Open("/saved").WantNoText("Sorrel soup tonight.")
	b.Open("/liked").WantNoText("Sorrel soup tonight.")
}

func TestT4_MentionsHashtagsAndFollowedTags(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	h.Note(ada, "Thanks, @ben, for the #Lavendel!")
	page := h.Visitor().Open("/tags/lavendel").WantText("for the #Lavendel")
	if page.Attr("a.mention[href=/@ben]", "href") != "/@ben" {
		t.Error("the mention does not lead to the mentioned")
	}
	b := h.SignedIn(ben)
	b.Open("/").WantNoText("Lavendel")
	b.Open("/tags/lavendel")
	b.Post("/tags/lavendel/follow").Want(http.StatusSeeOther)
	b.Open("/").WantText("for the #Lavendel")
}

func TestT8_EditsKeepAPublicHistory(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	note := h.Note(ada, "The meeting is on Monday.")
	path := "/o/" + note.String()
	a := h.SignedIn(ada)
	a.Open(path + "/edit").WantText("The meeting is on Monday.")
	a.Submit("/write", "text", "The meeting is on Tuesday.").Want(http.StatusSeeOther)
	h.Visitor().Open(path).WantText("on Tuesday").WantHas("a[href=" + path + "/history]")
	h.Visitor().Open(path+"/diff?from=1&to=2").WantText("Monday", "Tuesday")
	h.Visitor().Open(path + "/r/1").WantText("on Monday")
}

func TestT10_TheWriterSaysWhoMayReply(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	h.Do(&allmende.Relate{Act: ben.Act(), Kind: allmende.Follow, Target: ada.Actor})
	note := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: "For my followers to answer.", Policy: allmende.Policy{Reply: allmende.Followers}}).Object
	path := "/o/" + note.String()
	if h.SignedIn(cleo).Open(path).Has("form[action=/write]") {
		t.Error("cleo is offered to reply, though only followers may")
	}
	c := h.SignedIn(cleo)
	c.Open("/")
	c.Post("/write", "reply", note.String(), "text", "Me too").Want(http.StatusUnprocessableEntity).WantText("Me too")
	b := h.SignedIn(ben)
	b.Open(path)
	b.Submit("/write", "text", "Gladly.").Want(http.StatusSeeOther)
}

func TestT13_DraftsAndScheduledNotesWaitUntilTheirTime(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	a := h.SignedIn(ada)
	a.Open("/write")
	a.Submit("/write", "text", "Half a thought", "do", "draft").WantTo("/drafts")
	a.Open("/drafts").WantText("Half a thought")
	h.Visitor().Open("/@ada").WantNoText("Half a thought")
	a.Open("/write")
	a.Submit("/write", "text", "Good morning", "at", h.Now().Add(24*time.Hour).Local().Format("2006-01-02T15:04")).WantTo("/drafts")
	h.Visitor().Open("/@ada").WantNoText("Good morning")
	h.Pass(25 * time.Hour)
	release(t, h)
	h.Visitor().Open("/@ada").WantText("Good morning").WantNoText("Half a thought")
}

func TestT14_MarkdownIsDrawnAndScriptIsNot(t *testing.T) {
	h := webtest.New(t)
	note := h.Note(h.Member("ada"), "**Bold** and `code`\n\n<script>alert(1)</script> [x](javascript:alert(1))")
	page := h.Visitor().Open("/o/"+note.String()).WantHas("main strong", "main code")
	if strings.Contains(page.Body, "<script>alert") || strings.Contains(page.Body, `href="javascript:`) {
		t.Error("script went through")
	}
}

func TestT16_LocalNotesAreForMembersOnly(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: "Just us neighbours.", Audience: allmende.AudienceChoice{Kind: allmende.AudLocal}}).Object
	h.SignedIn(ben).Open("/o/" + note.String()).Want(200).WantText("Just us neighbours.")
	h.Visitor().Get("/o/" + note.String()).Want(404).WantNoText("neighbours")
	h.Visitor().Open("/@ada").WantNoText("neighbours")
}

func TestT22_TheHomeRemembersWhereIStopped(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	h.Do(&allmende.Relate{Act: ben.Act(), Kind: allmende.Follow, Target: ada.Actor})
	h.Note(ada, "first")
	b := h.SignedIn(ben)
	b.Open("/")
	for range 25 {
		h.Note(ada, "more")
	}
	page := b.Open("/")
	if !strings.Contains(page.Body, "/?max=") {
		t.Error("after more than a page of news the home offers no way back to where I stopped")
	}
}

func TestN5_OneHomeForAllKinds(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	h.Do(&allmende.Relate{Act: ben.Act(), Kind: allmende.Follow, Target: ada.Actor})
	h.Note(ada, "a note of mine")
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "An article of mine", Source: "Long."})
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "A page of ours", Source: "Together."})
	h.SignedIn(ben).Open("/").WantText("a note of mine", "An article of mine", "A page of ours")
}

func TestDeletedThingsAnswerGoneAndCanBeBroughtBackForTenSeconds(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	note := h.Note(ada, "Oops")
	path := "/o/" + note.String()
	a := h.SignedIn(ada)
	a.Open(path)
	a.Post(path + "/delete").Want(http.StatusSeeOther)
	h.Visitor().Get(path).Want(http.StatusGone).WantNoText("Oops")
	a.Open("/")
	a.Post(path + "/undelete").Want(http.StatusSeeOther)
	h.Visitor().Open(path).Want(200).WantText("Oops")
	a.Open(path)
	a.Post(path + "/delete").Want(http.StatusSeeOther)
	a.Open("/")
	h.Pass(time.Minute)
	a.Post(path + "/undelete").Want(http.StatusUnprocessableEntity)
	h.Visitor().Get(path).Want(http.StatusGone)
}

func TestRefusedNotesKeepWhatWasTyped(t *testing.T) {
	h := webtest.New(t)
	a := h.SignedIn(h.Member("ada"))
	a.Open("/write")
	long := strings.Repeat("word ", 1200)
	a.Submit("/write", "text", long, "warning", "long read").Want(http.StatusUnprocessableEntity).WantText("word word word")
	a.Open("/write")
	a.Submit("/write", "text", "  ").Want(http.StatusUnprocessableEntity)
	a.Open("/write")
	a.Submit("/write", "text", "hello", "at", "yesterday").Want(http.StatusUnprocessableEntity).WantText("hello")
}

// release publishes what is due, as the clock's door does.
func release(t *testing.T, h *webtest.House) {
	t.Helper()
	due, err := h.Read.DueObjects(context.Background(), h.Now(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		h.Do(&allmende.Release{Act: allmende.Act{Via: "clock", As: d.Owner}, Object: d.Object})
	}
}

func TestT7_TheFocalPointIsChosenInTheComposerAndKeepsItInSight(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	id := h.Do(&allmende.AddMedia{Act: ada.Act(), Kind: "image", Blob: "blob-1", MIME: "image/png", Size: 9, Name: "a.png", Width: 80, Height: 160}).Media
	h.Do(&allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: id, State: allmende.MediaDone, Width: 80, Height: 160, Variants: []allmende.Variant{{Name: "webp640", Blob: "blob-2", MIME: "image/webp", Width: 80, Height: 160, Size: 5}}})
	note := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Source: "The tower.", Media: []allmende.ID{id}}).Object
	b := h.SignedIn(ada)
	b.Open("/o/" + note.String() + "/edit").WantHas("select[name=focus." + id.String() + "]")
	b.Submit("/write", "focus."+id.String(), "top", "alt."+id.String(), "A tower").Want(http.StatusSeeOther)
	if m := h.Medium(id); m.FocusY != 0.8 || m.FocusX != 0 || m.Alt != "A tower" {
		t.Errorf("focus %v %v, alt %q", m.FocusX, m.FocusY, m.Alt)
	}
	h.Visitor().Open("/o/" + note.String()).WantHas("img.fy0")
}

func TestWhatIsTalkedAboutIsWrittenAsPeopleWriteIt(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	for _, text := range []string{"#stadtgarten blüht", "im #StadtGarten", "der #StadtGarten", "#STADTGARTEN!", "#Fluss"} {
		h.Note(ada, text)
	}
	got := h.Visitor().Open("/explore").Texts(".side a[href=/tags/stadtgarten]")
	if !slices.Contains(got, "#StadtGarten") {
		t.Errorf("talked about are %q", got)
	}
}

func TestB2_NobodyElseReadsWhatWasThrownAwayBeforePublishing(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	draft := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, State: allmende.Draft, Title: "Compost", Source: "My boss is a fool."}).Object
	for _, source := range []string{"My boss is no help.", "Compost wants air."} {
		h.Do(&allmende.Edit{Act: ada.Act(), Object: draft, Source: &source})
	}
	article := h.Do(&allmende.Release{Act: ada.Act(), Object: draft}).Object
	path := "/o/" + article.String()
	second := "Compost wants air and water."
	for _, edited := range []bool{false, true} {
		b := h.SignedIn(ben)
		b.Open(path+"/history").WantHas("a[href="+path+"/r/3]").WantHasNot("a[href="+path+"/r/2]", "a[href="+path+"/diff?from=2&to=3]")
		b.Open(path+"/diff").WantNoText("boss", "help")
		b.Get(path + "/r/1").Want(http.StatusNotFound)
		b.Get(path + "/diff?from=1&to=3").Want(http.StatusNotFound)
		h.SignedIn(ada).Open(path+"/history").WantHas("a[href="+path+"/r/1]", "a[href="+path+"/diff?from=2&to=3]")
		if !edited {
			h.Do(&allmende.Edit{Act: ada.Act(), Object: article, Source: &second})
		}
	}
}
