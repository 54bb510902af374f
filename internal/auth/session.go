package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"
)

// Session is one browser that is signed in: an account acting as an actor. Its
// ID is the hash of the cookie and may be shown.
type Session = store.Session

// How long things last.
const (
	SessionLife = 90 * 24 * time.Hour // since the last use
	FreshTime   = 10 * time.Minute    // after showing password or key, for dangerous pages
	seenEvery   = time.Hour
)

// Start signs a browser in and gives the cookie's value.
func (a *Auth) Start(ctx context.Context, account allmende.ID, agent, address string) (string, Session, error) {
	p, err := a.person(ctx, account)
	if err != nil {
		return "", Session{}, err
	}
	if !p.lives() {
		return "", Session{}, notSignedIn()
	}
	now, cookie := a.now().UTC(), secret()
	s := Session{ID: digest(cookie), Account: account, Actor: p.account.Actor, CSRF: allmende.Secret(32), Agent: clip(agent, 200),
		Address: clip(address, 60), FreshAt: now, CreatedAt: now, SeenAt: now, Expires: now.Add(SessionLife)}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		if err := store.SawAccount(ctx, tx, account, now.Truncate(24*time.Hour)); err != nil {
			return err
		}
		return store.InsertSession(ctx, tx, &s)
	})
	return cookie, s, err
}

// Find is the session of a cookie; SignIn when there is none (any more). From
// memory it costs a hash.
func (a *Auth) Find(ctx context.Context, cookie string) (Session, error) {
	if len(cookie) < 20 || len(cookie) > 100 {
		return Session{}, notSignedIn()
	}
	id := digest(cookie)
	k, ok := a.sessions.Peek(id)
	if ok {
		p, err := a.person(ctx, k.value.Account)
		if err != nil {
			return Session{}, err
		}
		ok = p == k.person
	}
	if !ok {
		var err error
		if k, err = a.loadSession(ctx, id); err != nil {
			return Session{}, err
		}
	}
	s := k.value
	now := a.now().UTC()
	if !s.Expires.After(now) || !k.person.lives() {
		return Session{}, notSignedIn()
	}
	if now.Sub(s.SeenAt) >= seenEvery {
		s.SeenAt, s.Expires = now, now.Add(SessionLife)
		if err := a.change(ctx, &s); err != nil {
			return Session{}, err
		}
	}
	return s, nil
}

func (a *Auth) loadSession(ctx context.Context, id string) (*known[Session], error) {
	ticket := a.sessions.Ticket(id)
	// The account is found out first and the person loaded before the session:
	// whatever ends the session in between makes the person a new one.
	s, err := store.SessionByID(ctx, a.db.Read(), id)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, notSignedIn()
	}
	p, err := a.person(ctx, s.Account)
	if err != nil {
		return nil, err
	}
	if s, err = store.SessionByID(ctx, a.db.Read(), id); err != nil {
		return nil, err
	}
	if s == nil {
		return nil, notSignedIn()
	}
	k := &known[Session]{*s, p}
	a.sessions.Put(id, k, ticket)
	return k, nil
}

// change stores a changed session; SignIn when it ended meanwhile.
func (a *Auth) change(ctx context.Context, s *Session) error {
	there := false
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		if err := store.SawAccount(ctx, tx, s.Account, a.now().UTC().Truncate(24*time.Hour)); err != nil {
			return err
		}
		var err error
		there, err = store.UpdateSession(ctx, tx, s)
		tx.AfterCommit(func() { a.sessions.Drop(s.ID) })
		return err
	})
	if err == nil && !there {
		return notSignedIn()
	}
	return err
}

// Switch makes a session act as another actor in which its account has a role.
func (a *Auth) Switch(ctx context.Context, s Session, actor allmende.ID) error {
	p, err := a.person(ctx, s.Account)
	if err != nil {
		return err
	}
	if p.role(actor) == "" {
		return allmende.E(allmende.Forbidden, "error.role")
	}
	s.Actor = actor
	return a.change(ctx, &s)
}

// Fresh tells whether password or key were shown only just, as dangerous pages want it.
func (a *Auth) Fresh(s Session) bool { return a.now().Sub(s.FreshAt) < FreshTime }

// NeedFresh is Forbidden with the key "error.fresh" unless the session is fresh.
func (a *Auth) NeedFresh(s Session) error {
	if a.Fresh(s) {
		return nil
	}
	return allmende.E(allmende.Forbidden, "error.fresh")
}

// MarkFresh notes that the person showed their key again. For passwords use Reprove.
func (a *Auth) MarkFresh(ctx context.Context, s Session) error {
	s.FreshAt = a.now().UTC()
	return a.change(ctx, &s)
}

// Sessions lists where an account is signed in, the last used first.
func (a *Auth) Sessions(ctx context.Context, account allmende.ID) ([]Session, error) {
	return store.SessionsOf(ctx, a.db.Read(), account)
}

// End ends one session of an account: signing out, here or elsewhere.
func (a *Auth) End(ctx context.Context, account allmende.ID, id string) error {
	return a.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { a.sessions.Drop(id) })
		return store.DeleteSession(ctx, tx, account, id)
	})
}

// EndOthers ends all sessions of an account but this one.
func (a *Auth) EndOthers(ctx context.Context, s Session) error {
	return a.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { a.people.Drop(s.Account) }) // all its sessions are looked up again
		return store.DeleteSessions(ctx, tx, s.Account, s.ID)
	})
}

// CSRF is a token for a form. It is masked anew each time, so that compressed
// pages don't betray it by their size.
func (a *Auth) CSRF(s Session) string {
	token, err := hex.DecodeString(s.CSRF)
	if err != nil {
		return ""
	}
	mask := make([]byte, len(token))
	_, _ = rand.Read(mask) // never fails
	masked := make([]byte, len(token))
	subtle.XORBytes(masked, token, mask)
	return hex.EncodeToString(mask) + hex.EncodeToString(masked)
}

// CheckCSRF is Forbidden unless the token was made for this session.
func (a *Auth) CheckCSRF(s Session, token string) error {
	got, err := hex.DecodeString(token)
	want, wrong := hex.DecodeString(s.CSRF)
	if err != nil || wrong != nil || len(want) == 0 || len(got) != 2*len(want) {
		return allmende.E(allmende.Forbidden, "error.csrf")
	}
	plain := make([]byte, len(want))
	subtle.XORBytes(plain, got[:len(want)], got[len(want):])
	if subtle.ConstantTimeCompare(plain, want) != 1 {
		return allmende.E(allmende.Forbidden, "error.csrf")
	}
	return nil
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 { // not within a letter
		n--
	}
	return s[:n]
}

// CookieName is the name of the session's cookie, the only one there is. With
// https it is bound to this host (RFC 6265bis, section 4.1.3.2).
func CookieName(https bool) string {
	if https {
		return "__Host-allmende"
	}
	return "allmende"
}
