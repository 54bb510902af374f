package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Passkey is a key that its owner's device keeps.
type Passkey = store.Passkey

const (
	maxPasskeys  = 20
	ceremonyLife = 5 * time.Minute // between the two steps of a sign-in
)

// ceremony is a registration or sign-in between its two steps.
type ceremony struct {
	account allmende.ID // zero: a sign-in, of whoever has a key
	data    webauthn.SessionData
}

func passkeyConfig(s Settings, site *url.URL) *webauthn.Config {
	name := s.Name
	if name == "" {
		name = site.Host
	}
	host := site.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		host = "localhost" // browsers know no passkeys for bare addresses; everything else works there
	}
	return &webauthn.Config{RPID: host, RPDisplayName: name, RPOrigins: []string{site.Scheme + "://" + site.Host}}
}

// keyOwner is an account as the passkey library wants to see it.
type keyOwner struct {
	id          allmende.ID
	name, label string
	keys        []webauthn.Credential
}

func (o *keyOwner) WebAuthnID() []byte                         { return []byte(o.id.String()) }
func (o *keyOwner) WebAuthnName() string                       { return o.name }
func (o *keyOwner) WebAuthnDisplayName() string                { return o.label }
func (o *keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func (a *Auth) keyOwner(ctx context.Context, account allmende.ID) (*keyOwner, error) {
	p, err := a.person(ctx, account)
	if err != nil {
		return nil, err
	}
	actor, err := store.ActorByID(ctx, a.db.Read(), p.account.Actor)
	if err != nil {
		return nil, err
	}
	list, err := store.PasskeysOf(ctx, a.db.Read(), account)
	if err != nil {
		return nil, err
	}
	o := &keyOwner{id: account, name: actor.Name, label: actor.Label()}
	for _, k := range list {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Data), &c); err != nil {
			return nil, err
		}
		o.keys = append(o.keys, c)
	}
	return o, nil
}

// BeginPasskey starts adding a passkey. It gives the options for the browser
// (JSON for navigator.credentials.create) and a ticket for FinishPasskey.
func (a *Auth) BeginPasskey(ctx context.Context, account allmende.ID) (options []byte, key string, err error) {
	owner, err := a.keyOwner(ctx, account)
	if err != nil {
		return nil, "", err
	}
	if len(owner.keys) >= maxPasskeys {
		return nil, "", allmende.E(allmende.Invalid, "error.passkeys_many", "max", maxPasskeys)
	}
	var known []protocol.CredentialDescriptor
	for _, k := range owner.keys {
		known = append(known, k.Descriptor())
	}
	creation, data, err := a.passkeys.BeginRegistration(owner, webauthn.WithExclusions(known),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}))
	if err != nil {
		return nil, "", err
	}
	options, err = json.Marshal(creation)
	return options, a.ceremonies.put(ceremony{account, *data}, a.now()), err
}

// FinishPasskey adds the passkey that the browser made.
func (a *Auth) FinishPasskey(ctx context.Context, account allmende.ID, key, name string, answer []byte) error {
	c, ok := a.ceremonies.take(key, a.now())
	if !ok || c.account != account {
		return allmende.E(allmende.Invalid, "error.ticket_void")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return passkeyFailed(err)
	}
	owner, err := a.keyOwner(ctx, account)
	if err != nil {
		return err
	}
	made, err := a.passkeys.CreateCredential(owner, c.data, parsed)
	if err != nil {
		return passkeyFailed(err)
	}
	data, err := json.Marshal(made)
	if err != nil {
		return err
	}
	k := Passkey{ID: credentialID(made.ID), Account: account, Name: strings.TrimSpace(clip(name, 60)), Data: string(data), At: a.now().UTC()}
	return a.db.Write(ctx, func(tx *db.Tx) error { return store.InsertPasskey(ctx, tx, &k) })
}

// BeginPasskeySignIn starts a sign-in without name: the device knows whose keys
// it has. It gives the options for navigator.credentials.get and a ticket.
func (a *Auth) BeginPasskeySignIn() (options []byte, key string, err error) {
	assertion, data, err := a.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", err
	}
	options, err = json.Marshal(assertion)
	return options, a.ceremonies.put(ceremony{0, *data}, a.now()), err
}

// FinishPasskeySignIn tells who signed in. A passkey is two factors in one, so
// no second one is asked for. Shown within a session of the same account it
// allows MarkFresh.
func (a *Auth) FinishPasskeySignIn(ctx context.Context, key string, answer []byte) (Proof, error) {
	c, ok := a.ceremonies.take(key, a.now())
	if !ok || c.account != 0 {
		return Proof{}, allmende.E(allmende.SignIn, "error.ticket_void")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Proof{}, passkeyFailed(err)
	}
	var owner *keyOwner
	used, err := a.passkeys.ValidateDiscoverableLogin(func(rawID, handle []byte) (webauthn.User, error) {
		owner, err = a.ownerOf(ctx, rawID, handle)
		return owner, err
	}, c.data, parsed)
	if err != nil {
		return Proof{}, passkeyFailed(err)
	}
	if used.Authenticator.CloneWarning {
		a.log.Warn("passkey may have been copied", "account", owner.id)
		return Proof{}, allmende.E(allmende.SignIn, "error.passkey_failed")
	}
	p, err := a.person(ctx, owner.id)
	if err != nil {
		return Proof{}, err
	}
	if !p.lives() {
		return Proof{}, notSignedIn()
	}
	data, err := json.Marshal(used)
	if err != nil {
		return Proof{}, err
	}
	err = a.db.Write(ctx, func(tx *db.Tx) error {
		return store.UsedPasskey(ctx, tx, credentialID(used.ID), string(data), a.now())
	})
	return Proof{Account: owner.id, Asleep: p.account.State == allmende.AccountDeactivated}, err
}

// ownerOf finds whose key it is; the handle must say the same.
func (a *Auth) ownerOf(ctx context.Context, rawID, handle []byte) (*keyOwner, error) {
	k, err := store.PasskeyByID(ctx, a.db.Read(), credentialID(rawID))
	if err != nil {
		return nil, err
	}
	if k == nil || k.Account.String() != string(handle) {
		return nil, allmende.E(allmende.SignIn, "error.passkey_unknown")
	}
	return a.keyOwner(ctx, k.Account)
}

// Passkeys lists an account's passkeys, oldest first.
func (a *Auth) Passkeys(ctx context.Context, account allmende.ID) ([]Passkey, error) {
	return store.PasskeysOf(ctx, a.db.Read(), account)
}

// NamePasskey gives one of an account's passkeys another name.
func (a *Auth) NamePasskey(ctx context.Context, account allmende.ID, id, name string) error {
	there := false
	err := a.db.Write(ctx, func(tx *db.Tx) (err error) {
		there, err = store.NamePasskey(ctx, tx, account, id, strings.TrimSpace(clip(name, 60)))
		return err
	})
	if err == nil && !there {
		return allmende.E(allmende.NotFound, "error.passkey_unknown")
	}
	return err
}

// DropPasskey removes one of an account's passkeys.
func (a *Auth) DropPasskey(ctx context.Context, account allmende.ID, id string) error {
	there := false
	err := a.db.Write(ctx, func(tx *db.Tx) (err error) {
		there, err = store.DeletePasskey(ctx, tx, account, id)
		return err
	})
	if err == nil && !there {
		return allmende.E(allmende.NotFound, "error.passkey_unknown")
	}
	return err
}

func passkeyFailed(cause error) error {
	return allmende.E(allmende.SignIn, "error.passkey_failed").Because(cause)
}

func credentialID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
