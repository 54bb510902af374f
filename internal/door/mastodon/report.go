package mastodon

import (
	"allmende"
	"allmende/internal/wire/masto"
)

// report complains about an account and, if named, some of its statuses.
func (d *Door) report(q *req) error {
	actor, err := q.form.ID("account_id")
	if err != nil {
		return err
	}
	objects, err := q.ids("status_ids")
	if err != nil {
		return err
	}
	target, err := d.Read.Actor(q.Context(), actor)
	if err != nil {
		return err
	}
	cmd := &allmende.ReportTo{Act: q.by(), Actor: actor, Objects: objects, Text: q.form.Text("comment"),
		Category: masto.ReportCategory(q.form.Line("category")), Lang: q.lang.HTML()}
	result, err := q.do(cmd)
	if err != nil {
		return err
	}
	media, err := d.Read.Media(q.Context(), []allmende.ID{target.Avatar, target.Header})
	if err != nil {
		return err
	}
	out := masto.Report{ID: result.Text, Category: q.form.Line("category"), Comment: cmd.Text, CreatedAt: masto.Time(cmd.At),
		StatusIDs: []string{}, RuleIDs: []string{}, TargetAccount: d.account(target, media)}
	if out.Category == "" {
		out.Category = "other"
	}
	for _, id := range objects {
		out.StatusIDs = append(out.StatusIDs, id.String())
	}
	return q.json(out)
}
