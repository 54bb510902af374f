// Package core carries out Commands: it checks the rule, changes state,
// records the activity and queues the outlets' work in one transaction. Only
// core writes domain state. One file per family of verbs.
package core

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/read"
	"allmende/internal/store"
)

// Settings are what the rules need to know of the configuration.
type Settings struct {
	BaseURL      string // "https://example.org", no slash at the end
	Registration string // open, approval, invite, closed; the site's own choice goes first
	NoteMax      int    // characters of a note
	ArticleMax   int    // bytes of an article or page
	MediaPerPost int
	PerHour      int // objects an account may publish in an hour; 0: no limit
}

// Core is the one way in for all changes.
type Core struct {
	db   *db.DB
	read *read.Reader
	hub  *live.Hub
	ids  *allmende.Minter
	log  *slog.Logger
	now  func() time.Time
	set  Settings
	pace *pace
}

// New makes the core of a house.
func New(d *db.DB, r *read.Reader, hub *live.Hub, log *slog.Logger, now func() time.Time, s Settings) *Core {
	return &Core{db: d, read: r, hub: hub, ids: &allmende.Minter{}, log: log, now: now, set: s,
		pace: &pace{limit: s.PerHour, done: map[allmende.ID]hour{}}}
}

// change is one transaction on its way: the state it writes, the activity it
// records and the news it will tell.
type change struct {
	*db.Tx
	ctx    context.Context
	core   *Core
	act    *allmende.Act
	at     time.Time
	record allmende.Activity // verb, by, as, via and time are filled in; verbs add object and actor
	quiet  bool              // no activity is recorded: nothing anybody would want to know happened
	news   live.News
	result allmende.Result
}

// step is what a verb does inside the transaction, after everything that can
// be made ready outside (rendering, hashing, looking up) is ready. It may run
// more than once, so it must not change what it closes over.
type step func(ch *change) error

// Do carries out a command: durable when it returns without error. The error
// is an *allmende.Error wherever the asker can do something about it.
func (c *Core) Do(ctx context.Context, cmd allmende.Command) (allmende.Result, error) {
	act := cmd.From()
	if act.At.IsZero() {
		act.At = c.now()
	}
	for try := 0; ; try++ {
		apply, err := c.prepare(ctx, cmd)
		if err != nil {
			return allmende.Result{}, err
		}
		result, err := c.write(ctx, cmd, apply)
		if !errors.Is(err, errMoved) {
			return result, err
		}
		if try == 8 {
			return result, allmende.E(allmende.Conflict, "error.busy").Because(err)
		}
	}
}

// write runs a prepared step in one transaction and tells what came of it.
func (c *Core) write(ctx context.Context, cmd allmende.Command, apply step) (allmende.Result, error) {
	act := cmd.From()
	var result allmende.Result
	write := c.db.Write
	if act.Via == "outlet" || act.Via == "import" || act.Via == "clock" {
		write = c.db.WriteJobs
	}
	err := write(ctx, func(tx *db.Tx) error {
		ch := &change{Tx: tx, ctx: ctx, core: c, act: act, at: act.At.UTC().Truncate(time.Millisecond)}
		ch.record = allmende.Activity{Verb: cmd.Verb(), By: act.By, As: act.As, Via: act.Via, At: ch.at}
		if err := apply(ch); err != nil {
			return err
		}
		if !ch.quiet {
			ch.record.ID = c.ids.New(c.now())
			if err := store.InsertActivity(ctx, ch, &ch.record); err != nil {
				return err
			}
		}
		result = ch.result
		tx.AfterCommit(func() { c.hub.Tell(ch.news) })
		return nil
	})
	return result, err
}

// prepare finds the verb's rule. A line per verb.
func (c *Core) prepare(ctx context.Context, cmd allmende.Command) (step, error) {
	switch cmd := cmd.(type) {
	case *allmende.Publish:
		return c.publish(ctx, cmd)
	case *allmende.Edit:
		return c.edit(ctx, cmd)
	case *allmende.Release:
		return c.release(ctx, cmd)
	case *allmende.Revert:
		return c.revert(ctx, cmd)
	case *allmende.Move:
		return c.move(ctx, cmd)
	case *allmende.Grow:
		return c.grow(ctx, cmd)
	case *allmende.Consent:
		return c.consent(ctx, cmd)
	case *allmende.Delete:
		return c.delete(ctx, cmd)
	case *allmende.Undelete:
		return c.undelete(ctx, cmd)
	case *allmende.Pin:
		return c.pin(ctx, cmd)
	case *allmende.InviteAuthor:
		return c.inviteAuthor(ctx, cmd)
	case *allmende.AnswerInvite:
		return c.answerInvite(ctx, cmd)
	case *allmende.React:
		return c.react(ctx, cmd)
	case *allmende.Relate:
		return c.relate(ctx, cmd)
	case *allmende.AnswerFollow:
		return c.answerFollow(ctx, cmd)
	case *allmende.FollowTag:
		return c.followTag(ctx, cmd)
	case *allmende.MuteThread:
		return c.muteThread(ctx, cmd)
	case *allmende.MarkRead:
		return c.markRead(ctx, cmd)
	case *allmende.Dismiss:
		return c.dismiss(ctx, cmd)
	case *allmende.AddMedia:
		return c.addMedia(ctx, cmd)
	case *allmende.SetMedia:
		return c.setMedia(ctx, cmd)
	case *allmende.MediaMade:
		return c.mediaMade(ctx, cmd)
	case *allmende.PreviewMade:
		return c.previewMade(ctx, cmd)
	}
	return c.preparePeople(ctx, cmd)
}

// preparePeople finds the rules of the verbs about accounts, actors and order.
func (c *Core) preparePeople(ctx context.Context, cmd allmende.Command) (step, error) {
	switch cmd := cmd.(type) {
	case *allmende.SignUp:
		return c.signUp(ctx, cmd)
	case *allmende.ConfirmMail:
		return c.confirmMail(ctx, cmd)
	case *allmende.SetAccount:
		return c.setAccount(ctx, cmd)
	case *allmende.SetProfile:
		return c.setProfile(ctx, cmd)
	case *allmende.Leave:
		return c.leave(ctx, cmd)
	case *allmende.NewActor:
		return c.newActor(ctx, cmd)
	case *allmende.SetRole:
		return c.setRole(ctx, cmd)
	case *allmende.KnowActor:
		return c.knowActor(ctx, cmd)
	case *allmende.ReportTo:
		return c.reportTo(ctx, cmd)
	case *allmende.Decide:
		return c.decide(ctx, cmd)
	case *allmende.Admit:
		return c.admit(ctx, cmd)
	case *allmende.SetRank:
		return c.setRank(ctx, cmd)
	case *allmende.NewInvite:
		return c.newInvite(ctx, cmd)
	case *allmende.SetSite:
		return c.setSite(ctx, cmd)
	case *allmende.SetLegal:
		return c.setLegal(ctx, cmd)
	}
	return nil, allmende.E(allmende.Unsupported, "error.command", "verb", cmd.Verb())
}

// job queues work for an outlet, due after a delay.
func (ch *change) job(outlet, key string, object, actor allmende.ID, data string, delay time.Duration) error {
	ch.news.Outlets = append(ch.news.Outlets, outlet)
	return store.PutJob(ch.ctx, ch, allmende.Job{Outlet: outlet, Key: key, Object: object, Actor: actor, Data: data,
		RunAt: ch.core.now().Add(delay)})
}

// notify queues telling people about something; the outlet finds out whom.
func (ch *change) notify(key string, object, actor allmende.ID, data string) error {
	if ch.act.Quiet {
		return nil
	}
	return ch.job("notify", key, object, actor, data, 0)
}

// entry adds a line to a stream and tells the homes.
func (ch *change) entry(e allmende.Entry) error {
	ch.news.Entries = append(ch.news.Entries, e)
	return store.InsertEntry(ch.ctx, ch, e)
}
