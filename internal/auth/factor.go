package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"image/png"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// NewFactor is what an authenticator app needs to be told.
type NewFactor struct {
	Secret string // for typing
	URL    string // otpauth://…
	PNG    []byte // the URL as QR code
}

// recoveryCodes is how many codes for the day the phone is lost there are.
const recoveryCodes = 10

// totpStep is how long a one-time code holds (RFC 6238); the one before and
// the one after are taken too, since clocks differ.
const totpStep = 30

// BeginFactor makes a secret for one-time codes. It does not count before
// ActivateFactor has seen a right code.
func (a *Auth) BeginFactor(ctx context.Context, account allmende.ID) (NewFactor, error) {
	old, err := store.FactorOf(ctx, a.db.Read(), account)
	if err != nil {
		return NewFactor{}, err
	}
	if old != nil && old.Active {
		return NewFactor{}, allmende.E(allmende.Conflict, "error.factor_there")
	}
	p, err := a.person(ctx, account)
	if err != nil {
		return NewFactor{}, err
	}
	actor, err := store.ActorByID(ctx, a.db.Read(), p.account.Actor)
	if err != nil {
		return NewFactor{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: a.host(), AccountName: actor.Name})
	if err != nil {
		return NewFactor{}, err
	}
	f := store.Factor{Account: account, Secret: key.Secret()}
	if err := a.db.Write(ctx, func(tx *db.Tx) error { return store.PutFactor(ctx, tx, &f) }); err != nil {
		return NewFactor{}, err
	}
	return tell(key)
}

// PendingFactor is the secret made by BeginFactor, for as long as it does not
// count; NotFound when there is none.
func (a *Auth) PendingFactor(ctx context.Context, account allmende.ID) (NewFactor, error) {
	f, err := store.FactorOf(ctx, a.db.Read(), account)
	if err != nil {
		return NewFactor{}, err
	}
	if f == nil || f.Active {
		return NewFactor{}, allmende.E(allmende.NotFound, "error.page_not_found")
	}
	p, err := a.person(ctx, account)
	if err != nil {
		return NewFactor{}, err
	}
	actor, err := store.ActorByID(ctx, a.db.Read(), p.account.Actor)
	if err != nil {
		return NewFactor{}, err
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(f.Secret)
	if err != nil {
		return NewFactor{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: a.host(), AccountName: actor.Name, Secret: secret})
	if err != nil {
		return NewFactor{}, err
	}
	return tell(key)
}

// tell draws a key for an authenticator app.
func tell(key *otp.Key) (NewFactor, error) {
	img, err := key.Image(240, 240)
	if err != nil {
		return NewFactor{}, err
	}
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return NewFactor{Secret: key.Secret(), URL: key.URL(), PNG: b.Bytes()}, err
}

// ActivateFactor makes the second factor count and gives the recovery codes,
// which are shown this once.
func (a *Auth) ActivateFactor(ctx context.Context, account allmende.ID, code string) ([]string, error) {
	codes, hashes := newRecovery()
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		f, err := heldFactor(ctx, tx, account)
		if err != nil {
			return err
		}
		if f == nil {
			return allmende.E(allmende.Conflict, "error.ticket_void")
		}
		if f.Active {
			return allmende.E(allmende.Conflict, "error.factor_there")
		}
		step, ok := matchStep(f.Secret, code, a.now())
		if !ok {
			return allmende.Wrong("code", "error.code_wrong")
		}
		f.Active, f.Last, f.Recovery = true, step, hashes
		return store.PutFactor(ctx, tx, f)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// HasFactor tells whether an account has a second factor, and how many
// recovery codes are left.
func (a *Auth) HasFactor(ctx context.Context, account allmende.ID) (bool, int, error) {
	f, err := store.FactorOf(ctx, a.db.Read(), account)
	if err != nil || f == nil || !f.Active {
		return false, 0, err
	}
	return true, len(f.Recovery), nil
}

// NewRecovery replaces the recovery codes.
func (a *Auth) NewRecovery(ctx context.Context, account allmende.ID) ([]string, error) {
	codes, hashes := newRecovery()
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		f, err := heldFactor(ctx, tx, account)
		if err != nil {
			return err
		}
		if f == nil || !f.Active {
			return allmende.E(allmende.Conflict, "error.ticket_void")
		}
		f.Recovery = hashes
		return store.PutFactor(ctx, tx, f)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// DropFactor removes the second factor.
func (a *Auth) DropFactor(ctx context.Context, account allmende.ID) error {
	return a.db.Write(ctx, func(tx *db.Tx) error { return store.DeleteFactor(ctx, tx, account) })
}

// heldFactor loads an account's second factor to be changed: others who would
// change it wait.
func heldFactor(ctx context.Context, tx *db.Tx, account allmende.ID) (*store.Factor, error) {
	if err := store.Hold(ctx, tx, store.TableAccount, account); err != nil {
		return nil, err
	}
	return store.FactorOf(ctx, tx, account)
}

// rightCode uses up a one-time or recovery code; each works once.
func (a *Auth) rightCode(ctx context.Context, account allmende.ID, code string) (bool, error) {
	right := false
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		right = false
		f, err := heldFactor(ctx, tx, account)
		if err != nil || f == nil || !f.Active {
			return err
		}
		if step, ok := matchStep(f.Secret, code, a.now()); ok {
			right, err = store.UseStep(ctx, tx, account, step)
			return err
		}
		at := slices.Index(f.Recovery, digest(plainCode(code)))
		if at < 0 {
			return nil
		}
		right = true
		f.Recovery = slices.Delete(f.Recovery, at, at+1)
		return store.PutFactor(ctx, tx, f)
	})
	return right, err
}

// matchStep finds the time step a one-time code is of.
func matchStep(secret, code string, now time.Time) (int64, bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	if len(code) != 6 {
		return 0, false
	}
	step, found := int64(0), false
	for d := int64(-1); d <= 1; d++ {
		at := now.Unix()/totpStep + d
		want, err := totp.GenerateCodeCustom(secret, time.Unix(at*totpStep, 0), totp.ValidateOpts{Period: totpStep,
			Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, found = at, true
		}
	}
	return step, found
}

// newRecovery makes codes of 80 random bits, and what is kept of them.
func newRecovery() (codes, hashes []string) {
	for range recoveryCodes {
		b := make([]byte, 10)
		_, _ = rand.Read(b) // never fails
		plain := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		codes = append(codes, plain[:4]+"-"+plain[4:8]+"-"+plain[8:12]+"-"+plain[12:])
		hashes = append(hashes, digest(plain))
	}
	return codes, hashes
}

// plainCode takes away what people add to codes while typing.
func plainCode(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(s)))
}
