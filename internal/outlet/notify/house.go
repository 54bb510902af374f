package notify

import (
	"context"
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/store"
)

// held tells an organisation that something waits for who may publish it.
func (o *Outlet) held(ctx context.Context, p *plan, object allmende.ID) error {
	about, err := o.thing(ctx, object)
	if err != nil {
		return err
	}
	if about.State != allmende.Held {
		list, err := store.NotificationsOn(ctx, o.db.Read(), about.ID, []allmende.NotificationKind{allmende.NotifyHeld}, forgetAtOnce)
		p.takeBack(list, nil)
		return err
	}
	writer, err := o.writerOf(ctx, about)
	if err != nil || writer == about.Owner {
		return err
	}
	owner, err := o.here(ctx, about.Owner)
	if err != nil || owner == nil {
		return err
	}
	p.add(allmende.Notification{To: owner.ID, Kind: allmende.NotifyHeld, From: writer, Object: about.ID})
	return nil
}

// writerOf is the person who wrote the newest text; zero when nobody knows.
func (o *Outlet) writerOf(ctx context.Context, about *allmende.Object) (allmende.ID, error) {
	v, err := store.RevisionOf(ctx, o.db.Read(), about.ID, about.Revision)
	if err == nil && v.By != 0 {
		var a allmende.Account
		if a, err = store.AccountByID(ctx, o.db.Read(), v.By); err == nil {
			return a.Actor, nil
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return 0, err
}

// decision tells whom an act of moderation concerns, the suspended too.
func (o *Outlet) decision(ctx context.Context, p *plan, id allmende.ID) error {
	d, err := store.DecisionByID(ctx, o.db.Read(), id)
	if errors.Is(err, sql.ErrNoRows) {
		return allmende.E(allmende.NotFound, "error.decision_not_found")
	}
	if err != nil || d.Kind == allmende.DecideNothing {
		return err
	}
	to, err := o.here(ctx, d.Actor)
	if err != nil || to == nil {
		return err
	}
	p.add(allmende.Notification{To: to.ID, Kind: allmende.NotifyDecision, Object: d.Object, Report: d.ID})
	return nil
}

// report tells the staff of an open report, but not those whom it is about.
func (o *Outlet) report(ctx context.Context, p *plan, id allmende.ID) error {
	x, err := o.reportByID(ctx, id)
	if err != nil || x.State != "open" {
		return err
	}
	staff, err := store.Staff(ctx, o.db.Read())
	if err != nil {
		return err
	}
	for _, s := range staff {
		if s.Actor != x.By && s.Actor != x.Actor {
			p.add(allmende.Notification{To: s.Actor, Kind: allmende.NotifyReport, From: x.By, Report: x.ID})
		}
	}
	return nil
}

// reportClosed tells who reported.
func (o *Outlet) reportClosed(ctx context.Context, p *plan, id allmende.ID) error {
	x, err := o.reportByID(ctx, id)
	if err != nil || x.State != "closed" || x.By == 0 {
		return err
	}
	to, err := o.here(ctx, x.By)
	if err != nil || to == nil {
		return err
	}
	p.add(allmende.Notification{To: to.ID, Kind: allmende.NotifyReportClosed, Report: x.ID})
	return nil
}

func (o *Outlet) reportByID(ctx context.Context, id allmende.ID) (*allmende.Report, error) {
	x, err := store.ReportByID(ctx, o.db.Read(), id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.report_not_found")
	}
	return &x, err
}

// signUp tells the staff that somebody waits to be let in.
func (o *Outlet) signUp(ctx context.Context, p *plan, account allmende.ID) error {
	a, err := store.AccountByID(ctx, o.db.Read(), account)
	if errors.Is(err, sql.ErrNoRows) {
		return allmende.E(allmende.NotFound, "error.account_not_found")
	}
	if err != nil {
		return err
	}
	staff, err := store.Staff(ctx, o.db.Read())
	if err != nil {
		return err
	}
	waits := a.State == allmende.AccountPending && a.Confirmed
	for _, s := range staff {
		if err := o.be(ctx, p, allmende.Notification{To: s.Actor, Kind: allmende.NotifySignUp, From: a.Actor}, waits); err != nil {
			return err
		}
	}
	return nil
}
