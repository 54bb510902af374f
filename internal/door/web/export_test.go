package web_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/core/coretest"
	"allmende/internal/door/web"
	"allmende/internal/door/web/webtest"
)

// What an organisation has is its owners' to carry away.
func TestWhoDoesNotOwnAnOrganisationIsNotOfferedItsArchive(t *testing.T) {
	h := webtest.New(t, func(d *web.Deps, _ *core.Settings) {
		d.Export = func(context.Context, allmende.Viewer, io.Writer) error { return nil }
	})
	ada, ben := h.Member("ada"), h.Member("ben")
	org := h.Do(&allmende.NewActor{Act: ada.Act(), Kind: allmende.Organization, Name: "verein"}).Actor
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: ben.Actor, Role: allmende.RolePublisher})
	for who, owns := range map[coretest.Member]bool{ada: true, ben: false} {
		b := h.SignedIn(who)
		b.Open("/settings")
		b.Post("/session/actor", "actor", org.String()).Want(http.StatusSeeOther)
		p := b.Open("/settings/data")
		if p.Has("a[href=/settings/data/export]") != owns {
			t.Errorf("%s is offered the archive: %v", who.Name, !owns)
		}
		status := http.StatusOK
		if !owns {
			status = http.StatusForbidden
		}
		b.Get("/settings/data/export").Want(status)
	}
}
