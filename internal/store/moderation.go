package store

import (
	"context"
	"encoding/json"
	"time"

	"allmende"
)

const reportColumns = `id, code, by_actor, mail, actor, objects, category, body, lang, state, assigned, at, closed_at, decision`

func scanReport(r row) (allmende.Report, error) {
	var x allmende.Report
	var objects string
	var when, closed int64
	err := r.Scan(&x.ID, &x.Code, &x.By, &x.Mail, &x.Actor, &objects, &x.Category, &x.Text, &x.Lang, &x.State, &x.Assigned,
		&when, &closed, &x.Decision)
	x.Objects, x.At, x.ClosedAt = splitIDs(objects), at(when), at(closed)
	return x, err
}

// InsertReport adds a report.
func InsertReport(ctx context.Context, q Q, x *allmende.Report) error {
	_, err := q.Exec(ctx, `insert into report (id, code, by_actor, mail, actor, objects, category, body, lang, state, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, int64(x.ID), x.Code, int64(x.By), x.Mail, int64(x.Actor),
		joinIDs(x.Objects), x.Category, x.Text, x.Lang, x.State, ms(x.At))
	return err
}

// UpdateReport writes a report's state, and erases the mail address of a closed one.
func UpdateReport(ctx context.Context, q Q, x *allmende.Report) error {
	_, err := q.Exec(ctx, `update report set state = $2, assigned = $3, closed_at = $4, decision = $5, mail = $6 where id = $1`,
		int64(x.ID), x.State, int64(x.Assigned), ms(x.ClosedAt), int64(x.Decision), x.Mail)
	return err
}

// ReportByID finds a report; sql.ErrNoRows when there is none.
func ReportByID(ctx context.Context, q Q, id allmende.ID) (allmende.Report, error) {
	return scanReport(q.QueryRow(ctx, `select `+reportColumns+` from report where id = $1`, int64(id)))
}

// ReportByCode finds a report by its receipt.
func ReportByCode(ctx context.Context, q Q, code string) (allmende.Report, error) {
	return scanReport(q.QueryRow(ctx, `select `+reportColumns+` from report where code = $1`, code))
}

// Reports lists reports in one state (empty: all), newest first.
func Reports(ctx context.Context, q Q, state string, max allmende.ID, limit int) ([]allmende.Report, error) {
	return collect(ctx, q, scanReport, `select `+reportColumns+` from report where ($1 = '' or state = $1) and id < $2
		order by id desc limit $3`, state, below(max), limit)
}

// CountReports counts open reports.
func CountReports(ctx context.Context, q Q) (int, error) {
	var n int
	err := q.QueryRow(ctx, `select count(*) from report where state = 'open'`).Scan(&n)
	return n, err
}

const decisionColumns = `id, kind, actor, object, report, reason, rule, by_account, at`

func scanDecision(r row) (allmende.Decision, error) {
	var d allmende.Decision
	var when int64
	err := r.Scan(&d.ID, &d.Kind, &d.Actor, &d.Object, &d.Report, &d.Reason, &d.Rule, &d.By, &when)
	d.At = at(when)
	return d, err
}

// InsertDecision records an act of moderation.
func InsertDecision(ctx context.Context, q Q, d *allmende.Decision) error {
	_, err := q.Exec(ctx, `insert into decision (id, kind, actor, object, report, reason, rule, by_account, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, int64(d.ID), d.Kind, int64(d.Actor), int64(d.Object), int64(d.Report),
		d.Reason, d.Rule, int64(d.By), ms(d.At))
	return err
}

// DecisionByID finds a decision; sql.ErrNoRows when there is none.
func DecisionByID(ctx context.Context, q Q, id allmende.ID) (allmende.Decision, error) {
	return scanDecision(q.QueryRow(ctx, `select `+decisionColumns+` from decision where id = $1`, int64(id)))
}

// DecisionsOn lists what was decided about an actor, newest first.
func DecisionsOn(ctx context.Context, q Q, actor allmende.ID, limit int) ([]allmende.Decision, error) {
	return collect(ctx, q, scanDecision, `select `+decisionColumns+` from decision where actor = $1 order by id desc limit $2`, int64(actor), limit)
}

// DecisionsAbout lists what was decided about an object, newest first.
func DecisionsAbout(ctx context.Context, q Q, object allmende.ID, limit int) ([]allmende.Decision, error) {
	return collect(ctx, q, scanDecision, `select `+decisionColumns+` from decision where object = $1 order by id desc limit $2`, int64(object), limit)
}

// Decisions lists all decisions, newest first.
func Decisions(ctx context.Context, q Q, max allmende.ID, limit int) ([]allmende.Decision, error) {
	return collect(ctx, q, scanDecision, `select `+decisionColumns+` from decision where id < $1 order by id desc limit $2`, below(max), limit)
}

func scanLegal(r row) (allmende.LegalText, error) {
	var t allmende.LegalText
	var when int64
	err := r.Scan(&t.Name, &t.Lang, &t.Version, &t.Source, &t.HTML, &t.By, &when)
	t.At = at(when)
	return t, err
}

const legalColumns = `name, lang, version, source, html, by_account, at`

// InsertLegal adds a version of a legal text.
func InsertLegal(ctx context.Context, q Q, t *allmende.LegalText) error {
	_, err := q.Exec(ctx, `insert into legal (name, lang, version, source, html, by_account, at) values ($1, $2, $3, $4, $5, $6, $7)`,
		t.Name, t.Lang, t.Version, t.Source, t.HTML, int64(t.By), ms(t.At))
	return err
}

// LegalVersions lists the versions of a legal text in one language, newest first.
func LegalVersions(ctx context.Context, q Q, name, lang string, limit int) ([]allmende.LegalText, error) {
	return collect(ctx, q, scanLegal, `select `+legalColumns+` from legal where name = $1 and lang = $2
		order by version desc limit $3`, name, lang, limit)
}

// SiteValue reads one of the community's own values; empty when it was never set.
func SiteValue(ctx context.Context, q Q, key string) (string, error) {
	got, err := collect(ctx, q, func(r row) (string, error) {
		var v string
		return v, r.Scan(&v)
	}, `select value from site where key = $1`, key)
	if err != nil || len(got) == 0 {
		return "", err
	}
	return got[0], nil
}

// SetSiteValue keeps one of the community's own values.
func SetSiteValue(ctx context.Context, q Q, key, value string) error {
	_, err := q.Exec(ctx, `insert into site (key, value) values ($1, $2)
		on conflict (key) do update set value = excluded.value`, key, value)
	return err
}

// InitSiteValue keeps a value unless there is one, and gives the one that holds.
func InitSiteValue(ctx context.Context, q Q, key, value string) (string, error) {
	if _, err := q.Exec(ctx, `insert into site (key, value) values ($1, $2) on conflict do nothing`, key, value); err != nil {
		return "", err
	}
	return SiteValue(ctx, q, key)
}

// SiteOf reads what the community says of itself.
func SiteOf(ctx context.Context, q Q) (allmende.Site, error) {
	var s allmende.Site
	text, err := SiteValue(ctx, q, "site")
	if err != nil || text == "" {
		return s, err
	}
	return s, json.Unmarshal([]byte(text), &s)
}

// PutSite keeps what the community says of itself.
func PutSite(ctx context.Context, q Q, s allmende.Site) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return SetSiteValue(ctx, q, "site", string(text))
}

func scanInvite(r row) (allmende.Invite, error) {
	var i allmende.Invite
	var expires, when int64
	err := r.Scan(&i.Code, &i.By, &i.Uses, &i.MaxUses, &expires, &when)
	i.Expires, i.At = at(expires), at(when)
	return i, err
}

// InsertInvite adds an invite code.
func InsertInvite(ctx context.Context, q Q, i *allmende.Invite) error {
	_, err := q.Exec(ctx, `insert into invite (code, by_account, max_uses, expires, at) values ($1, $2, $3, $4, $5)`,
		i.Code, int64(i.By), i.MaxUses, ms(i.Expires), ms(i.At))
	return err
}

// UseInvite counts one use of a code that still holds; nil when it does not.
func UseInvite(ctx context.Context, q Q, code string, now time.Time) (*allmende.Invite, error) {
	return first(collect(ctx, q, scanInvite, `update invite set uses = uses + 1 where code = $1
		and (max_uses = 0 or uses < max_uses) and (expires = 0 or expires > $2)
		returning code, by_account, uses, max_uses, expires, at`, code, ms(now)))
}

// InvitesBy lists the codes an account made (zero: all), newest first.
func InvitesBy(ctx context.Context, q Q, account allmende.ID, limit int) ([]allmende.Invite, error) {
	return collect(ctx, q, scanInvite, `select code, by_account, uses, max_uses, expires, at from invite
		where by_account = $1 or $1 < 1 order by at desc limit $2`, int64(account), limit)
}

// InviteByCode finds a code; nil when there is none.
func InviteByCode(ctx context.Context, q Q, code string) (*allmende.Invite, error) {
	return first(collect(ctx, q, scanInvite, `select code, by_account, uses, max_uses, expires, at from invite where code = $1`, code))
}

// DeleteInvite withdraws a code.
func DeleteInvite(ctx context.Context, q Q, code string) error {
	_, err := q.Exec(ctx, `delete from invite where code = $1`, code)
	return err
}
