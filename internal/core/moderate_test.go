package core_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/core/coretest"
	"allmende/internal/store"
)

func reportOf(t *testing.T, h *coretest.House, code string) allmende.Report {
	t.Helper()
	x, err := store.ReportByCode(context.Background(), h.DB.Read(), code)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestR1_ReportWithoutAccountGetsReceiptAndDecision(t *testing.T) {
	h := coretest.New(t)
	mod, ada := h.Ranked("mod", allmende.Moderator), h.Member("ada")
	note := h.Note(ada, "bad words")
	h.ClearJobs()
	code := h.Do(&allmende.ReportTo{Act: allmende.Act{Via: "web"}, Objects: []allmende.ID{note}, Category: "illegal", Text: "see law",
		Mail: "who@example.net", Lang: "de"}).Text
	if len(code) < 32 {
		t.Errorf("the receipt %q can be guessed", code)
	}
	x := reportOf(t, h, code)
	if x.Actor != ada.Actor || x.By != 0 || x.State != "open" || x.Mail != "who@example.net" {
		t.Errorf("report %+v", x)
	}
	wantLetters(t, h, "report_receipt")
	h.ClearJobs()
	h.Do(&allmende.Decide{Act: mod.Act(), Report: x.ID, Kind: allmende.DecideHide, Reason: "Against rule 2", Rule: "2"})
	x = reportOf(t, h, code)
	if x.State != "closed" || x.Mail != "" || x.Decision == 0 {
		t.Errorf("report %+v after the decision", x)
	}
	d, err := store.DecisionByID(context.Background(), h.DB.Read(), x.Decision)
	if err != nil || d.Object != note || d.Actor != ada.Actor || d.Reason != "Against rule 2" || d.By != mod.Account {
		t.Errorf("decision %+v, %v", d, err)
	}
	wantLetters(t, h, "decision", "report_decision")
	if !strings.Contains(strings.Join(h.Letters(), ""), "who@example.net") {
		t.Error("the reporter's letter has no address")
	}
	for _, want := range []string{"decision:" + d.ID.String(), "report_closed:" + x.ID.String()} {
		if !slices.Contains(h.Jobs("notify"), want) {
			t.Errorf("no notice %s among %v", want, h.Jobs("notify"))
		}
	}
	h.Refused(&allmende.Decide{Act: mod.Act(), Report: x.ID, Kind: allmende.DecideNothing}, allmende.Conflict, "error.report_closed")
}

func TestReportsAreRefused(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	a, b := h.Note(ada, "x"), h.Note(bob, "y")
	secret := h.Do(&allmende.Publish{Act: ada.Act(), Source: "z", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object
	cases := []struct {
		name string
		cmd  allmende.ReportTo
		kind allmende.Kind
		key  string
	}{
		{"without somebody", allmende.ReportTo{Category: "spam"}, allmende.Invalid, "error.report_whom"},
		{"of an unknown category", allmende.ReportTo{Actor: ada.Actor, Category: "boring", Text: "x"}, allmende.Invalid, "error.report_category"},
		{"without a word", allmende.ReportTo{Actor: ada.Actor, Category: "rules"}, allmende.Invalid, "error.report_empty"},
		{"about posts of two people", allmende.ReportTo{Objects: []allmende.ID{a, b}, Category: "spam"}, allmende.Invalid, "error.report_mixed"},
		{"about what the reporter cannot see", allmende.ReportTo{Objects: []allmende.ID{secret}, Category: "spam"}, allmende.NotFound, "error.object_not_found"},
		{"about oneself", allmende.ReportTo{Act: ada.Act(), Actor: ada.Actor, Category: "spam"}, allmende.Invalid, "error.report_self"},
		{"about nobody known", allmende.ReportTo{Actor: 12345, Category: "spam"}, allmende.NotFound, "error.actor_not_found"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { h.Refused(&c.cmd, c.kind, c.key) })
	}
}

func TestHidingAndShowingAgain(t *testing.T) {
	h := coretest.New(t)
	mod, ada, bob := h.Ranked("mod", allmende.Moderator), h.Member("ada"), h.Member("bob")
	note := h.Note(ada, "hm")
	h.Do(&allmende.React{Act: bob.Act(), Object: note, Kind: allmende.Boost})
	decide := func(kind allmende.DecisionKind) *allmende.Decide {
		return &allmende.Decide{Act: mod.Act(), Object: note, Kind: kind, Reason: "because"}
	}
	h.Do(decide(allmende.DecideHide))
	if h.Sees(&bob, note) || !h.Sees(&ada, note) || !h.Sees(&mod, note) {
		t.Error("hidden: only authors and staff see it")
	}
	for _, s := range []allmende.ID{ada.Actor, bob.Actor, allmende.PublicStream, allmende.LocalStream} {
		if got := h.Stream(s); len(got) != 0 {
			t.Errorf("stream %d still has %v", s, got)
		}
	}
	if a := h.Actor(ada.Actor); a.Posts != 0 {
		t.Errorf("%d posts counted", a.Posts)
	}
	h.Refused(decide(allmende.DecideHide), allmende.Conflict, "error.decision_moot")
	h.Do(decide(allmende.DecideShow))
	for _, s := range []allmende.ID{ada.Actor, bob.Actor, allmende.PublicStream, allmende.LocalStream} {
		if got := h.Stream(s); !slices.Equal(got, []allmende.ID{note}) {
			t.Errorf("stream %d has %v after showing", s, got)
		}
	}
	if !h.Sees(&bob, note) || h.Actor(ada.Actor).Posts != 1 {
		t.Error("the note did not come back as it was")
	}
	h.Do(decide(allmende.DecideDelete))
	h.Refused(&allmende.Undelete{Act: ada.Act(), Object: note}, allmende.Forbidden, "error.deleted_by_decision")
}

func TestSuspensionSilencesPersonAndPosts(t *testing.T) {
	h := coretest.New(t)
	mod, ada, bob := h.Ranked("mod", allmende.Moderator), h.Member("ada"), h.Member("bob")
	note := h.Note(ada, "hm")
	h.Do(&allmende.Decide{Act: mod.Act(), Actor: ada.Actor, Kind: allmende.DecideSuspend, Reason: "spam"})
	if h.Sees(&bob, note) {
		t.Error("a suspended person's note is seen")
	}
	if !slices.Contains(h.News().Accounts, ada.Account) || !slices.Contains(h.News().Actors, ada.Actor) {
		t.Errorf("news %+v", h.News())
	}
	h.Refused(&allmende.Publish{Act: ada.Act(), Source: "x"}, allmende.Forbidden, "error.account_suspended")
	// The suspended person may complain.
	h.Do(&allmende.ReportTo{Act: ada.Act(), Actor: mod.Actor, Category: "other", Text: "unfair"})
	h.Do(&allmende.Decide{Act: mod.Act(), Actor: ada.Actor, Kind: allmende.DecideUnsuspend, Reason: "a mistake"})
	if !h.Sees(&bob, note) {
		t.Error("the note did not come back")
	}
	h.Note(ada, "back")
}

func TestLimitedPeopleLeaveTheServersStreams(t *testing.T) {
	h := coretest.New(t)
	mod, ada := h.Ranked("mod", allmende.Moderator), h.Member("ada")
	first := h.Note(ada, "one #noise")
	local := h.Do(&allmende.Publish{Act: ada.Act(), Source: "two", Audience: allmende.AudienceChoice{Kind: allmende.AudLocal}}).Object
	h.Do(&allmende.Decide{Act: mod.Act(), Actor: ada.Actor, Kind: allmende.DecideLimit, Reason: "noise"})
	h.Note(ada, "three #noise")
	if n := h.Count("entry where source < 0"); n != 0 {
		t.Errorf("%d lines in streams of the server or of tags", n)
	}
	if p, l := h.Stream(allmende.PublicStream), h.Stream(allmende.LocalStream); len(p)+len(l) != 0 {
		t.Errorf("public %v, local %v", p, l)
	}
	if len(h.Stream(ada.Actor)) != 3 {
		t.Error("followers lost something")
	}
	h.Do(&allmende.Decide{Act: mod.Act(), Actor: ada.Actor, Kind: allmende.DecideUnlimit, Reason: "calm"})
	if p, l := h.Stream(allmende.PublicStream), h.Stream(allmende.LocalStream); len(p) != 2 || len(l) != 3 || p[1] != first || l[1] != local {
		t.Errorf("public %v, local %v after unlimiting", p, l)
	}
	if n := h.Count("entry where source < -2"); n != 2 {
		t.Errorf("%d lines in the tag's stream, want both notes", n)
	}
}

func TestDecisionsAreRefused(t *testing.T) {
	h := coretest.New(t)
	admin, mod, ada := h.Ranked("boss", allmende.Admin), h.Ranked("mod", allmende.Moderator), h.Member("ada")
	own, note := h.Note(mod, "mine"), h.Note(ada, "x")
	org := h.Do(&allmende.NewActor{Act: mod.Act(), Kind: allmende.Organization, Name: "club"}).Actor
	report := reportOf(t, h, h.Do(&allmende.ReportTo{Act: ada.Act(), Actor: mod.Actor, Category: "spam"}).Text).ID
	cases := []struct {
		name string
		by   coretest.Member
		cmd  allmende.Decide
		kind allmende.Kind
		key  string
	}{
		{"of a member", ada, allmende.Decide{Object: own, Kind: allmende.DecideHide, Reason: "x"}, allmende.Forbidden, "error.rank"},
		{"without reason", mod, allmende.Decide{Object: note, Kind: allmende.DecideHide, Reason: " "}, allmende.Invalid, "error.decision_reason"},
		{"of an unknown kind", mod, allmende.Decide{Object: note, Kind: "burn", Reason: "x"}, allmende.Invalid, "error.decision_kind"},
		{"about oneself", mod, allmende.Decide{Actor: mod.Actor, Kind: allmende.DecideUnlimit, Reason: "x"}, allmende.Forbidden, "error.own_case"},
		{"about one's own post", mod, allmende.Decide{Object: own, Kind: allmende.DecideShow, Reason: "x"}, allmende.Forbidden, "error.own_case"},
		{"about one's own organisation", mod, allmende.Decide{Actor: org, Kind: allmende.DecideLimit, Reason: "x"}, allmende.Forbidden, "error.own_case"},
		{"about a report against oneself", mod, allmende.Decide{Report: report, Kind: allmende.DecideNothing}, allmende.Forbidden, "error.own_case"},
		{"of a moderator about an admin", mod, allmende.Decide{Actor: admin.Actor, Kind: allmende.DecideSuspend, Reason: "x"}, allmende.Forbidden, "error.rank"},
		{"of a moderator to delete somebody", mod, allmende.Decide{Actor: ada.Actor, Kind: allmende.DecideDelete, Reason: "x"}, allmende.Forbidden, "error.rank"},
		{"about the server", admin, allmende.Decide{Actor: allmende.Server, Kind: allmende.DecideSuspend, Reason: "x"}, allmende.Forbidden, "error.rank"},
		{"to hide nothing", mod, allmende.Decide{Actor: ada.Actor, Kind: allmende.DecideHide, Reason: "x"}, allmende.Invalid, "error.decision_object"},
		{"to do nothing about nothing", mod, allmende.Decide{Actor: ada.Actor, Kind: allmende.DecideNothing}, allmende.Invalid, "error.report_not_found"},
		{"on a report that is none", mod, allmende.Decide{Report: 77, Kind: allmende.DecideNothing}, allmende.NotFound, "error.report_not_found"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.cmd.Act = c.by.Act()
			h.Refused(&c.cmd, c.kind, c.key)
		})
	}
	h.Do(&allmende.Decide{Act: admin.Act(), Report: report, Kind: allmende.DecideNothing})
	h.Do(&allmende.Decide{Act: admin.Act(), Actor: ada.Actor, Kind: allmende.DecideDelete, Reason: "law"})
	if a := h.Account(ada.Account); a.State != allmende.AccountDeleted {
		t.Errorf("account is %s", a.State)
	}
}

func TestSiteAndLegalTexts(t *testing.T) {
	h := coretest.New(t)
	admin, ada := h.Ranked("boss", allmende.Admin), h.Member("ada")
	site := allmende.Site{Name: "Garden", Registration: "closed", Contact: "us@example.org"}
	h.Refused(&allmende.SetSite{Act: ada.Act(), Site: site}, allmende.Forbidden, "error.rank")
	h.Do(&allmende.SetSite{Act: admin.Act(), Site: site})
	if !h.News().Site || h.Actor(allmende.Server).DisplayName != "Garden" {
		t.Error("nobody was told of the new name")
	}
	got, err := h.Read.Site(context.Background())
	if err != nil || got.Name != "Garden" || !got.Ready {
		t.Errorf("site %+v, %v; set-up has ended with the first admin", got, err)
	}
	h.Refused(newcomer("eve"), allmende.Forbidden, "error.registration_closed")
	h.Refused(&allmende.SetSite{Act: admin.Act(), Site: allmende.Site{}}, allmende.Invalid, "error.site_name")
	h.Refused(&allmende.SetSite{Act: admin.Act(), Site: allmende.Site{Name: "x", Registration: "maybe"}}, allmende.Invalid, "error.registration")

	legal := func(source string) *allmende.SetLegal {
		return &allmende.SetLegal{Act: admin.Act(), Name: "imprint", Lang: "de", Source: source}
	}
	if v := h.Do(legal("# Wir")).Revision; v != 1 {
		t.Errorf("version %d", v)
	}
	before := h.State()
	if v := h.Do(legal("# Wir")).Revision; v != 1 || !slices.Equal(before, h.State()) {
		t.Errorf("saving the same text made version %d", v)
	}
	if v := h.Do(legal("# Wir alle")).Revision; v != 2 {
		t.Errorf("version %d", v)
	}
	h.Refused(&allmende.SetLegal{Act: admin.Act(), Name: "poem", Lang: "de"}, allmende.Invalid, "error.legal_name")
	h.Refused(&allmende.SetLegal{Act: ada.Act(), Name: "imprint", Lang: "de"}, allmende.Forbidden, "error.rank")
}
