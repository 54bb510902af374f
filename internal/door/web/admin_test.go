package web_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/webtest"
)

func TestASetUpCommunityCanBeReachedAndIsLedToTheTextsItOwes(t *testing.T) {
	h := webtest.Bare(t)
	path, err := h.Web.SetupPath(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b := h.Visitor()
	b.Open(path)
	b.Submit(path, "site_name", "Auwiesen", "name", "ada", "email", "ada@example.org", "password", goodPassword).Want(http.StatusUnprocessableEntity).
		WantHas(".summary a[href=#f-contact]")
	b.Submit(path, "tagline", "Neighbours by the river", "contact", "team@example.org", "password", goodPassword).WantTo("/admin/legal")
	page := b.Follow().WantText("Done, you are signed in!", "asked for by law")
	if got := page.Texts("main .notice b"); !slices.Equal(got, []string{"Imprint", "Privacy", "Rules", "About us", "Accessibility"}) {
		t.Errorf("the texts stand in this order: %q", got)
	}
	b.Open("/admin").WantText("Not published yet: Imprint, Privacy.")
	for _, name := range []string{"imprint", "privacy"} {
		b.Open("/admin/legal/" + name + "/en")
		b.Submit(b.Last.Path).WantTo("/admin/legal")
		b.Follow().WantText("Published: ").WantHas("a[href=/admin/legal/" + name + "/en].quiet")
	}
	b.Open("/admin").WantNoText("Not published yet")
	b.Submit("/admin", "contact", "").Want(http.StatusUnprocessableEntity).WantHas("a[href=#f-contact]")
	h.Visitor().Open("/").WantText("Neighbours by the river", "Nothing public stands here yet").WantNoText("Newest")
	b.Open("/").WantText("You are alone here so far").WantHas("main a[href=/settings/invites]")
	b.Open("/admin/members").WantHas("main a[href=/settings/invites]")
}

func TestOnAPhoneGuestsAndStaffGetEverywhere(t *testing.T) {
	h := webtest.New(t)
	h.Visitor().Open("/").WantHas(".bottom a[href=/wiki]", ".bottom a[href=/people]").WantHasNot(".bottom a[href=/write]")
	mod := h.SignedIn(h.Ranked("mod", allmende.Moderator))
	mod.Open("/").WantHas(".bottom a[href=/write]", ".top .menu a[href=/moderation]", ".top .menu a[href=/people]").WantHasNot(".top .menu a[href=/admin]")
}

func TestR2_AllThatIsWrongWithASignUpIsSaidAtOnce(t *testing.T) {
	h := webtest.New(t, webtest.Registration("approval"))
	h.Do(&allmende.SetLegal{Act: h.House.House(), Name: "rules", Lang: "en", Source: "Be kind."})
	b := h.Visitor()
	b.Open("/join").WantHas("a[href=/rules][target=_blank]")
	page := b.Submit("/join", "name", "Ida Bee", "email", "ida", "password", "short").Want(http.StatusUnprocessableEntity)
	for _, field := range []string{"name", "email", "password", "reason", "rules"} {
		if n := len(page.All(".summary a[href=#f-" + field + "]")); n != 1 {
			t.Errorf("%d complaints about the %s", n, field)
		}
	}
}

func TestR2_WhoWaitsIsToldSoAndNotAskedToJoin(t *testing.T) {
	h := webtest.New(t, webtest.Registration("approval"))
	mod := h.SignedIn(h.Ranked("mod", allmende.Moderator))
	mod.Open("/settings/invites")
	mod.Submit("/settings/invites", "max_uses", "1")
	link := strings.TrimPrefix(mod.Follow().WantText("The link is there.").Attr("main .notice a", "href"), webtest.Base)
	h.Visitor().Open(link).WantText("You are invited").WantNoText("The team reads")
	b := h.Visitor()
	b.Open("/join").WantText("The team reads")
	b.Submit("/join", "name", "ida", "email", "ida@example.org", "password", goodPassword, "reason", "Beans.")
	if n := len(b.Follow().All("main button.primary")); n != 1 {
		t.Errorf("the page that asks for the code has %d buttons that matter most", n)
	}
	a := accountOf(t, h, "ida")
	b.Submit("/confirm", "login", "ida@example.org", "code", code(t, h, a.ID, auth.ConfirmMail).Short)
	b.Follow().WantText("waits for approval").WantHasNot(".top a[href=/login]", ".top a[href=/join]")
	mod.Open("/moderation?show=signups")
	mod.Press("/moderation/admit/" + a.ID.String() + "/yes")
	mod.Follow().WantText("@ida is in")
}

func TestR1_ModeratorsStartFromAProfileAndSeeWhoDecided(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	mod, ben := h.SignedIn(h.Ranked("mod", allmende.Moderator)), h.SignedIn(h.Member("ben"))
	place := "/moderation/actor/" + ada.Actor.String()
	ben.Open("/@ada").WantHasNot("main a[href=" + place + "]")
	mod.Open("/@ada").WantHas("main a[href=" + place + "]")
	mod.Open(place).WantHasNot("main a[href=" + place + "]")
	mod.Submit(place, "kind", "suspend", "reason", "Spam.")
	mod.Open("/moderation/log").WantText("@ada", "decided by @mod")
	a := h.SignedIn(ada)
	if to := a.Open("/").WantText("Spam.").WantNoText("@mod").Attr("main a[href^=mailto:]", "href"); !strings.Contains(to, "?subject=Appeal") {
		t.Errorf("the way to object is %q", to)
	}
}
