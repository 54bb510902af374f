// Package apptest starts the whole of Allmende for tests that go through the
// front door: a real server on a loopback port, with its own database and
// media in a temporary directory.
package apptest

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"

	"allmende"
	"allmende/internal/app"
	"allmende/internal/app/cli"
	"allmende/internal/config"
	"allmende/internal/db/dbtest"
	"allmende/internal/mediafile"
	"allmende/internal/store"
)

// Running is a server that answers.
type Running struct {
	URL   string // "http://127.0.0.1:41234"
	House *app.House

	t    testing.TB
	stop context.CancelFunc
	done chan error
}

// Change adjusts the settings before the server starts.
type Change func(*config.Config)

// programEnv makes the test binary be the program itself.
const programEnv = "ALLMENDE_TEST_PROGRAM"

// Main is the TestMain of a package that starts servers: the test binary is
// also the limited child that looks at media, and the program (see Program).
//
//	func TestMain(m *testing.M) { apptest.Main(m) }
func Main(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == mediafile.ChildArg {
		mediafile.ChildMain(os.Args[2:])
	}
	if os.Getenv(programEnv) != "" {
		os.Exit(cli.Main("test", os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// Start starts a server with open registration and without limits on the
// number of requests; it is stopped when the test ends. The database is SQLite,
// or PostgreSQL when ALLMENDE_TEST_POSTGRES is set.
func Start(t testing.TB, changes ...Change) *Running {
	t.Helper()
	l, cfg := Settings(t, changes...)
	return StartOn(t, l, cfg)
}

// Settings are those of Start, with the listener they name.
func Settings(t testing.TB, changes ...Change) (net.Listener, config.Config) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.URL, cfg.Listen, cfg.Data = "http://"+l.Addr().String(), l.Addr().String(), t.TempDir()
	cfg.Registration, cfg.Limits.Rate = "open", "off"
	if os.Getenv("ALLMENDE_TEST_POSTGRES") != "" {
		cfg.Database = dbtest.DSN(t, store.Migrations)
	}
	for _, change := range changes {
		change(&cfg)
	}
	return l, cfg
}

// StartOn starts a server with all its settings given; a second one after
// Stop goes on with the data of the first.
func StartOn(t testing.TB, l net.Listener, cfg config.Config) *Running {
	t.Helper()
	return StartWith(t, l, cfg, app.Options{Version: "test"})
}

// StartWith is StartOn with options of the house.
func StartWith(t testing.TB, l net.Listener, cfg config.Config, o app.Options) *Running {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	house, err := app.New(context.Background(), cfg, log, o)
	if err != nil {
		t.Fatalf("building the house: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Running{URL: cfg.URL, House: house, t: t, stop: stop, done: make(chan error, 1)}
	go func() { r.done <- house.ServeOn(ctx, l) }()
	t.Cleanup(r.Stop)
	Until(t, "the server answers", func() bool {
		answer, err := http.Get(r.URL + "/healthz")
		return err == nil && answer.Body.Close() == nil
	})
	return r
}

// Stop ends the server as SIGTERM does. Stopping again changes nothing.
func (r *Running) Stop() {
	r.t.Helper()
	if r.stop == nil {
		return
	}
	r.stop()
	r.stop = nil
	if err := <-r.done; err != nil {
		r.t.Errorf("stopping the server: %v", err)
	}
	if err := r.House.Close(); err != nil {
		r.t.Errorf("closing the house: %v", err)
	}
}

// Member is somebody with an account on the running server.
type Member struct {
	Account, Actor allmende.ID
	Name, Password string
	Token          string // of an app that may do everything the member may
}

// Password is what all of Member's accounts sign in with.
const Password = "correct horse battery staple"

// Member makes a confirmed member of a rank (empty: ordinary) with a password
// and a token.
func (r *Running) Member(name string, rank allmende.Rank) Member {
	r.t.Helper()
	ctx := context.Background()
	hash, err := r.House.Auth.Hash(ctx, Password)
	if err != nil {
		r.t.Fatal(err)
	}
	made, err := r.House.Core.Do(ctx, &allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: name, Email: name + "@example.org",
		PasswordHash: hash, Lang: "en", Rank: rank, Confirmed: true, Approved: true})
	if err != nil {
		r.t.Fatalf("making %s: %v", name, err)
	}
	scopes := "read write follow push"
	if rank.CanModerate() {
		scopes += " admin:read admin:write"
	}
	issued, err := r.House.Auth.Issue(ctx, made.Account, made.Actor, scopes)
	if err != nil {
		r.t.Fatalf("a token for %s: %v", name, err)
	}
	return Member{Account: made.Account, Actor: made.Actor, Name: name, Password: Password, Token: issued.Secret}
}
