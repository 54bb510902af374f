package mastodon_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"allmende"
)

func TestAStatusIsPublishedReadEditedAndDeleted(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.app(h.Member("ada")), h.app(h.Member("ben"))
	made := ada.post("/api/v1/statuses", "status", "Hello **@ben** #Garten", "language", "en", "spoiler_text", "greeting", "visibility", "unlisted").ok()
	id := made.id()
	made.is("unlisted", "visibility").is("greeting", "spoiler_text").is("en", "language").is("ada", "account", "acct").
		is("ben", "mentions", 0, "acct").is("garten", "tags", 0, "name").is(base+"/o/"+id, "url").is(nil, "edited_at").is(false, "favourited")
	for _, part := range []string{`<strong>`, `href="` + base + `/@ben"`, `href="` + base + `/tags/garten"`} {
		if !strings.Contains(made.at("content").(string), part) {
			t.Errorf("the content lacks %s: %s", part, made.at("content"))
		}
	}
	ben.get("/api/v1/statuses/"+id).ok().is(id, "id")
	h.nobody().get("/api/v1/statuses/"+id).ok().is(nil, "favourited")

	ada.get("/api/v1/statuses/"+id+"/source").ok().is("Hello **@ben** #Garten", "text").is("greeting", "spoiler_text")
	ada.json("PUT", "/api/v1/statuses/"+id, "status", "Hello again", "spoiler_text", "").ok().is("", "spoiler_text").is("<p>Hello again</p>", "content")
	history := ben.get("/api/v1/statuses/" + id + "/history").ok().len(2)
	history.is("greeting", 0, "spoiler_text").is("<p>Hello again</p>", 1, "content").is("ada", 0, "account", "acct")
	if !strings.Contains(history.at(0, "content").(string), base+"/@ben") {
		t.Errorf("the old state has lost its mention: %s", history.at(0, "content"))
	}
	ben.json("PUT", "/api/v1/statuses/"+id, "status", "mine now").want(http.StatusForbidden)
	ben.send("DELETE", "/api/v1/statuses/"+id, "", nil).want(http.StatusNotFound)
	ada.send("DELETE", "/api/v1/statuses/"+id, "", nil).ok().is("Hello again", "text").is(id, "id")
	ada.get("/api/v1/statuses/" + id).want(http.StatusGone)
}

func TestTheSameIdempotencyKeyMakesOneStatus(t *testing.T) {
	h := newHouse(t)
	ada := h.app(h.Member("ada"))
	ada.key = "once"
	first := ada.post("/api/v1/statuses", "status", "one").ok().id()
	ada.key = "once"
	if second := ada.post("/api/v1/statuses", "status", "one").ok().id(); second != first {
		t.Errorf("the same key made %s and %s", first, second)
	}
	if third := ada.post("/api/v1/statuses", "status", "one").ok().id(); third == first {
		t.Error("no key led to the first status")
	}
}

func TestLocalOnlyAndPrivateStatusesStayWithTheirAudience(t *testing.T) {
	h := newHouse(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	a, b, c := h.app(ada), h.app(ben), h.app(cleo)
	b.post("/api/v1/accounts/"+ada.Actor.String()+"/follow").ok().is(true, "following")
	local := a.post("/api/v1/statuses", "status", "for us", "visibility", "local").ok().is(true, "local_only").is("unlisted", "visibility").id()
	glitch := a.post("/api/v1/statuses", "status", "for us", "local_only", true).ok().is(true, "local_only").id()
	private := a.post("/api/v1/statuses", "status", "for followers", "visibility", "private").ok().is("private", "visibility").id()
	direct := a.post("/api/v1/statuses", "status", "@cleo for you", "visibility", "direct").ok().is("direct", "visibility").id()
	for _, id := range []string{local, glitch} {
		h.nobody().get("/api/v1/statuses/" + id).want(http.StatusNotFound)
		c.get("/api/v1/statuses/" + id).ok()
	}
	b.get("/api/v1/statuses/" + private).ok()
	c.get("/api/v1/statuses/" + private).want(http.StatusNotFound)
	c.get("/api/v1/statuses/" + direct).ok()
	b.get("/api/v1/statuses/" + direct).want(http.StatusNotFound)
	a.post("/api/v1/statuses", "status", "x", "visibility", "everyone").want(http.StatusUnprocessableEntity)
}

func TestT3_FavouritesAndBookmarksThroughTheApp(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	a, b := h.app(ada), h.app(ben)
	id := h.Note(ada, "nice").String()
	one := "/api/v1/statuses/" + id
	b.post(one+"/favourite").ok().is(true, "favourited").is(1, "favourites_count")
	b.post(one+"/bookmark").ok().is(true, "bookmarked")
	a.get(one).ok().is(false, "favourited").is(1, "favourites_count").is(false, "bookmarked")
	a.get(one+"/favourited_by").ok().is("ben", 0, "acct")
	b.get("/api/v1/favourites").ok().is(id, 0, "id")
	b.get("/api/v1/bookmarks").ok().is(id, 0, "id")
	b.post(one+"/unfavourite").ok().is(false, "favourited").is(0, "favourites_count")
	b.post(one+"/unbookmark").ok().is(false, "bookmarked")
	b.get("/api/v1/favourites").ok().len(0)
}

func TestT2_BoostsAreStatusesOfTheirOwn(t *testing.T) {
	h := newHouse(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	b, c := h.app(ben), h.app(cleo)
	c.post("/api/v1/accounts/" + ben.Actor.String() + "/follow").ok()
	id := h.Note(ada, "worth it").String()
	boost := b.post("/api/v1/statuses/"+id+"/reblog").ok().is(id, "reblog", "id").is("ben", "account", "acct").is("ada", "reblog", "account", "acct").is(true, "reblog", "reblogged")
	own := boost.id()
	if own == id {
		t.Fatal("the boost has the id of what was boosted")
	}
	c.get("/api/v1/statuses/"+own).ok().is(id, "reblog", "id").is(1, "reblog", "reblogs_count")
	c.get("/api/v1/timelines/home").ok().is(own, 0, "id").is(id, 0, "reblog", "id")
	c.post("/api/v1/statuses/"+own+"/favourite").ok().is(id, "id").is(true, "favourited")
	c.get("/api/v1/statuses/"+id+"/reblogged_by").ok().is("ben", 0, "acct")
	b.post("/api/v1/statuses/"+id+"/unreblog").ok().is(id, "id").is(false, "reblogged")
	c.get("/api/v1/timelines/home").ok().len(0)
	c.get("/api/v1/statuses/" + own).want(http.StatusNotFound)
	again := b.post("/api/v1/statuses/" + id + "/reblog").ok().id()
	c.send("DELETE", "/api/v1/statuses/"+again, "", nil).want(http.StatusForbidden)
	b.send("DELETE", "/api/v1/statuses/"+again, "", nil).ok()
	c.get("/api/v1/statuses/"+id).ok().is(0, "reblogs_count")
}

func TestT2_QuotesAreShownByTheAuthorsRule(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.app(h.Member("ada")), h.app(h.Member("ben"))
	free := ada.post("/api/v1/statuses", "status", "quote me").ok().is("automatic", "quote_approval", "current_user").id()
	quote := ben.post("/api/v1/statuses", "status", "listen", "quoted_status_id", free).ok().
		is("accepted", "quote", "state").is(free, "quote", "quoted_status", "id").is(nil, "quote", "quoted_status", "quote").id()
	deeper := ada.post("/api/v1/statuses", "status", "again", "quoted_status_id", quote).ok()
	deeper.is(free, "quote", "quoted_status", "quote", "quoted_status_id")
	ada.get("/api/v1/statuses/"+free+"/quotes").ok().is(quote, 0, "id")
	ada.get("/api/v1/statuses/"+free).ok().is(1, "quotes_count")
	never := ada.post("/api/v1/statuses", "status", "don't", "quote_approval_policy", "nobody").ok().id()
	ben.get("/api/v1/statuses/"+never).ok().is("denied", "quote_approval", "current_user").len(0, "quote_approval", "automatic")
	ben.post("/api/v1/statuses", "status", "but", "quoted_status_id", never).want(http.StatusForbidden)
	ada.json("PUT", "/api/v1/statuses/"+never+"/interaction_policy", "quote_approval_policy", "public").ok().is("public", "quote_approval", "automatic", 0)
	ben.post("/api/v1/statuses", "status", "but", "quoted_status_id", never).ok()
	ada.send("DELETE", "/api/v1/statuses/"+free, "", nil).ok()
	ben.get("/api/v1/statuses/"+quote).ok().is("deleted", "quote", "state").is(nil, "quote", "quoted_status")
}

func TestT1_TheContextIsTheWholeConversation(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.app(h.Member("ada")), h.app(h.Member("ben"))
	root := ada.post("/api/v1/statuses", "status", "root").ok().id()
	first := ben.post("/api/v1/statuses", "status", "first", "in_reply_to_id", root).ok().is(root, "in_reply_to_id")
	first.is(ada.get("/api/v1/accounts/verify_credentials").ok().id(), "in_reply_to_account_id")
	second := ada.post("/api/v1/statuses", "status", "second", "in_reply_to_id", first.id()).ok().id()
	other := ben.post("/api/v1/statuses", "status", "other", "in_reply_to_id", root).ok().id()
	got := ada.get("/api/v1/statuses/" + first.id() + "/context").ok()
	if got.ids("ancestors") != root || got.ids("descendants") != second {
		t.Errorf("around the first answer: %s | %s", got.ids("ancestors"), got.ids("descendants"))
	}
	got = ada.get("/api/v1/statuses/" + root + "/context").ok()
	if want := first.id() + " " + second + " " + other; got.ids("descendants") != want {
		t.Errorf("below the root: %s, want %s", got.ids("descendants"), want)
	}
	ada.get("/api/v1/statuses/"+root).ok().is(2, "replies_count")
}

func TestScheduledStatusesWaitMoveAndGo(t *testing.T) {
	h := newHouse(t)
	ada := h.app(h.Member("ada"))
	at := h.Now().Add(2 * time.Hour).Format(time.RFC3339)
	made := ada.post("/api/v1/statuses", "status", "later", "scheduled_at", at).ok().is("later", "params", "text")
	id := made.id()
	ada.get("/api/v1/timelines/home").ok().len(0)
	ada.get("/api/v1/scheduled_statuses").ok().is(id, 0, "id")
	later := h.Now().Add(3 * time.Hour).UTC().Truncate(time.Second)
	ada.json("PUT", "/api/v1/scheduled_statuses/"+id, "scheduled_at", later.Format(time.RFC3339)).ok().is(later.Format("2006-01-02T15:04:05.000Z"), "scheduled_at")
	h.app(h.Member("ben")).get("/api/v1/scheduled_statuses/" + id).want(http.StatusNotFound)
	ada.send("DELETE", "/api/v1/scheduled_statuses/"+id, "", nil).ok()
	ada.get("/api/v1/scheduled_statuses").ok().len(0)
	ada.post("/api/v1/statuses", "status", "too soon", "scheduled_at", h.Now().Format(time.RFC3339)).want(http.StatusUnprocessableEntity)
	ada.post("/api/v1/statuses", "status", "x", "scheduled_at", "tomorrow").want(http.StatusUnprocessableEntity)
}

func TestWhatIsNotOfferedIsRefusedInWords(t *testing.T) {
	h := newHouse(t)
	ada := h.app(h.Member("ada"))
	refused := ada.post("/api/v1/statuses", "status", "which?", "poll", map[string]any{"options": []string{"a", "b"}, "expires_in": 300}).want(http.StatusUnprocessableEntity)
	refused.is("There are no polls here yet.", "error")
	ada.post("/api/v1/statuses", "status", "").want(http.StatusUnprocessableEntity)
	ada.get("/api/v1/polls/1").want(http.StatusNotFound).is("There is no such call here.", "error")
	ada.get("/api/v1/statuses/abc").want(http.StatusNotFound)
	ada.get("/api/v1/statuses/1234").want(http.StatusNotFound)
	ada.send("POST", "/api/v1/statuses", "application/json", strings.NewReader("{")).want(http.StatusUnprocessableEntity)
}

func TestPinnedStatusesStandFirstOnTheProfile(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	a := h.app(ada)
	id := h.Note(ada, "about me").String()
	h.Note(ada, "newer")
	a.post("/api/v1/statuses/"+id+"/pin").ok().is(true, "pinned")
	h.nobody().get("/api/v1/accounts/"+ada.Actor.String()+"/statuses?pinned=true").ok().len(1).is(id, 0, "id")
	a.post("/api/v1/statuses/"+id+"/unpin").ok().is(false, "pinned")
}

func TestMutingAConversationIsShownOnItsStatuses(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	a := h.app(ada)
	id := h.Note(ada, "noise").String()
	a.post("/api/v1/statuses/"+id+"/mute").ok().is(true, "muted")
	a.get("/api/v1/statuses/"+id).ok().is(true, "muted")
	a.post("/api/v1/statuses/"+id+"/unmute").ok().is(false, "muted")
}

func TestAnArticleReachesAppsWithItsTitle(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	id := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Soil & worms", Source: "Dig *deep*.", Summary: "How to dig"}).Object.String()
	got := h.nobody().get("/api/v1/statuses/"+id).ok().is("", "spoiler_text").is(false, "sensitive")
	for _, part := range []string{"Soil &amp; worms", "<em>deep</em>"} {
		if !strings.Contains(got.at("content").(string), part) {
			t.Errorf("the content lacks %q: %s", part, got.at("content"))
		}
	}
}
