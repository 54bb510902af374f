package read

import (
	"context"
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/store"
)

// Reports lists complaints in a state (empty: all), newest first; for moderators.
func (r *Reader) Reports(ctx context.Context, v allmende.Viewer, state string, max allmende.ID, limit int) ([]allmende.Report, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	return store.Reports(ctx, r.db.Read(), state, max, limit)
}

// Report is one complaint, for moderators and for who made it.
func (r *Reader) Report(ctx context.Context, v allmende.Viewer, id allmende.ID) (*allmende.Report, error) {
	x, err := oneReport(store.ReportByID(ctx, r.db.Read(), id))
	if err == nil && !v.Rank.CanModerate() && (v.Anonymous() || x.By != v.Actor) {
		return nil, allmende.E(allmende.NotFound, "error.report_not_found")
	}
	return x, err
}

// ReportByCode is the complaint of a receipt, for whoever holds it. The address
// of who complained is left out.
func (r *Reader) ReportByCode(ctx context.Context, code string) (*allmende.Report, error) {
	x, err := oneReport(store.ReportByCode(ctx, r.db.Read(), code))
	if err == nil {
		x.Mail = ""
	}
	return x, err
}

func oneReport(x allmende.Report, err error) (*allmende.Report, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.report_not_found")
	}
	return &x, err
}

// Decision is one act of moderation, for moderators and for those whom it
// concerns: the person, also while suspended, and who has a role in the
// organisation. Who decided is told to moderators only.
func (r *Reader) Decision(ctx context.Context, v allmende.Viewer, id allmende.ID) (*allmende.Decision, error) {
	unknown := allmende.E(allmende.NotFound, "error.decision_not_found")
	d, err := store.DecisionByID(ctx, r.db.Read(), id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && v.Account == 0 {
		return nil, unknown
	}
	if err != nil || v.Rank.CanModerate() {
		return &d, err
	}
	account, err := store.AccountByID(ctx, r.db.Read(), v.Account)
	if err != nil {
		return nil, err
	}
	role, err := store.RoleOf(ctx, r.db.Read(), v.Account, d.Actor)
	if err != nil {
		return nil, err
	}
	if account.Actor != d.Actor && role == "" {
		return nil, unknown
	}
	d.By = 0
	return &d, nil
}

// DecisionOf is what became of a closed report, for whoever holds its receipt.
func (r *Reader) DecisionOf(ctx context.Context, x *allmende.Report) (*allmende.Decision, error) {
	if x.Decision == 0 {
		return nil, nil
	}
	d, err := store.DecisionByID(ctx, r.db.Read(), x.Decision)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	d.By = 0
	return &d, err
}

// Decisions lists all acts of moderation, newest first; for moderators.
func (r *Reader) Decisions(ctx context.Context, v allmende.Viewer, max allmende.ID, limit int) ([]allmende.Decision, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	return store.Decisions(ctx, r.db.Read(), max, limit)
}

// DecisionsAbout lists what was decided about an object, newest first; for moderators.
func (r *Reader) DecisionsAbout(ctx context.Context, v allmende.Viewer, object allmende.ID) ([]allmende.Decision, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	return store.DecisionsAbout(ctx, r.db.Read(), object, 50)
}

// Reported draws for moderators what a complaint is about, whoever it was
// written for: who decides must see it. Deleted objects are left out.
func (r *Reader) Reported(ctx context.Context, v allmende.Viewer, x *allmende.Report) (*Bundle, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	return r.forStaff(ctx, v, x.Objects)
}

func (r *Reader) forStaff(ctx context.Context, v allmende.Viewer, ids []allmende.ID) (*Bundle, error) {
	objects, err := r.loadObjects(ctx, ids)
	if err != nil {
		return nil, err
	}
	var entries []allmende.Entry
	for _, id := range ids {
		if o := objects[id]; o != nil && o.State != allmende.Deleted {
			entries = append(entries, allmende.Entry{ID: id, Object: id})
		}
	}
	return r.Bundle(ctx, v, entries)
}

// AllHeld lists what waits for a publisher of any organisation; for moderators.
func (r *Reader) AllHeld(ctx context.Context, v allmende.Viewer) (*Bundle, error) {
	if !v.Rank.CanModerate() {
		return nil, notForYou()
	}
	ids, err := store.HeldObjects(ctx, r.db.Read(), 100)
	if err != nil {
		return nil, err
	}
	return r.forStaff(ctx, v, ids)
}
