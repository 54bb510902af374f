package auth

import (
	"context"
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/store"
)

// person is an account with the roles it has; shared, never changed.
type person struct {
	account allmende.Account
	roles   map[allmende.ID]allmende.Role
}

// lives tells whether there is still somebody behind the account.
func (p *person) lives() bool {
	return p.account.State != allmende.AccountDeleted && p.account.State != allmende.AccountRejected
}

// active tells whether the account may act and see what members see.
func (p *person) active() bool {
	return p.account.State == allmende.AccountActive && p.account.Confirmed
}

// role is the account's role in an actor; empty when it has none.
func (p *person) role(actor allmende.ID) allmende.Role {
	if actor == p.account.Actor {
		return allmende.RoleOwner
	}
	return p.roles[actor]
}

func (a *Auth) person(ctx context.Context, id allmende.ID) (*person, error) {
	p, err := a.people.Get(id, func() (*person, error) {
		account, err := store.AccountByID(ctx, a.db.Read(), id)
		if err != nil {
			return nil, err
		}
		list, err := store.RolesOf(ctx, a.db.Read(), id)
		if err != nil {
			return nil, err
		}
		p := &person{account: account, roles: make(map[allmende.ID]allmende.Role, len(list))}
		for _, m := range list {
			p.roles[m.Actor] = m.Role
		}
		return p, nil
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notSignedIn()
	}
	return p, err
}

func notSignedIn() error { return allmende.E(allmende.SignIn, "error.sign_in") }

// Viewer is who looks through a session. A person who waits for approval, has
// not confirmed the address, is suspended or away sees what everybody sees: the
// Viewer has an Account but no Actor, and the account's state says why. A role
// that was taken makes the session act as the person again.
func (a *Auth) Viewer(ctx context.Context, s Session) (allmende.Viewer, *allmende.Account, error) {
	p, err := a.person(ctx, s.Account)
	if err != nil {
		return allmende.Viewer{}, nil, err
	}
	if !p.lives() {
		return allmende.Viewer{}, nil, notSignedIn()
	}
	actor := s.Actor
	if p.role(actor) == "" {
		actor = p.account.Actor
	}
	account := p.account
	return p.viewer(actor, ""), &account, nil
}

// TokenViewer is who looks through an app. A token without person (of the app
// itself) sees what everybody sees. Without an admin scope a token has no rank.
func (a *Auth) TokenViewer(ctx context.Context, t Token) (allmende.Viewer, *allmende.Account, error) {
	if t.Account == 0 {
		return allmende.Viewer{Scopes: t.Scopes}, nil, nil
	}
	p, err := a.person(ctx, t.Account)
	if err != nil {
		return allmende.Viewer{}, nil, err
	}
	if !p.lives() || p.role(t.Actor) == "" {
		return allmende.Viewer{}, nil, notSignedIn()
	}
	account := p.account
	v := p.viewer(t.Actor, t.Scopes)
	if !Allows(t.Scopes, "admin:read") {
		v.Rank = allmende.Member
	}
	return v, &account, nil
}

func (p *person) viewer(actor allmende.ID, scopes string) allmende.Viewer {
	v := allmende.Viewer{Account: p.account.ID, Lang: p.account.Lang, Scopes: scopes}
	if p.active() {
		v.Actor, v.Role, v.Rank = actor, p.role(actor), p.account.Rank
	}
	return v
}

// Faces lists the actors an account may act as, its person first.
func (a *Auth) Faces(ctx context.Context, account allmende.ID) ([]allmende.ID, error) {
	p, err := a.person(ctx, account)
	if err != nil {
		return nil, err
	}
	list, err := store.RolesOf(ctx, a.db.Read(), account)
	if err != nil {
		return nil, err
	}
	out := []allmende.ID{p.account.Actor}
	for _, m := range list {
		out = append(out, m.Actor)
	}
	return out, nil
}
