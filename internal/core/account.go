package core

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// self loads the asker's own account, in any state in which its person may
// still look after it: a suspended or waiting one may change its address or leave.
func (c *Core) self(ctx context.Context, act *allmende.Act) (*allmende.Account, error) {
	if act.By == 0 {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	a, err := store.AccountByID(ctx, c.db.Read(), act.By)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !lives(&a) {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	return &a, err
}

// lives tells whether there is still a person behind an account.
func lives(a *allmende.Account) bool {
	return a.State != allmende.AccountDeleted && a.State != allmende.AccountRejected
}

// account loads an account inside the transaction.
func (ch *change) account(id allmende.ID) (*allmende.Account, error) {
	if err := store.Hold(ch.ctx, ch.Tx, store.TableAccount, id); err != nil {
		return nil, err
	}
	a, err := store.AccountByID(ch.ctx, ch, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !lives(&a) {
		return nil, allmende.E(allmende.NotFound, "error.account_not_found")
	}
	return &a, err
}

// putAccount stores a changed account and tells who keeps it in memory.
func (ch *change) putAccount(a *allmende.Account) error {
	ch.news.Accounts = append(ch.news.Accounts, a.ID)
	ch.news.Viewers = append(ch.news.Viewers, a.Actor)
	return store.UpdateAccount(ch.ctx, ch, a, text.Fold(a.Email))
}

// actorStateOf is the state of a person whose account is in some state.
func actorStateOf(a *allmende.Account) allmende.ActorState {
	switch a.State {
	case allmende.AccountActive:
		if a.Confirmed {
			return allmende.ActorActive
		}
	case allmende.AccountSuspended:
		return allmende.ActorSuspended
	case allmende.AccountDeactivated:
		return allmende.ActorAway
	case allmende.AccountDeleted, allmende.AccountRejected:
		return allmende.ActorDeleted
	}
	return allmende.ActorPending
}

// actorNow loads an actor inside the transaction.
func (ch *change) actorNow(id allmende.ID) (*allmende.Actor, error) {
	if err := store.Hold(ch.ctx, ch.Tx, store.TableActor, id); err != nil {
		return nil, err
	}
	a, err := store.ActorByID(ch.ctx, ch, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	return &a, err
}

// putActor stores a changed actor and has it drawn anew.
func (ch *change) putActor(a *allmende.Actor) error {
	a.ChangedAt = ch.at
	ch.touches(a.ID)
	return store.UpdateActor(ch.ctx, ch, a, searchKey(a))
}

func (ch *change) setActorState(id allmende.ID, state allmende.ActorState) error {
	a, err := ch.actorNow(id)
	if err != nil {
		return err
	}
	a.State = state
	return ch.putActor(a)
}

// searchKey is what the search for people looks at.
func searchKey(a *allmende.Actor) string {
	if a.State == allmende.ActorDeleted {
		return ""
	}
	return text.Fold(a.Name + " " + a.DisplayName)
}

// knownLang tells whether pages are drawn in a language; empty: as the browser says.
func knownLang(s string) bool { return slices.Contains([]string{"", "en", "de", "de-formal"}, s) }

func (c *Core) setAccount(ctx context.Context, cmd *allmende.SetAccount) (step, error) {
	a, err := c.self(ctx, &cmd.Act)
	if err != nil {
		return nil, err
	}
	if err := checkAccount(cmd); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		now, err := ch.account(a.ID)
		if err != nil {
			return err
		}
		ch.record.Actor, ch.result.Account, ch.result.Actor = now.Actor, now.ID, now.Actor
		set(&now.Lang, cmd.Lang)
		set(&now.Theme, cmd.Theme)
		set(&now.Settings, cmd.Settings)
		if cmd.PasswordHash != nil {
			if err := ch.newPassword(now, *cmd.PasswordHash); err != nil {
				return err
			}
		}
		if cmd.Email != nil {
			if err := ch.newAddress(now, strings.TrimSpace(*cmd.Email)); err != nil {
				return err
			}
		}
		return ch.putAccount(now)
	}, nil
}

func checkAccount(cmd *allmende.SetAccount) error {
	var f allmende.Faults
	if cmd.Email != nil {
		gather(&f, checkMail(strings.TrimSpace(*cmd.Email)))
	}
	if cmd.PasswordHash != nil && *cmd.PasswordHash == "" {
		f.Add("password", "error.password_empty")
	}
	if cmd.Lang != nil && !knownLang(*cmd.Lang) {
		f.Add("lang", "error.lang")
	}
	if cmd.Theme != nil && !slices.Contains([]string{"", "auto", "light", "dark", "contrast"}, *cmd.Theme) {
		f.Add("theme", "error.theme")
	}
	if s := cmd.Settings; s != nil {
		_, err := allmende.ParseAudience(s.Audience)
		gather(&f, err)
		if !allmende.ValidPolicy(s.QuotePolicy) || !allmende.ValidPolicy(s.ReplyPolicy) {
			f.Add("policy", "error.policy")
		}
		if len(s.PostLang) > 12 || strings.ContainsAny(s.PostLang, " <>\"'") {
			f.Add("post_lang", "error.lang")
		}
	}
	return f.Err()
}

// newPassword ends all sessions: whoever came in with the old password is out,
// and so is the address that waits to be the account's. The door starts a new
// session for the person at the keyboard.
func (ch *change) newPassword(a *allmende.Account, hash string) error {
	if err := store.SetPassword(ch.ctx, ch, a.ID, hash); err != nil {
		return err
	}
	if err := store.DeleteSessions(ch.ctx, ch, a.ID, ""); err != nil {
		return err
	}
	a.EmailNew = ""
	for _, purpose := range []string{"password", "change"} {
		if err := store.DeleteMailCodes(ch.ctx, ch, a.ID, purpose); err != nil {
			return err
		}
	}
	return ch.letter(allmende.Letter{Kind: allmende.LetterPasswordChanged, Account: a.ID, Lang: a.Lang})
}

// newAddress: a proved address stays in force until the new one is proved too.
// An address that belongs to somebody else is not betrayed; its owner hears of
// it instead.
func (ch *change) newAddress(a *allmende.Account, address string) error {
	if err := store.DeleteMailCodes(ch.ctx, ch, a.ID, "change"); err != nil {
		return err
	}
	key := text.Fold(address)
	if key == text.Fold(a.Email) {
		a.Email, a.EmailNew = address, ""
		return nil
	}
	other, err := store.AccountByEmail(ch.ctx, ch, key)
	if err == nil {
		return ch.letter(allmende.Letter{Kind: allmende.LetterExists, Account: other.ID, Lang: other.Lang})
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if a.Confirmed {
		a.EmailNew = address
		return ch.letter(allmende.Letter{Kind: allmende.LetterMailChange, Account: a.ID, Lang: a.Lang})
	}
	a.Email = address
	if err := store.DeleteMailCodes(ch.ctx, ch, a.ID, "confirm"); err != nil {
		return err
	}
	return ch.letter(allmende.Letter{Kind: allmende.LetterConfirm, Account: a.ID, Lang: a.Lang})
}
