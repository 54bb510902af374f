package store

import (
	"context"
	"strings"
	"time"

	"allmende"
)

// App is a program that people let into their account.
type App struct {
	ID        allmende.ID
	ClientID  string
	Secret    string // hash
	Name      string
	Website   string
	Redirects []string
	Scopes    string
	At        time.Time
}

const appColumns = `id, client_id, secret, name, website, redirects, scopes, at`

func scanApp(r row) (App, error) {
	var a App
	var redirects string
	var when int64
	err := r.Scan(&a.ID, &a.ClientID, &a.Secret, &a.Name, &a.Website, &redirects, &a.Scopes, &when)
	a.Redirects, a.At = strings.Fields(redirects), at(when)
	return a, err
}

// InsertApp registers an app.
func InsertApp(ctx context.Context, q Q, a *App) error {
	_, err := q.Exec(ctx, `insert into app (`+appColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		int64(a.ID), a.ClientID, a.Secret, a.Name, a.Website, strings.Join(a.Redirects, " "), a.Scopes, ms(a.At))
	return err
}

// AppByClientID finds an app; nil when there is none.
func AppByClientID(ctx context.Context, q Q, client string) (*App, error) {
	return first(collect(ctx, q, scanApp, `select `+appColumns+` from app where client_id = $1`, client))
}

// AppByID finds an app; nil when there is none.
func AppByID(ctx context.Context, q Q, id allmende.ID) (*App, error) {
	return first(collect(ctx, q, scanApp, `select `+appColumns+` from app where id = $1`, int64(id)))
}

// SweepApps removes apps registered before a time that nobody ever let in.
func SweepApps(ctx context.Context, q Q, before time.Time) error {
	_, err := q.Exec(ctx, `delete from app where at < $1 and not exists (select 1 from token t where t.app = app.id)
		and not exists (select 1 from grant_code g where g.app = app.id)`, ms(before))
	return err
}

// Grant is a permission on its way to an app: a code that it exchanges for a token.
type Grant struct {
	Code      string // hash
	App       allmende.ID
	Account   allmende.ID
	Actor     allmende.ID
	Scopes    string
	Redirect  string
	Challenge string
	Token     allmende.ID // zero: not exchanged yet
	Expires   time.Time
}

const grantColumns = `code, app, account, actor, scopes, redirect, challenge, token, expires`

func scanGrant(r row) (Grant, error) {
	var g Grant
	var expires int64
	err := r.Scan(&g.Code, &g.App, &g.Account, &g.Actor, &g.Scopes, &g.Redirect, &g.Challenge, &g.Token, &expires)
	g.Expires = at(expires)
	return g, err
}

// InsertGrant keeps a grant.
func InsertGrant(ctx context.Context, q Q, g *Grant) error {
	_, err := q.Exec(ctx, `insert into grant_code (`+grantColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		g.Code, int64(g.App), int64(g.Account), int64(g.Actor), g.Scopes, g.Redirect, g.Challenge, int64(g.Token), ms(g.Expires))
	return err
}

// GrantByCode finds a grant by the hash of its code; nil when there is none.
func GrantByCode(ctx context.Context, q Q, code string) (*Grant, error) {
	return first(collect(ctx, q, scanGrant, `select `+grantColumns+` from grant_code where code = $1`, code))
}

// UseGrant notes which token a code was exchanged for; false when it was used before.
func UseGrant(ctx context.Context, q Q, code string, token allmende.ID) (bool, error) {
	return changed(q.Exec(ctx, `update grant_code set token = $2 where code = $1 and token = 0`, code, int64(token)))
}

// Token is an app's, or a script's, permanent permission. Account zero: the
// app itself, without anybody.
type Token struct {
	Hash    string
	ID      allmende.ID
	App     allmende.ID // zero: made on the command line
	Account allmende.ID
	Actor   allmende.ID
	Scopes  string
	At      time.Time
	SeenAt  time.Time
}

const tokenColumns = `hash, id, app, account, actor, scopes, at, seen_at`

func scanToken(r row) (Token, error) {
	var t Token
	var when, seen int64
	err := r.Scan(&t.Hash, &t.ID, &t.App, &t.Account, &t.Actor, &t.Scopes, &when, &seen)
	t.At, t.SeenAt = at(when), at(seen)
	return t, err
}

// InsertToken keeps a token.
func InsertToken(ctx context.Context, q Q, t *Token) error {
	_, err := q.Exec(ctx, `insert into token (`+tokenColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.Hash, int64(t.ID), int64(t.App), int64(t.Account), int64(t.Actor), t.Scopes, ms(t.At), ms(t.SeenAt))
	return err
}

// TokenByHash finds a token; nil when there is none.
func TokenByHash(ctx context.Context, q Q, hash string) (*Token, error) {
	return first(collect(ctx, q, scanToken, `select `+tokenColumns+` from token where hash = $1`, hash))
}

// TokensOf lists an account's tokens, newest first.
func TokensOf(ctx context.Context, q Q, account allmende.ID) ([]Token, error) {
	return collect(ctx, q, scanToken, `select `+tokenColumns+` from token where account = $1 order by id desc limit 200`, int64(account))
}

// SawToken notes when a token was last used.
func SawToken(ctx context.Context, q Q, id allmende.ID, now time.Time) error {
	_, err := q.Exec(ctx, `update token set seen_at = $2 where id = $1`, int64(id), ms(now))
	return err
}

// DeleteToken revokes a token and tells its hash; nil when there was none.
func DeleteToken(ctx context.Context, q Q, id allmende.ID) (*Token, error) {
	return first(collect(ctx, q, scanToken, `delete from token where id = $1 returning `+tokenColumns, int64(id)))
}

// DeleteTokensOf revokes all tokens of an account.
func DeleteTokensOf(ctx context.Context, q Q, account allmende.ID) error {
	_, err := q.Exec(ctx, `delete from token where account = $1`, int64(account))
	return err
}
