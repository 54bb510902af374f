package clock_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"allmende"
	"allmende/internal/core/coretest"
	"allmende/internal/door/clock"
	"allmende/internal/read"
)

func newClock(h *coretest.House, chores ...clock.Chore) *clock.Clock {
	return clock.New(clock.Deps{Do: h.Core.Do, Due: h.Read.DueObjects, Log: slog.New(slog.DiscardHandler), Now: h.Now}, chores...)
}

// schedule writes something that is to appear in an hour.
func schedule(h *coretest.House, m coretest.Member, title string) allmende.ID {
	id := h.Do(&allmende.Publish{Act: m.Act(), Kind: allmende.Page, Title: title, Source: "Morgen ist Markt", State: allmende.Draft}).Object
	h.Do(&allmende.Release{Act: m.Act(), Object: id, PublishAt: h.Now().Add(time.Hour)})
	return id
}

func TestT13_AScheduledPostAppearsAtItsTime(t *testing.T) {
	h := coretest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	c := newClock(h)
	schedule(h, ada, "Markt")
	list := func() int {
		b, err := h.Read.ActorStream(t.Context(), ben.Viewer(), ada.Actor, read.ActorFilter{}, allmende.Span{})
		if err != nil {
			t.Fatal(err)
		}
		return len(b.Entries)
	}
	h.Pass(59 * time.Minute)
	c.Look(t.Context())
	if list() != 0 {
		t.Error("it appeared too early")
	}
	h.Pass(2 * time.Minute)
	c.Look(t.Context())
	c.Look(t.Context())
	if list() != 1 {
		t.Error("it did not appear")
	}
}

func TestWhoIsSuspendedPublishesNothingByTheClock(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	id := schedule(h, ada, "Markt")
	h.Do(&allmende.Decide{Act: h.House(), Actor: ada.Actor, Kind: allmende.DecideSuspend, Reason: "so nicht"})
	h.Pass(2 * time.Hour)
	newClock(h).Look(t.Context())
	if o := h.Object(id); o.State != allmende.Scheduled {
		t.Errorf("it is %s", o.State)
	}
}

func TestWhatCannotBePublishedIsTriedAgainLaterAndHoldsNothingUp(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	var log bytes.Buffer
	c := clock.New(clock.Deps{Do: h.Core.Do, Due: h.Read.DueObjects, Log: slog.New(slog.NewTextHandler(&log, nil)), Now: h.Now})
	bad, good := schedule(h, ada, "Markt"), schedule(h, ada, "Garten")
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Markt", Source: "war schneller"})
	h.Pass(2 * time.Hour)
	c.Look(t.Context())
	c.Look(t.Context())
	if o := h.Object(bad); o.State != allmende.Scheduled {
		t.Fatalf("the bad one is %s", o.State)
	}
	if h.Count("former_id where id = $1", int64(good)) != 1 {
		t.Error("the good one was not published")
	}
	if n := strings.Count(log.String(), "cannot be published"); n != 1 {
		t.Errorf("the log says so %d times", n)
	}
	title := "Markt am Samstag"
	h.Do(&allmende.Edit{Act: ada.Act(), Object: bad, Title: &title})
	h.Pass(10 * time.Minute)
	c.Look(t.Context())
	if h.Count("former_id where id = $1", int64(bad)) != 1 {
		t.Error("mended, it was not published")
	}
}

func TestChoresComeRoundAndOneThatFailsStopsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hourly, daily, failing atomic.Int64
		count := func(n *atomic.Int64, err error) func(context.Context) error {
			return func(context.Context) error { n.Add(1); return err }
		}
		nothing := func(context.Context, time.Time, int) ([]read.Due, error) { return nil, nil }
		c := clock.New(clock.Deps{Due: nothing, Log: slog.New(slog.DiscardHandler), Now: time.Now},
			clock.Chore{Name: "failing", Every: time.Hour, Do: count(&failing, errors.New("no"))},
			clock.Chore{Name: "hourly", Every: time.Hour, Do: count(&hourly, nil)},
			clock.Chore{Name: "daily", Every: 24 * time.Hour, Do: count(&daily, nil)})
		ctx, stop := context.WithTimeout(t.Context(), 48*time.Hour+30*time.Minute)
		defer stop()
		c.Run(ctx)
		got := []int64{failing.Load(), hourly.Load(), daily.Load()}
		if !slices.Equal(got, []int64{49, 49, 3}) {
			t.Errorf("done %v times in two days and a half hour", got)
		}
	})
}
