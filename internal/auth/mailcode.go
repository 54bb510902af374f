package auth

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/store"
)

// Purpose is what a code sent by mail is good for.
type Purpose string

// The purposes.
const (
	ConfirmMail   Purpose = "confirm"  // the address of a new account
	ResetPassword Purpose = "password" //
	ChangeMail    Purpose = "change"   // the new address of an old account
)

// life is how long a code holds.
func (p Purpose) life() time.Duration {
	switch p {
	case ResetPassword:
		return time.Hour
	case ChangeMail:
		return 24 * time.Hour
	}
	return 7 * 24 * time.Hour
}

// Code is one code in two forms: a token for a link and a short one for typing.
type Code struct {
	Link    string
	Short   string // "7KQ2-M9XB"
	To      string // address it is made for
	Expires time.Time
}

// letters of short codes: none that are taken for another.
const codeLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// MintCode makes a code for an account. The mail outlet calls it while it
// writes the mail, so that no code ever lies in the queue; it is injected by
// app. Conflict when the account needs no such code (any more): no mail then.
func (a *Auth) MintCode(ctx context.Context, account allmende.ID, purpose Purpose) (Code, error) {
	c := Code{Link: secret(), Short: shortCode(), Expires: a.now().UTC().Add(purpose.life())}
	err := a.db.WriteJobs(ctx, func(tx *db.Tx) error {
		acc, err := store.AccountByID(ctx, tx, account)
		if err != nil {
			return err
		}
		if c.To = addressFor(&acc, purpose); c.To == "" {
			return allmende.E(allmende.Conflict, "error.code_void")
		}
		for _, hash := range []string{linkHash(c.Link), shortHash(account, purpose, c.Short)} {
			m := store.MailCode{Hash: hash, Account: account, Purpose: string(purpose), Email: c.To, Expires: c.Expires}
			if err := store.InsertMailCode(ctx, tx, &m); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// addressFor is the address that a code proves; empty when there is nothing to prove.
func addressFor(a *allmende.Account, purpose Purpose) string {
	switch {
	case a.State == allmende.AccountDeleted || a.State == allmende.AccountRejected:
	case purpose == ConfirmMail && !a.Confirmed, purpose == ResetPassword:
		return a.Email
	case purpose == ChangeMail:
		return a.EmailNew
	}
	return ""
}

// CheckLink tells whether a link's token holds, without using it up: programs
// that look through mail open links, so only the form behind it uses it.
func (a *Auth) CheckLink(ctx context.Context, purpose Purpose, token string) (allmende.ID, error) {
	m, err := a.holds(ctx, a.db.Read(), purpose, linkHash(token))
	if err != nil {
		return 0, err
	}
	return m.Account, nil
}

// TakeLink uses up a link's token, and with it all other codes of the account
// for this purpose, and tells whose it is. The door then asks core for what the
// code is good for: ConfirmMail, or SetAccount with the new password.
func (a *Auth) TakeLink(ctx context.Context, purpose Purpose, token string) (allmende.ID, error) {
	return a.takeCode(ctx, purpose, linkHash(token))
}

// TakeShort does the same with a typed code. Login is the name or address of
// the account; wrong attempts are limited.
func (a *Auth) TakeShort(ctx context.Context, purpose Purpose, login, code, address string) (allmende.ID, error) {
	account, err := a.lookup(ctx, login)
	if err != nil {
		return 0, err
	}
	who := "code " + attemptKey(account, login)
	if err := a.failures.begin(who, address, a.now()); err != nil {
		return 0, err
	}
	if account == nil {
		return 0, codeVoid()
	}
	id, err := a.takeCode(ctx, purpose, shortHash(account.ID, purpose, code))
	if err == nil {
		a.failures.forgive(who, address)
	}
	return id, err
}

func (a *Auth) takeCode(ctx context.Context, purpose Purpose, hash string) (allmende.ID, error) {
	var account allmende.ID
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		m, err := a.holds(ctx, tx, purpose, hash)
		if err != nil {
			return err
		}
		account = m.Account
		taken, err := store.TakeMailCode(ctx, tx, hash)
		if err != nil {
			return err
		}
		if taken == nil {
			return codeVoid()
		}
		return store.DeleteMailCodes(ctx, tx, m.Account, string(purpose))
	})
	if err != nil {
		return 0, err
	}
	return account, nil
}

// holds finds a code that was made for this purpose and for the address that is
// still the one in question.
func (a *Auth) holds(ctx context.Context, q store.Q, purpose Purpose, hash string) (*store.MailCode, error) {
	m, err := store.MailCodeByHash(ctx, q, hash)
	if err != nil {
		return nil, err
	}
	if m == nil || m.Purpose != string(purpose) || !m.Expires.After(a.now()) {
		return nil, codeVoid()
	}
	account, err := store.AccountByID(ctx, q, m.Account)
	if err != nil {
		return nil, err
	}
	if addressFor(&account, purpose) != m.Email {
		return nil, codeVoid()
	}
	return m, nil
}

// AskCode has a mail with a code sent to who typed a name or address on the
// "forgotten password" page, or to a member who wants another one. Nobody
// learns whether there is such an account; too many mails are not sent.
func (a *Auth) AskCode(ctx context.Context, purpose Purpose, login string) error {
	account, err := a.lookup(ctx, login)
	if err != nil || account == nil || addressFor(account, purpose) == "" {
		return err
	}
	err = a.failures.begin("mail "+account.ID.String(), "", a.now())
	if allmende.IsKind(err, allmende.TooMany) {
		return nil
	}
	kinds := map[Purpose]allmende.LetterKind{ConfirmMail: allmende.LetterConfirm, ResetPassword: allmende.LetterPassword,
		ChangeMail: allmende.LetterMailChange}
	l := allmende.Letter{Kind: kinds[purpose], Account: account.ID, Lang: account.Lang}
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { a.hub.Tell(live.News{Outlets: []string{"mail"}}) })
		return store.PutJob(ctx, tx, allmende.Job{Outlet: "mail", Key: string(l.Kind) + ":" + l.Account.String(),
			Data: string(data), RunAt: a.now()})
	})
}

func codeVoid() error { return allmende.E(allmende.Invalid, "error.code_void") }

// IsVoid tells whether an error says that a code holds no longer.
func IsVoid(err error) bool {
	var e *allmende.Error
	return errors.As(err, &e) && e.Key == "error.code_void"
}

func shortCode() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = codeLetters[int(b[i])%len(codeLetters)] // 32 letters, so all are equally likely
	}
	return string(b[:4]) + "-" + string(b[4:])
}

func linkHash(token string) string { return digest("link " + token) }

func shortHash(account allmende.ID, purpose Purpose, code string) string {
	return digest("short " + account.String() + " " + string(purpose) + " " + plainCode(code))
}
