package core

import (
	"context"
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/store"
)

// who is the asker of a command, as far as the rules need to know.
type who struct {
	account *allmende.Account // nil for remote actors, imports, the clock and outlets
	actor   *allmende.Actor
	role    allmende.Role
	via     string // the door
}

// viewer is the asker as the visibility rule knows them.
func (w who) viewer() allmende.Viewer {
	v := allmende.Viewer{Actor: w.actor.ID, Role: w.role}
	if w.account != nil {
		v.Account, v.Rank = w.account.ID, w.account.Rank
	}
	return v
}

// trusted tells that no member stands behind the command: the house itself or
// a door that has checked a remote signature speaks.
func trusted(a *allmende.Act) bool {
	switch a.Via {
	case "activitypub", "import", "clock", "outlet", "cli", "demo", "setup":
		return a.By == 0
	}
	return false
}

// who checks that the asker may act as the actor with at least a role.
func (c *Core) who(ctx context.Context, act *allmende.Act, need allmende.Role) (who, error) {
	if act.As == 0 {
		return who{}, allmende.E(allmende.SignIn, "error.sign_in")
	}
	actor, err := c.read.Actor(ctx, act.As)
	if err != nil {
		return who{}, err
	}
	w := who{actor: actor, role: allmende.RoleOwner, via: act.Via}
	if trusted(act) {
		return w, nil
	}
	if act.By == 0 {
		return who{}, allmende.E(allmende.SignIn, "error.sign_in")
	}
	account, err := store.AccountByID(ctx, c.db.Read(), act.By)
	if errors.Is(err, sql.ErrNoRows) {
		return who{}, allmende.E(allmende.SignIn, "error.sign_in")
	}
	if err != nil {
		return who{}, err
	}
	w.account = &account
	if err := account.MayAct(); err != nil {
		return who{}, err
	}
	if account.Actor != act.As {
		if w.role, err = store.RoleOf(ctx, c.db.Read(), act.By, act.As); err != nil {
			return who{}, err
		}
	}
	if !w.role.May(need) {
		return who{}, allmende.E(allmende.Forbidden, "error.role", "need", string(need))
	}
	if actor.State != allmende.ActorActive {
		return who{}, allmende.E(allmende.Forbidden, "error.actor_state")
	}
	return w, nil
}

// staff checks that the asker may moderate (or, with admin, administer).
func (c *Core) staff(ctx context.Context, act *allmende.Act, rank allmende.Rank) (*allmende.Account, error) {
	if trusted(act) {
		return &allmende.Account{Rank: allmende.Admin}, nil
	}
	if act.By == 0 {
		return nil, allmende.E(allmende.SignIn, "error.sign_in")
	}
	account, err := store.AccountByID(ctx, c.db.Read(), act.By)
	if err != nil {
		return nil, err
	}
	if err := account.MayAct(); err != nil {
		return nil, err
	}
	if !account.Rank.CanModerate() || (rank == allmende.Admin && account.Rank != allmende.Admin) {
		return nil, allmende.E(allmende.Forbidden, "error.rank")
	}
	return &account, nil
}

// seen loads an object that the asker may see, with the asker's keys.
func (c *Core) seen(ctx context.Context, w who, id allmende.ID) (*allmende.Object, *read.Keys, error) {
	keys, err := c.read.Keys(ctx, w.viewer())
	if err != nil {
		return nil, nil, err
	}
	o, err := c.read.Object(ctx, w.viewer(), id)
	return o, keys, err
}

// mayEdit tells whether the asker may change an object's text: its authors,
// and in the wiki whoever can see it and is a member here.
func mayEdit(o *allmende.Object, keys *read.Keys) bool {
	if keys.IsAuthor(o) {
		return true
	}
	return o.State == allmende.Published && o.Section == "wiki" && keys.Local
}

// fresh loads an object inside the transaction, to be changed: what others
// committed since the command was prepared is in it, and they wait.
func (ch *change) fresh(id allmende.ID) (*allmende.Object, error) {
	return ch.held(id, store.ObjectByID)
}

// freshFacts is fresh for who has a text of their own to write.
func (ch *change) freshFacts(id allmende.ID) (*allmende.Object, error) {
	return ch.held(id, store.ObjectFacts)
}

func (ch *change) held(id allmende.ID, load func(context.Context, store.Q, allmende.ID) (allmende.Object, error)) (*allmende.Object, error) {
	if err := store.Hold(ch.ctx, ch.Tx, store.TableObject, id); err != nil {
		return nil, err
	}
	o, err := load(ch.ctx, ch, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	return &o, err
}
