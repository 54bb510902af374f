package read

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// MemberLine is an account with its person, for the staff.
type MemberLine struct {
	Account allmende.Account
	Actor   *allmende.Actor
}

// memberPage is how many members a list shows at once.
const memberPage = 50

// Members lists accounts in a state (empty: all), newest first; for admins.
// Next pages on.
func (r *Reader) Members(ctx context.Context, v allmende.Viewer, state allmende.AccountState, max allmende.ID) (list []MemberLine, next allmende.ID, err error) {
	if v.Rank != allmende.Admin {
		return nil, 0, notForYou()
	}
	accounts, err := store.Accounts(ctx, r.db.Read(), state, max, memberPage)
	if err != nil {
		return nil, 0, err
	}
	if len(accounts) == memberPage {
		next = accounts[memberPage-1].ID
	}
	list, err = r.memberLines(ctx, accounts)
	return list, next, err
}

// FindMembers finds accounts by the beginning of a name or by the whole mail
// address; for admins.
func (r *Reader) FindMembers(ctx context.Context, v allmende.Viewer, typed string) ([]MemberLine, error) {
	if v.Rank != allmende.Admin {
		return nil, notForYou()
	}
	typed = strings.TrimSpace(typed)
	var accounts []allmende.Account
	if byMail, err := store.AccountByEmail(ctx, r.db.Read(), text.Fold(typed)); err == nil {
		accounts = append(accounts, byMail)
	} else if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	name, _ := allmende.SplitHandle(typed)
	found, err := store.ActorsLike(ctx, r.db.Read(), text.Fold(name), memberPage, 0)
	if err != nil {
		return nil, err
	}
	if exact, err := store.ActorByName(ctx, r.db.Read(), name, ""); err == nil && exact.State != allmende.ActorActive {
		found = append(found, exact) // the search for people does not find those who may not act
	} else if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	for _, a := range found {
		if !a.Local() {
			continue
		}
		account, err := store.AccountByActor(ctx, r.db.Read(), a.ID)
		if err == nil {
			accounts = append(accounts, account)
		} else if !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
	}
	return r.memberLines(ctx, accounts)
}

// Waiting lists who waits to be let in, the longest waiting first; for moderators.
func (r *Reader) Waiting(ctx context.Context, v allmende.Viewer) ([]MemberLine, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	accounts, err := store.Accounts(ctx, r.db.Read(), allmende.AccountPending, 0, 500)
	if err != nil {
		return nil, err
	}
	lines, err := r.memberLines(ctx, accounts)
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return lines, err
}

func (r *Reader) memberLines(ctx context.Context, accounts []allmende.Account) ([]MemberLine, error) {
	ids := make([]allmende.ID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.Actor
	}
	actors, err := r.Actors(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]MemberLine, 0, len(accounts))
	for _, a := range accounts {
		if actor := actors[a.Actor]; actor != nil {
			out = append(out, MemberLine{a, actor})
		}
	}
	return out, nil
}

// Member is the account behind a person, for moderators; nil when there is none.
func (r *Reader) Member(ctx context.Context, v allmende.Viewer, actor allmende.ID) (*allmende.Account, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	a, err := store.AccountByActor(ctx, r.db.Read(), actor)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &a, err
}

// SettingsOf are an account's own choices, for what is changed in its name
// without a session (unsubscribing).
func (r *Reader) SettingsOf(ctx context.Context, account allmende.ID) (allmende.AccountSettings, error) {
	a, err := store.AccountByID(ctx, r.db.Read(), account)
	if errors.Is(err, sql.ErrNoRows) {
		return allmende.AccountSettings{}, allmende.E(allmende.NotFound, "error.account_not_found")
	}
	return a.Settings, err
}

// Staff lists the people who look after the community, as everybody may know.
func (r *Reader) Staff(ctx context.Context) ([]MemberLine, error) {
	accounts, err := store.Staff(ctx, r.db.Read())
	if err != nil {
		return nil, err
	}
	return r.memberLines(ctx, accounts)
}

// Invites lists all codes that let people in, newest first; for moderators.
func (r *Reader) Invites(ctx context.Context, v allmende.Viewer) ([]allmende.Invite, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	return store.InvitesBy(ctx, r.db.Read(), 0, 200)
}
