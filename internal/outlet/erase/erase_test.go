package erase_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core/coretest"
	"allmende/internal/outlet/erase"
	"allmende/internal/outlet/outlettest"
)

// world: ada deleted a note a month ago, and bob has just left for good.
func world(t *testing.T) *outlettest.Subject {
	h := coretest.New(t)
	ada, bob, eve := h.Member("ada"), h.Member("bob"), h.Member("eve")
	note, left, stays := h.Note(ada, "to be forgotten"), h.Note(bob, "left behind"), h.Note(eve, "stays")
	h.Do(&allmende.Delete{Act: ada.Act(), Object: note})
	h.Pass(31 * 24 * time.Hour)
	h.Do(&allmende.Leave{Act: bob.Act(), Delete: true})
	h.ClearJobs()
	actor := func(m coretest.Member) allmende.Job {
		return allmende.Job{Outlet: "erase", Key: "actor:" + m.Actor.String(), Actor: m.Actor, Data: "actor"}
	}
	object := func(id, owner allmende.ID) allmende.Job {
		return allmende.Job{Outlet: "erase", Key: id.String(), Object: id, Actor: owner, Data: "object"}
	}
	return &outlettest.Subject{
		Outlet:  erase.New(erase.Deps{Do: h.Core.Do}, erase.Settings{}),
		Jobs:    []allmende.Job{object(note, ada.Actor), actor(bob), object(stays, eve.Actor), actor(ada)},
		Unknown: []allmende.Job{object(4711, ada.Actor), actor(coretest.Member{Actor: 4711})},
		State: func() string {
			out := ""
			for _, id := range []allmende.ID{note, left, stays} {
				o := h.Object(id)
				out += fmt.Sprintf("%s %q\n", o.State, o.Source)
			}
			return out
		},
		Delete: func() []allmende.Job {
			h.Do(&allmende.Leave{Act: eve.Act(), Delete: true})
			return []allmende.Job{actor(bob), actor(eve), object(note, ada.Actor)}
		},
		Gone: "deleted \"\"\ndeleted \"left behind\"\ndeleted \"stays\"\n",
	}
}

func TestContract(t *testing.T) { outlettest.Contract(t, world) }

func TestStrangeJobsAreGivenUp(t *testing.T) {
	err := erase.New(erase.Deps{}, erase.Settings{}).Run(context.Background(), allmende.Job{Data: "everything"})
	if !allmende.IsKind(err, allmende.Invalid) {
		t.Errorf("got %v", err)
	}
}
