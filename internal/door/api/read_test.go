package api_test

import (
	"net/http"
	"slices"
	"testing"

	"allmende"
)

func TestListsArePagedWithoutGapOrRepetition(t *testing.T) {
	v := newVillage(t)
	v.Do(&allmende.Relate{Act: v.cleo.Act(), Kind: allmende.Follow, Target: v.ben.Actor})
	p := v.program(v.cleo)
	var made []allmende.ID
	for range 7 {
		made = append([]allmende.ID{v.Note(v.ben, "One of many")}, made...)
	}
	want := append(made, v.secret, v.bens) // her own stand in her home too
	slices.SortFunc(want, func(a, b allmende.ID) int { return int(b - a) })
	var got []allmende.ID
	for path := "/api/home?limit=3"; path != ""; {
		a := p.get(path).ok()
		got = append(got, a.ids()...)
		path = ""
		if a.at("next") != nil {
			path = "/api/home?limit=3&max=" + a.id("next").String()
		}
	}
	got = slices.DeleteFunc(got, func(id allmende.ID) bool { return !slices.Contains(want, id) }) // what Ben wrote along with others
	if !slices.Equal(got, want) {
		t.Errorf("home in threes: %v, want %v", got, want)
	}
	if since := p.get("/api/home?since=" + made[2].String()).ok().ids(); !slices.Equal(since, made[:2]) {
		t.Errorf("since: %v, want %v", since, made[:2])
	}
	for _, query := range []string{"max=x", "since=-1", "min=1.5", "limit=0", "limit=many", "max=%00", "max=99999999999999999999"} {
		p.get("/api/home?" + query).refused()
		v.nobody().get("/api/public?" + query).refused()
	}
}

func TestStrangersReadWhatIsPublicOnly(t *testing.T) {
	v := newVillage(t)
	followers := v.Do(&allmende.Publish{Act: v.ada.Act(), Source: "For followers", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object
	nobody, ben, cleo := v.nobody(), v.program(v.ben), v.program(v.cleo)
	for _, id := range []allmende.ID{v.secret, followers, v.draft, 4711} {
		for _, path := range []string{"/api/o/" + id.String(), "/api/o/" + id.String() + "/context"} {
			nobody.get(path).because(http.StatusNotFound, "error.object_not_found")
			ben.get(path).because(http.StatusNotFound, "error.object_not_found")
		}
	}
	cleo.get("/api/o/" + v.secret.String()).ok()
	nobody.get("/api/o/" + v.note.String()).ok()
	if ids := nobody.get("/api/public?limit=80").ok().ids(); !slices.Contains(ids, v.note) || slices.Contains(ids, v.secret) || slices.Contains(ids, followers) {
		t.Errorf("public: %v", ids)
	}
	nobody.get("/api/home").because(http.StatusUnauthorized, "error.sign_in")
	nobody.get("/api/me").because(http.StatusUnauthorized, "error.sign_in")
	nobody.get("/api/notifications").because(http.StatusUnauthorized, "error.sign_in")
	nobody.get("/api/actors/nobody").because(http.StatusNotFound, "error.actor_not_found")
	nobody.get("/api/actors/emil").because(http.StatusNotFound, "error.actor_not_found") // still waits
	nobody.get("/api/o/"+v.deleted.String()).because(http.StatusGone, "error.object_gone")
	for _, path := range []string{"/api/actors/a%00b", "/api/actors/%ff", "/api/suggest?q=%00", "/api/suggest?q=%ff", "/api/o/99999999999999999999"} {
		if a := ben.get(path); a.status >= 500 {
			t.Errorf("%s", a)
		}
	}
}

func TestAConversationIsReadFromBothEnds(t *testing.T) {
	v := newVillage(t)
	first := v.Do(&allmende.Publish{Act: v.cleo.Act(), Source: "Thank you", ReplyTo: v.note}).Object
	second := v.Do(&allmende.Publish{Act: v.ben.Act(), Source: "Me too", ReplyTo: first}).Object
	p := v.program(v.mod)
	p.get("/api/o/"+first.String()+"/context").ok().is(v.note, "above", 0, "id").is(second, "below", 0, "id").is(v.note, "above", 0, "id")
	p.get("/api/o/"+first.String()).ok().is(v.note, "reply_to").is(1, "replies").is("cleo", "owner", "handle")
}

func TestSuggestionsFindPeoplePagesAndTags(t *testing.T) {
	v := newVillage(t)
	p := v.program(v.ben)
	p.get("/api/suggest?q=@ad").ok().is("actor", 0, "kind").is("/@ada", 0, "href")
	p.get("/api/actors/ada").ok().is("ada", "name").is(base+"/@ada", "url").is(true, "locked")
	p.get("/api/actors/ada@allmende.example").ok().is("ada", "handle")
}

func TestNothingThatIsReadIsKeptByCaches(t *testing.T) {
	v := newVillage(t)
	for _, path := range []string{"/api/me", "/api/home", "/api/notifications", "/api/o/" + v.note.String(), "/api/public"} {
		if got := v.program(v.ada).get(path).ok().header.Get("Cache-Control"); got != "private, no-store" {
			t.Errorf("%s may be kept: %q", path, got)
		}
	}
}
