package core_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core/coretest"
)

func ptr[T any](v T) *T { return &v }

// newcomer is a sign-up that would succeed anywhere.
func newcomer(name string) *allmende.SignUp {
	return &allmende.SignUp{Act: allmende.Act{Via: "web"}, Name: name, Email: name + "@example.org", PasswordHash: "hash",
		Reason: "I like gardens", Lang: "de"}
}

func houseWith(t *testing.T, registration string) *coretest.House {
	s := coretest.Settings()
	s.Registration = registration
	return coretest.NewWith(t, s)
}

func wantLetters(t *testing.T, h *coretest.House, kinds ...string) {
	t.Helper()
	var got []string
	for _, key := range h.Jobs("mail") {
		kind, _, _ := strings.Cut(key, ":")
		got = append(got, kind)
	}
	if !coretest.Same(got, kinds) {
		t.Errorf("letters %v, want %v", got, kinds)
	}
}

func wantAccount(t *testing.T, h *coretest.House, r allmende.Result, account allmende.AccountState, actor allmende.ActorState) {
	t.Helper()
	if got := h.Account(r.Account).State; got != account {
		t.Errorf("account is %s, want %s", got, account)
	}
	if got := h.Actor(r.Actor).State; got != actor {
		t.Errorf("actor is %s, want %s", got, actor)
	}
}

func TestSignUpOpenWaitsOnlyForTheMailAddress(t *testing.T) {
	h := houseWith(t, "open")
	r := h.Do(newcomer("Ada"))
	wantAccount(t, h, r, allmende.AccountActive, allmende.ActorPending)
	wantLetters(t, h, "confirm")
	if a := h.Actor(r.Actor); a.Name != "ada" {
		t.Errorf("name is %q, want it folded", a.Name)
	}
	act := allmende.Act{By: r.Account, As: r.Actor, Via: "web"}
	h.Refused(&allmende.Publish{Act: act, Source: "hello"}, allmende.Forbidden, "error.account_unconfirmed")
	h.ClearJobs()
	h.Do(&allmende.ConfirmMail{Act: allmende.Act{Via: "web"}, Account: r.Account})
	wantAccount(t, h, r, allmende.AccountActive, allmende.ActorActive)
	wantLetters(t, h, "welcome")
	h.Do(&allmende.Publish{Act: act, Source: "hello"})
	if got := h.Verbs(); !slices.Equal(got, []string{"sign_up", "confirm_mail", "publish"}) {
		t.Errorf("activities %v", got)
	}
}

func TestSignUpWithApprovalAsksTheStaffOnceTheAddressIsProved(t *testing.T) {
	h := houseWith(t, "approval")
	boss := h.Ranked("boss", allmende.Admin)
	h.ClearJobs()
	r := h.Do(newcomer("ada"))
	wantAccount(t, h, r, allmende.AccountPending, allmende.ActorPending)
	wantLetters(t, h, "confirm")
	h.ClearJobs()
	h.Do(&allmende.ConfirmMail{Account: r.Account})
	wantLetters(t, h, "sign_up")
	if got := h.Jobs("notify"); !slices.Equal(got, []string{"sign_up:" + r.Account.String()}) {
		t.Errorf("notices %v", got)
	}
	h.ClearJobs()
	act := allmende.Act{By: r.Account, As: r.Actor, Via: "web"}
	h.Refused(&allmende.Publish{Act: act, Source: "x"}, allmende.Forbidden, "error.account_pending")
	h.Refused(&allmende.Admit{Act: act, Account: r.Account, Yes: true}, allmende.Forbidden, "error.account_pending")
	h.Do(&allmende.Admit{Act: boss.Act(), Account: r.Account, Yes: true})
	wantAccount(t, h, r, allmende.AccountActive, allmende.ActorActive)
	wantLetters(t, h, "approved")
	if got := h.Account(r.Account).Reason; got != "" {
		t.Errorf("the reason %q is kept after approval", got)
	}
	h.Refused(&allmende.Admit{Act: boss.Act(), Account: r.Account}, allmende.Conflict, "error.not_waiting")
}

func TestRejectedNewcomersAreForgottenButTheirName(t *testing.T) {
	h := houseWith(t, "approval")
	boss := h.Ranked("boss", allmende.Moderator)
	r := h.Do(newcomer("ada"))
	h.ClearJobs()
	h.Do(&allmende.Admit{Act: boss.Act(), Account: r.Account, Reason: "no gardens here"})
	wantAccount(t, h, r, allmende.AccountRejected, allmende.ActorDeleted)
	wantLetters(t, h, "rejected")
	if l := h.Letters()[0]; !strings.Contains(l, "ada@example.org") || !strings.Contains(l, "no gardens here") {
		t.Errorf("the letter %s has no address or reason", l)
	}
	if a := h.Account(r.Account); a.Email != "" || a.Reason != "" {
		t.Errorf("kept of the rejected: %q, %q", a.Email, a.Reason)
	}
	again := newcomer("ada")
	h.Refused(again, allmende.Conflict, "error.name_taken")
	again.Name = "ada2"
	h.Do(again)
}

func TestSignUpIsRefused(t *testing.T) {
	cases := []struct {
		name, registration string
		change             func(*allmende.SignUp)
		kind               allmende.Kind
		key                string
	}{
		{"when nobody may join", "closed", func(*allmende.SignUp) {}, allmende.Forbidden, "error.registration_closed"},
		{"without invitation where one is needed", "invite", func(*allmende.SignUp) {}, allmende.Invalid, "error.invite_needed"},
		{"with a made-up invitation", "invite", func(s *allmende.SignUp) { s.InviteCode = "nope" }, allmende.Invalid, "error.invite_void"},
		{"without reason where one is asked for", "approval", func(s *allmende.SignUp) { s.Reason = " " }, allmende.Invalid, "error.reason_empty"},
		{"with a name that is taken", "open", func(s *allmende.SignUp) { s.Name = "TAKEN" }, allmende.Conflict, "error.name_taken"},
		{"with a reserved name", "open", func(s *allmende.SignUp) { s.Name = "admin" }, allmende.Invalid, "error.name_reserved"},
		{"with an odd name", "open", func(s *allmende.SignUp) { s.Name = "a b" }, allmende.Invalid, "error.name_shape"},
		{"with half an address", "open", func(s *allmende.SignUp) { s.Email = "ada@" }, allmende.Invalid, "error.mail_shape"},
		{"with a line break in the address", "open", func(s *allmende.SignUp) { s.Email = "a@b.example\r\nBcc: c@d.example" }, allmende.Invalid, "error.mail_shape"},
		{"with two addresses", "open", func(s *allmende.SignUp) { s.Email = "Ada <a@b.example>" }, allmende.Invalid, "error.mail_shape"},
		{"without password", "open", func(s *allmende.SignUp) { s.PasswordHash = "" }, allmende.Invalid, "error.password_empty"},
		{"with an endless name to show", "open", func(s *allmende.SignUp) { s.DisplayName = strings.Repeat("x", 61) }, allmende.Invalid, "error.display_name_long"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := houseWith(t, c.registration)
			h.Member("taken")
			s := newcomer("ada")
			c.change(s)
			h.Refused(s, c.kind, c.key)
		})
	}
}

func TestSignUpGivesNoRankToWhoJustAsksForIt(t *testing.T) {
	h := houseWith(t, "open")
	s := newcomer("ada")
	s.Rank, s.Confirmed, s.Approved = allmende.Admin, true, true
	a := h.Account(h.Do(s).Account)
	if a.Rank != allmende.Member || a.Confirmed {
		t.Errorf("rank %s, confirmed %v", a.Rank, a.Confirmed)
	}
}

func TestSignUpWithAKnownAddressLooksLikeASuccess(t *testing.T) {
	h := houseWith(t, "open")
	h.Member("ada")
	h.ClearJobs()
	s := newcomer("other")
	s.Email = "ADA@Example.org"
	r := h.Do(s)
	if r != (allmende.Result{}) {
		t.Errorf("result %+v, want an empty one", r)
	}
	wantLetters(t, h, "exists")
	if n := h.Count("account"); n != 1 {
		t.Errorf("%d accounts, want the old one only", n)
	}
	if got := h.Verbs(); !slices.Equal(got, []string{"sign_up"}) {
		t.Errorf("activities %v, want only the first sign-up", got)
	}
	h.Refused(&allmende.SignUp{Act: h.House(), Name: "other", Email: s.Email}, allmende.Conflict, "error.mail_taken")
}

func TestInvitationsCountAndSkipApproval(t *testing.T) {
	h := houseWith(t, "invite")
	mod := h.Ranked("mod", allmende.Moderator)
	code := h.Do(&allmende.NewInvite{Act: mod.Act(), MaxUses: 1, Expires: h.Now().Add(time.Hour)}).Text
	first := newcomer("ada")
	first.InviteCode = code
	r := h.Do(first)
	if a := h.Account(r.Account); a.State != allmende.AccountActive || a.InvitedBy != mod.Account {
		t.Errorf("account %s, invited by %s", a.State, a.InvitedBy)
	}
	known := newcomer("eve")
	known.Email, known.InviteCode = "ada@example.org", code
	h.Refused(known, allmende.Invalid, "error.invite_void")
	second := newcomer("bob")
	second.InviteCode = code
	h.Refused(second, allmende.Invalid, "error.invite_void")

	late := h.Do(&allmende.NewInvite{Act: mod.Act(), Expires: h.Now().Add(time.Hour)}).Text
	h.Pass(2 * time.Hour)
	second.InviteCode = late
	h.Refused(second, allmende.Invalid, "error.invite_void")

	gone := h.Do(&allmende.NewInvite{Act: mod.Act()}).Text
	h.Do(&allmende.NewInvite{Act: mod.Act(), Code: gone, Off: true})
	second.InviteCode = gone
	h.Refused(second, allmende.Invalid, "error.invite_void")
	h.Refused(&allmende.NewInvite{Act: coretest.Member{Account: r.Account, Actor: r.Actor}.Act()}, allmende.Forbidden, "error.account_unconfirmed")
}

func TestAKnownAddressUsesUpNoInvitation(t *testing.T) {
	h := houseWith(t, "invite")
	mod := h.Ranked("mod", allmende.Moderator)
	code := h.Do(&allmende.NewInvite{Act: mod.Act(), MaxUses: 1}).Text
	s := newcomer("ada")
	s.Email, s.InviteCode = "mod@example.org", code
	h.Do(s)
	s.Email = "ada@example.org"
	if r := h.Do(s); r.Account == 0 {
		t.Error("the invitation was used up by a sign-up that made no account")
	}
}

func TestRulesMustBeAgreedToOnceThereAreSome(t *testing.T) {
	h := houseWith(t, "open")
	boss := h.Ranked("boss", allmende.Admin)
	h.Do(newcomer("early"))
	v := h.Do(&allmende.SetLegal{Act: boss.Act(), Name: "rules", Lang: "de", Source: "Seid nett."}).Revision
	s := newcomer("ada")
	h.Refused(s, allmende.Invalid, "error.rules_agree")
	s.Rules = v
	if a := h.Account(h.Do(s).Account); a.RulesAgree != 1 {
		t.Errorf("agreed to version %d", a.RulesAgree)
	}
}

func TestANewMailAddressCountsOnlyOnceItIsProved(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	h.Member("bob")
	h.ClearJobs()
	h.Do(&allmende.SetAccount{Act: ada.Act(), Email: ptr("new@example.org")})
	if a := h.Account(ada.Account); a.Email != "ada@example.org" || a.EmailNew != "new@example.org" {
		t.Errorf("address %q, new %q", a.Email, a.EmailNew)
	}
	wantLetters(t, h, "mail_change")
	h.Do(&allmende.ConfirmMail{Account: ada.Account})
	if a := h.Account(ada.Account); a.Email != "new@example.org" || a.EmailNew != "" {
		t.Errorf("address %q, new %q after confirming", a.Email, a.EmailNew)
	}
	wantLetters(t, h, "mail_change", "mail_changed")
	h.ClearJobs()
	h.Do(&allmende.SetAccount{Act: ada.Act(), Email: ptr("bob@example.org")})
	wantLetters(t, h, "exists")
	if a := h.Account(ada.Account); a.EmailNew != "" {
		t.Errorf("%q is somebody else's address", a.EmailNew)
	}
	h.Refused(&allmende.SetAccount{Act: ada.Act(), Email: ptr("nonsense")}, allmende.Invalid, "error.mail_shape")
	h.Refused(&allmende.SetAccount{Act: allmende.Act{Via: "web"}, Lang: ptr("de")}, allmende.SignIn, "error.sign_in")
	h.Refused(&allmende.ConfirmMail{Act: ada.Act()}, allmende.NotFound, "error.account_not_found")
}

func TestAnUnprovedAddressIsReplacedAtOnce(t *testing.T) {
	h := houseWith(t, "open")
	r := h.Do(newcomer("ada"))
	h.ClearJobs()
	h.Do(&allmende.SetAccount{Act: allmende.Act{By: r.Account, As: r.Actor, Via: "web"}, Email: ptr("right@example.org")})
	if a := h.Account(r.Account); a.Email != "right@example.org" || a.Confirmed {
		t.Errorf("address %q, confirmed %v", a.Email, a.Confirmed)
	}
	wantLetters(t, h, "confirm")
}

func TestANewPasswordEndsAllSessions(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	for i, m := range []coretest.Member{ada, bob} {
		h.Exec(`insert into session (id, account, actor, csrf, fresh_at, created_at, seen_at, expires) values ($1, $2, $3, 'x', 0, 0, 0, 1)`,
			string(rune('a'+i)), int64(m.Account), int64(m.Actor))
	}
	h.Do(&allmende.SetAccount{Act: ada.Act(), PasswordHash: ptr("new")})
	if n := h.Count("session where account = $1", int64(ada.Account)); n != 0 {
		t.Errorf("%d sessions of the old password live on", n)
	}
	if n := h.Count("session where account = $1", int64(bob.Account)); n != 1 {
		t.Error("somebody else's session ended")
	}
	if !slices.Contains(h.News().Accounts, ada.Account) {
		t.Error("the door was not told")
	}
	wantLetters(t, h, "password_changed")
}

func TestProfileIsRenderedAndBounded(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	h.Do(&allmende.SetProfile{Act: ada.Act(), DisplayName: ptr(" Ada\nGärtner "), Bio: ptr("I *grow* <script>alert(1)</script>"),
		Fields: &[]allmende.ProfileField{{Name: "Home", Value: "https://ada.example"}, {}}, Locked: ptr(true)})
	a := h.Actor(ada.Actor)
	if a.DisplayName != "Ada Gärtner" || !strings.Contains(a.BioHTML, "<em>grow</em>") || strings.Contains(a.BioHTML, "<script") || !a.Locked {
		t.Errorf("profile %+v", a)
	}
	if len(a.Fields) != 1 || !strings.Contains(a.Fields[0].HTML, `href="https://ada.example"`) {
		t.Errorf("fields %+v", a.Fields)
	}
	if n := h.Count("actor where search_key = 'ada ada gartner'"); n != 1 {
		t.Error("search does not find the new name")
	}
	h.Do(&allmende.SetProfile{Act: ada.Act(), Locked: ptr(false)})
	if a = h.Actor(ada.Actor); a.DisplayName != "Ada Gärtner" || a.Locked {
		t.Errorf("what was not given changed: %+v", a)
	}
	h.Refused(&allmende.SetProfile{Act: ada.Act(), DisplayName: ptr(strings.Repeat("x", 61))}, allmende.Invalid, "error.display_name_long")
	h.Refused(&allmende.SetProfile{Act: ada.Act(), Avatar: ptr(allmende.ID(99))}, allmende.Invalid, "error.picture")
	h.Refused(&allmende.SetProfile{Act: allmende.Act{By: ada.Account, As: h.Member("bob").Actor, Via: "web"}, Bio: ptr("x")}, allmende.Forbidden, "error.role")
}

func TestOrganisationsAlwaysHaveAnOwner(t *testing.T) {
	h := coretest.New(t)
	ada, bob, eve := h.Member("ada"), h.Member("bob"), h.Member("eve")
	org := h.Do(&allmende.NewActor{Act: ada.Act(), Kind: allmende.Organization, Name: "Garden", DisplayName: "The Garden"}).Actor
	asOrg := func(m coretest.Member) allmende.Act { return allmende.Act{By: m.Account, As: org, Via: "web"} }
	h.Do(&allmende.Publish{Act: asOrg(ada), Source: "We dig"})
	h.Refused(&allmende.Publish{Act: asOrg(bob), Source: "x"}, allmende.Forbidden, "error.role")
	h.Refused(&allmende.SetRole{Act: bob.Act(), Actor: org, Member: bob.Actor, Role: allmende.RoleOwner}, allmende.Forbidden, "error.role")
	h.Refused(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: ada.Actor, Off: true}, allmende.Conflict, "error.last_owner")
	h.Refused(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: ada.Actor, Role: allmende.RolePublisher}, allmende.Conflict, "error.last_owner")
	h.Refused(&allmende.SetRole{Act: ada.Act(), Actor: ada.Actor, Member: bob.Actor, Role: allmende.RoleOwner}, allmende.Invalid, "error.actor_kind")
	h.Refused(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: bob.Actor, Role: "king"}, allmende.Invalid, "error.role_unknown")
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: bob.Actor, Role: allmende.RolePublisher})
	if !slices.Contains(h.News().Accounts, bob.Account) || !slices.Contains(h.News().Viewers, bob.Actor) {
		t.Errorf("news %+v", h.News())
	}
	h.Do(&allmende.Publish{Act: asOrg(bob), Source: "x"})
	h.Refused(&allmende.SetRole{Act: bob.Act(), Actor: org, Member: eve.Actor, Role: allmende.RoleAnalyst}, allmende.Forbidden, "error.role")
	h.Refused(&allmende.Leave{Act: ada.Act(), Delete: true}, allmende.Conflict, "error.last_owner")
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: bob.Actor, Role: allmende.RoleOwner})
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: ada.Actor, Off: true})
	h.Do(&allmende.Leave{Act: ada.Act(), Delete: true})
	h.Refused(&allmende.NewActor{Act: bob.Act(), Kind: allmende.Group, Name: "garden"}, allmende.Conflict, "error.name_taken")
	h.Refused(&allmende.NewActor{Act: bob.Act(), Kind: allmende.Person, Name: "twin"}, allmende.Invalid, "error.actor_kind")
	h.Refused(&allmende.NewActor{Act: asOrg(bob), Kind: allmende.Group, Name: "sub"}, allmende.Forbidden, "error.person_only")
}
