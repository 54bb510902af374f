package store

import (
	"context"
	"time"

	"allmende"
)

// Passkey is a key that its owner's device keeps.
type Passkey struct {
	ID      string // credential id, base64url
	Account allmende.ID
	Name    string
	Data    string // JSON of the credential
	At      time.Time
	SeenAt  time.Time
}

const passkeyColumns = `id, account, name, data, at, seen_at`

func scanPasskey(r row) (Passkey, error) {
	var p Passkey
	var when, seen int64
	err := r.Scan(&p.ID, &p.Account, &p.Name, &p.Data, &when, &seen)
	p.At, p.SeenAt = at(when), at(seen)
	return p, err
}

// InsertPasskey keeps a passkey; a known one is a Conflict.
func InsertPasskey(ctx context.Context, q Q, p *Passkey) error {
	_, err := q.Exec(ctx, `insert into passkey (`+passkeyColumns+`) values ($1, $2, $3, $4, $5, $6)`,
		p.ID, int64(p.Account), p.Name, p.Data, ms(p.At), ms(p.SeenAt))
	return err
}

// PasskeyByID finds a passkey; nil when there is none.
func PasskeyByID(ctx context.Context, q Q, id string) (*Passkey, error) {
	return first(collect(ctx, q, scanPasskey, `select `+passkeyColumns+` from passkey where id = $1`, id))
}

// PasskeysOf lists an account's passkeys, oldest first.
func PasskeysOf(ctx context.Context, q Q, account allmende.ID) ([]Passkey, error) {
	return collect(ctx, q, scanPasskey, `select `+passkeyColumns+` from passkey where account = $1 order by at limit 50`, int64(account))
}

// UsedPasskey keeps a passkey's new counter and when it was used.
func UsedPasskey(ctx context.Context, q Q, id, data string, now time.Time) error {
	_, err := q.Exec(ctx, `update passkey set data = $2, seen_at = $3 where id = $1`, id, data, ms(now))
	return err
}

// NamePasskey names one of an account's passkeys; false when there is none.
func NamePasskey(ctx context.Context, q Q, account allmende.ID, id, name string) (bool, error) {
	return changed(q.Exec(ctx, `update passkey set name = $3 where account = $1 and id = $2`, int64(account), id, name))
}

// DeletePasskey removes one of an account's passkeys; false when there is none.
func DeletePasskey(ctx context.Context, q Q, account allmende.ID, id string) (bool, error) {
	return changed(q.Exec(ctx, `delete from passkey where account = $1 and id = $2`, int64(account), id))
}
