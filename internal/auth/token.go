package auth

import (
	"context"
	"crypto/subtle"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"
)

// Token is an app's, or a script's, permanent permission.
type Token = store.Token

// TokenRequest is how an app asks for a token.
type TokenRequest struct {
	GrantType, ClientID, ClientSecret string
	Code, Redirect, Verifier          string // authorization_code
	Scope                             string // client_credentials
}

// Issued is a token as its owner sees it, once.
type Issued struct {
	Secret string
	Token  Token
}

// Exchange gives an app a token for a code, or one of its own without anybody
// behind it (client_credentials). Other grants are not offered.
func (a *Auth) Exchange(ctx context.Context, r TokenRequest) (Issued, error) {
	app, err := a.client(ctx, r.ClientID, r.ClientSecret)
	if err != nil {
		return Issued{}, err
	}
	switch r.GrantType {
	case "authorization_code":
		return a.exchangeCode(ctx, app, r)
	case "client_credentials":
		scopes, err := ParseScopes(r.Scope)
		if err != nil {
			return Issued{}, err
		}
		if !within(scopes, app.Scopes) {
			return Issued{}, oauth("invalid_scope", "scope", clip(scopes, 60))
		}
		made := a.newToken(Token{App: app.ID, Scopes: scopes})
		return made, a.db.Write(ctx, func(tx *db.Tx) error { return store.InsertToken(ctx, tx, &made.Token) })
	}
	return Issued{}, oauth("unsupported_grant_type")
}

// client checks an app's own secret.
func (a *Auth) client(ctx context.Context, id, key string) (*App, error) {
	app, err := store.AppByClientID(ctx, a.db.Read(), id)
	if err != nil {
		return nil, err
	}
	if app == nil || subtle.ConstantTimeCompare([]byte(app.Secret), []byte(digest(key))) != 1 {
		return nil, oauth("invalid_client")
	}
	return app, nil
}

// exchangeCode: a code works once. Used a second time it has been stolen, and
// the token that was made from it ends (RFC 6749, section 4.1.2).
func (a *Auth) exchangeCode(ctx context.Context, app *App, r TokenRequest) (Issued, error) {
	made := a.newToken(Token{App: app.ID})
	hash := digest(r.Code)
	var refusal error
	err := a.db.Write(ctx, func(tx *db.Tx) error {
		refusal = nil
		g, err := store.GrantByCode(ctx, tx, hash)
		if err != nil {
			return err
		}
		if g == nil || g.App != app.ID {
			refusal = oauth("invalid_grant")
			return nil
		}
		if g.Token != 0 {
			refusal = oauth("invalid_grant")
			return a.endToken(ctx, tx, g.Token)
		}
		if !g.Expires.After(a.now()) || g.Redirect != r.Redirect || !provesChallenge(g.Challenge, r.Verifier) {
			refusal = oauth("invalid_grant")
			return nil
		}
		if first, err := store.UseGrant(ctx, tx, hash, made.Token.ID); err != nil || !first {
			refusal = oauth("invalid_grant")
			return err
		}
		made.Token.Account, made.Token.Actor, made.Token.Scopes = g.Account, g.Actor, g.Scopes
		return store.InsertToken(ctx, tx, &made.Token)
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return Issued{}, err
	}
	return made, nil
}

func (a *Auth) newToken(t Token) Issued {
	key := secret()
	t.At = a.now().UTC()
	t.ID, t.Hash = a.ids.New(t.At), digest(key)
	return Issued{key, t}
}

// Issue makes a token for a person's own scripts, acting as one of their actors.
func (a *Auth) Issue(ctx context.Context, account, actor allmende.ID, scopes string) (Issued, error) {
	scopes, err := ParseScopes(scopes)
	if err != nil {
		return Issued{}, err
	}
	p, err := a.person(ctx, account)
	if err != nil {
		return Issued{}, err
	}
	if actor == 0 {
		actor = p.account.Actor
	}
	if !p.lives() || p.role(actor) == "" {
		return Issued{}, allmende.E(allmende.Forbidden, "error.role")
	}
	made := a.newToken(Token{Account: account, Actor: actor, Scopes: scopes})
	return made, a.db.Write(ctx, func(tx *db.Tx) error { return store.InsertToken(ctx, tx, &made.Token) })
}

// FindToken is the token behind a bearer's secret; SignIn when there is none.
// From memory it costs a hash.
func (a *Auth) FindToken(ctx context.Context, bearer string) (Token, error) {
	if len(bearer) < 20 || len(bearer) > 200 {
		return Token{}, badToken()
	}
	hash := digest(bearer)
	k, ok := a.tokens.Peek(hash)
	if ok && k.person != nil {
		p, err := a.person(ctx, k.value.Account)
		if err != nil {
			return Token{}, err
		}
		ok = p == k.person
	}
	if !ok {
		var err error
		if k, err = a.loadToken(ctx, hash); err != nil {
			return Token{}, err
		}
	}
	if k.person != nil && !k.person.lives() {
		return Token{}, badToken()
	}
	return k.value, nil
}

// loadToken loads the person before the token, see loadSession.
func (a *Auth) loadToken(ctx context.Context, hash string) (*known[Token], error) {
	ticket := a.tokens.Ticket(hash)
	t, err := store.TokenByHash(ctx, a.db.Read(), hash)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, badToken()
	}
	k := &known[Token]{}
	if t.Account != 0 {
		if k.person, err = a.person(ctx, t.Account); err != nil {
			return nil, err
		}
		if t, err = store.TokenByHash(ctx, a.db.Read(), hash); err != nil {
			return nil, err
		}
		if t == nil {
			return nil, badToken()
		}
	}
	if now := a.now().UTC(); now.Sub(t.SeenAt) >= seenEvery {
		t.SeenAt = now
		if err := a.sawToken(ctx, t, now); err != nil {
			return nil, err
		}
	}
	k.value = *t
	a.tokens.Put(hash, k, ticket)
	return k, nil
}

// sawToken notes the use whenever a token comes into memory, not more often.
func (a *Auth) sawToken(ctx context.Context, t *Token, now time.Time) error {
	return a.db.Write(ctx, func(tx *db.Tx) error {
		if t.Account != 0 {
			if err := store.SawAccount(ctx, tx, t.Account, now.Truncate(24*time.Hour)); err != nil {
				return err
			}
		}
		return store.SawToken(ctx, tx, t.ID, now)
	})
}

func badToken() error { return allmende.E(allmende.SignIn, "oauth.invalid_token") }

// endToken revokes a token within a transaction.
func (a *Auth) endToken(ctx context.Context, tx *db.Tx, id allmende.ID) error {
	t, err := store.DeleteToken(ctx, tx, id)
	if err == nil && t != nil {
		tx.AfterCommit(func() { a.tokens.Drop(t.Hash) })
	}
	return err
}

// Revoke ends a token at the wish of the app it belongs to. A token that does
// not exist is as good as revoked (RFC 7009, section 2.2).
func (a *Auth) Revoke(ctx context.Context, clientID, clientSecret, bearer string) error {
	app, err := a.client(ctx, clientID, clientSecret)
	if err != nil {
		return err
	}
	t, err := store.TokenByHash(ctx, a.db.Read(), digest(bearer))
	if err != nil || t == nil {
		return err
	}
	if t.App != app.ID {
		return allmende.E(allmende.Forbidden, "oauth.unauthorized_client")
	}
	return a.db.Write(ctx, func(tx *db.Tx) error { return a.endToken(ctx, tx, t.ID) })
}

// Authorization is an app, or script, that may act for an account.
type Authorization struct {
	Token Token
	App   *App // nil: made on the command line
}

// Authorizations lists what may act for an account, newest first.
func (a *Auth) Authorizations(ctx context.Context, account allmende.ID) ([]Authorization, error) {
	tokens, err := store.TokensOf(ctx, a.db.Read(), account)
	if err != nil {
		return nil, err
	}
	apps := map[allmende.ID]*App{}
	out := make([]Authorization, 0, len(tokens))
	for _, t := range tokens {
		if _, asked := apps[t.App]; !asked {
			if apps[t.App], err = a.AppOf(ctx, t); err != nil {
				return nil, err
			}
		}
		out = append(out, Authorization{t, apps[t.App]})
	}
	return out, nil
}

// EndToken revokes one of an account's tokens.
func (a *Auth) EndToken(ctx context.Context, account, id allmende.ID) error {
	tokens, err := store.TokensOf(ctx, a.db.Read(), account)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.ID == id {
			return a.db.Write(ctx, func(tx *db.Tx) error { return a.endToken(ctx, tx, id) })
		}
	}
	return nil
}

// EndTokens revokes all tokens of an account, as after a stolen password.
func (a *Auth) EndTokens(ctx context.Context, account allmende.ID) error {
	return a.db.Write(ctx, func(tx *db.Tx) error {
		tx.AfterCommit(func() { a.people.Drop(account) }) // all its tokens are looked up again
		return store.DeleteTokensOf(ctx, tx, account)
	})
}
