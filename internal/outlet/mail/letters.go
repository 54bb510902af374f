package mail

import (
	"context"
	"database/sql"
	"errors"
	"net/mail"
	"time"

	"allmende"
	"allmende/internal/lang"
	"allmende/internal/store"
)

// existsEvery is how often at most somebody hears that their address was typed
// in by who does not know that it has an account.
const existsEvery = time.Hour

// compose writes a letter; nil when there is nothing to send (any more).
func (o *Outlet) compose(ctx context.Context, l allmende.Letter) (*message, error) {
	account, err := o.account(ctx, l.Account)
	if err != nil {
		return nil, err
	}
	if account == nil && l.To == "" {
		return nil, nil
	}
	m, err := o.open(ctx, l, account)
	if err != nil {
		return nil, err
	}
	write, known := o.writers()[l.Kind]
	if !known {
		return nil, allmende.E(allmende.Invalid, "job.unknown", "key", string(l.Kind))
	}
	if err := write(ctx, m, l, account); err != nil {
		if over(err) || errors.Is(err, errUnwanted) {
			return nil, nil
		}
		return nil, err
	}
	if m.to.Address == "" {
		return nil, nil
	}
	return m, nil
}

// errUnwanted ends the writing of a letter that is not to be sent.
var errUnwanted = errors.New("mail: not wanted")

// writer fills in what a kind of letter says.
type writer func(ctx context.Context, m *message, l allmende.Letter, a *allmende.Account) error

// writers is a line per kind of letter.
func (o *Outlet) writers() map[allmende.LetterKind]writer {
	return map[allmende.LetterKind]writer{
		allmende.LetterConfirm:         o.code("confirm", allmende.PathConfirm),
		allmende.LetterPassword:        o.code("password", allmende.PathPassword),
		allmende.LetterMailChange:      o.code("change", allmende.PathChange),
		allmende.LetterWelcome:         o.plain("/"),
		allmende.LetterApproved:        o.plain("/login"),
		allmende.LetterRejected:        o.plain(""),
		allmende.LetterPasswordChanged: o.plain("/forgotten"),
		allmende.LetterMailChanged:     o.plain(""),
		allmende.LetterExists:          o.exists,
		allmende.LetterSignUp:          o.signUp,
		allmende.LetterDecision:        o.decision,
		allmende.LetterReportReceipt:   o.receipt,
		allmende.LetterReportDecision:  o.reportDecision,
	}
}

// account loads whom a letter is for; nil when there is none, or none any more.
func (o *Outlet) account(ctx context.Context, id allmende.ID) (*allmende.Account, error) {
	if id == 0 {
		return nil, nil
	}
	a, err := store.AccountByID(ctx, o.db.Read(), id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (a.State == allmende.AccountDeleted || a.State == allmende.AccountRejected) {
		return nil, nil
	}
	return &a, err
}

// open begins a letter: to whom, in which language, from which community.
func (o *Outlet) open(ctx context.Context, l allmende.Letter, a *allmende.Account) (*message, error) {
	site, err := o.read.Site(ctx)
	if err != nil {
		return nil, err
	}
	m := &message{kind: l.Kind, Site: site.Name, SiteURL: o.set.BaseURL, to: mail.Address{Name: l.Name, Address: l.To}}
	if m.Site == "" {
		m.Site = hostOnly(o.set.Host)
	}
	speak := l.Lang
	if a != nil {
		speak = a.Lang
		if m.to.Address == "" {
			m.to.Address = a.Email
		}
		if m.to.Name == "" {
			actor, err := o.read.Actor(ctx, a.Actor)
			if err != nil {
				return nil, err
			}
			m.to.Name = actor.Label()
		}
	}
	if speak == "" {
		speak = site.Lang
	}
	m.lang = lang.Match("", speak)
	m.Lang = m.lang.HTML()
	m.Hello = m.t("mail.hello", "name", m.to.Name)
	if m.to.Name == "" {
		m.Hello = m.t("mail.hello_stranger")
	}
	m.Footer = m.t("mail.footer")
	m.say(string(l.Kind))
	return m, nil
}

// say takes over what the texts say about a kind of letter.
func (m *message) say(kind string, args ...any) {
	m.Subject = m.t("mail."+kind+".subject", args...)
	m.Text = []string{m.t("mail."+kind+".text", args...)}
	if key := "mail." + kind + ".button"; lang.Has(key) {
		m.Button = m.t(key, args...)
	}
	if key := "mail." + kind + ".after"; lang.Has(key) {
		m.After = []string{m.t(key, args...)}
	}
}

// plain is a letter that says the same to everyone, with a link to a page.
func (o *Outlet) plain(path string) writer {
	return func(_ context.Context, m *message, l allmende.Letter, _ *allmende.Account) error {
		m.Quote = l.Reason
		if path != "" {
			m.Link = o.set.BaseURL + path
		}
		return nil
	}
}

// code is a letter with a code that is made now.
func (o *Outlet) code(purpose, path string) writer {
	return func(ctx context.Context, m *message, _ allmende.Letter, a *allmende.Account) error {
		if a == nil {
			return errUnwanted
		}
		c, err := o.mint(ctx, a.ID, purpose)
		if err != nil {
			return err
		}
		m.to.Address, m.secret = c.To, c.Link
		m.Link = o.set.BaseURL + path + c.Link
		m.Code = m.t("mail.code", "code", c.Short)
		m.After = append([]string{m.holds(c.Expires.Sub(o.now()))}, m.After...)
		return nil
	}
}

// holds says how long a code does.
func (m *message) holds(d time.Duration) string {
	hours := int(d.Hours() + 0.5)
	if hours < 48 {
		return m.t("mail.holds_hours", "count", max(1, hours))
	}
	return m.t("mail.holds_days", "count", (hours+12)/24)
}

// exists: somebody typed in an address that has an account already.
func (o *Outlet) exists(ctx context.Context, m *message, _ allmende.Letter, a *allmende.Account) error {
	if a == nil {
		return errUnwanted
	}
	last, _, err := o.lastSent(ctx, a.Actor, existsMarker)
	if err != nil {
		return err
	}
	if o.now().Sub(last) < existsEvery {
		return errUnwanted
	}
	m.Link = o.set.BaseURL + "/forgotten"
	return nil
}

// signUp asks the staff about a newcomer.
func (o *Outlet) signUp(ctx context.Context, m *message, l allmende.Letter, _ *allmende.Account) error {
	about, err := o.account(ctx, l.About)
	if err != nil {
		return err
	}
	if about == nil || about.State != allmende.AccountPending {
		return errUnwanted // somebody was quicker
	}
	actor, err := o.read.Actor(ctx, about.Actor)
	if err != nil {
		return err
	}
	m.say(string(l.Kind), "who", "@"+actor.Name)
	m.Quote, m.Link = about.Reason, o.set.BaseURL+"/moderation"
	return nil
}

// decision tells what was decided, the reason in the moderators' words, and how
// to object.
func (o *Outlet) decision(ctx context.Context, m *message, l allmende.Letter, _ *allmende.Account) error {
	d, err := store.DecisionByID(ctx, o.db.Read(), l.Decision)
	if errors.Is(err, sql.ErrNoRows) {
		return errUnwanted
	}
	if err != nil {
		return err
	}
	what := "mail.decision." + string(d.Kind)
	if d.Object == 0 && d.Kind == allmende.DecideDelete {
		what = "mail.decision.delete_account"
	}
	m.Text = []string{m.t(what)}
	if d.Rule != "" {
		m.Text = append(m.Text, m.t("mail.decision.rule", "rule", d.Rule))
	}
	m.Quote = d.Reason
	if d.Object != 0 && d.Kind != allmende.DecideDelete {
		m.Link, m.Button = o.set.BaseURL+"/o/"+d.Object.String(), m.t("mail.decision.button")
	}
	m.After = nil
	site, err := o.read.Site(ctx)
	if err == nil && site.Contact != "" {
		m.After = []string{m.t("mail.decision.object", "contact", site.Contact)}
	}
	return err
}

// receipt goes to who reported without an account.
func (o *Outlet) receipt(ctx context.Context, m *message, l allmende.Letter, _ *allmende.Account) error {
	x, err := o.report(ctx, l.Report)
	if err != nil {
		return err
	}
	m.Link = o.set.BaseURL + allmende.PathReport + x.Code
	return nil
}

// reportDecision goes to who reported; whom the decision concerns reads the reason.
func (o *Outlet) reportDecision(ctx context.Context, m *message, l allmende.Letter, _ *allmende.Account) error {
	x, err := o.report(ctx, l.Report)
	if err != nil {
		return err
	}
	d, err := store.DecisionByID(ctx, o.db.Read(), l.Decision)
	if errors.Is(err, sql.ErrNoRows) {
		return errUnwanted
	}
	if d.Kind == allmende.DecideNothing {
		m.Text, m.Quote = []string{m.t("mail.report_decision.nothing")}, d.Reason
	}
	m.Link = o.set.BaseURL + allmende.PathReport + x.Code
	return err
}

func (o *Outlet) report(ctx context.Context, id allmende.ID) (*allmende.Report, error) {
	x, err := store.ReportByID(ctx, o.db.Read(), id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errUnwanted
	}
	return &x, err
}
