package core

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// judgement is a Decide made ready: what is decided about whom.
type judgement struct {
	decision allmende.Decision
	report   *allmende.Report // nil: without a report
	actor    *allmende.Actor  // whom it concerns
	account  *allmende.Account
	objects  []allmende.ID
}

// onObjects and onActors are the kinds of decision that concern the one or the other.
var (
	onObjects = []allmende.DecisionKind{allmende.DecideHide, allmende.DecideShow, allmende.DecideDelete}
	onActors  = []allmende.DecisionKind{allmende.DecideSuspend, allmende.DecideUnsuspend, allmende.DecideLimit,
		allmende.DecideUnlimit, allmende.DecideWarn, allmende.DecideDelete}
)

// decide carries out a moderator's decision. It is kept with its reason, and
// whom it concerns is told. Nobody decides about themselves or an organisation
// of theirs, and a moderator not about an admin.
func (c *Core) decide(ctx context.Context, cmd *allmende.Decide) (step, error) {
	staff, err := c.staff(ctx, &cmd.Act, allmende.Moderator)
	if err != nil {
		return nil, err
	}
	j := judgement{decision: allmende.Decision{Kind: cmd.Kind, Report: cmd.Report, By: staff.ID, Rule: oneLine(cmd.Rule),
		Reason: strings.TrimSpace(text.CleanSource(cmd.Reason))}}
	if err := checkDecision(cmd, &j.decision); err != nil {
		return nil, err
	}
	if err := c.connectReport(ctx, cmd, &j); err != nil {
		return nil, err
	}
	if err := c.concerned(ctx, cmd, &j); err != nil {
		return nil, err
	}
	if err := c.mayJudge(ctx, staff, &j); err != nil {
		return nil, err
	}
	return func(ch *change) error { return ch.judge(j) }, nil
}

func checkDecision(cmd *allmende.Decide, d *allmende.Decision) error {
	var f allmende.Faults
	if !slices.Contains(allmende.DecisionKinds, d.Kind) {
		f.Add("kind", "error.decision_kind")
	}
	if d.Reason == "" && d.Kind != allmende.DecideNothing {
		f.Add("reason", "error.decision_reason")
	}
	if len([]rune(d.Reason)) > 5000 || len([]rune(d.Rule)) > 200 {
		f.Add("reason", "error.reason_long", "max", 5000)
	}
	if d.Kind == allmende.DecideNothing && cmd.Report == 0 {
		f.Add("report", "error.report_not_found")
	}
	return f.Err()
}

// connectReport takes from the report what the moderator left open.
func (c *Core) connectReport(ctx context.Context, cmd *allmende.Decide, j *judgement) error {
	if cmd.Object != 0 {
		j.objects = []allmende.ID{cmd.Object}
	}
	j.decision.Actor = cmd.Actor
	if cmd.Report == 0 {
		return nil
	}
	x, err := store.ReportByID(ctx, c.db.Read(), cmd.Report)
	if errors.Is(err, sql.ErrNoRows) {
		return allmende.E(allmende.NotFound, "error.report_not_found")
	}
	if err != nil {
		return err
	}
	j.report = &x
	if cmd.Actor == 0 && cmd.Object == 0 {
		j.decision.Actor, j.objects = x.Actor, x.Objects
	}
	return nil
}

// concerned settles whether the decision is about objects or about an actor.
func (c *Core) concerned(ctx context.Context, cmd *allmende.Decide, j *judgement) error {
	kind := j.decision.Kind
	switch {
	case kind == allmende.DecideNothing || kind == allmende.DecideWarn:
	case slices.Contains(onObjects, kind) && len(j.objects) > 0:
	case slices.Contains(onActors, kind):
		j.objects = nil
	default:
		return allmende.Wrong("object", "error.decision_object")
	}
	if len(j.objects) > 0 {
		o, err := store.ObjectByID(ctx, c.db.Read(), j.objects[0])
		if errors.Is(err, sql.ErrNoRows) {
			return allmende.E(allmende.NotFound, "error.object_not_found")
		}
		if err != nil {
			return err
		}
		if j.decision.Actor == 0 || cmd.Object != 0 {
			j.decision.Actor = o.Owner
		}
	}
	if j.decision.Actor == 0 {
		return allmende.Wrong("actor", "error.decision_actor")
	}
	a, err := c.read.Actor(ctx, j.decision.Actor)
	if err != nil {
		return err
	}
	j.actor = a
	account, err := store.AccountByActor(ctx, c.db.Read(), a.ID)
	if err == nil {
		j.account = &account
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return nil
}

// mayJudge keeps people from deciding about themselves or about those above them.
func (c *Core) mayJudge(ctx context.Context, staff *allmende.Account, j *judgement) error {
	if staff.ID == 0 {
		return nil
	}
	role, err := store.RoleOf(ctx, c.db.Read(), staff.ID, j.actor.ID)
	if err != nil {
		return err
	}
	if staff.Actor == j.actor.ID || role != "" {
		return allmende.E(allmende.Forbidden, "error.own_case")
	}
	if len(j.objects) > 0 || j.decision.Kind == allmende.DecideNothing {
		return nil
	}
	if j.actor.ID == allmende.Server {
		return allmende.E(allmende.Forbidden, "error.rank")
	}
	above := j.account != nil && j.account.Rank == allmende.Admin || j.decision.Kind == allmende.DecideDelete
	if above && staff.Rank != allmende.Admin {
		return allmende.E(allmende.Forbidden, "error.rank")
	}
	return nil
}

// judge carries it out and writes one decision per object, or one about the actor.
func (ch *change) judge(j judgement) error {
	report, err := ch.openReport(j.report)
	if err != nil {
		return err
	}
	ch.record.Actor, ch.record.Data, ch.result.Actor = j.actor.ID, string(j.decision.Kind), j.actor.ID
	letter := ch.letterTo(&j) // before an account's address is erased
	objects := j.objects
	if len(objects) == 0 {
		objects = []allmende.ID{0}
	}
	var first allmende.ID
	for _, id := range objects {
		d := j.decision
		d.ID, d.Object, d.At = ch.core.ids.New(ch.at), id, ch.at
		done, err := ch.effect(&d)
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		if err := ch.declare(&d, letter); err != nil {
			return err
		}
		if first == 0 {
			first, ch.record.Object, ch.result.Object = d.ID, d.Object, d.Object
		}
	}
	if first == 0 {
		return allmende.E(allmende.Conflict, "error.decision_moot")
	}
	return ch.closeReport(report, first)
}

// openReport loads the report again: somebody else may have decided meanwhile.
func (ch *change) openReport(x *allmende.Report) (*allmende.Report, error) {
	if x == nil {
		return nil, nil
	}
	if err := store.Hold(ch.ctx, ch.Tx, store.TableReport, x.ID); err != nil {
		return nil, err
	}
	now, err := store.ReportByID(ch.ctx, ch, x.ID)
	if err == nil && now.State != "open" {
		return nil, allmende.E(allmende.Conflict, "error.report_closed")
	}
	return &now, err
}

// letterTo is the mail to the person, as far as it has an account here. An
// organisation's owners read of it in their notifications.
func (ch *change) letterTo(j *judgement) *allmende.Letter {
	a := j.account
	if a == nil || !lives(a) || j.decision.Kind == allmende.DecideNothing {
		return nil
	}
	l := allmende.Letter{Kind: allmende.LetterDecision, Account: a.ID, Lang: a.Lang}
	if len(j.objects) == 0 && j.decision.Kind == allmende.DecideDelete {
		l.To, l.Name = a.Email, j.actor.Label()
	}
	return &l
}

// declare keeps the decision and tells whom it concerns.
func (ch *change) declare(d *allmende.Decision, letter *allmende.Letter) error {
	if err := store.InsertDecision(ch.ctx, ch, d); err != nil {
		return err
	}
	if d.Kind == allmende.DecideNothing {
		return nil
	}
	if err := ch.notify("decision:"+d.ID.String(), d.Object, d.Actor, "decision:"+d.ID.String()); err != nil {
		return err
	}
	if letter == nil {
		return nil
	}
	l := *letter
	l.Decision = d.ID
	return ch.letterAs("decision:"+d.ID.String(), l)
}

// closeReport tells who reported, and forgets their address.
func (ch *change) closeReport(x *allmende.Report, decision allmende.ID) error {
	if x == nil {
		return nil
	}
	if err := ch.notify("report_closed:"+x.ID.String(), 0, x.By, "report_closed:"+x.ID.String()); err != nil {
		return err
	}
	l := allmende.Letter{Kind: allmende.LetterReportDecision, To: x.Mail, Lang: x.Lang, Report: x.ID, Decision: decision}
	if x.By != 0 {
		account, err := store.AccountByActor(ch.ctx, ch, x.By)
		if err == nil && lives(&account) {
			l.Account, l.Lang = account.ID, account.Lang
		} else if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	if l.To != "" || l.Account != 0 {
		if err := ch.letterAs("report_decision:"+x.ID.String(), l); err != nil {
			return err
		}
	}
	x.State, x.ClosedAt, x.Decision, x.Mail = "closed", ch.at, decision, ""
	return store.UpdateReport(ch.ctx, ch, x)
}
