// Package coretest builds a small house for tests: a real database, core and
// read over it, and a clock that stands still until a test moves it.
package coretest

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/read"
	"allmende/internal/store"
)

// Start is what the clock says at first.
var Start = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// House is everything below the doors.
type House struct {
	T    testing.TB
	DB   *db.DB
	Hub  *live.Hub
	Read *read.Reader
	Core *core.Core

	mu   sync.Mutex
	at   time.Time   // guarded by mu
	news []live.News // guarded by mu
}

// Settings are those of New; tests that need others take NewWith.
func Settings() core.Settings {
	return core.Settings{BaseURL: "https://allmende.example", Registration: "open", NoteMax: 5000, ArticleMax: 500_000, MediaPerPost: 16}
}

// New builds a house with open registration.
func New(t testing.TB) *House { return NewWith(t, Settings()) }

// NewWith builds a house with its own rules.
func NewWith(t testing.TB, s core.Settings) *House {
	t.Helper()
	h := &House{T: t, DB: dbtest.Open(t), Hub: &live.Hub{}, at: Start}
	log := slog.New(slog.DiscardHandler)
	h.Read = read.New(h.DB, h.Hub, log, h.Now)
	shelf, err := live.NewShelf(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shelf.Close() })
	h.Read.UseShelf(shelf)
	h.Core = core.New(h.DB, h.Read, h.Hub, log, h.Now, s)
	h.Hub.Listen(func(n live.News) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.news = append(h.news, n)
	})
	return h
}

// Now is what the clock says.
func (h *House) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

// Pass lets time pass.
func (h *House) Pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// Member is somebody with an account.
type Member struct {
	Account, Actor allmende.ID
	Name           string
}

// Act is a command's sender: the member in the browser.
func (m Member) Act() allmende.Act { return allmende.Act{By: m.Account, As: m.Actor, Via: "web"} }

// Viewer is the member as a looker.
func (m Member) Viewer() allmende.Viewer {
	return allmende.Viewer{Account: m.Account, Actor: m.Actor, Role: allmende.RoleOwner, Rank: allmende.Member}
}

// House is the sender of what the command line and set-up do.
func (h *House) House() allmende.Act { return allmende.Act{Via: "cli"} }

// Member makes a confirmed, approved member.
func (h *House) Member(name string) Member { return h.Ranked(name, allmende.Member) }

// Ranked makes a member with a rank.
func (h *House) Ranked(name string, rank allmende.Rank) Member {
	h.T.Helper()
	r := h.Do(&allmende.SignUp{Act: h.House(), Name: name, Email: name + "@example.org", Lang: "en", Rank: rank, Confirmed: true, Approved: true})
	return Member{Account: r.Account, Actor: r.Actor, Name: name}
}

// Remote makes a known actor of another server.
func (h *House) Remote(name, host string) allmende.ID {
	h.T.Helper()
	r := h.Do(&allmende.KnowActor{Act: allmende.Act{Via: "activitypub"}, Remote: allmende.Actor{Kind: allmende.Person, Name: name,
		Host: host, URI: "https://" + host + "/users/" + name, Inbox: "https://" + host + "/inbox"}})
	return r.Actor
}

// Note publishes a public note.
func (h *House) Note(m Member, text string) allmende.ID {
	h.T.Helper()
	return h.Do(&allmende.Publish{Act: m.Act(), Source: text}).Object
}

// Do carries out a command that must succeed, a second after the last one.
func (h *House) Do(cmd allmende.Command) allmende.Result {
	h.T.Helper()
	r, err := h.Try(cmd)
	if err != nil {
		h.T.Fatalf("%s: %v", cmd.Verb(), err)
	}
	return r
}

// Try carries out a command that may fail.
func (h *House) Try(cmd allmende.Command) (allmende.Result, error) {
	h.Pass(time.Second)
	act := cmd.From()
	defer func(at time.Time) { act.At = at }(act.At) // so that a command can be sent again later
	return h.Core.Do(context.Background(), cmd)
}

// Refused carries out a command that must fail with a kind and message key.
func (h *House) Refused(cmd allmende.Command, kind allmende.Kind, key string) {
	h.T.Helper()
	before := h.State()
	_, err := h.Try(cmd)
	if !allmende.IsKind(err, kind) || !HasKey(err, key) {
		h.T.Errorf("%s: got %v, want kind %d with %s", cmd.Verb(), err, kind, key)
	}
	if after := h.State(); !slices.Equal(before, after) {
		h.T.Errorf("%s was refused, yet something happened: %v, before %v", cmd.Verb(), after, before)
	}
}

// HasKey tells whether an error, or one of its fields, has a message key.
func HasKey(err error, key string) bool {
	e, ok := err.(*allmende.Error)
	if !ok {
		return false
	}
	return e.Key == key || slices.ContainsFunc(e.Fields, func(f allmende.Field) bool { return f.Key == key })
}

// State is what has happened so far: verbs and jobs, in a form to compare.
func (h *House) State() []string { return append(h.Verbs(), h.Jobs("")...) }

// Verbs lists the recorded activities, oldest first.
func (h *House) Verbs() []string {
	h.T.Helper()
	return h.texts(`select verb from activity order by id`)
}

// Jobs lists the keys of an outlet's waiting jobs (empty: "outlet key" of all), sorted.
func (h *House) Jobs(outlet string) []string {
	h.T.Helper()
	if outlet == "" {
		return h.texts(`select outlet || ' ' || key from job order by outlet, key`)
	}
	return h.texts(`select key from job where outlet = $1 order by key`, outlet)
}

// Letters lists the data of the waiting mails, sorted.
func (h *House) Letters() []string {
	h.T.Helper()
	return h.texts(`select data from job where outlet = 'mail' order by key`)
}

// ClearJobs empties the queue, as if all outlets had worked.
func (h *House) ClearJobs() {
	h.T.Helper()
	h.Exec(`delete from job`)
}

// Count counts rows: Count("relation where actor = $1", id).
func (h *House) Count(from string, args ...any) int {
	h.T.Helper()
	var n int
	if err := h.DB.Read().QueryRow(context.Background(), `select count(*) from `+from, args...).Scan(&n); err != nil {
		h.T.Fatalf("counting %s: %v", from, err)
	}
	return n
}

// Exec changes the database behind the house's back.
func (h *House) Exec(query string, args ...any) {
	h.T.Helper()
	err := h.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), query, args...)
		return err
	})
	if err != nil {
		h.T.Fatalf("%s: %v", query, err)
	}
}

func (h *House) texts(query string, args ...any) []string {
	h.T.Helper()
	rows, err := h.DB.Read().Query(context.Background(), query, args...)
	if err != nil {
		h.T.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			h.T.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		h.T.Fatal(err)
	}
	return out
}

// Account loads an account.
func (h *House) Account(id allmende.ID) allmende.Account {
	h.T.Helper()
	a, err := store.AccountByID(context.Background(), h.DB.Read(), id)
	h.must(err)
	return a
}

// Actor loads an actor.
func (h *House) Actor(id allmende.ID) allmende.Actor {
	h.T.Helper()
	a, err := store.ActorByID(context.Background(), h.DB.Read(), id)
	h.must(err)
	return a
}

// Object loads an object in whatever state.
func (h *House) Object(id allmende.ID) allmende.Object {
	h.T.Helper()
	o, err := store.ObjectByID(context.Background(), h.DB.Read(), id)
	h.must(err)
	return o
}

// Medium loads a medium.
func (h *House) Medium(id allmende.ID) allmende.Media {
	h.T.Helper()
	m, err := store.MediaByID(context.Background(), h.DB.Read(), id)
	h.must(err)
	return m
}

// Stream lists the objects of a stream, newest first.
func (h *House) Stream(source allmende.ID) []allmende.ID {
	h.T.Helper()
	lines, err := store.EntriesOf(context.Background(), h.DB.Read(), source, 0, 500)
	h.must(err)
	out := []allmende.ID{}
	for _, l := range lines {
		out = append(out, l.Object)
	}
	return out
}

// Sees tells whether a member (nil: nobody) may see an object.
func (h *House) Sees(m *Member, object allmende.ID) bool {
	h.T.Helper()
	v := allmende.Viewer{}
	if m != nil {
		v = m.Viewer()
		v.Rank = h.Account(m.Account).Rank
	}
	_, err := h.Read.Object(context.Background(), v, object)
	if err != nil && !allmende.IsKind(err, allmende.NotFound) && !allmende.IsKind(err, allmende.Gone) {
		h.T.Fatal(err)
	}
	return err == nil
}

// News is what was told of the last commit.
func (h *House) News() live.News {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.news) == 0 {
		return live.News{}
	}
	return h.news[len(h.news)-1]
}

// Same compares lists without regard to order.
func Same[T cmp.Ordered](a, b []T) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func (h *House) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}
