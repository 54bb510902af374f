package app

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/lang"
	"allmende/internal/store"
)

// Order is something that whoever runs the server wants done; one field is
// set. It goes over the socket of a running server as JSON.
type Order struct {
	Lang   lang.Tag
	User   *NewUser  `json:",omitempty"`
	Token  *NewToken `json:",omitempty"`
	Demo   bool      `json:",omitempty"`
	Backup string    `json:",omitempty"` // directory
	Export *Export   `json:",omitempty"`
	Import *Import   `json:",omitempty"`
	Doctor bool      `json:",omitempty"`

	RebuildSearch bool `json:",omitempty"`
}

// Export is "export": a member's or an organisation's everything into a new file.
type Export struct{ Name, File string }

// Import is "import": a file for a member or an organisation.
type Import struct {
	File, As string
	Dry      bool
}

// Voice is how an order tells what came of it (Say) and what is going on (Note).
type Voice struct{ Say, Note func(text string) }

// NewUser is "user add".
type NewUser struct {
	Name, Email, Password string
	Rank                  allmende.Rank
	Confirmed             bool
}

// NewToken is "token".
type NewToken struct {
	Name   string
	Scopes string
	As     string // actor; empty: the person
}

// Carry carries out an order.
func (h *House) Carry(ctx context.Context, o Order, v Voice) error {
	switch {
	case o.User != nil:
		return h.addUser(ctx, o.Lang, *o.User, v)
	case o.Token != nil:
		return h.newToken(ctx, *o.Token, v)
	case o.RebuildSearch:
		return h.rebuildSearch(ctx, o.Lang, v)
	case o.Demo:
		return h.fillDemo(ctx, o.Lang, v)
	case o.Backup != "":
		return h.backup(ctx, o.Lang, o.Backup, v)
	case o.Export != nil:
		return h.export(ctx, o.Lang, *o.Export, v)
	case o.Import != nil:
		return h.importFile(ctx, o.Lang, *o.Import, v)
	case o.Doctor:
		return Doctor(ctx, Patient{Config: h.Config, House: h, Running: h.serving.Load()}, o.Lang, v)
	}
	return allmende.E(allmende.Unsupported, "error.command", "verb", "")
}

// addUser makes an account that needs nobody's approval.
func (h *House) addUser(ctx context.Context, tag lang.Tag, u NewUser, v Voice) error {
	if err := auth.CheckPassword(u.Password, u.Name, u.Email); err != nil {
		return err
	}
	hash, err := h.Auth.Hash(ctx, u.Password)
	if err != nil {
		return err
	}
	_, err = h.Core.Do(ctx, &allmende.SignUp{Act: byHouse(), Name: u.Name, Email: u.Email, PasswordHash: hash,
		Rank: u.Rank, Confirmed: u.Confirmed, Approved: true})
	if err != nil {
		return err
	}
	v.Say(lang.T(tag, "cli.user_added", "name", strings.ToLower(u.Name), "url", h.Config.URL+"/@"+strings.ToLower(u.Name)))
	return nil
}

// newToken says a new token and nothing else, so that scripts can use it.
func (h *House) newToken(ctx context.Context, t NewToken, v Voice) error {
	account, err := h.accountOf(ctx, t.Name)
	if err != nil {
		return err
	}
	var as allmende.ID
	if t.As != "" {
		actor, err := h.Read.ActorByHandle(ctx, t.As, h.Config.Domain())
		if err != nil {
			return err
		}
		as = actor.ID
	}
	issued, err := h.Auth.Issue(ctx, account.ID, as, t.Scopes)
	if err != nil {
		return err
	}
	v.Say(issued.Secret)
	return nil
}

// accountOf finds the account of a member by name.
func (h *House) accountOf(ctx context.Context, name string) (allmende.Account, error) {
	actor, err := h.Read.ActorByHandle(ctx, name, h.Config.Domain())
	if err != nil {
		return allmende.Account{}, err
	}
	account, err := store.AccountByActor(ctx, h.DB.Read(), actor.ID)
	if err != nil {
		return account, allmende.E(allmende.NotFound, "error.account_not_found").Because(err)
	}
	return account, nil
}

// actorOf finds a member or organisation by name, as who looks at their own things.
func (h *House) actorOf(ctx context.Context, name string) (allmende.Viewer, error) {
	actor, err := h.Read.ActorByHandle(ctx, name, h.Config.Domain())
	if err != nil {
		return allmende.Viewer{}, err
	}
	if !actor.Local() {
		return allmende.Viewer{}, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	v := allmende.Viewer{Actor: actor.ID, Role: allmende.RoleOwner, Rank: allmende.Member}
	account, err := store.AccountByActor(ctx, h.DB.Read(), actor.ID)
	if err == nil {
		v.Account, v.Lang = account.ID, account.Lang
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // organisations have no account of their own
	}
	return v, err
}

// byHouse is the sender of what the command line does.
func byHouse() allmende.Act { return allmende.Act{Via: "cli"} }

// Explain says an error in words: those of its key and fields, and for what is
// nobody's but our fault the cause, since who reads this runs the server.
func Explain(tag lang.Tag, err error) string {
	var e *allmende.Error
	if !errors.As(err, &e) {
		return lang.T(tag, "cli.failed", "why", err.Error())
	}
	if len(e.Fields) > 0 {
		var lines []string
		for _, f := range e.Fields {
			lines = append(lines, f.Name+": "+lang.T(tag, f.Key, f.Args...))
		}
		return strings.Join(lines, "\n")
	}
	if e.Key == "" {
		return lang.T(tag, "cli.failed", "why", err.Error())
	}
	text := lang.T(tag, e.Key, e.Args...)
	if e.Cause != nil && (e.Kind == allmende.Internal || e.Kind == allmende.Unavailable) {
		text += " (" + e.Cause.Error() + ")"
	}
	return text
}
