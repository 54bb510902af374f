package exporter_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/core/coretest"
	"allmende/internal/door/exporter"
	"allmende/internal/wire/archive"
)

// An organisation's archive is handed around among those who run it; whoever
// fetched it is not to be found in it with address and settings.
func TestAnOrganisationsArchiveTellsNothingOfWhoFetchedIt(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	org := h.Do(&allmende.NewActor{Act: ada.Act(), Kind: allmende.Organization, Name: "verein"}).Actor
	e := exporter.New(exporter.Deps{Read: h.Read, BaseURL: "https://allmende.example", AccountDomain: "allmende.example", Now: h.Now})
	for _, c := range []struct {
		actor allmende.ID
		told  bool
	}{{ada.Actor, true}, {org, false}} {
		var out bytes.Buffer
		if err := e.Write(t.Context(), allmende.Viewer{Account: ada.Account, Actor: c.actor, Role: allmende.RoleOwner}, &out, nil); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open(archive.HeadFile)
		if err != nil {
			t.Fatal(err)
		}
		head, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(head), "ada@example.org") != c.told {
			t.Errorf("%s's archive: %s", c.actor, head)
		}
	}
}
