package auth

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/store"
)

const goodPassword = "rainy Tuesday soup"

// house is a database with one or more accounts, and a clock that stands still.
type house struct {
	*Auth
	t   *testing.T
	hub *live.Hub
	at  time.Time
	ids allmende.Minter
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, hub: &live.Hub{}, at: time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)}
	a, err := New(dbtest.Open(t), h.hub, slog.New(slog.DiscardHandler), func() time.Time { return h.at },
		Settings{BaseURL: "https://allmende.example", Name: "Allmende", Failures: 5})
	if err != nil {
		t.Fatal(err)
	}
	h.Auth = a
	return h
}

func (h *house) write(fn func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// member makes an active account with goodPassword.
func (h *house) member(name string) *allmende.Account {
	h.t.Helper()
	hash, err := h.Hash(h.t.Context(), goodPassword)
	if err != nil {
		h.t.Fatal(err)
	}
	p := allmende.Actor{ID: h.ids.New(h.at), Kind: allmende.Person, Name: name, State: allmende.ActorActive}
	a := allmende.Account{ID: h.ids.New(h.at), Actor: p.ID, Email: name + "@example.org", Confirmed: true,
		State: allmende.AccountActive, Rank: allmende.Member, CreatedAt: h.at}
	h.write(func(tx *db.Tx) error {
		if err := store.InsertActor(h.t.Context(), tx, &p, "", name); err != nil {
			return err
		}
		return store.InsertAccount(h.t.Context(), tx, &a, a.Email, hash)
	})
	return &a
}

// organisation makes an actor in which the account has a role.
func (h *house) organisation(name string, a *allmende.Account, role allmende.Role) allmende.ID {
	h.t.Helper()
	o := allmende.Actor{ID: h.ids.New(h.at), Kind: allmende.Organization, Name: name, State: allmende.ActorActive}
	h.write(func(tx *db.Tx) error {
		if err := store.InsertActor(h.t.Context(), tx, &o, "", name); err != nil {
			return err
		}
		return store.SetRole(h.t.Context(), tx, a.ID, o.ID, role, h.at)
	})
	h.hub.Tell(live.News{Accounts: []allmende.ID{a.ID}})
	return o.ID
}

// set changes an account as core does, and tells.
func (h *house) set(a *allmende.Account) {
	h.t.Helper()
	h.write(func(tx *db.Tx) error { return store.UpdateAccount(h.t.Context(), tx, a, a.Email) })
	h.hub.Tell(live.News{Accounts: []allmende.ID{a.ID}})
}

func (h *house) start(a *allmende.Account) (string, Session) {
	h.t.Helper()
	cookie, s, err := h.Start(h.t.Context(), a.ID, "Firefox", "192.0.2.77")
	if err != nil {
		h.t.Fatal(err)
	}
	return cookie, s
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	e, ok := err.(*allmende.Error)
	if !ok || e.Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
