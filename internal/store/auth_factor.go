package store

import (
	"context"
	"encoding/json"
	"time"

	"allmende"
)

// Factor is an account's second factor: a secret for one-time codes, and
// hashes of the recovery codes not used yet.
type Factor struct {
	Account  allmende.ID
	Secret   string
	Active   bool
	Last     int64 // last time step used
	Recovery []string
}

// FactorOf is an account's second factor; nil when it has none.
func FactorOf(ctx context.Context, q Q, account allmende.ID) (*Factor, error) {
	return first(collect(ctx, q, func(r row) (Factor, error) {
		var f Factor
		var recovery string
		if err := r.Scan(&f.Account, &f.Secret, &f.Active, &f.Last, &recovery); err != nil {
			return f, err
		}
		return f, json.Unmarshal([]byte(recovery), &f.Recovery)
	}, `select account, secret, active, last, recovery from second_factor where account = $1`, int64(account)))
}

// PutFactor keeps a second factor.
func PutFactor(ctx context.Context, q Q, f *Factor) error {
	if f.Recovery == nil {
		f.Recovery = []string{}
	}
	recovery, err := json.Marshal(f.Recovery)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `insert into second_factor (account, secret, active, last, recovery) values ($1, $2, $3, $4, $5)
		on conflict (account) do update set secret = excluded.secret, active = excluded.active, last = excluded.last,
		recovery = excluded.recovery`, int64(f.Account), f.Secret, f.Active, f.Last, string(recovery))
	return err
}

// UseStep notes the time step of a one-time code; false when it, or a later
// one, was used before.
func UseStep(ctx context.Context, q Q, account allmende.ID, step int64) (bool, error) {
	return changed(q.Exec(ctx, `update second_factor set last = $2 where account = $1 and last < $2`, int64(account), step))
}

// DeleteFactor removes an account's second factor.
func DeleteFactor(ctx context.Context, q Q, account allmende.ID) error {
	_, err := q.Exec(ctx, `delete from second_factor where account = $1`, int64(account))
	return err
}

// MailCode is a code sent by mail: a link's token, or the short code for typing.
type MailCode struct {
	Hash    string
	Account allmende.ID
	Purpose string // "confirm", "password", "change"
	Email   string // where it was sent
	Expires time.Time
}

// InsertMailCode keeps the hash of a code.
func InsertMailCode(ctx context.Context, q Q, c *MailCode) error {
	_, err := q.Exec(ctx, `insert into mail_code (hash, account, purpose, email, expires) values ($1, $2, $3, $4, $5)`,
		c.Hash, int64(c.Account), c.Purpose, c.Email, ms(c.Expires))
	return err
}

func scanMailCode(r row) (MailCode, error) {
	var c MailCode
	var expires int64
	err := r.Scan(&c.Hash, &c.Account, &c.Purpose, &c.Email, &expires)
	c.Expires = at(expires)
	return c, err
}

// MailCodeByHash finds a code; nil when there is none.
func MailCodeByHash(ctx context.Context, q Q, hash string) (*MailCode, error) {
	return first(collect(ctx, q, scanMailCode, `select hash, account, purpose, email, expires from mail_code where hash = $1`, hash))
}

// TakeMailCode uses a code up: nil when there is none.
func TakeMailCode(ctx context.Context, q Q, hash string) (*MailCode, error) {
	return first(collect(ctx, q, scanMailCode, `delete from mail_code where hash = $1 returning hash, account, purpose, email, expires`, hash))
}

// DeleteMailCodes voids all codes of an account for one purpose.
func DeleteMailCodes(ctx context.Context, q Q, account allmende.ID, purpose string) error {
	_, err := q.Exec(ctx, `delete from mail_code where account = $1 and purpose = $2`, int64(account), purpose)
	return err
}
