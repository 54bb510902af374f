package core

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/mail"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// newcomer is a sign-up made ready outside the transaction.
type newcomer struct {
	account  allmende.Account
	actor    allmende.Actor
	mailKey  string
	password string
	invite   string
	mode     string // open, approval, invite, closed
	approved bool
	trusted  bool
}

// signUp makes an account and its person.
//
// Whether a mail address has an account is nobody's business: for a known one
// the command succeeds with an empty result, and the owner of the address gets
// a mail. So doors show the same "look into your mail" page in both cases and
// sign nobody in before the address is confirmed. The command line is told.
func (c *Core) signUp(ctx context.Context, cmd *allmende.SignUp) (step, error) {
	n := newcomer{trusted: trusted(&cmd.Act), password: cmd.PasswordHash, invite: strings.TrimSpace(cmd.InviteCode)}
	site, err := c.read.Site(ctx)
	if err != nil {
		return nil, err
	}
	n.mode = c.registration(site)
	if n.mode == "closed" && !n.trusted {
		return nil, allmende.E(allmende.Forbidden, "error.registration_closed")
	}
	n.actor = allmende.Actor{Kind: allmende.Person, Name: strings.ToLower(strings.TrimSpace(cmd.Name)),
		DisplayName: oneLine(cmd.DisplayName), Discover: true}
	n.account = allmende.Account{Email: strings.TrimSpace(cmd.Email), Rank: allmende.Member, Lang: cmd.Lang,
		Reason: strings.TrimSpace(cmd.Reason), RulesAgree: cmd.Rules}
	if n.trusted {
		n.account.Confirmed, n.approved = cmd.Confirmed, cmd.Approved
		if cmd.Rank != "" {
			n.account.Rank = cmd.Rank
		}
	}
	if err := c.checkNewcomer(ctx, &n); err != nil {
		return nil, err
	}
	return func(ch *change) error { return ch.putNewcomer(n) }, nil
}

// registration is who may join: the site's own choice goes before the settings.
func (c *Core) registration(site allmende.Site) string {
	if site.Registration != "" {
		return site.Registration
	}
	return c.set.Registration
}

func (c *Core) checkNewcomer(ctx context.Context, n *newcomer) error {
	var f allmende.Faults
	gather(&f, allmende.CheckName(n.actor.Name))
	gather(&f, checkMail(n.account.Email))
	n.mailKey = text.Fold(n.account.Email)
	if len([]rune(n.actor.DisplayName)) > maxDisplayName {
		f.Add("display_name", "error.display_name_long", "max", maxDisplayName)
	}
	if len([]rune(n.account.Reason)) > 1000 {
		f.Add("reason", "error.reason_long", "max", 1000)
	}
	if !knownLang(n.account.Lang) {
		f.Add("lang", "error.lang")
	}
	if n.trusted {
		return f.Err()
	}
	if n.password == "" {
		f.Add("password", "error.password_empty")
	}
	if n.mode == "invite" && n.invite == "" {
		f.Add("invite", "error.invite_needed")
	}
	if n.mode == "approval" && n.invite == "" && n.account.Reason == "" {
		f.Add("reason", "error.reason_empty")
	}
	if n.account.RulesAgree == 0 {
		there, err := c.hasRules(ctx)
		if err != nil {
			return err
		}
		if there {
			f.Add("rules", "error.rules_agree")
		}
	}
	return f.Err()
}

func (c *Core) hasRules(ctx context.Context) (bool, error) {
	for _, lang := range legalLangs {
		got, err := store.LegalVersions(ctx, c.db.Read(), "rules", lang, 1)
		if err != nil || len(got) > 0 {
			return len(got) > 0, err
		}
	}
	return false, nil
}

func (ch *change) putNewcomer(n newcomer) error {
	if err := ch.nameFree(n.actor.Name); err != nil {
		return err
	}
	if n.invite != "" {
		if err := ch.inviteHolds(n.invite); err != nil {
			return err
		}
	}
	known, err := store.AccountByEmail(ch.ctx, ch, n.mailKey)
	if err == nil {
		return ch.alreadyHere(n, &known)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if n.invite != "" {
		used, err := store.UseInvite(ch.ctx, ch, n.invite, ch.at)
		if err != nil {
			return err
		}
		if used == nil {
			return allmende.Wrong("invite", "error.invite_void")
		}
		n.account.InvitedBy, n.approved = used.By, true
	}
	if n.approved || n.mode == "open" && !n.trusted {
		n.account.State = allmende.AccountActive
	} else {
		n.account.State = allmende.AccountPending
	}
	return ch.settle(n)
}

// settle stores the newcomer and sends the first mail.
func (ch *change) settle(n newcomer) error {
	a, p := n.account, n.actor
	a.ID, p.ID = ch.core.ids.New(ch.at), ch.core.ids.New(ch.at)
	a.Actor, a.CreatedAt = p.ID, ch.at
	p.State, p.CreatedAt, p.ChangedAt = actorStateOf(&a), ch.at, ch.at
	if err := store.InsertActor(ch.ctx, ch, &p, "", searchKey(&p)); err != nil {
		return err
	}
	if err := store.InsertAccount(ch.ctx, ch, &a, n.mailKey, n.password); err != nil {
		return err
	}
	ch.record.By, ch.record.As, ch.record.Actor = a.ID, p.ID, p.ID
	ch.result.Account, ch.result.Actor = a.ID, p.ID
	ch.news.Accounts = append(ch.news.Accounts, a.ID)
	ch.touches(p.ID)
	if a.Rank == allmende.Admin {
		if err := ch.ready(); err != nil {
			return err
		}
	}
	if !a.Confirmed {
		return ch.letter(allmende.Letter{Kind: allmende.LetterConfirm, Account: a.ID, Lang: a.Lang})
	}
	if a.State == allmende.AccountPending {
		return ch.tellStaffOfSignUp(&a)
	}
	return nil
}

// alreadyHere answers a sign-up with a known address.
func (ch *change) alreadyHere(n newcomer, known *allmende.Account) error {
	if n.trusted {
		return taken("email", "error.mail_taken")
	}
	ch.quiet = true
	return ch.letter(allmende.Letter{Kind: allmende.LetterExists, Account: known.ID, Lang: known.Lang})
}

// ready ends the set-up: there is an admin now.
func (ch *change) ready() error {
	site, err := store.SiteOf(ch.ctx, ch)
	if err != nil || site.Ready {
		return err
	}
	site.Ready = true
	ch.news.Site = true
	return store.PutSite(ch.ctx, ch, site)
}

func (ch *change) nameFree(name string) error {
	_, err := store.ActorByName(ch.ctx, ch, name, "")
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return taken("name", "error.name_taken")
}

func (ch *change) inviteHolds(code string) error {
	i, err := store.InviteByCode(ch.ctx, ch, code)
	if err != nil {
		return err
	}
	if i == nil || i.MaxUses > 0 && i.Uses >= i.MaxUses || !i.Expires.IsZero() && !i.Expires.After(ch.at) {
		return allmende.Wrong("invite", "error.invite_void")
	}
	return nil
}

// confirmMail takes an address as proved: the one of a new account, or the new
// one of an old account. The door has checked the code and for which address
// it was made.
func (c *Core) confirmMail(_ context.Context, cmd *allmende.ConfirmMail) (step, error) {
	if cmd.Account == 0 {
		return nil, allmende.E(allmende.NotFound, "error.account_not_found")
	}
	return func(ch *change) error {
		a, err := ch.account(cmd.Account)
		if err != nil {
			return err
		}
		ch.record.Actor, ch.result.Account, ch.result.Actor = a.Actor, a.ID, a.Actor
		switch {
		case !a.Confirmed:
			return ch.confirmFirst(a)
		case a.EmailNew != "":
			return ch.confirmNew(a)
		}
		ch.quiet = true
		return nil
	}, nil
}

func (ch *change) confirmFirst(a *allmende.Account) error {
	a.Confirmed = true
	if err := ch.putAccount(a); err != nil {
		return err
	}
	switch a.State {
	case allmende.AccountPending:
		return ch.tellStaffOfSignUp(a)
	case allmende.AccountActive:
		if err := ch.setActorState(a.Actor, allmende.ActorActive); err != nil {
			return err
		}
		return ch.letter(allmende.Letter{Kind: allmende.LetterWelcome, Account: a.ID, Lang: a.Lang})
	}
	return nil
}

func (ch *change) confirmNew(a *allmende.Account) error {
	other, err := store.AccountByEmail(ch.ctx, ch, text.Fold(a.EmailNew))
	if err == nil && other.ID != a.ID {
		return taken("email", "error.mail_taken")
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	old := a.Email
	a.Email, a.EmailNew = a.EmailNew, ""
	if err := ch.putAccount(a); err != nil {
		return err
	}
	return ch.letter(allmende.Letter{Kind: allmende.LetterMailChanged, Account: a.ID, To: old, Lang: a.Lang})
}

// tellStaffOfSignUp asks the staff to let somebody in, or not.
func (ch *change) tellStaffOfSignUp(a *allmende.Account) error {
	if err := ch.notify("sign_up:"+a.ID.String(), 0, a.Actor, "sign_up"); err != nil {
		return err
	}
	staff, err := store.Staff(ch.ctx, ch)
	if err != nil {
		return err
	}
	for _, s := range staff {
		l := allmende.Letter{Kind: allmende.LetterSignUp, Account: s.ID, Lang: s.Lang, About: a.ID}
		if err := ch.letterAs("sign_up:"+a.ID.String()+":"+s.ID.String(), l); err != nil {
			return err
		}
	}
	return nil
}

// letter queues a mail of which one per account waits at a time.
func (ch *change) letter(l allmende.Letter) error {
	return ch.letterAs(string(l.Kind)+":"+l.Account.String(), l)
}

func (ch *change) letterAs(key string, l allmende.Letter) error {
	if ch.act.Quiet {
		return nil
	}
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return ch.job("mail", key, 0, 0, string(data), 0)
}

// checkMail tells whether an address has the shape of one.
func checkMail(address string) error {
	got, err := mail.ParseAddress(address)
	if err != nil || got.Address != address || len(address) > 254 || strings.Count(address, "@") != 1 {
		return allmende.Wrong("email", "error.mail_shape")
	}
	return nil
}

// taken says that someone has a name or address already.
func taken(field, key string) error {
	return &allmende.Error{Kind: allmende.Conflict, Key: key, Fields: []allmende.Field{{Name: field, Key: key}}}
}

// gather adds the complaints of one check to all.
func gather(f *allmende.Faults, err error) {
	var e *allmende.Error
	if errors.As(err, &e) {
		*f = append(*f, e.Fields...)
	}
}

// oneLine makes a name fit to stand in one line.
func oneLine(s string) string { return strings.Join(strings.Fields(text.CleanSource(s)), " ") }
