package core_test

import (
	"slices"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core/coretest"
)

func follow(h *coretest.House, a, b coretest.Member) {
	h.T.Helper()
	h.Do(&allmende.Relate{Act: a.Act(), Kind: allmende.Follow, Target: b.Actor})
}

// eraseAll does what the erasing outlet does.
func eraseAll(h *coretest.House, actor allmende.ID) {
	h.T.Helper()
	key := "actor:" + actor.String()
	for range 20 {
		if !slices.Contains(h.Jobs("erase"), key) {
			return
		}
		h.Exec(`delete from job where outlet = 'erase' and key = $1`, key)
		h.Do(&allmende.Leave{Act: allmende.Act{Via: "outlet", As: actor}, Delete: true})
	}
	h.T.Fatal("erasing never ends")
}

func TestDeactivatedPeopleAreUnseenUntilTheyComeBack(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	note := h.Note(ada, "still here")
	follow(h, bob, ada)
	h.Do(&allmende.Leave{Act: ada.Act()})
	if h.Sees(&bob, note) || h.Sees(nil, note) {
		t.Error("a note of somebody who is away is shown")
	}
	h.Refused(&allmende.Publish{Act: ada.Act(), Source: "x"}, allmende.SignIn, "error.sign_in")
	h.Do(&allmende.Leave{Act: ada.Act(), Wake: true})
	if !h.Sees(&bob, note) {
		t.Error("the note did not come back")
	}
	if n := h.Count("relation where actor = $1", int64(bob.Actor)); n != 1 {
		t.Error("the follower was lost")
	}
	before := h.State()
	h.Do(&allmende.Leave{Act: ada.Act(), Wake: true})
	if !slices.Equal(before, h.State()) {
		t.Error("waking who is awake did something")
	}
}

func TestDeletedPeopleAreForgottenButTheirNameAndTheWiki(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	h.Do(&allmende.SetProfile{Act: ada.Act(), DisplayName: ptr("Ada G."), Bio: ptr("gardens")})
	note, theirs := h.Note(ada, "bye"), h.Note(bob, "stay")
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Compost", Source: "Let it rot."}).Object
	follow(h, bob, ada)
	follow(h, ada, bob)
	h.Do(&allmende.React{Act: ada.Act(), Object: theirs, Kind: allmende.Like})
	h.Do(&allmende.React{Act: ada.Act(), Object: theirs, Kind: allmende.Boost})
	h.ClearJobs()
	h.Do(&allmende.Leave{Act: ada.Act(), Delete: true})

	if h.Sees(&bob, note) {
		t.Error("the note is seen before the outlet came")
	}
	a, p := h.Account(ada.Account), h.Actor(ada.Actor)
	if a.State != allmende.AccountDeleted || a.Email != "" || p.State != allmende.ActorDeleted || p.DisplayName != "" || p.BioHTML != "" || p.Name != "ada" {
		t.Errorf("kept: %+v %+v", a, p)
	}
	if o := h.Object(theirs); o.Stat.Likes != 0 || o.Stat.Boosts != 0 {
		t.Errorf("reactions still count: %+v", o.Stat)
	}
	if b := h.Actor(bob.Actor); b.Followers != 0 || b.Following != 0 {
		t.Errorf("bob has %d followers and follows %d", b.Followers, b.Following)
	}
	for _, rest := range []string{"relation", "reaction"} {
		if n := h.Count(rest); n != 0 {
			t.Errorf("%d rows left in %s", n, rest)
		}
	}
	if n := h.Count("activity where as_actor = $1 and verb <> 'leave'", int64(ada.Actor)); n != 0 {
		t.Errorf("%d activities are remembered", n)
	}
	if !slices.Contains(h.News().Viewers, bob.Actor) {
		t.Error("bob's keys were not dropped")
	}
	eraseAll(h, ada.Actor)
	if o := h.Object(note); o.State != allmende.Deleted {
		t.Errorf("the note is %s", o.State)
	}
	if o := h.Object(page); o.State != allmende.Published || !h.Sees(&bob, page) {
		t.Errorf("the wiki page is %s", o.State)
	}
	h.Refused(&allmende.SignUp{Act: h.House(), Name: "ada", Email: "new@example.org"}, allmende.Conflict, "error.name_taken")
	h.Do(&allmende.SignUp{Act: h.House(), Name: "ada2", Email: "ada@example.org"})
	h.Refused(&allmende.Leave{Act: ada.Act(), Wake: true}, allmende.SignIn, "error.sign_in")
}

func TestErasingGoesInPartsAndEnds(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	for range 120 {
		h.Note(ada, "one of many")
	}
	h.Do(&allmende.Leave{Act: ada.Act(), Delete: true})
	eraseAll(h, ada.Actor)
	if n := h.Count("object where state <> 'deleted'"); n != 0 {
		t.Errorf("%d notes left", n)
	}
	if left := h.Stream(ada.Actor); len(left) != 0 {
		t.Errorf("%d lines left in the stream", len(left))
	}
}

func TestWhatWasWrittenTogetherStaysWithTheOthers(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	article := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Ours", Source: "text", Authors: []allmende.ID{bob.Actor}}).Object
	h.Do(&allmende.AnswerInvite{Act: bob.Act(), Object: article, Yes: true})
	h.Do(&allmende.Leave{Act: ada.Act(), Delete: true})
	eraseAll(h, ada.Actor)
	o := h.Object(article)
	if o.State != allmende.Published || o.Owner != bob.Actor || !slices.Equal(o.Authors, []allmende.ID{bob.Actor}) {
		t.Errorf("article %s of %s by %v", o.State, o.Owner, o.Authors)
	}
	if !h.Sees(nil, article) {
		t.Error("nobody sees the article any more")
	}
}

func TestR4_DeletedTextsAreErasedAfterTheGraceTime(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	object := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Plan", Source: "a secret #plan"}).Object
	h.Do(&allmende.React{Act: bob.Act(), Object: object, Kind: allmende.Bookmark})
	erase := &allmende.Delete{Act: allmende.Act{Via: "outlet", As: ada.Actor}, Object: object}
	h.Do(erase) // it is not deleted
	h.Do(&allmende.Delete{Act: ada.Act(), Object: object})
	h.Pass(29 * 24 * time.Hour)
	h.Do(erase)
	if o := h.Object(object); o.Source == "" {
		t.Fatal("erased before the grace time was over")
	}
	h.Pass(25 * time.Hour)
	before := h.State()
	h.Do(erase)
	h.Do(erase)
	if o := h.Object(object); o.State != allmende.Deleted || o.Source+o.HTML+o.Title != "" || len(o.Tags) != 0 {
		t.Errorf("kept: %+v", o)
	}
	for _, rest := range []string{"revision", "address", "object_tag", "reaction"} {
		if n := h.Count(rest); n != 0 {
			t.Errorf("%d rows left in %s", n, rest)
		}
	}
	if !slices.Equal(before, h.State()) {
		t.Error("erasing is nothing to tell of")
	}
	h.Refused(&allmende.Delete{Act: allmende.Act{By: ada.Account, As: ada.Actor, Via: "outlet"}, Object: object}, allmende.Forbidden, "error.not_yours")
}

func TestR4_PicturesOfWhatIsDeletedLoseTheirAddress(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	picture := func() allmende.ID {
		return h.Do(&allmende.AddMedia{Act: ada.Act(), Kind: "image", Blob: "b", MIME: "image/png", Size: 1, Width: 1, Height: 1}).Media
	}
	own, shared, face := picture(), picture(), picture()
	h.Do(&allmende.SetProfile{Act: ada.Act(), Avatar: &face})
	first := h.Do(&allmende.Publish{Act: ada.Act(), Source: "one", Media: []allmende.ID{own, shared, face}}).Object
	h.Do(&allmende.Publish{Act: ada.Act(), Source: "two", Media: []allmende.ID{shared}})
	h.Do(&allmende.Pin{Act: ada.Act(), Object: first, On: true})
	was := h.Medium(own)
	h.Do(&allmende.Delete{Act: ada.Act(), Object: first})
	if now := h.Medium(own); !was.Public || now.Public || now.Secret == was.Secret {
		t.Errorf("public before %v, now %v, same address %v", was.Public, now.Public, now.Secret == was.Secret)
	}
	if !h.Medium(shared).Public || !h.Medium(face).Public {
		t.Error("what another note or the profile shows went too")
	}
	h.Do(&allmende.Undelete{Act: ada.Act(), Object: first})
	if !h.Medium(own).Public {
		t.Error("the picture did not come back with its note")
	}
	if !h.Object(first).Pinned {
		t.Error("the note came back without its pin")
	}
}

func TestTheLastAdminStays(t *testing.T) {
	h := coretest.New(t)
	boss, ada := h.Ranked("boss", allmende.Admin), h.Member("ada")
	h.Refused(&allmende.Leave{Act: boss.Act()}, allmende.Conflict, "error.last_admin")
	h.Refused(&allmende.Leave{Act: boss.Act(), Delete: true}, allmende.Conflict, "error.last_admin")
	h.Refused(&allmende.SetRank{Act: boss.Act(), Account: boss.Account, Rank: allmende.Member}, allmende.Conflict, "error.last_admin")
	h.Refused(&allmende.SetRank{Act: ada.Act(), Account: ada.Account, Rank: allmende.Admin}, allmende.Forbidden, "error.rank")
	h.Refused(&allmende.SetRank{Act: boss.Act(), Account: ada.Account, Rank: "king"}, allmende.Invalid, "error.rank_unknown")
	h.Do(&allmende.SetRank{Act: boss.Act(), Account: ada.Account, Rank: allmende.Admin})
	h.Do(&allmende.SetRank{Act: boss.Act(), Account: boss.Account, Rank: allmende.Moderator})
	h.Refused(&allmende.SetRank{Act: boss.Act(), Account: ada.Account, Rank: allmende.Member}, allmende.Forbidden, "error.rank")
}

func TestSuspendedPeopleMayStillDeleteTheirAccount(t *testing.T) {
	h := coretest.New(t)
	boss, ada := h.Ranked("boss", allmende.Admin), h.Member("ada")
	h.Do(&allmende.Decide{Act: boss.Act(), Actor: ada.Actor, Kind: allmende.DecideSuspend, Reason: "spam"})
	h.Refused(&allmende.Leave{Act: ada.Act()}, allmende.Forbidden, "error.account_suspended")
	h.Do(&allmende.Leave{Act: ada.Act(), Delete: true})
	if a := h.Account(ada.Account); a.State != allmende.AccountDeleted {
		t.Errorf("account is %s", a.State)
	}
}

func TestRemoteActorsGoTheSameWay(t *testing.T) {
	h := coretest.New(t)
	bob := h.Member("bob")
	eve := h.Remote("eve", "far.example")
	h.Do(&allmende.Relate{Act: allmende.Act{Via: "activitypub", As: eve}, Kind: allmende.Follow, Target: bob.Actor})
	note := h.Do(&allmende.Publish{Act: allmende.Act{Via: "activitypub", As: eve}, Format: allmende.HTML, Source: "<p>hi</p>",
		Remote: &allmende.RemoteObject{URI: "https://far.example/1", Published: h.Now()}}).Object
	h.Do(&allmende.KnowActor{Act: allmende.Act{Via: "activitypub"}, Gone: true,
		Remote: allmende.Actor{Name: "eve", Host: "far.example", URI: "https://far.example/users/eve"}})
	if h.Sees(&bob, note) {
		t.Error("the note is still seen")
	}
	if b := h.Actor(bob.Actor); b.Followers != 0 {
		t.Errorf("%d followers", b.Followers)
	}
	eraseAll(h, eve)
	if o := h.Object(note); o.State != allmende.Deleted {
		t.Errorf("the note is %s", o.State)
	}
}
