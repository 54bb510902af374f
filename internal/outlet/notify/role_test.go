package notify_test

import (
	"testing"

	"allmende"
)

func TestO2_WhoIsGivenARoleIsToldByWhomAndWhich(t *testing.T) {
	w := newTown(t, "ada", "ben")
	library := w.do(&allmende.NewActor{Act: w.people["ada"], Kind: allmende.Organization, Name: "library", DisplayName: "Library"}).Actor
	w.run()
	w.wants("ada") // who founds it is told nothing
	quiet := true
	w.do(&allmende.Relate{Act: w.people["ben"], Kind: allmende.Mute, Target: w.people["ada"].As, Quiet: &quiet})
	give := func(role allmende.Role, off bool) {
		t.Helper()
		w.do(&allmende.SetRole{Act: w.people["ada"], Actor: library, Member: w.people["ben"].As, Role: role, Off: off})
	}
	give(allmende.RoleAnswerer, false)
	w.run()
	w.wants("ben", "role ada")
	if p := w.page("ben", allmende.Span{Limit: 5}); p.List[0].Role != allmende.RoleAnswerer || p.List[0].Report != library || p.Bundle.Actors[library] == nil {
		t.Errorf("told %+v", p.List[0])
	}
	give(allmende.RoleOwner, false)
	w.run()
	w.wants("ben", "role ada")
	if p := w.page("ben", allmende.Span{Limit: 5}); p.List[0].Role != allmende.RoleOwner || len(w.told) != 2 {
		t.Errorf("after the change: told %d times, %+v", len(w.told), p.List)
	}
	give("", true)
	w.wants("ben") // at once
	w.run()
	w.wants("ben")
	w.do(&allmende.SetRole{Act: allmende.Act{Via: "cli"}, Actor: library, Member: w.people["ben"].As, Role: allmende.RolePublisher})
	w.names[library] = "library"
	w.run()
	w.wants("ben", "role library")
}
