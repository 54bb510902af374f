package core_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"allmende"
	"allmende/internal/core/coretest"
)

// atOnce does commands at the same time and complains of every failure.
func atOnce(t *testing.T, h *coretest.House, commands ...allmende.Command) {
	t.Helper()
	var all sync.WaitGroup
	for _, cmd := range commands {
		all.Go(func() {
			if _, err := h.Core.Do(context.Background(), cmd); err != nil {
				t.Errorf("%s: %v", cmd.Verb(), err)
			}
		})
	}
	all.Wait()
}

// Whoever describes a picture while its sizes are being made must not lose the
// words, whatever the order in which the two are written.
func TestWhatTwoChangeAtOnceIsNotLost(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	outlet := allmende.Act{Via: "outlet"}
	for i := range 30 {
		id := h.Do(&allmende.AddMedia{Act: ada.Act(), Kind: "image", MIME: "image/png", Blob: "00ff", Size: 7}).Media
		alt, name, locked, lang := "words "+strconv.Itoa(i), "Ada "+strconv.Itoa(i), i%2 == 0, []string{"de", "en"}[i%2]
		settings := allmende.AccountSettings{PostLang: lang}
		atOnce(t, h,
			&allmende.MediaMade{Act: outlet, Media: id, State: allmende.MediaDone, Width: 4, Height: 3},
			&allmende.SetMedia{Act: ada.Act(), Media: id, Alt: &alt},
			&allmende.SetProfile{Act: ada.Act(), DisplayName: &name},
			&allmende.SetProfile{Act: ada.Act(), Locked: &locked},
			&allmende.SetAccount{Act: ada.Act(), Lang: &lang},
			&allmende.SetAccount{Act: ada.Act(), Settings: &settings},
		)
		if m := h.Medium(id); m.Alt != alt || m.State != allmende.MediaDone || m.Width != 4 {
			t.Fatalf("round %d: the medium is %q, %s, %d wide", i, m.Alt, m.State, m.Width)
		}
		if a := h.Actor(ada.Actor); a.DisplayName != name || a.Locked != locked {
			t.Fatalf("round %d: the profile is %q, locked %v", i, a.DisplayName, a.Locked)
		}
		if a := h.Account(ada.Account); a.Lang != lang || a.Settings.PostLang != lang {
			t.Fatalf("round %d: the account speaks %q and %q", i, a.Lang, a.Settings.PostLang)
		}
	}
}

// When the last two authors say yes at the same time, both have said it.
func TestTwoWhoConsentAtOnceAreBothHeard(t *testing.T) {
	h := coretest.New(t)
	ada, bob, cem := h.Member("ada"), h.Member("bob"), h.Member("cem")
	for i := range 20 {
		title := "Together " + strconv.Itoa(i)
		id := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: title, Source: "ours", Authors: []allmende.ID{bob.Actor, cem.Actor}}).Object
		h.Do(&allmende.AnswerInvite{Act: bob.Act(), Object: id, Yes: true})
		h.Do(&allmende.AnswerInvite{Act: cem.Act(), Object: id, Yes: true})
		h.Do(&allmende.Grow{Act: ada.Act(), Object: id, Kind: allmende.Page, Title: title, Licence: "CC0-1.0"})
		atOnce(t, h, &allmende.Consent{Act: bob.Act(), Object: id, Yes: true}, &allmende.Consent{Act: cem.Act(), Object: id, Yes: true})
		if kind := h.Object(id).Kind; kind != allmende.Page {
			t.Fatalf("round %d: everybody said yes, and it is still an %s", i, kind)
		}
	}
}
