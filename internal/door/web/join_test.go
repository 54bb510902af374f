package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/webtest"
	"allmende/internal/store"
)

const goodPassword = "seven green lanterns"

// accountOf finds an account by its person's name.
func accountOf(t *testing.T, h *webtest.House, name string) allmende.Account {
	t.Helper()
	actor, err := store.ActorByName(context.Background(), h.DB.Read(), name, "")
	if err != nil {
		t.Fatalf("nobody is called %s: %v", name, err)
	}
	a, err := store.AccountByActor(context.Background(), h.DB.Read(), actor.ID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// code is what stands in the mail to an account.
func code(t *testing.T, h *webtest.House, account allmende.ID, purpose auth.Purpose) auth.Code {
	t.Helper()
	c, err := h.Auth.MintCode(context.Background(), account, purpose)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestR2_OpenSignUpAsksForTheAddressOnly(t *testing.T) {
	h := webtest.New(t, webtest.Registration("open"))
	b := h.Visitor()
	b.Open("/join")
	b.Submit("/join", "name", "Ida", "email", "ida@example.org", "password", goodPassword).WantTo("/confirm?for=ida%40example.org")
	a := accountOf(t, h, "ida")
	b.Follow().WantText("This server cannot send mail yet")
	b.Get("/write").WantTo("/login?next=%2Fwrite") // nobody is signed in whose address is not proved
	b.Open("/confirm?for=ida%40example.org")
	b.Submit("/confirm", "login", "ida@example.org", "code", "WRNG-CODE").Want(http.StatusUnprocessableEntity)
	b.Submit("/confirm", "code", code(t, h, a.ID, auth.ConfirmMail).Short).WantTo("/")
	b.Follow().WantText("the address is confirmed").WantHas("form[action=/write]")
}

func TestR2_OnlyTheBrowserThatMadeTheAccountIsSignedInByTheLink(t *testing.T) {
	h := webtest.New(t, webtest.Registration("open"))
	join := func(name string) (*webtest.Browser, string) {
		b := h.Visitor()
		b.Open("/join")
		b.Submit("/join", "name", name, "email", name+"@example.org", "password", goodPassword).Want(http.StatusSeeOther)
		return b, allmende.PathConfirm + code(t, h, accountOf(t, h, name).ID, auth.ConfirmMail).Link
	}
	ida, idasLink := join("ida")
	ida.Open(idasLink)
	ida.Submit(idasLink).WantTo("/")
	ida.Follow().WantHas("form[action=/write]")

	_, jonsLink := join("jon")
	phone := h.Visitor()
	phone.Open(jonsLink)
	phone.Submit(jonsLink).WantTo("/login?said=confirmed")
	phone.Follow().WantText("the address is confirmed")
	phone.SignIn("jon", goodPassword).WantTo("/")

	kim, _ := join("kim")
	_, lenasLink := join("lena")
	kim.Open(lenasLink) // what somebody else's mail leads to
	kim.Submit(lenasLink).WantTo("/login?said=confirmed")

	nils, nilsLink := join("nils")
	h.Pass(25 * time.Hour)
	nils.Open(nilsLink)
	nils.Submit(nilsLink).WantTo("/login?said=confirmed")
}

func TestR2_ApprovalShowsTheReasonToTheTeamAndWaits(t *testing.T) {
	h := webtest.New(t, webtest.Registration("approval"))
	mod := h.SignedIn(h.Ranked("mod", allmende.Moderator))
	b := h.Visitor()
	b.Open("/join")
	b.Submit("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword).Want(http.StatusUnprocessableEntity).WantText("why you would like to join")
	b.Submit("/join", "password", goodPassword, "reason", "I grow <b>beans</b>.").WantTo("/confirm?for=ida%40example.org")
	a := accountOf(t, h, "ida")
	link := allmende.PathConfirm + code(t, h, a.ID, auth.ConfirmMail).Link
	b.Open(link)
	h.Visitor().Open("/login?said=waits").WantText("The team now reads your request")
	b.Submit(link).WantTo("/")
	b.Follow().WantText("the address is confirmed", "waits for approval").WantHas("button[formaction=/logout]", "a[href=/rules]")
	b.Get("/write").WantTo("/login?next=%2Fwrite")

	page := mod.Open("/moderation?show=signups").WantText("I grow <b>beans</b>.", "ida@example.org")
	if page.Has("main b b") {
		t.Error("what somebody typed became markup")
	}
	mod.Press("/moderation/admit/" + a.ID.String() + "/yes").WantTo("/moderation?show=signups")
	mod.Follow().WantText("Nobody waits")
	b.Open("/").WantHas("form[action=/write]")
	if got := accountOf(t, h, "ida"); got.Reason != "" {
		t.Errorf("the reason was kept: %q", got.Reason)
	}
}

func TestR2_WhoIsDeclinedReadsWhyAndIsForgotten(t *testing.T) {
	h := webtest.New(t, webtest.Registration("approval"))
	mod := h.SignedIn(h.Ranked("mod", allmende.Moderator))
	b := h.Visitor()
	b.Open("/join")
	b.Submit("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword, "reason", "Because.")
	a := accountOf(t, h, "ida")
	h.ClearJobs()
	mod.Open("/moderation?show=signups")
	mod.Submit("/moderation/admit/"+a.ID.String()+"/no", "reason-"+a.ID.String(), "We are full.").WantTo("/moderation?show=signups")
	if letters := strings.Join(h.Letters(), "\n"); !strings.Contains(letters, "We are full.") || !strings.Contains(letters, "ida@example.org") {
		t.Errorf("no letter says why: %s", letters)
	}
	if now := h.Account(a.ID); now.State != allmende.AccountRejected || now.Email != "" {
		t.Errorf("kept of somebody who was declined: %+v", now)
	}
}

func TestR2_AnInvitationLetsInAndRunsOut(t *testing.T) {
	h := webtest.New(t, webtest.Registration("invite"))
	mod := h.SignedIn(h.Ranked("mod", allmende.Moderator))
	mod.Open("/settings/invites")
	mod.Submit("/settings/invites", "max_uses", "1").WantTo("/settings/invites")
	link := strings.TrimPrefix(mod.Follow().Attr("main .notice a", "href"), webtest.Base)
	b := h.Visitor()
	b.Open("/join")
	b.Submit("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword).Want(http.StatusUnprocessableEntity).WantText("invitation code")
	b.Open(link)
	b.Submit("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword).Want(http.StatusSeeOther)
	if a := accountOf(t, h, "ida"); a.State != allmende.AccountActive || a.InvitedBy == 0 {
		t.Errorf("invited, yet %s, by %v", a.State, a.InvitedBy)
	}
	again := h.Visitor()
	again.Open(link)
	again.Submit("/join", "name", "jon", "email", "jon@example.org", "password", goodPassword).Want(http.StatusUnprocessableEntity)
	mod.Open("/settings/invites")
	mod.Press("/settings/invites/withdraw").Want(http.StatusSeeOther)
	if mod.Follow().Has("main .notice a[href^=/join/]") {
		t.Error("a withdrawn invitation is still listed")
	}
}

func TestR2_WhenClosedNobodyJoins(t *testing.T) {
	h := webtest.New(t, webtest.Registration("closed"))
	b := h.Visitor()
	if b.Open("/join").WantText("Nobody can join").Has("form[action=/join]") {
		t.Error("a closed community shows a form to join")
	}
	b.Post("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword).Want(http.StatusOK).WantText("Nobody can join")
	if h.Count("account") != 0 {
		t.Error("somebody joined a closed community")
	}
}

func TestJoiningKeepsWhatWasTypedAndEscapesIt(t *testing.T) {
	h := webtest.New(t)
	b := h.Visitor()
	b.Open("/join")
	p := b.Submit("/join", "name", "no spaces please", "display_name", `Ida "<script>alert(1)</script>`, "email", "ida", "password", "short")
	p.Want(http.StatusUnprocessableEntity).WantHas(".summary a[href=#f-name]", ".summary a[href=#f-password]")
	if got := p.Attr("input[name=display_name]", "value"); got != `Ida "<script>alert(1)</script>` {
		t.Errorf("typed text is gone: %q", got)
	}
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("typed text became a script")
	}
	if p.Attr("input[name=password]", "value") != "" {
		t.Error("a password was sent back")
	}
}

func TestWhetherAnAddressIsKnownIsNotTold(t *testing.T) {
	h := webtest.New(t)
	h.Member("ada")
	known, unknown := h.Visitor(), h.Visitor()
	known.Open("/join")
	a := known.Submit("/join", "name", "ada2", "email", "ada@example.org", "password", goodPassword)
	unknown.Open("/join")
	b := unknown.Submit("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword)
	if len(known.Cookie()) != len(unknown.Cookie()) {
		t.Error("the cookie tells whether an address is known")
	}
	if a.Status != b.Status || strings.Split(a.Location, "?")[0] != strings.Split(b.Location, "?")[0] {
		t.Errorf("a known address is answered %d %s, an unknown one %d %s", a.Status, a.Location, b.Status, b.Location)
	}
	for _, who := range []string{"ada", "nobody"} {
		v := h.Visitor()
		v.Open("/forgotten")
		v.Submit("/forgotten", "login", who).WantTo("/forgotten?for=" + who)
		v.Follow().WantText("If there is such an account")
	}
}

func TestTheRulesMustBeAgreedTo(t *testing.T) {
	h := webtest.New(t)
	h.Do(&allmende.SetLegal{Act: h.House.House(), Name: "rules", Lang: "en", Source: "Be kind."})
	b := h.Visitor()
	b.Open("/join").WantHas("a[href=/rules]")
	b.Submit("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword).Want(http.StatusUnprocessableEntity).WantText("agree")
	b.Submit("/join", "password", goodPassword, "rules", "1").Want(http.StatusSeeOther)
	if a := accountOf(t, h, "ida"); a.RulesAgree != 1 {
		t.Errorf("agreed to version %d", a.RulesAgree)
	}
}
