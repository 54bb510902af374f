// Package webtest builds a whole house behind the web door for tests, and
// browsers that visit it: with cookies, forms filled in as they stand on the
// page, and a look at pages by selector. Nothing goes over the network.
package webtest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core"
	"allmende/internal/core/coretest"
	"allmende/internal/door/web"
	"allmende/internal/httpx"
	"allmende/internal/live"
)

// Password is that of every member made here.
const Password = "nine blue herons wade"

// Base is where the house stands.
const Base = "https://allmende.example"

// House is everything behind the web door.
type House struct {
	*coretest.House
	Auth *auth.Auth
	Web  *web.Web

	handler http.Handler
}

// Option changes the house before it is built.
type Option func(*web.Deps, *core.Settings)

// Registration says who may join: open, approval, invite, closed.
func Registration(mode string) Option {
	return func(d *web.Deps, s *core.Settings) { d.Registration, s.Registration = mode, mode }
}

// New builds a house whose set-up has ended, with open registration.
func New(t testing.TB, options ...Option) *House {
	t.Helper()
	h := Bare(t, options...)
	h.Do(&allmende.SetSite{Act: h.House.House(), Site: allmende.Site{Name: "Auwiesen", Tagline: "Neighbours by the river", Contact: "team@auwiesen.example", Ready: true}})
	return h
}

// Bare builds a house whose set-up has yet to be done.
func Bare(t testing.TB, options ...Option) *House {
	t.Helper()
	set := coretest.Settings()
	set.BaseURL = Base
	d := web.Deps{BaseURL: Base, AccountDomain: "allmende.example", Version: "0.0-test", Registration: set.Registration,
		NoteMax: set.NoteMax, UploadMax: 8 << 20, Log: slog.New(slog.DiscardHandler)}
	for _, o := range options {
		o(&d, &set)
	}
	h := &House{House: coretest.NewWith(t, set)}
	var err error
	h.Auth, err = auth.New(h.DB, h.Hub, d.Log, h.Now, auth.Settings{BaseURL: Base, Name: "Auwiesen", Failures: 10})
	if err != nil {
		t.Fatal(err)
	}
	if d.Shelf == nil {
		d.Shelf = Shelf(t, 1<<20)
	}
	d.Core, d.Read, d.Auth, d.Hub, d.Now = h.Core, h.Read, h.Auth, h.Hub, h.Now
	if d.Upload == nil {
		d.Upload = h.upload
	}
	h.mount(d)
	return h
}

// Shelf is room for so many bytes of drawn pages.
func Shelf(t testing.TB, size int64) *live.Shelf {
	t.Helper()
	s, err := live.NewShelf(t.TempDir(), size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (h *House) mount(d web.Deps) {
	h.Web = web.New(d)
	r := chi.NewRouter()
	r.Use(httpx.Observer{Log: d.Log}.Wrap, httpx.Secure(true), http.NewCrossOriginProtection().Handler)
	h.Web.Routes(r)
	h.handler = r
}

// SecondDoor is the same house behind a door that has drawn nothing yet.
func (h *House) SecondDoor() *House {
	other := *h
	other.mount(h.Web.Deps)
	return &other
}

// upload keeps what was sent as a picture without looking at it: reading files
// is tested elsewhere.
func (h *House) upload(ctx context.Context, v allmende.Viewer, name string, body io.Reader, alt string) (allmende.ID, error) {
	n, err := io.Copy(io.Discard, body)
	if err != nil {
		return 0, err
	}
	r, err := h.Core.Do(ctx, &allmende.AddMedia{Act: allmende.Act{By: v.Account, As: v.Actor, Via: "web"}, Kind: "image",
		Blob: "blob-" + name, MIME: "image/png", Size: n, Name: name, Width: 80, Height: 60, Alt: alt})
	return r.Media, err
}

// hash is made once: it costs a tenth of a second.
var hash struct {
	sync.Once
	text string
}

// Member makes a confirmed, approved member with Password.
func (h *House) Member(name string) coretest.Member { return h.Ranked(name, allmende.Member) }

// Ranked makes a member with a rank and Password.
func (h *House) Ranked(name string, rank allmende.Rank) coretest.Member {
	h.T.Helper()
	m := h.House.Ranked(name, rank)
	hash.Do(func() {
		var err error
		if hash.text, err = h.Auth.Hash(context.Background(), Password); err != nil {
			h.T.Fatal(err)
		}
	})
	h.Do(&allmende.SetAccount{Act: m.Act(), PasswordHash: &hash.text})
	h.ClearJobs()
	return m
}
