package erase_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/core/coretest"
	"allmende/internal/outlet/erase"
)

const day = 24 * time.Hour

// house is a small house with files and the outlet.
type house struct {
	*coretest.House
	*testing.T
	ada   coretest.Member
	blobs *blob.Dir
	swept int // how often auth was asked to sweep
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir, err := blob.OpenDir(t.TempDir(), blob.Reserve{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, House: coretest.New(t), blobs: dir}
	h.ada = h.Member("ada")
	return h
}

// sweep runs the hourly and daily jobs at a time.
func (h *house) sweep(now time.Time) {
	h.T.Helper()
	o := erase.New(erase.Deps{DB: h.DB, Hub: h.Hub, Blob: h.blobs, Do: h.Core.Do, Log: slog.New(slog.DiscardHandler),
		Sweep: func(context.Context) error { h.swept++; return nil }, Now: func() time.Time { return now }}, erase.Settings{})
	for _, job := range append(append([]allmende.Job{}, erase.Hourly...), erase.Daily...) {
		if err := o.Run(context.Background(), job); err != nil {
			h.T.Fatalf("%s: %v", job.Key, err)
		}
	}
}

func (h *house) file(content string) string {
	h.T.Helper()
	ref, err := h.blobs.Put(context.Background(), strings.NewReader(content))
	if err != nil {
		h.T.Fatal(err)
	}
	return ref.Hash
}

func (h *house) there(hash string) bool {
	_, err := h.blobs.Stat(context.Background(), hash)
	return err == nil
}

func (h *house) upload(hash string) allmende.ID {
	h.T.Helper()
	return h.Do(&allmende.AddMedia{Act: h.ada.Act(), Kind: "image", Blob: hash, MIME: "image/png", Size: 3, Width: 1, Height: 1}).Media
}

func TestUploadsThatBecameNothingGoAfterADay(t *testing.T) {
	h := newHouse(t)
	loose, shown := h.upload(""), h.upload("")
	h.Do(&allmende.Publish{Act: h.ada.Act(), Kind: allmende.Note, Source: "Bild", Media: []allmende.ID{shown}})
	h.sweep(h.Now().Add(day - time.Minute))
	if h.Count("media") != 2 {
		t.Error("a young upload is gone")
	}
	h.sweep(h.Now().Add(day + time.Minute))
	if h.Count("media where id = $1", int64(loose)) != 0 || h.Count("media where id = $1", int64(shown)) != 1 {
		t.Error("the loose upload stays, or the shown one is gone")
	}
}

func TestFilesThatNothingRefersToGoAfterADay(t *testing.T) {
	h := newHouse(t)
	orphan, original, variant := h.file("orphan"), h.file("original"), h.file("variant")
	id := h.upload(original)
	h.Do(&allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: id, State: allmende.MediaDone,
		Variants: []allmende.Variant{{Name: "webp640", Blob: variant, MIME: "image/webp"}}})
	h.Do(&allmende.Publish{Act: h.ada.Act(), Kind: allmende.Note, Source: "Bild", Media: []allmende.ID{id}})
	h.sweep(time.Now().Add(time.Hour)) // files carry the machine's time
	if !h.there(orphan) {
		t.Error("a young file is gone")
	}
	h.sweep(time.Now().Add(25 * time.Hour))
	if h.there(orphan) || !h.there(original) || !h.there(variant) {
		t.Errorf("orphan %v, original %v, variant %v", h.there(orphan), h.there(original), h.there(variant))
	}
}

func TestRecordsAreForgottenInTheirTime(t *testing.T) {
	h := newHouse(t)
	note := h.Note(h.ada, "eins")
	for i := range 1100 { // more than one transaction takes
		at := h.Now().Add(-time.Duration(i) * time.Minute)
		h.Exec("insert into notification (id, recipient, kind, sender, object, at) values ($1, $2, 'mention', $3, $4, $5)",
			int64(allmende.IDAt(at)), int64(h.ada.Actor), i, int64(note), at.UnixMilli())
	}
	h.Exec("insert into idempotency (actor, key, object, at) values ($1, 'a', 1, $2)", int64(h.ada.Actor), h.Now().UnixMilli())
	h.Exec("insert into job (outlet, key, run_at, failed) values ('mail', 'old', $1, true), ('mail', 'waits', $1, false)", h.Now().UnixMilli())
	counts := func() string {
		return fmt.Sprint(h.Count("activity") > 0, h.Count("notification"), h.Count("idempotency"), h.Count("job where outlet = 'mail' and key in ('old', 'waits')"))
	}
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "true 1100 1 2"}, {2 * day, "true 1100 0 2"}, {91 * day, "false 1100 0 1"}, {181 * day, "false 0 0 1"}} {
		h.sweep(h.Now().Add(step.after))
		if got := counts(); got != step.want {
			t.Errorf("after %s: %s, want %s", step.after, got, step.want)
		}
	}
	if h.swept != 4 {
		t.Errorf("sessions and codes were swept %d times", h.swept)
	}
}

func TestMediaOfOldRevisionsGoWithTheObject(t *testing.T) {
	h := newHouse(t)
	first, second := h.upload(""), h.upload("")
	media := []allmende.ID{first}
	id := h.Do(&allmende.Publish{Act: h.ada.Act(), Kind: allmende.Note, Source: "Bild", Media: media}).Object
	media = []allmende.ID{second}
	h.Do(&allmende.Edit{Act: h.ada.Act(), Object: id, Media: &media})
	h.Do(&allmende.Delete{Act: h.ada.Act(), Object: id})
	h.Pass(31 * day)
	o := erase.New(erase.Deps{Do: h.Core.Do}, erase.Settings{})
	if err := o.Run(context.Background(), allmende.Job{Key: id.String(), Object: id, Data: "object"}); err != nil {
		t.Fatal(err)
	}
	if n := h.Count("media"); n != 0 {
		t.Errorf("%d media stay", n)
	}
}

func TestWhatAnOrganisationShowsStaysWhenItsUploaderDeletesAPostOfTheirOwn(t *testing.T) {
	h := newHouse(t)
	picture := []allmende.ID{h.upload("")}
	org := h.Do(&allmende.NewActor{Act: h.ada.Act(), Kind: allmende.Organization, Name: "garden", DisplayName: "The garden"}).Actor
	theirs := h.Do(&allmende.Publish{Act: allmende.Act{By: h.ada.Account, As: org, Via: "web"}, Kind: allmende.Note, Source: "Ours", Media: picture}).Object
	own := h.Do(&allmende.Publish{Act: h.ada.Act(), Kind: allmende.Note, Source: "Mine", Media: picture}).Object
	o := erase.New(erase.Deps{Do: h.Core.Do}, erase.Settings{})
	for _, step := range []struct {
		object allmende.ID
		left   int
	}{{own, 1}, {theirs, 0}} {
		h.Do(&allmende.Delete{Act: allmende.Act{By: h.ada.Account, As: h.Object(step.object).Owner, Via: "web"}, Object: step.object})
		h.Pass(31 * day)
		if err := o.Run(context.Background(), allmende.Job{Key: step.object.String(), Object: step.object, Data: "object"}); err != nil {
			t.Fatal(err)
		}
		if n := h.Count("media"); n != step.left {
			t.Errorf("%d media stay, want %d", n, step.left)
		}
	}
}
