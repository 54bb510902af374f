package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core/coretest"
	"allmende/internal/door/api"
)

// village is a house with people in it and things they made: whatever the
// commands can be about.
type village struct {
	*house
	ada, ben, cleo, mod, boss              coretest.Member // cleo is nobody's friend; mod moderates, boss is an admin
	waiting                                coretest.Member // a newcomer
	org                                    allmende.ID     // Ada's
	note, bens, article, draft, two, plain allmende.ID     // two has been edited; plain is still to grow
	secret                                 allmende.ID     // a note for Cleo alone
	medium                                 allmende.ID
	shared, invited                        allmende.ID // by Ada and Ben, asked to become a wiki page; Ben is invited
	asked                                  coretest.Member
	deleted                                allmende.ID
}

func newVillage(t testing.TB, changes ...func(*api.Deps)) *village {
	t.Helper()
	v := &village{house: newHouse(t, changes...)}
	v.ada, v.ben, v.cleo, v.asked = v.Member("ada"), v.Member("ben"), v.Member("cleo"), v.Member("dora")
	v.mod, v.boss = v.Ranked("mod", allmende.Moderator), v.Ranked("boss", allmende.Admin)
	r := v.Do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "emil", Email: "emil@example.org", Confirmed: true, Reason: "For the wiki."})
	v.waiting = coretest.Member{Account: r.Account, Actor: r.Actor, Name: "emil"}
	ada, ben := v.ada.Act(), v.ben.Act()
	v.org = v.Do(&allmende.NewActor{Act: ada, Kind: allmende.Organization, Name: "verein"}).Actor
	v.note, v.bens, v.plain = v.Note(v.ada, "Ducks at the pond"), v.Note(v.ben, "Rain"), v.Note(v.ada, "A note that will grow")
	v.article = v.Do(&allmende.Publish{Act: ada, Kind: allmende.Article, Title: "Ponds", Source: "About ponds."}).Object
	v.draft = v.Do(&allmende.Publish{Act: ada, State: allmende.Draft, Source: "Not yet"}).Object
	v.two = v.Note(v.ada, "First")
	second := "Second"
	v.Do(&allmende.Edit{Act: ada, Object: v.two, Source: &second})
	v.secret = v.Do(&allmende.Publish{Act: v.cleo.Act(), Source: "Only for me", Audience: allmende.AudienceChoice{Kind: allmende.AudDirect}}).Object
	v.medium = v.Do(&allmende.AddMedia{Act: ada, Kind: "image", Blob: strings.Repeat("ab", 32), MIME: "image/png", Size: 9, Name: "a.png", Width: 8, Height: 6}).Media
	v.shared = v.Do(&allmende.Publish{Act: ada, Kind: allmende.Article, Title: "Hedges", Source: "Ours.", Authors: []allmende.ID{v.ben.Actor}}).Object
	v.Do(&allmende.AnswerInvite{Act: ben, Object: v.shared, Yes: true})
	v.Do(&allmende.Grow{Act: ada, Object: v.shared, Kind: allmende.Page, Title: "Hedges", Licence: "CC-BY-SA-4.0"})
	v.invited = v.Do(&allmende.Publish{Act: ben, Source: "Together?", Authors: []allmende.ID{v.ada.Actor}}).Object
	on := true
	v.Do(&allmende.SetProfile{Act: ada, Locked: &on})
	v.Do(&allmende.Relate{Act: v.asked.Act(), Kind: allmende.Follow, Target: v.ada.Actor})
	v.deleted = v.Note(v.ada, "A slip")
	v.Do(&allmende.Delete{Act: ada, Object: v.deleted})
	return v
}

// errand is a command that succeeds.
type errand struct {
	by   coretest.Member
	body fields
}

// errands is one good command of every verb.
func (v *village) errands() map[string]errand {
	return map[string]errand{
		"publish":       {v.ada, fields{"source": "Frogs #pond", "audience": fields{"kind": "public"}, "policy": fields{"reply": "anyone"}}},
		"edit":          {v.ada, fields{"object": v.note, "source": "Ducks and geese", "why": "counted again"}},
		"release":       {v.ada, fields{"object": v.draft}},
		"revert":        {v.ada, fields{"object": v.two, "to": 1}},
		"move":          {v.ada, fields{"object": v.article, "title": "Ponds and lakes"}},
		"grow":          {v.ada, fields{"object": v.plain, "kind": "Article", "title": "Grown"}},
		"consent":       {v.ben, fields{"object": v.shared, "yes": true}},
		"delete":        {v.ben, fields{"object": v.bens}},
		"undelete":      {v.ada, fields{"object": v.deleted}},
		"pin":           {v.ada, fields{"object": v.note, "on": true}},
		"invite_author": {v.ada, fields{"object": v.article, "actor": v.cleo.Actor}},
		"answer_invite": {v.ada, fields{"object": v.invited, "yes": true}},
		"react":         {v.ben, fields{"object": v.note, "kind": "like"}},
		"relate":        {v.ada, fields{"kind": "follow", "target": v.ben.Actor}},
		"answer_follow": {v.ada, fields{"follower": v.asked.Actor, "yes": true}},
		"follow_tag":    {v.ada, fields{"tag": "pond"}},
		"mute_thread":   {v.ada, fields{"thread": v.bens}},
		"mark_read":     {v.ada, fields{"list": "home", "last": v.note}},
		"dismiss":       {v.ada, fields{"all": true}},
		"set_account":   {v.ada, fields{"lang": "de"}},
		"set_profile":   {v.ada, fields{"display_name": "Ada L.", "bio": "Counts ducks."}},
		"set_media":     {v.ada, fields{"media": v.medium, "alt": "A duck"}},
		"report_to":     {v.ada, fields{"actor": v.cleo.Actor, "category": "spam", "text": "Selling ducks"}},
		"new_actor":     {v.ada, fields{"kind": "Organization", "name": "chor"}},
		"set_role":      {v.ada, fields{"actor": v.org, "member": v.ben.Actor, "role": "publisher"}},
		"decide":        {v.mod, fields{"object": v.bens, "kind": "hide", "reason": "Too wet"}},
		"admit":         {v.mod, fields{"account": v.waiting.Account, "yes": true}},
		"set_rank":      {v.boss, fields{"account": v.ben.Account, "rank": "moderator"}},
		"new_invite":    {v.mod, fields{"max_uses": 3}},
		"set_site":      {v.boss, fields{"site": fields{"name": "Auwiesen", "tagline": "By the river", "contact": "hello@auwiesen.example"}}},
		"set_legal":     {v.boss, fields{"name": "rules", "lang": "en", "source": "Be kind."}},
	}
}

func TestEveryOfferedCommandCanBeGiven(t *testing.T) {
	for _, c := range api.Commands() {
		t.Run(c.Name, func(t *testing.T) {
			v := newVillage(t)
			e, there := v.errands()[c.Name]
			if !there {
				t.Fatalf("no errand tries %s", c.Name)
			}
			p := v.program(e.by)
			p.get("/api/me").ok() // the token's first use is noted
			before := v.stored()
			p.do(c.Name, e.body).ok()
			if v.stored() == before && c.Name != "dismiss" { // there was nothing to dismiss
				t.Errorf("%s changed nothing", c.Name)
			}
		})
	}
}

func TestACommandTellsWhatItMadeAndReadingShowsIt(t *testing.T) {
	v := newVillage(t)
	p := v.program(v.ada)
	made := p.do("publish", fields{"source": "Frogs #pond", "lang": "en", "summary": "croak"}).ok()
	id := made.id("object")
	if keys := slices.Sorted(maps.Keys(made.value.(map[string]any))); !slices.Equal(keys, []string{"object"}) {
		t.Errorf("the answer holds %v", keys)
	}
	p.get("/api/o/"+id.String()).ok().is("Note", "kind").is("published", "state").is("croak", "summary").is("public", "audience").
		is("pond", "tags", 0).is("ada", "owner", "handle").is(1, "revision")
	p.do("edit", fields{"object": id, "source": "Many frogs"}).ok().is(2, "revision").is(id, "object")
	p.get("/api/o/"+id.String()).ok().is(2, "revision")
	p.do("delete", fields{"object": id}).ok()
	p.get("/api/o/"+id.String()).because(http.StatusGone, "error.object_gone")
}

func TestAnEditThatClashesComesBackWithBothTexts(t *testing.T) {
	v := newVillage(t)
	p := v.program(v.ada)
	before := v.Object(v.two)
	p.do("edit", fields{"object": v.two, "base": 1, "source": "Third"}).ok().
		is("First", "conflict", "base").is("Third", "conflict", "ours").is("Second", "conflict", "theirs").is(2, "conflict", "current").is(1, "conflict", "places", 0, "line")
	if after := v.Object(v.two); after.Source != before.Source || after.Revision != before.Revision {
		t.Errorf("a clash was saved: %q", after.Source)
	}
}

func TestTheSameKeyPublishesOnce(t *testing.T) {
	v := newVillage(t)
	p, q := v.program(v.ada), v.program(v.ben)
	body := fields{"source": "Sent twice by a shaky connection"}
	p.key, q.key = "walk-17", "walk-17"
	first := p.do("publish", body).ok().id("object")
	before := v.stored()
	if again := p.do("publish", body).ok().id("object"); again != first {
		t.Errorf("the second time it made %s, the first time %s", again, first)
	}
	if v.stored() != before {
		t.Error("the second time changed something")
	}
	if other := q.do("publish", body).ok().id("object"); other == first {
		t.Error("another member's key is taken for one's own")
	}
	p.key = "walk-18"
	if other := p.do("publish", body).ok().id("object"); other == first {
		t.Error("another key makes nothing new")
	}
	p.key = strings.Repeat("k", 10_000)
	p.do("publish", body).because(http.StatusUnprocessableEntity, "error.field_long")
}

func TestReportsWorkThroughTheAPIFromComplaintToDecision(t *testing.T) {
	v := newVillage(t)
	receipt, _ := v.program(v.ada).do("report_to", fields{"objects": []allmende.ID{v.bens}, "category": "spam", "text": "Wet"}).ok().at("text").(string)
	report, err := v.Read.ReportByCode(t.Context(), receipt)
	if err != nil {
		t.Fatalf("the receipt %q leads nowhere: %v", receipt, err)
	}
	v.program(v.mod).do("decide", fields{"report": report.ID, "kind": "hide", "reason": "Indeed"}).ok()
	v.program(v.cleo).get("/api/o/" + v.bens.String()).refused()
	v.program(v.mod).do("decide", fields{"report": report.ID, "kind": "hide", "reason": "Indeed"}).because(http.StatusConflict, "error.report_closed")
}

func TestADraftIsPublishedAtItsTimeOnly(t *testing.T) {
	v := newVillage(t)
	p := v.program(v.ada)
	p.do("release", fields{"object": v.draft, "publish_at": v.Now().Add(-time.Hour)}).because(http.StatusUnprocessableEntity, "error.schedule_past")
	p.do("release", fields{"object": v.draft, "publish_at": v.Now().Add(time.Hour)}).ok()
	v.program(v.ben).get("/api/o/"+v.draft.String()).because(http.StatusNotFound, "error.object_not_found")
	p.get("/api/o/"+v.draft.String()).ok().is("scheduled", "state")
	p.do("publish", fields{"source": "Later", "state": "scheduled", "publish_at": v.Now().Add(-time.Hour)}).because(http.StatusUnprocessableEntity, "error.schedule_past")
	p.do("publish", fields{"source": "Later", "state": "scheduled", "publish_at": v.Now().Add(time.Hour)}).ok()
}
