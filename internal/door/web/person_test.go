package web_test

import (
	"net/http"
	"testing"
	"time"

	"allmende"
	"allmende/internal/door/web/webtest"
)

func TestT11_AMuteMayEndByItselfAndIsSeenAndTakenBackWhereOneIs(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	h.Member("ben")
	b := h.SignedIn(ada)
	b.Open("/@ben").WantNoText("You have muted")
	b.Post("/@ben/mute", "days", "7").Want(http.StatusSeeOther)
	b.Open("/@ben").WantText("You have muted ben until", "Muted posts are not shown").WantHas("button[formaction=/@ben/unmute]")
	b.Open("/settings/relations").WantText("Muted until").WantHas("button[formaction=/@ben/unmute]")
	h.Pass(8 * 24 * time.Hour)
	b.Open("/@ben").WantNoText("You have muted").WantHas("button[formaction=/@ben/mute]")
	b.Open("/settings/relations").WantNoText("Muted until")
	b.Post("/@ben/mute", "days", "").Want(http.StatusSeeOther)
	b.Open("/@ben").WantText("You have muted ben.")
	b.Press("/@ben/unmute").Want(http.StatusSeeOther)
	b.Open("/@ben").WantNoText("You have muted")
}

func TestO2_AnOrganisationsPageOffersItsTeamMoreThanFollow(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	library := h.Do(&allmende.NewActor{Act: ada.Act(), Kind: allmende.Organization, Name: "library", DisplayName: "Library"}).Actor
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: library, Member: ben.Actor, Role: allmende.RolePublisher})
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: library, Member: cleo.Actor, Role: allmende.RoleAnalyst})
	team := "a[href=/settings/organisations/" + library.String() + "]"
	act := ".person-acts button[formaction=/session/actor]"
	b := h.SignedIn(ben)
	b.Open("/@library").WantHas(act, team)
	b.Press("/session/actor").Want(http.StatusSeeOther)
	if page := b.Open("/@library").WantHas(team, ".person-acts a[href=/settings/profile]"); page.Has(act) {
		t.Error("who acts as the library is offered to do so")
	}
	if page := h.SignedIn(cleo).Open("/@library").WantHas(team); page.Has(act) {
		t.Error("an analyst is offered to post")
	}
	if page := h.SignedIn(h.Member("dora")).Open("/@library"); page.Has(act) || page.Has(team) {
		t.Error("a stranger is offered the team's work")
	}
}

func TestR11_WhomSomebodyBlockedIsNotOfferedToFollowThem(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	follow, mention := ".person-acts button[formaction=/@ben/follow]", "a[href=/write?mention=ben]"
	a := h.SignedIn(ada)
	a.Open("/@ben").WantHas(follow, mention)
	h.Do(&allmende.Relate{Act: ben.Act(), Kind: allmende.Block, Target: ada.Actor})
	if page := a.Open("/@ben").WantText("You don't see each other here").WantHas("button[formaction=/@ben/block]"); page.Has(follow) || page.Has(mention) {
		t.Error("something is offered that can only be refused")
	}
	h.SignedIn(ben).Open("/@ada").WantHas("button[formaction=/@ada/unblock]")
}
