package core

import (
	"context"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// admit lets somebody in who waits, or not. Of the rejected nothing is kept
// but the name, which stays taken.
func (c *Core) admit(ctx context.Context, cmd *allmende.Admit) (step, error) {
	if _, err := c.staff(ctx, &cmd.Act, allmende.Moderator); err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(text.CleanSource(cmd.Reason))
	if len([]rune(reason)) > 1000 {
		return nil, allmende.Wrong("reason", "error.reason_long", "max", 1000)
	}
	return func(ch *change) error {
		a, err := ch.account(cmd.Account)
		if err != nil {
			return err
		}
		ch.record.Actor, ch.result.Account, ch.result.Actor = a.Actor, a.ID, a.Actor
		if a.State != allmende.AccountPending {
			return allmende.E(allmende.Conflict, "error.not_waiting")
		}
		if !cmd.Yes {
			ch.record.Data = "no"
			return ch.reject(a, reason)
		}
		ch.record.Data = "yes"
		a.State, a.Reason = allmende.AccountActive, ""
		if err := ch.putAccount(a); err != nil {
			return err
		}
		if err := ch.setActorState(a.Actor, actorStateOf(a)); err != nil {
			return err
		}
		return ch.letter(allmende.Letter{Kind: allmende.LetterApproved, Account: a.ID, Lang: a.Lang})
	}, nil
}

func (ch *change) reject(a *allmende.Account, reason string) error {
	actor, err := ch.actorNow(a.Actor)
	if err != nil {
		return err
	}
	l := allmende.Letter{Kind: allmende.LetterRejected, Account: a.ID, To: a.Email, Lang: a.Lang, Name: actor.Label(), Reason: reason}
	if err := ch.letter(l); err != nil {
		return err
	}
	if err := ch.eraseAccount(a); err != nil {
		return err
	}
	a.State = allmende.AccountRejected
	if err := store.UpdateAccount(ch.ctx, ch, a, "rejected "+allmende.Secret(16)); err != nil {
		return err
	}
	return ch.goneActor(actor)
}

// setRank makes somebody moderator or admin, or member again. Only admins do
// that, and there is always one.
func (c *Core) setRank(ctx context.Context, cmd *allmende.SetRank) (step, error) {
	if _, err := c.staff(ctx, &cmd.Act, allmende.Admin); err != nil {
		return nil, err
	}
	if !slices.Contains([]allmende.Rank{allmende.Member, allmende.Moderator, allmende.Admin}, cmd.Rank) {
		return nil, allmende.Wrong("rank", "error.rank_unknown")
	}
	return func(ch *change) error {
		a, err := ch.account(cmd.Account)
		if err != nil {
			return err
		}
		ch.record.Actor, ch.record.Data = a.Actor, string(cmd.Rank)
		ch.result.Account, ch.result.Actor = a.ID, a.Actor
		if a.Rank == cmd.Rank {
			ch.quiet = true
			return nil
		}
		if err := ch.notLastAdmin(a); err != nil {
			return err
		}
		if cmd.Rank == allmende.Admin {
			if err := a.MayAct(); err != nil {
				return allmende.Wrong("account", "error.member_unknown").Because(err)
			}
			if err := ch.ready(); err != nil {
				return err
			}
		}
		a.Rank = cmd.Rank
		return ch.putAccount(a)
	}, nil
}

// newInvite makes or withdraws a code that lets people in without asking the
// staff once more; hence it is the staff's.
func (c *Core) newInvite(ctx context.Context, cmd *allmende.NewInvite) (step, error) {
	staff, err := c.staff(ctx, &cmd.Act, allmende.Moderator)
	if err != nil {
		return nil, err
	}
	if cmd.Off {
		return func(ch *change) error { return ch.withdrawInvite(cmd.Code) }, nil
	}
	var f allmende.Faults
	if cmd.MaxUses < 0 || cmd.MaxUses > 10000 {
		f.Add("max_uses", "error.invite_uses", "max", 10000)
	}
	if !cmd.Expires.IsZero() && !cmd.Expires.After(c.now()) {
		f.Add("expires", "error.invite_expires")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		i := allmende.Invite{Code: allmende.Secret(8), By: staff.ID, MaxUses: cmd.MaxUses, Expires: cmd.Expires, At: ch.at}
		ch.result.Text = i.Code
		return store.InsertInvite(ch.ctx, ch, &i)
	}, nil
}

func (ch *change) withdrawInvite(code string) error {
	i, err := store.InviteByCode(ch.ctx, ch, code)
	if err != nil {
		return err
	}
	if i == nil {
		return allmende.E(allmende.NotFound, "error.invite_not_found")
	}
	ch.result.Text = code
	return store.DeleteInvite(ch.ctx, ch, code)
}
