package store

import (
	"context"
	"time"

	"allmende"
)

// Session is one browser that is signed in: an account acting as an actor.
type Session struct {
	ID        string // hash of the cookie
	Account   allmende.ID
	Actor     allmende.ID
	CSRF      string
	Agent     string
	Address   string    // shortened after seven days
	FreshAt   time.Time // when password or key were last shown
	CreatedAt time.Time
	SeenAt    time.Time
	Expires   time.Time
}

const sessionColumns = `id, account, actor, csrf, agent, address, fresh_at, created_at, seen_at, expires`

func scanSession(r row) (Session, error) {
	var s Session
	var fresh, created, seen, expires int64
	err := r.Scan(&s.ID, &s.Account, &s.Actor, &s.CSRF, &s.Agent, &s.Address, &fresh, &created, &seen, &expires)
	s.FreshAt, s.CreatedAt, s.SeenAt, s.Expires = at(fresh), at(created), at(seen), at(expires)
	return s, err
}

// InsertSession adds a session.
func InsertSession(ctx context.Context, q Q, s *Session) error {
	_, err := q.Exec(ctx, `insert into session (`+sessionColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		s.ID, int64(s.Account), int64(s.Actor), s.CSRF, s.Agent, s.Address, ms(s.FreshAt), ms(s.CreatedAt), ms(s.SeenAt), ms(s.Expires))
	return err
}

// UpdateSession writes everything of a session that can change; false when it has ended.
func UpdateSession(ctx context.Context, q Q, s *Session) (bool, error) {
	return changed(q.Exec(ctx, `update session set actor = $2, fresh_at = $3, seen_at = $4, expires = $5, address = $6 where id = $1`,
		s.ID, int64(s.Actor), ms(s.FreshAt), ms(s.SeenAt), ms(s.Expires), s.Address))
}

// SessionByID finds a session by the hash of its cookie; nil when there is none.
func SessionByID(ctx context.Context, q Q, id string) (*Session, error) {
	return first(collect(ctx, q, scanSession, `select `+sessionColumns+` from session where id = $1`, id))
}

// SessionsOf lists an account's sessions, the last used first.
func SessionsOf(ctx context.Context, q Q, account allmende.ID) ([]Session, error) {
	return collect(ctx, q, scanSession, `select `+sessionColumns+` from session where account = $1
		order by seen_at desc limit 200`, int64(account))
}

// DeleteSession ends one session of an account.
func DeleteSession(ctx context.Context, q Q, account allmende.ID, id string) error {
	_, err := q.Exec(ctx, `delete from session where account = $1 and id = $2`, int64(account), id)
	return err
}

// DeleteSessions ends all sessions of an account but one (empty: all).
func DeleteSessions(ctx context.Context, q Q, account allmende.ID, but string) error {
	_, err := q.Exec(ctx, `delete from session where account = $1 and id <> $2`, int64(account), but)
	return err
}

// LongAddresses lists sessions made before a time whose address is still whole.
func LongAddresses(ctx context.Context, q Q, before time.Time, limit int) ([]Session, error) {
	return collect(ctx, q, scanSession, `select `+sessionColumns+` from session where created_at < $1 and address <> ''
		and address not like '%/%' limit $2`, ms(before), limit)
}

// SweepAuth removes sessions, codes and grants that have run out.
func SweepAuth(ctx context.Context, q Q, now time.Time) error {
	for _, query := range []string{
		`delete from session where expires <= $1`,
		`delete from mail_code where expires <= $1`,
		`delete from grant_code where expires <= $1`,
	} {
		if _, err := q.Exec(ctx, query, ms(now)); err != nil {
			return err
		}
	}
	return nil
}
