package core_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/read"
)

type smoke struct {
	*testing.T
	db   *db.DB
	core *core.Core
	read *read.Reader
}

func newSmoke(t *testing.T) *smoke {
	t.Helper()
	d := dbtest.Open(t)
	hub := &live.Hub{}
	r := read.New(d, hub, slog.Default(), time.Now)
	return &smoke{t, d, core.New(d, r, hub, slog.Default(), time.Now, core.Settings{BaseURL: "https://wiese.example", Registration: "open", NoteMax: 5000, ArticleMax: 1 << 20, MediaPerPost: 16}), r}
}

func (s *smoke) do(cmd allmende.Command) allmende.Result {
	s.Helper()
	res, err := s.core.Do(context.Background(), cmd)
	if err != nil {
		s.Fatalf("%s: %v", cmd.Verb(), err)
	}
	return res
}

func (s *smoke) member(name string) allmende.Act {
	s.Helper()
	res := s.do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: name, Email: name + "@wiese.example", PasswordHash: "x", Confirmed: true, Approved: true})
	return allmende.Act{By: res.Account, As: res.Actor, Via: "web"}
}

func TestANoteTravelsFromItsWriterToTheHomesOfFollowers(t *testing.T) {
	s := newSmoke(t)
	ada, ben := s.member("ada"), s.member("ben")
	s.do(&allmende.Relate{Act: ben, Kind: allmende.Follow, Target: ada.As})
	first := s.do(&allmende.Publish{Act: ada, Kind: allmende.Note, Source: "Die **Wiese** blüht, @ben! #Frühling"})
	s.do(&allmende.Publish{Act: ada, Kind: allmende.Note, Source: "Nur für Follower", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}})
	page := s.do(&allmende.Publish{Act: ada, Kind: allmende.Page, Title: "wildblumen", Source: "Siehe [[Kräuter]]."})
	home, err := s.read.Home(context.Background(), allmende.Viewer{Account: ben.By, Actor: ben.As}, allmende.Span{})
	if err != nil {
		t.Fatal(err)
	}
	if len(home.Entries) != 3 {
		t.Fatalf("home has %d entries, want 3", len(home.Entries))
	}
	public, err := s.read.Public(context.Background(), allmende.Viewer{}, false, allmende.Span{})
	if err != nil {
		t.Fatal(err)
	}
	if len(public.Entries) != 2 {
		t.Errorf("everyone sees %d entries, want 2", len(public.Entries))
	}
	t.Log(public.Objects[first.Object].HTML)
	t.Log(public.Objects[page.Object].HTML, public.Objects[page.Object].Title, public.Objects[page.Object].Slug)
	s.do(&allmende.React{Act: ben, Object: first.Object, Kind: allmende.Like})
	s.do(&allmende.React{Act: ben, Object: first.Object, Kind: allmende.Boost})
	b, _, err := s.read.One(context.Background(), allmende.Viewer{Account: ben.By, Actor: ben.As}, first.Object)
	if err != nil || b.Stats[first.Object].Likes != 1 || !b.Mine[first.Object].Boosted {
		t.Errorf("after a like and a boost: %+v %+v %v", b.Stats, b.Mine, err)
	}
	s.do(&allmende.Publish{Act: ben, Kind: allmende.Page, Title: "Kräuter", Source: "Sieben."})
	b, o, err := s.read.One(context.Background(), allmende.Viewer{}, page.Object)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(o.HTML)
	src := "Siehe [[Kräuter]] und mehr."
	s.do(&allmende.Edit{Act: ben, Object: page.Object, Base: 1, Source: &src, Why: "mehr"})
	s.do(&allmende.Delete{Act: ada, Object: first.Object})
	if _, _, err := s.read.One(context.Background(), allmende.Viewer{}, first.Object); !allmende.IsKind(err, allmende.Gone) {
		t.Errorf("deleted note: %v, want Gone", err)
	}
}
