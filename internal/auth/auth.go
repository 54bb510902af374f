// Package auth tells who is asking: passwords, sessions, second factors,
// passkeys, codes sent by mail, and the tokens of apps. It keeps its own tables
// and decides nothing about what somebody may do; that is core's.
//
// Every session and token is a pair (account, actor). Nothing that could be
// used to get in is stored as it is: cookies, tokens and codes are kept as
// SHA-256 of random values, passwords as Argon2id.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/store"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Settings are what auth needs to know of the configuration.
type Settings struct {
	BaseURL  string // "https://example.org", no slash at the end
	Name     string // shown by authenticator apps and for passkeys
	Failures int    // failed attempts per account and address in a quarter of an hour; 0: no limit
}

// Auth answers who is asking. Its caches hear of each commit before the writer
// gets its answer, so nobody is let in by a stale one.
type Auth struct {
	db     *db.DB
	hub    *live.Hub
	ids    *allmende.Minter
	log    *slog.Logger
	now    func() time.Time
	set    Settings
	hasher hasher

	people   *live.Cache[allmende.ID, *person]
	sessions *live.Cache[string, *known[Session]]
	tokens   *live.Cache[string, *known[Token]]

	failures   *attempts
	tickets    *memo[ticket]
	ceremonies *memo[ceremony]
	passkeys   *webauthn.WebAuthn

	dummy func() string // hash of a password that nobody has
}

// known is a session or token as loaded, with the person as it was then: when
// the person was loaded anew since, something about the account has changed and
// the session is looked up again.
type known[T any] struct {
	value  T
	person *person
}

// New makes the house's doorkeeper. It fails only for a broken BaseURL.
func New(d *db.DB, hub *live.Hub, log *slog.Logger, now func() time.Time, s Settings) (*Auth, error) {
	a := &Auth{db: d, hub: hub, ids: &allmende.Minter{}, log: log, now: now, set: s, hasher: newHasher(),
		people:     live.NewCache[allmende.ID, *person](50_000, nil),
		sessions:   live.NewCache[string, *known[Session]](50_000, nil),
		tokens:     live.NewCache[string, *known[Token]](50_000, nil),
		failures:   newAttempts(s.Failures),
		tickets:    newMemo[ticket](10_000, ceremonyLife),
		ceremonies: newMemo[ceremony](10_000, ceremonyLife),
	}
	a.dummy = sync.OnceValue(func() string { return a.hasher.hash(secret()) })
	site, err := url.Parse(s.BaseURL)
	if err != nil {
		return nil, err
	}
	if a.passkeys, err = webauthn.New(passkeyConfig(s, site)); err != nil {
		return nil, err
	}
	hub.Listen(a.hear)
	return a, nil
}

func (a *Auth) hear(n live.News) {
	for _, id := range n.Accounts {
		a.people.Drop(id)
	}
}

// Sweep removes what has run out and shortens the addresses of sessions older
// than seven days. The clock calls it every hour.
func (a *Auth) Sweep(ctx context.Context) error {
	now := a.now()
	return a.db.WriteJobs(ctx, func(tx *db.Tx) error {
		if err := store.SweepAuth(ctx, tx, now); err != nil {
			return err
		}
		if err := store.SweepApps(ctx, tx, now.Add(-7*24*time.Hour)); err != nil {
			return err
		}
		old, err := store.LongAddresses(ctx, tx, now.Add(-7*24*time.Hour), 500)
		if err != nil {
			return err
		}
		for _, s := range old {
			s.Address = shorten(s.Address)
			if _, err := store.UpdateSession(ctx, tx, &s); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() {
			for _, s := range old {
				a.sessions.Drop(s.ID)
			}
		})
		return nil
	})
}

// shorten keeps of an address what tells the provider, not the person.
func shorten(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 48
	if ip = ip.Unmap(); ip.Is4() {
		bits = 16
	}
	p, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// secret is 32 random bytes, as a text fit for cookies and headers.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// digest is what is kept of a secret. The secrets are random and long, so a
// plain hash is enough.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
