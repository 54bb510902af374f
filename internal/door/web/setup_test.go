package web_test

import (
	"context"
	"net/http"
	"testing"

	"allmende"
	"allmende/internal/door/web/webtest"
)

func TestTheFirstAdminIsMadeWithTheOneTimeCodeOnly(t *testing.T) {
	h := webtest.Bare(t)
	b := h.Visitor()
	b.Open("/").WantText("A community is taking shape here")
	old, err := h.Web.SetupPath(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	path, err := h.Web.SetupPath(context.Background())
	if err != nil || path == old {
		t.Fatalf("%q, then %q: %v", old, path, err)
	}
	b.Get(old).Want(http.StatusNotFound)
	b.Get("/setup/guess").Want(http.StatusNotFound)
	b.Open(path)
	b.Submit(path, "site_name", "", "name", "ada", "email", "ada@example.org", "password", "short").Want(http.StatusUnprocessableEntity).
		WantHas(".summary a[href=#f-site_name]", ".summary a[href=#f-password]")
	b.Submit(path, "site_name", "Auwiesen", "description", "By the river.", "contact", "team@example.org", "registration", "approval", "password", goodPassword).WantTo("/admin/legal")
	b.Follow().Want(http.StatusOK).WantText("Done, you are signed in!")
	if a := accountOf(t, h, "ada"); a.Rank != allmende.Admin {
		t.Errorf("the first member is %s", a.Rank)
	}
	site, err := h.Read.Site(context.Background())
	if err != nil || !site.Ready || site.Name != "Auwiesen" || site.Registration != "approval" {
		t.Errorf("%+v %v", site, err)
	}
	h.Visitor().Get(path).Want(http.StatusGone)
	if again, err := h.Web.SetupPath(context.Background()); again != "" || err != nil {
		t.Errorf("after the set-up there is a code: %q %v", again, err)
	}
	h.Visitor().Open("/rules").WantText("Be kind", "Version 1")
}
