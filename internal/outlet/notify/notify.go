// Package notify tells people what concerns them. For each job it reads what
// is true now, works out who is to be told what, and writes or takes back
// notifications so that they fit.
package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/outlet"
	"allmende/internal/read"
	"allmende/internal/store"
)

// Outlet writes notifications. It is run by one worker, so that a job that
// takes something back never overtakes the one that told of it.
type Outlet struct {
	db        *db.DB
	read      *read.Reader
	hub       *live.Hub
	now       func() time.Time
	ids       allmende.Minter
	mailAfter time.Duration
}

// New makes the outlet. Mails about notifications are queued mailAfter they
// came, so that who reads them at once gets none.
func New(d *db.DB, r *read.Reader, hub *live.Hub, now func() time.Time, mailAfter time.Duration) *Outlet {
	return &Outlet{db: d, read: r, hub: hub, now: now, mailAfter: mailAfter}
}

// Options suit this outlet.
var Options = outlet.Options{Workers: 1, Batch: 64, Gather: 50 * time.Millisecond, Timeout: 2 * time.Minute}

// Name implements outlet.Outlet.
func (*Outlet) Name() string { return "notify" }

// Run implements outlet.Outlet.
func (o *Outlet) Run(ctx context.Context, job allmende.Job) error {
	return o.RunBatch(ctx, []allmende.Job{job})[0]
}

// RunBatch implements outlet.Batcher: all are looked at first, and written in
// one transaction.
func (o *Outlet) RunBatch(ctx context.Context, jobs []allmende.Job) []error {
	errs := make([]error, len(jobs))
	var all plan
	for i, job := range jobs {
		p, err := o.plan(ctx, job)
		if errs[i] = err; err != nil {
			continue
		}
		all.tell, all.forget = append(all.tell, p.tell...), append(all.forget, p.forget...)
		if p.more {
			errs[i] = outlet.Later(o.now())
		}
	}
	if len(all.tell)+len(all.forget) == 0 {
		return errs
	}
	if err := o.write(ctx, all); err != nil {
		for i := range errs {
			errs[i] = err
		}
	}
	return errs
}

// plan is what is to be changed: told unless it was told before, and taken back.
type plan struct {
	tell   []allmende.Notification // without id; without time: now
	forget []allmende.Notification
	more   bool // not everything fitted into one go
}

func (p *plan) add(n allmende.Notification) { p.tell = append(p.tell, n) }

// takeBack forgets notifications, those that keep wants excepted.
func (p *plan) takeBack(list []allmende.Notification, keep func(allmende.Notification) bool) {
	for _, n := range list {
		if keep == nil || !keep(n) {
			p.forget = append(p.forget, n)
		}
	}
}

// plan works out a job. Its key says what it is about: "object:7", "like:3:7",
// "boost:3:7", "follow:3:4", "edit:7:3", "invite:7:3", "consent:7", "held:7",
// "role:8:3", "decision:9", "report:9", "report_closed:9", "sign_up:9".
func (o *Outlet) plan(ctx context.Context, job allmende.Job) (*plan, error) {
	kind, rest, _ := strings.Cut(job.Key, ":")
	a, b, _ := strings.Cut(rest, ":")
	first, err := allmende.ParseID(a)
	if err != nil {
		return nil, err
	}
	var second allmende.ID
	if b != "" {
		if second, err = allmende.ParseID(b); err != nil {
			return nil, err
		}
	}
	p := &plan{}
	switch kind {
	case "object":
		return p, o.object(ctx, p, first)
	case "like":
		return p, o.reaction(ctx, p, allmende.NotifyLike, allmende.Like, first, second)
	case "boost":
		return p, o.reaction(ctx, p, allmende.NotifyBoost, allmende.Boost, first, second)
	case "follow":
		return p, o.follow(ctx, p, first, second)
	case "edit":
		return p, o.edit(ctx, p, first, second)
	case "invite":
		return p, o.invite(ctx, p, first, second)
	case "consent":
		return p, o.consent(ctx, p, first)
	case "held":
		return p, o.held(ctx, p, first)
	case "role":
		return p, o.role(ctx, p, first, second, job.Actor)
	case "decision":
		return p, o.decision(ctx, p, first)
	case "report":
		return p, o.report(ctx, p, first)
	case "report_closed":
		return p, o.reportClosed(ctx, p, first)
	case "sign_up":
		return p, o.signUp(ctx, p, first)
	}
	return nil, allmende.E(allmende.Invalid, "job.unknown", "key", job.Key)
}

func (o *Outlet) write(ctx context.Context, p plan) error {
	now := o.now()
	return o.db.WriteJobs(ctx, func(tx *db.Tx) error {
		news := live.News{}
		ids := make([]allmende.ID, 0, len(p.forget))
		for _, n := range p.forget {
			ids = append(ids, n.ID)
			news.Unread = append(news.Unread, n.To)
		}
		if err := store.DeleteNotifications(ctx, tx, ids); err != nil {
			return err
		}
		for _, n := range p.tell {
			n.ID = o.ids.New(now)
			if n.At.IsZero() {
				n.At = now
			}
			fresh, err := store.InsertNotification(ctx, tx, &n)
			if err != nil {
				return err
			}
			if !fresh {
				continue
			}
			news.Notified = append(news.Notified, n)
			mailed, err := o.mail(ctx, tx, n)
			if err != nil {
				return err
			}
			if mailed && len(news.Outlets) == 0 {
				news.Outlets = []string{"mail"}
			}
		}
		tx.AfterCommit(func() { o.hub.Tell(news) })
		return nil
	})
}

// mail queues a mail for those who run the actor and asked for mails. One
// waits per account, and tells of everything that came until it is written.
// What the house says comes in letters of its own.
func (o *Outlet) mail(ctx context.Context, tx *db.Tx, n allmende.Notification) (bool, error) {
	if read.Official(n.Kind) {
		return false, nil
	}
	accounts, err := readers(ctx, tx, n.To)
	if err != nil {
		return false, err
	}
	queued := false
	for _, a := range accounts {
		if a.State != allmende.AccountActive || !a.Confirmed || !a.Settings.MailNotify {
			continue
		}
		data, err := json.Marshal(allmende.Letter{Kind: allmende.LetterNotify, Account: a.ID})
		if err != nil {
			return false, err
		}
		queued = true
		err = store.PutJob(ctx, tx, allmende.Job{Outlet: "mail", Key: "notify:" + a.ID.String(), Actor: a.Actor,
			Data: string(data), RunAt: o.now().Add(o.mailAfter)})
		if err != nil {
			return false, err
		}
	}
	return queued, nil
}

// readers are the accounts that read an actor's notifications: its person's,
// or those that answer for an organisation.
func readers(ctx context.Context, q store.Q, actor allmende.ID) ([]allmende.Account, error) {
	a, err := store.AccountByActor(ctx, q, actor)
	if err == nil {
		return []allmende.Account{a}, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	members, err := store.RolesIn(ctx, q, actor)
	if err != nil {
		return nil, err
	}
	var out []allmende.Account
	for _, m := range members {
		if !m.Role.May(allmende.RoleAnswerer) {
			continue
		}
		a, err := store.AccountByID(ctx, q, m.Account)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
