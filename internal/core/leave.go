package core

import (
	"context"

	"allmende"
	"allmende/internal/store"
)

// leave: a person, or an organisation by one of its owners, goes away for a
// while or for good, or comes back. The outlet that erases calls it again until
// nothing is left (see eraseRest).
func (c *Core) leave(ctx context.Context, cmd *allmende.Leave) (step, error) {
	if trusted(&cmd.Act) {
		return c.leaveByHouse(cmd)
	}
	a, err := c.self(ctx, &cmd.Act)
	if err != nil {
		return nil, err
	}
	if cmd.As == 0 || cmd.As == a.Actor {
		return func(ch *change) error { return ch.leavePerson(a.ID, cmd) }, nil
	}
	if err := a.MayAct(); err != nil {
		return nil, err
	}
	role, err := store.RoleOf(ctx, c.db.Read(), a.ID, cmd.As)
	if err != nil {
		return nil, err
	}
	if role != allmende.RoleOwner {
		return nil, allmende.E(allmende.Forbidden, "error.role", "need", string(allmende.RoleOwner))
	}
	return func(ch *change) error { return ch.leaveOrganisation(cmd) }, nil
}

// leaveByHouse is the command line and the erasing outlet.
func (c *Core) leaveByHouse(cmd *allmende.Leave) (step, error) {
	if cmd.As == 0 || cmd.As == allmende.Server || !cmd.Delete {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	return func(ch *change) error {
		actor, err := ch.actorNow(cmd.As)
		if err != nil {
			return err
		}
		ch.result.Actor, ch.record.Actor = actor.ID, actor.ID
		switch {
		case actor.State == allmende.ActorDeleted:
			ch.quiet = true
			return ch.eraseRest(actor.ID)
		case cmd.Via == "outlet": // whoever is here has nothing to erase
			ch.quiet = true
			return nil
		}
		return ch.deleteActor(actor)
	}, nil
}

func (ch *change) leavePerson(id allmende.ID, cmd *allmende.Leave) error {
	a, err := ch.account(id)
	if err != nil {
		return err
	}
	ch.record.Actor, ch.result.Account, ch.result.Actor = a.Actor, a.ID, a.Actor
	if cmd.Wake {
		return ch.wake(a)
	}
	if err := ch.notLastAdmin(a); err != nil {
		return err
	}
	if cmd.Delete {
		if err := ch.notSoleOwner(a); err != nil {
			return err
		}
		actor, err := ch.actorNow(a.Actor)
		if err != nil {
			return err
		}
		return ch.deleteActor(actor)
	}
	if err := a.MayAct(); err != nil {
		return err
	}
	a.State = allmende.AccountDeactivated
	if err := ch.putAccount(a); err != nil {
		return err
	}
	if err := store.DeleteSessions(ch.ctx, ch, a.ID, ""); err != nil {
		return err
	}
	return ch.setActorState(a.Actor, actorStateOf(a))
}

// wake brings a deactivated account back; all others stay as they are.
func (ch *change) wake(a *allmende.Account) error {
	if a.State != allmende.AccountDeactivated {
		ch.quiet = true
		return nil
	}
	a.State = allmende.AccountActive
	if err := ch.putAccount(a); err != nil {
		return err
	}
	return ch.setActorState(a.Actor, actorStateOf(a))
}

func (ch *change) leaveOrganisation(cmd *allmende.Leave) error {
	actor, err := ch.actorNow(cmd.As)
	if err != nil {
		return err
	}
	ch.record.Actor, ch.result.Actor = actor.ID, actor.ID
	switch {
	case cmd.Wake && actor.State == allmende.ActorAway:
		actor.State = allmende.ActorActive
		return ch.putActor(actor)
	case actor.State != allmende.ActorActive:
		return allmende.E(allmende.Forbidden, "error.actor_state")
	case cmd.Wake:
		ch.quiet = true
		return nil
	case cmd.Delete:
		return ch.deleteActor(actor)
	}
	actor.State = allmende.ActorAway
	return ch.putActor(actor)
}

// notLastAdmin keeps the house from being without one who may open every door.
func (ch *change) notLastAdmin(a *allmende.Account) error {
	if a.Rank != allmende.Admin || a.State != allmende.AccountActive {
		return nil
	}
	n, err := store.CountAdmins(ch.ctx, ch)
	if err == nil && n <= 1 {
		return allmende.E(allmende.Conflict, "error.last_admin")
	}
	return err
}

// notSoleOwner keeps organisations from being without owner.
func (ch *change) notSoleOwner(a *allmende.Account) error {
	roles, err := store.RolesOf(ch.ctx, ch, a.ID)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if r.Role != allmende.RoleOwner {
			continue
		}
		actor, err := ch.actorNow(r.Actor)
		if err != nil {
			return err
		}
		if actor.State == allmende.ActorDeleted {
			continue
		}
		if err := ch.otherOwner(r.Actor, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// otherOwner is an error unless somebody besides the account owns an actor.
func (ch *change) otherOwner(actor, account allmende.ID) error {
	members, err := store.RolesIn(ch.ctx, ch, actor)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Role == allmende.RoleOwner && m.Account != account {
			return nil
		}
	}
	a, err := ch.actorNow(actor)
	if err != nil {
		return err
	}
	return allmende.E(allmende.Conflict, "error.last_owner", "name", a.Label())
}
