package store

import (
	"context"
	"encoding/json"
	"time"

	"allmende"
)

const accountColumns = `id, actor, email, email_new, confirmed, state, rank, lang, theme, settings, reason, invited_by,
	created_at, seen_at, deleted_at, rules`

func scanAccount(r row) (allmende.Account, error) {
	var a allmende.Account
	var settings string
	var created, seen, deleted int64
	err := r.Scan(&a.ID, &a.Actor, &a.Email, &a.EmailNew, &a.Confirmed, &a.State, &a.Rank, &a.Lang, &a.Theme, &settings,
		&a.Reason, &a.InvitedBy, &created, &seen, &deleted, &a.RulesAgree)
	if err != nil {
		return a, err
	}
	a.CreatedAt, a.SeenAt, a.DeletedAt = at(created), at(seen), at(deleted)
	return a, json.Unmarshal([]byte(settings), &a.Settings)
}

// InsertAccount adds an account; emailKey is the folded address, a taken one is a Conflict.
func InsertAccount(ctx context.Context, q Q, a *allmende.Account, emailKey, passwordHash string) error {
	settings, err := json.Marshal(a.Settings)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `insert into account (id, actor, email, email_key, password, confirmed, state, rank, lang, theme,
		settings, reason, invited_by, rules, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		int64(a.ID), int64(a.Actor), a.Email, emailKey, passwordHash, a.Confirmed, a.State, a.Rank, a.Lang, a.Theme,
		string(settings), a.Reason, int64(a.InvitedBy), a.RulesAgree, ms(a.CreatedAt))
	return err
}

// UpdateAccount writes everything of an account that can change but its password.
func UpdateAccount(ctx context.Context, q Q, a *allmende.Account, emailKey string) error {
	settings, err := json.Marshal(a.Settings)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `update account set email = $2, email_key = $3, email_new = $4, confirmed = $5, state = $6, rank = $7,
		lang = $8, theme = $9, settings = $10, reason = $11, rules = $12, deleted_at = $13 where id = $1`,
		int64(a.ID), a.Email, emailKey, a.EmailNew, a.Confirmed, a.State, a.Rank, a.Lang, a.Theme, string(settings), a.Reason,
		a.RulesAgree, ms(a.DeletedAt))
	return err
}

// SetPassword stores a password's hash.
func SetPassword(ctx context.Context, q Q, id allmende.ID, hash string) error {
	_, err := q.Exec(ctx, `update account set password = $2 where id = $1`, int64(id), hash)
	return err
}

// PasswordOf is the hash of an account's password.
func PasswordOf(ctx context.Context, q Q, id allmende.ID) (string, error) {
	var hash string
	err := q.QueryRow(ctx, `select password from account where id = $1`, int64(id)).Scan(&hash)
	return hash, err
}

// AccountByID finds an account.
func AccountByID(ctx context.Context, q Q, id allmende.ID) (allmende.Account, error) {
	return scanAccount(q.QueryRow(ctx, `select `+accountColumns+` from account where id = $1`, int64(id)))
}

// AccountByEmail finds an account by its folded address.
func AccountByEmail(ctx context.Context, q Q, emailKey string) (allmende.Account, error) {
	return scanAccount(q.QueryRow(ctx, `select `+accountColumns+` from account where email_key = $1`, emailKey))
}

// AccountByActor finds the account whose person this is.
func AccountByActor(ctx context.Context, q Q, actor allmende.ID) (allmende.Account, error) {
	return scanAccount(q.QueryRow(ctx, `select `+accountColumns+` from account where actor = $1`, int64(actor)))
}

// Accounts lists accounts in one state (empty: all), newest first.
func Accounts(ctx context.Context, q Q, state allmende.AccountState, max allmende.ID, limit int) ([]allmende.Account, error) {
	return collect(ctx, q, scanAccount, `select `+accountColumns+` from account
		where ($1 = '' or state = $1) and id < $2 order by id desc limit $3`, string(state), below(max), limit)
}

// CountAccounts counts accounts in a state.
func CountAccounts(ctx context.Context, q Q, state allmende.AccountState) (int, error) {
	var n int
	err := q.QueryRow(ctx, `select count(*) from account where state = $1`, state).Scan(&n)
	return n, err
}

// Staff lists active moderators and admins.
func Staff(ctx context.Context, q Q) ([]allmende.Account, error) {
	return collect(ctx, q, scanAccount, `select `+accountColumns+` from account
		where state = 'active' and rank in ('admin', 'moderator') order by id limit 100`)
}

// SawAccount notes that an account was used today.
func SawAccount(ctx context.Context, q Q, id allmende.ID, day time.Time) error {
	_, err := q.Exec(ctx, `update account set seen_at = $2 where id = $1 and seen_at < $2`, int64(id), ms(day))
	return err
}

// RoleOf is the role of an account in an actor; empty when it has none.
func RoleOf(ctx context.Context, q Q, account, actor allmende.ID) (allmende.Role, error) {
	got, err := collect(ctx, q, func(r row) (allmende.Role, error) {
		var role allmende.Role
		return role, r.Scan(&role)
	}, `select role from role where account = $1 and actor = $2`, int64(account), int64(actor))
	if err != nil || len(got) == 0 {
		return "", err
	}
	return got[0], nil
}

// SetRole gives an account a role in an actor; empty takes it.
func SetRole(ctx context.Context, q Q, account, actor allmende.ID, role allmende.Role, now time.Time) error {
	if role == "" {
		_, err := q.Exec(ctx, `delete from role where account = $1 and actor = $2`, int64(account), int64(actor))
		return err
	}
	_, err := q.Exec(ctx, `insert into role (account, actor, role, at) values ($1, $2, $3, $4)
		on conflict (account, actor) do update set role = excluded.role`, int64(account), int64(actor), role, ms(now))
	return err
}

// Membership is one account's role in one actor.
type Membership struct {
	Account, Actor, Person allmende.ID
	Role                   allmende.Role
}

func scanMembership(r row) (Membership, error) {
	var m Membership
	return m, r.Scan(&m.Account, &m.Actor, &m.Person, &m.Role)
}

// RolesOf lists the actors an account may act as besides its person.
func RolesOf(ctx context.Context, q Q, account allmende.ID) ([]Membership, error) {
	return collect(ctx, q, scanMembership, `select r.account, r.actor, c.actor, r.role from role r join account c on c.id = r.account
		where r.account = $1 order by r.at limit 200`, int64(account))
}

// RolesIn lists who has a role in an actor.
func RolesIn(ctx context.Context, q Q, actor allmende.ID) ([]Membership, error) {
	return collect(ctx, q, scanMembership, `select r.account, r.actor, c.actor, r.role from role r join account c on c.id = r.account
		where r.actor = $1 order by r.at limit 500`, int64(actor))
}
