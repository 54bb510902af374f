package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/outlet/outlettest"
	"allmende/internal/outlet/search"
	"allmende/internal/read"
	"allmende/internal/store"
)

// world has one member with two notes and an article that was edited.
func world(t *testing.T) *outlettest.Subject {
	t.Helper()
	ctx := context.Background()
	d := dbtest.Open(t)
	hub := &live.Hub{}
	r := read.New(d, hub, slog.Default(), time.Now)
	c := core.New(d, r, hub, slog.Default(), time.Now, core.Settings{BaseURL: "https://wiese.example", Registration: "open",
		NoteMax: 5000, ArticleMax: 1 << 20, MediaPerPost: 16})
	do := func(cmd allmende.Command) allmende.Result {
		t.Helper()
		res, err := c.Do(ctx, cmd)
		if err != nil {
			t.Fatalf("%s: %v", cmd.Verb(), err)
		}
		return res
	}
	who := do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "ada", Email: "ada@wiese.example", PasswordHash: "x", Confirmed: true, Approved: true})
	ada := allmende.Act{By: who.Account, As: who.Actor, Via: "web"}
	made := []allmende.ID{
		do(&allmende.Publish{Act: ada, Kind: allmende.Note, Source: "Holunder am Zaun"}).Object,
		do(&allmende.Publish{Act: ada, Kind: allmende.Note, Source: "Holunder am Bach", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object,
		do(&allmende.Publish{Act: ada, Kind: allmende.Article, Title: "Holunder", Source: "Vom Strauch"}).Object,
	}
	source := "Vom Flieder"
	do(&allmende.Edit{Act: ada, Object: made[2], Base: 1, Source: &source})
	jobs := func() []allmende.Job {
		var out []allmende.Job
		for _, id := range made {
			out = append(out, allmende.Job{Outlet: "search", Key: id.String(), Object: id, Round: 1})
		}
		return out
	}
	return &outlettest.Subject{
		Outlet:  search.New(d),
		Jobs:    jobs(),
		Unknown: []allmende.Job{{Outlet: "search", Key: "7", Object: 7}},
		State:   func() string { return state(t, d, made) },
		Delete: func() []allmende.Job {
			for _, id := range made {
				do(&allmende.Delete{Act: ada, Object: id})
			}
			return jobs()
		},
		Gone: state(t, dbtest.Open(t), made),
	}
}

// state tells which of the objects each of some words finds.
func state(t *testing.T, d *db.DB, made []allmende.ID) string {
	t.Helper()
	var b strings.Builder
	for _, word := range []string{"holunder", "zaun", "bach", "flieder", "strauch", store.KeyIn("blog"), store.TitleWord("holunder")} {
		fmt.Fprintf(&b, "%s:", word)
		for _, shelf := range []store.Shelf{store.ShelfPublic, store.ShelfMembers, store.ShelfNamed} {
			got, err := store.Search(d.Engine()).Find(t.Context(), d.Read(),
				store.SearchMatch{Shelf: shelf, All: [][]store.SearchWord{{{Text: word}}}, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			for i, id := range made {
				if slices.Contains(got, id) {
					fmt.Fprintf(&b, " %d on %d", i, shelf)
				}
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestSearchKeepsTheContractOfOutlets(t *testing.T) { outlettest.Contract(t, world) }

func TestOneObjectThatCannotBeIndexedKeepsNoOtherOut(t *testing.T) {
	s := world(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for i, err := range s.Outlet.(interface {
		RunBatch(context.Context, []allmende.Job) []error
	}).RunBatch(ctx, s.Jobs) {
		if err == nil {
			t.Errorf("job %d is done although nothing could be read", i)
		}
	}
}
