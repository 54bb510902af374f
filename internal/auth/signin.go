package auth

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// Proof is what a sign-in came to.
type Proof struct {
	Account allmende.ID
	Ticket  string // not empty: the second factor is still missing, see SecondFactor
	Asleep  bool   // deactivated: the door wakes the account with core's Leave{Wake}
}

// ticket is a sign-in whose password was right and whose second factor is missing.
type ticket struct {
	account allmende.ID
	asleep  bool
}

// SignIn checks name or mail address and password. Unknown names take as long
// as wrong passwords and get the same answer.
func (a *Auth) SignIn(ctx context.Context, login, password, address string) (Proof, error) {
	account, err := a.lookup(ctx, login)
	if err != nil {
		return Proof{}, err
	}
	who := attemptKey(account, login)
	if err := a.failures.begin(who, address, a.now()); err != nil {
		return Proof{}, err
	}
	ok, err := a.rightPassword(ctx, account, password)
	if err != nil {
		return Proof{}, err
	}
	if !ok {
		return Proof{}, allmende.E(allmende.SignIn, "error.sign_in_failed")
	}
	a.failures.forgive(who, address)
	p := Proof{Account: account.ID, Asleep: account.State == allmende.AccountDeactivated}
	has, _, err := a.HasFactor(ctx, account.ID)
	if err != nil {
		return Proof{}, err
	}
	if has {
		p.Ticket = a.tickets.put(ticket{p.Account, p.Asleep}, a.now())
	}
	return p, nil
}

// SecondFactor finishes a sign-in with a one-time or recovery code. The ticket
// holds for five minutes and any number of attempts that the limits allow.
func (a *Auth) SecondFactor(ctx context.Context, key, code, address string) (Proof, error) {
	t, ok := a.tickets.get(key, a.now())
	if !ok {
		return Proof{}, allmende.E(allmende.SignIn, "error.ticket_void")
	}
	who := "factor " + t.account.String()
	if err := a.failures.begin(who, address, a.now()); err != nil {
		return Proof{}, err
	}
	ok, err := a.rightCode(ctx, t.account, code)
	if err != nil {
		return Proof{}, err
	}
	if !ok {
		return Proof{}, allmende.Wrong("code", "error.code_wrong")
	}
	a.failures.forgive(who, address)
	a.tickets.drop(key)
	return Proof{Account: t.account, Asleep: t.asleep}, nil
}

// Reprove asks for the password once more and makes the session fresh.
func (a *Auth) Reprove(ctx context.Context, s Session, password, address string) error {
	who := s.Account.String()
	if err := a.failures.begin(who, address, a.now()); err != nil {
		return err
	}
	account, err := store.AccountByID(ctx, a.db.Read(), s.Account)
	if err != nil {
		return err
	}
	ok, err := a.rightPassword(ctx, &account, password)
	if err != nil {
		return err
	}
	if !ok {
		return allmende.Wrong("password", "error.sign_in_failed")
	}
	a.failures.forgive(who, address)
	return a.MarkFresh(ctx, s)
}

// rightPassword hashes in any case, also for nobody.
func (a *Auth) rightPassword(ctx context.Context, account *allmende.Account, password string) (bool, error) {
	hash := ""
	if account != nil {
		var err error
		if hash, err = store.PasswordOf(ctx, a.db.Read(), account.ID); err != nil {
			return false, err
		}
	}
	return a.Verify(ctx, hash, password)
}

func attemptKey(account *allmende.Account, login string) string {
	if account != nil {
		return account.ID.String()
	}
	return clip(text.Fold(strings.TrimSpace(login)), 100)
}

// lookup finds the account behind what somebody typed as name, handle or mail
// address; nil when there is none that could sign in.
func (a *Auth) lookup(ctx context.Context, login string) (*allmende.Account, error) {
	login = strings.TrimSpace(login)
	if login == "" || len(login) > 300 {
		return nil, nil
	}
	var account allmende.Account
	err := sql.ErrNoRows
	if at := strings.LastIndexByte(login, '@'); at > 0 {
		account, err = store.AccountByEmail(ctx, a.db.Read(), text.Fold(login))
	}
	if name, host := allmende.SplitHandle(login); errors.Is(err, sql.ErrNoRows) && (host == "" || host == a.host()) {
		var actor allmende.Actor
		if actor, err = store.ActorByName(ctx, a.db.Read(), name, ""); err == nil {
			account, err = store.AccountByActor(ctx, a.db.Read(), actor.ID)
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil || account.State == allmende.AccountDeleted || account.State == allmende.AccountRejected {
		return nil, err
	}
	return &account, nil
}

// host is the part after @ of our own people.
func (a *Auth) host() string {
	u, err := url.Parse(a.set.BaseURL)
	if err != nil {
		return ""
	}
	return u.Host
}
