package core

import (
	"context"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// reportTo takes in a complaint. Anyone may complain, also without an account
// and while suspended. The receipt, which cannot be guessed, shows the state of
// the report to who holds it; it is in the result's Text.
func (c *Core) reportTo(ctx context.Context, cmd *allmende.ReportTo) (step, error) {
	by, viewer, err := c.complainer(ctx, &cmd.Act)
	if err != nil {
		return nil, err
	}
	x := allmende.Report{By: by, Actor: cmd.Actor, Objects: sortedIDs(cmd.Objects), Category: cmd.Category,
		Text: strings.TrimSpace(text.CleanSource(cmd.Text)), Lang: cmd.Lang, State: "open"}
	if by == 0 {
		x.Mail = strings.TrimSpace(cmd.Mail)
	}
	if err := checkReport(&x); err != nil {
		return nil, err
	}
	if err := c.reported(ctx, viewer, &x); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		x := x
		x.ID, x.Code, x.At = ch.core.ids.New(ch.at), allmende.Secret(16), ch.at
		if err := store.InsertReport(ch.ctx, ch, &x); err != nil {
			return err
		}
		ch.record.Actor, ch.result.Actor, ch.result.Text = x.Actor, x.Actor, x.Code
		if err := ch.notify("report:"+x.ID.String(), 0, x.By, "report:"+x.ID.String()); err != nil {
			return err
		}
		if x.Mail == "" {
			return nil
		}
		return ch.letterAs("report_receipt:"+x.ID.String(), allmende.Letter{Kind: allmende.LetterReportReceipt, To: x.Mail,
			Lang: x.Lang, Report: x.ID})
	}, nil
}

// complainer is who reports: nobody known, a member in whatever state, or a
// remote actor.
func (c *Core) complainer(ctx context.Context, act *allmende.Act) (allmende.ID, allmende.Viewer, error) {
	if act.By == 0 && !trusted(act) {
		return 0, allmende.Viewer{}, nil
	}
	if trusted(act) {
		if act.As == 0 {
			return 0, allmende.Viewer{}, nil
		}
		w, err := c.who(ctx, act, allmende.RoleAnalyst)
		if err != nil {
			return 0, allmende.Viewer{}, err
		}
		return act.As, w.viewer(), nil
	}
	a, err := c.self(ctx, act)
	if err != nil {
		return 0, allmende.Viewer{}, err
	}
	if a.MayAct() != nil || act.As == 0 {
		return a.Actor, allmende.Viewer{}, nil
	}
	w, err := c.who(ctx, act, allmende.RoleAnalyst)
	if err != nil {
		return 0, allmende.Viewer{}, err
	}
	return act.As, w.viewer(), nil
}

func checkReport(x *allmende.Report) error {
	var f allmende.Faults
	if !slices.Contains(allmende.ReportCategories, x.Category) {
		f.Add("category", "error.report_category")
	}
	if len([]rune(x.Text)) > 5000 {
		f.Add("text", "error.report_long", "max", 5000)
	}
	if x.Text == "" && x.Category != "spam" {
		f.Add("text", "error.report_empty")
	}
	if len(x.Objects) > 20 {
		f.Add("objects", "error.report_many", "max", 20)
	}
	if x.Mail != "" {
		gather(&f, checkMail(x.Mail))
	}
	if !knownLang(x.Lang) {
		x.Lang = ""
	}
	return f.Err()
}

// reported finds whom the complaint is about. The objects must be theirs, and
// such as the complainer can see: a report tells nothing about hidden things.
func (c *Core) reported(ctx context.Context, v allmende.Viewer, x *allmende.Report) error {
	for _, id := range x.Objects {
		o, err := c.read.Object(ctx, v, id)
		if err != nil {
			return err
		}
		if x.Actor == 0 {
			x.Actor = o.Owner
		}
		if x.Actor != o.Owner && !slices.Contains(o.Authors, x.Actor) {
			return allmende.Wrong("objects", "error.report_mixed")
		}
	}
	if x.Actor == 0 {
		return allmende.Wrong("actor", "error.report_whom")
	}
	a, err := c.read.Actor(ctx, x.Actor)
	if err != nil {
		return err
	}
	if a.ID == allmende.Server && len(x.Objects) == 0 || a.State == allmende.ActorDeleted || a.State == allmende.ActorPending {
		return allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	if x.Actor == x.By {
		return allmende.E(allmende.Invalid, "error.report_self")
	}
	return nil
}
