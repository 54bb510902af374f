package api_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"allmende"
)

// ear is an open page that listens.
type ear struct {
	t     testing.TB
	lines *bufio.Scanner
	close func()
}

// heard is one event.
type heard struct{ id, event, data string }

func (p *program) listen(server *httptest.Server, list string, last allmende.ID) *ear {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/stream?list="+list, nil)
	if err != nil {
		p.T.Fatal(err)
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	if last != 0 {
		r.Header.Set("Last-Event-ID", last.String())
	}
	before := p.Hub.Streams()
	resp, err := server.Client().Do(r)
	if err != nil {
		p.T.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		p.T.Fatalf("the stream answers %d as %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	for p.Hub.Streams() == before { // until it listens
		runtime.Gosched()
	}
	e := &ear{t: p.T, lines: bufio.NewScanner(resp.Body), close: func() { cancel(); _ = resp.Body.Close() }}
	p.T.Cleanup(e.close)
	return e
}

// next waits for an event.
func (e *ear) next() heard {
	e.t.Helper()
	var h heard
	for e.lines.Scan() {
		line := e.lines.Text()
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "" && h.event != "":
			return h
		case name == "id":
			h.id = value
		case name == "event":
			h.event = value
		case name == "data":
			h.data = value
		}
	}
	e.t.Fatalf("the stream ended: %v", e.lines.Err())
	return h
}

// hears fails the test unless the next event is news of a line.
func (e *ear) hears(id allmende.ID) {
	e.t.Helper()
	if h := e.next(); h.event != "news" || h.data != id.String() || h.id != h.data {
		e.t.Fatalf("heard %+v, want news of %s", h, id)
	}
}

func TestT18_AFollowersPageHearsOfNewNotesAndStrangersOfNothingPrivate(t *testing.T) {
	v := newVillage(t)
	server := httptest.NewServer(v.handler)
	t.Cleanup(server.Close)
	v.Do(&allmende.AnswerFollow{Act: v.ada.Act(), Follower: v.asked.Actor, Yes: true})
	follower := v.program(v.asked).listen(server, "home", 0)
	stranger := v.program(v.ben).listen(server, "public", 0)
	visitor := v.nobody().listen(server, "public", 0)

	v.Do(&allmende.Publish{Act: v.cleo.Act(), Source: "Of no concern", Audience: allmende.AudienceChoice{Kind: allmende.AudDirect}})
	inner := v.Do(&allmende.Publish{Act: v.ada.Act(), Source: "For followers", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object
	public := v.Note(v.ada, "For everybody")
	follower.hears(inner)
	follower.hears(public)
	stranger.hears(public) // and before it nothing
	visitor.hears(public)

	v.Do(&allmende.Relate{Act: v.asked.Act(), Kind: allmende.Follow, Target: v.ada.Actor, Off: true})
	v.Do(&allmende.Publish{Act: v.ada.Act(), Source: "No longer", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}})
	v.Do(&allmende.Relate{Act: v.asked.Act(), Kind: allmende.Follow, Target: v.ben.Actor})
	follower.hears(v.Note(v.ben, "Instead"))
}

func TestT18_APageThatComesBackHearsWhatItMissed(t *testing.T) {
	v := newVillage(t)
	server := httptest.NewServer(v.handler)
	t.Cleanup(server.Close)
	v.Do(&allmende.Relate{Act: v.cleo.Act(), Kind: allmende.Follow, Target: v.ben.Actor})
	p := v.program(v.cleo)
	page := p.listen(server, "home", 0)
	heard := v.Note(v.ben, "Heard")
	page.hears(heard)
	page.close()
	one := v.Note(v.ben, "Missed")
	v.Note(v.cleo, "My own")
	v.Note(v.ada, "Not followed")
	two := v.Note(v.ben, "Missed too")
	back := p.listen(server, "home", heard)
	back.hears(one)
	back.hears(two)
	if h := back.next(); h.event != "badge" || h.data != "0" {
		t.Errorf("after what was missed comes %+v", h)
	}
	again := v.Note(v.ben, "Live again")
	back.hears(again)
	public := v.nobody().listen(server, "public", again)
	public.hears(v.Note(v.ada, "Nothing was missed"))
}

func TestListsOfOnesOwnNeedAMember(t *testing.T) {
	v := newVillage(t)
	for _, list := range []string{"home", "notifications", ""} {
		v.nobody().get("/api/stream?list="+list).because(http.StatusUnauthorized, "error.sign_in")
	}
}
