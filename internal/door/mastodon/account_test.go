package mastodon_test

import (
	"net/http"
	"strings"
	"testing"

	"allmende"
)

func TestAnAccountIsReadLookedUpAndChanged(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	a := h.app(ada)
	a.get("/api/v1/accounts/verify_credentials").ok().is("ada", "username").is("ada", "acct").is("public", "source", "privacy").is(base+"/@ada", "url")
	a.json("PATCH", "/api/v1/accounts/update_credentials", "display_name", "Ada L.", "note", "I dig.", "locked", true,
		"fields_attributes", []map[string]string{{"name": "Garden", "value": "south"}, {"name": "Tea", "value": "black"}},
		"source", map[string]any{"privacy": "private", "language": "de", "sensitive": true}).ok().
		is("Ada L.", "display_name").is(true, "locked").is("Garden", "fields", 0, "name").is("black", "source", "fields", 1, "value").
		is("private", "source", "privacy").is("de", "source", "language")
	a.post("/api/v1/statuses", "status", "by default").ok().is("private", "visibility").is("de", "language")
	a.get("/api/v1/preferences").ok().is("private", "posting:default:visibility").is("de", "posting:default:language").is(true, "posting:default:sensitive")
	id := ada.Actor.String()
	h.nobody().get("/api/v1/accounts/"+id).ok().is("Ada L.", "display_name").is("<p>I dig.</p>", "note")
	for _, acct := range []string{"ada", "@ada", "ada@allmende.example", "Ada@Allmende.example"} {
		h.nobody().get("/api/v1/accounts/lookup?acct="+acct).ok().is(id, "id")
	}
	h.nobody().get("/api/v1/accounts/lookup?acct=nobody").want(http.StatusNotFound)
	h.nobody().get("/api/v1/accounts/verify_credentials").want(http.StatusUnauthorized)
}

func TestPicturesOfAnAccountAreUploadedAndTakenAway(t *testing.T) {
	h := newHouse(t)
	a := h.app(h.Member("ada"))
	before := a.get("/api/v1/accounts/verify_credentials").ok().at("avatar").(string)
	if !strings.HasPrefix(before, base+"/missing/avatar-") {
		t.Fatalf("the face of an account without one is %s", before)
	}
	picture := h.nobody().get(strings.TrimPrefix(before, base)).ok()
	if got := picture.header.Get("Content-Type"); got != "image/png" || len(picture.body) < 100 {
		t.Errorf("the missing face is %s of %d bytes", got, len(picture.body))
	}
	h.nobody().get("/missing/header.png").ok()
	h.nobody().get("/missing/avatar-99.png").want(http.StatusNotFound)
	after := a.file("PATCH", "/api/v1/accounts/update_credentials", "avatar", "me.png", "display_name=Ada").ok().is("Ada", "display_name").at("avatar").(string)
	if !strings.HasPrefix(after, base+"/media/") {
		t.Errorf("the uploaded face is %s", after)
	}
	a.send("DELETE", "/api/v1/profile/avatar", "", nil).ok().is(before, "avatar")
}

func TestFollowingAskingAndAnswering(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	a, b := h.app(ada), h.app(ben)
	toAda, toBen := "/api/v1/accounts/"+ada.Actor.String(), "/api/v1/accounts/"+ben.Actor.String()
	b.post(toAda+"/follow", "reblogs", false, "notify", true).ok().is(true, "following").is(false, "showing_reblogs").is(true, "notifying")
	a.get("/api/v1/accounts/relationships?id[]="+ben.Actor.String()).ok().is(true, 0, "followed_by").is(false, 0, "following")
	h.nobody().get(toAda+"/followers").ok().len(1).is("ben", 0, "acct")
	h.nobody().get(toBen+"/following").ok().len(1).is("ada", 0, "acct")
	a.get(toAda).ok().is(1, "followers_count")
	b.post(toAda+"/unfollow").ok().is(false, "following")

	a.json("PATCH", "/api/v1/accounts/update_credentials", "locked", true).ok()
	b.post(toAda+"/follow").ok().is(true, "requested").is(false, "following")
	a.get("/api/v1/accounts/verify_credentials").ok().is(1, "source", "follow_requests_count")
	a.get("/api/v1/follow_requests").ok().len(1).is("ben", 0, "acct")
	a.post("/api/v1/follow_requests/"+ben.Actor.String()+"/authorize").ok().is(true, "followed_by")
	b.get("/api/v1/accounts/relationships?id="+ada.Actor.String()).ok().is(true, 0, "following")
	a.post(toBen+"/remove_from_followers").ok().is(false, "followed_by")
	b.post(toAda + "/follow").ok()
	a.post("/api/v1/follow_requests/"+ben.Actor.String()+"/reject").ok().is(false, "requested_by")
	b.post(toBen + "/follow").want(http.StatusUnprocessableEntity)
}

func TestBlocksAndMutes(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	a, b := h.app(ada), h.app(ben)
	toBen := "/api/v1/accounts/" + ben.Actor.String()
	note := h.Note(ben, "loud").String()
	a.post(toBen+"/mute", "notifications", false, "duration", 3600).ok().is(true, "muting").is(false, "muting_notifications")
	a.get("/api/v1/mutes").ok().is("ben", 0, "acct")
	a.get("/api/v1/timelines/public").ok().len(0)
	a.post(toBen+"/unmute").ok().is(false, "muting")
	a.get("/api/v1/timelines/public").ok().len(1)
	a.post(toBen+"/block").ok().is(true, "blocking")
	a.get("/api/v1/blocks").ok().is("ben", 0, "acct")
	own := h.Note(ada, "not for ben").String()
	b.get("/api/v1/statuses/" + own).want(http.StatusNotFound)
	a.post("/api/v1/statuses/" + note + "/favourite").want(http.StatusForbidden)
	a.post(toBen+"/unblock").ok().is(false, "blocking")
	b.get("/api/v1/statuses/" + own).ok()
}

func TestAnAccountsStatusesAreFiltered(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	a := h.app(ada)
	other := h.Note(ben, "of another").String()
	plain := h.Note(ada, "plain #Tee").String()
	reply := a.post("/api/v1/statuses", "status", "reply", "in_reply_to_id", plain).ok().id()
	picture := a.file("POST", "/api/v2/media", "file", "a.png").ok().id()
	shown := a.post("/api/v1/statuses", "status", "look", "media_ids", []string{picture}).ok().id()
	boost := a.post("/api/v1/statuses/" + other + "/reblog").ok().id()
	list := "/api/v1/accounts/" + ada.Actor.String() + "/statuses"
	for query, want := range map[string]string{
		"":                      boost + " " + shown + " " + reply + " " + plain,
		"?exclude_reblogs=true": shown + " " + reply + " " + plain,
		"?exclude_replies=true": boost + " " + shown + " " + plain,
		"?only_media=true":      shown,
		"?tagged=tee":           plain,
		"?limit=1":              boost,
	} {
		if got := h.nobody().get(list + query).ok().ids(); got != want {
			t.Errorf("%q lists %s, want %s", query, got, want)
		}
	}
}

func TestT15_AnAppActsAsAnOrganisation(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	org := h.Do(&allmende.NewActor{Act: ada.Act(), Kind: allmende.Organization, Name: "auverein", DisplayName: "Au e.V."}).Actor
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: ben.Actor, Role: allmende.RoleAnswerer})
	owner, answerer := h.appAs(ada, org, allScopes), h.appAs(ben, org, allScopes)
	owner.get("/api/v1/accounts/verify_credentials").ok().is("auverein", "acct").is("Au e.V.", "display_name")
	news := owner.post("/api/v1/statuses", "status", "News").ok().is("auverein", "account", "acct").id()
	answerer.post("/api/v1/statuses", "status", "More news").want(http.StatusForbidden)
	answerer.post("/api/v1/statuses", "status", "An answer", "in_reply_to_id", news).ok().is("auverein", "account", "acct")
	h.app(ada).get("/api/v1/accounts/verify_credentials").ok().is("ada", "acct")
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: ben.Actor, Off: true})
	answerer.get("/api/v1/accounts/verify_credentials").want(http.StatusUnauthorized)
}

func TestFamiliarFollowersAndTheDirectory(t *testing.T) {
	h := newHouse(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	follow := func(who *client, whom allmende.ID) { who.post("/api/v1/accounts/" + whom.String() + "/follow").ok() }
	follow(h.app(ada), ben.Actor)
	follow(h.app(ben), cleo.Actor)
	h.app(ada).get("/api/v1/accounts/familiar_followers?id[]="+cleo.Actor.String()).ok().is("ben", 0, "accounts", 0, "acct")
	h.nobody().get("/api/v1/directory?order=new").ok().len(3).is("cleo", 0, "acct")
	h.nobody().get("/api/v1/accounts?id[]="+ada.Actor.String()+"&id[]="+ben.Actor.String()).ok().len(2).is("ben", 1, "acct")
}

func TestReportsReachTheModerators(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Note(ben, "buy now").String()
	h.app(ada).post("/api/v1/reports", "account_id", ben.Actor.String(), "status_ids", []string{note}, "comment", "adverts", "category", "spam").ok().
		is("spam", "category").is("ben", "target_account", "acct").is(note, "status_ids", 0)
	if n := h.Count("report where state = 'open'"); n != 1 {
		t.Errorf("%d reports are open", n)
	}
}

func TestSignUpLeadsToThePage(t *testing.T) {
	h := newHouse(t)
	app := h.app(h.Member("ada"))
	refused := app.post("/api/v1/accounts", "username", "eve", "email", "eve@example.org", "password", "nine blue herons", "agreement", true).want(http.StatusForbidden)
	if !strings.Contains(refused.at("error").(string), base+"/join") {
		t.Errorf("the refusal names no page: %s", refused.body)
	}
}
