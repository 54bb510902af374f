// Package mail writes the letters that core queues and sends them by SMTP, in
// the reader's language, as plain text with an HTML part.
//
// Codes are made while a letter is written, so none lies in the queue. Without
// a mail server letters are not sent: the log says so at warn level, with the
// link of those that carry one, since the admin of a house without mail must
// be able to hand it on; the same list is kept in memory for the admin page.
package mail

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/mail"
	"strings"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/outlet"
	"allmende/internal/read"
)

// Settings are what the outlet needs to know of the configuration.
type Settings struct {
	URL     string // "smtp://user:password@host:587", "smtps://…"; empty: no mail
	From    string // "Name <address>" or an address; empty: noreply@Host, under the community's name
	BaseURL string // "https://example.org", no slash at the end
	Host    string // account domain, for the sender and message ids
}

// Code is a code that a letter carries, as a link's token and for typing.
type Code struct {
	Link, Short string
	To          string // the address it proves
	Expires     time.Time
}

// Mint makes a code for a purpose: "confirm", "password" or "change". Conflict
// means that the account needs none any more.
type Mint func(ctx context.Context, account allmende.ID, purpose string) (Code, error)

// Outlet sends mail.
type Outlet struct {
	db     *db.DB
	read   *read.Reader
	set    Settings
	server *server // nil: no mail
	mint   Mint
	unsent *live.Outbox
	log    *slog.Logger
	now    func() time.Time
}

// Options suit this outlet: a server that is away for a day loses no mail.
var Options = outlet.Options{Workers: 2, Timeout: time.Minute, Attempts: 14, Backoff: time.Minute, MaxBackoff: 6 * time.Hour}

// New makes the outlet; Invalid when the settings make no sense.
func New(d *db.DB, r *read.Reader, s Settings, mint Mint, unsent *live.Outbox, log *slog.Logger, now func() time.Time) (*Outlet, error) {
	if s.From != "" {
		if _, err := mail.ParseAddress(s.From); err != nil {
			return nil, allmende.Wrong("mail.from", "mail.bad_sender").Because(err)
		}
	}
	server, err := parseServer(s)
	if err != nil {
		return nil, err
	}
	return &Outlet{db: d, read: r, set: s, server: server, mint: mint, unsent: unsent, log: log, now: now}, nil
}

// Name implements outlet.Outlet.
func (*Outlet) Name() string { return "mail" }

// Run implements outlet.Outlet.
func (o *Outlet) Run(ctx context.Context, job allmende.Job) error {
	var l allmende.Letter
	if err := json.Unmarshal([]byte(job.Data), &l); err != nil {
		return allmende.E(allmende.Invalid, "job.unknown", "key", job.Key).Because(err)
	}
	if l.Kind == allmende.LetterNotify {
		return o.notify(ctx, l)
	}
	m, err := o.compose(ctx, l)
	if err != nil || m == nil {
		return err
	}
	if err := o.send(ctx, m); err != nil {
		return err
	}
	return o.noteSent(ctx, l)
}

// send hands a mail to the server. Without one it is noted.
func (o *Outlet) send(ctx context.Context, m *message) error {
	if o.server == nil {
		o.note(m)
		return nil
	}
	msg, err := o.build(ctx, m)
	if err != nil {
		return err
	}
	return o.server.send(ctx, msg)
}

// note is all that a server without mail can do.
func (o *Outlet) note(m *message) {
	log := o.log.With("kind", m.kind, "to", shortened(m.to.Address), "subject", m.Subject)
	if m.secret == "" {
		log.Info("no mail server: would have sent a letter")
		return
	}
	log.Warn("no mail server: would have sent this link; hand it on yourself", "link", m.Link)
	o.unsent.Add(live.Unsent{At: o.now(), To: m.to.Address, Subject: m.Subject, Link: m.Link, Code: m.Code})
}

// shortened keeps addresses out of the log: "a…@example.org".
func shortened(address string) string {
	name, host, _ := strings.Cut(address, "@")
	for i := range name {
		if i > 0 {
			name = name[:i] + "…"
			break
		}
	}
	return name + "@" + host
}

// over tells that an error means: no letter is wanted any more.
func over(err error) bool {
	var e *allmende.Error
	return errors.As(err, &e) && (e.Kind == allmende.Conflict || e.Kind == allmende.NotFound || e.Kind == allmende.Gone)
}
