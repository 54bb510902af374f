package mastodon

import (
	"strings"
	"time"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/wire/masto"
)

// line finds what an id of a status stands for: an object, or a boost.
func (q *req) line(id allmende.ID) (*read.Bundle, allmende.Entry, error) {
	b, o, err := q.door.Read.One(q.Context(), q.viewer, id)
	if err == nil {
		return b, allmende.Entry{ID: o.ID, Object: o.ID}, nil
	}
	if !allmende.IsKind(err, allmende.NotFound) {
		return nil, allmende.Entry{}, err
	}
	e, missing := q.door.Read.Boosted(q.Context(), id)
	if missing != nil {
		return nil, e, err
	}
	b, err = q.door.Read.Boost(q.Context(), q.viewer, e)
	return b, e, err
}

// object is the object that an id of a status stands for, or was a boost of.
func (q *req) object(name string) (*allmende.Object, error) {
	id, err := q.id(name)
	if err != nil {
		return nil, err
	}
	b, e, err := q.line(id)
	if err != nil {
		return nil, err
	}
	return b.Objects[e.Object], nil
}

// target is the object that a field names; zero when the field is empty.
func (q *req) target(field string) (allmende.ID, error) {
	id, err := q.form.ID(field)
	if err != nil || id == 0 {
		return 0, err
	}
	_, e, err := q.line(id)
	return e.Object, err
}

// status draws one status, or one boost.
func (q *req) status(id allmende.ID) error {
	b, e, err := q.line(id)
	if err != nil {
		return err
	}
	return q.one(b, e)
}

func (d *Door) getStatus(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	return q.status(id)
}

// getStatuses draws several statuses; those the viewer may not see are missing.
func (d *Door) getStatuses(q *req) error {
	ids, err := q.ids("id")
	if err != nil {
		return err
	}
	b, err := d.Read.List(q.Context(), q.viewer, ids[:min(len(ids), 40)], 40)
	if err == nil {
		b.Next, b.Prev = 0, 0
	}
	return q.bundle(b, err)
}

func (d *Door) statusContext(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	b, up, down, err := d.Read.Context(q.Context(), q.viewer, o.ID)
	if err != nil {
		return err
	}
	return q.buffer(func(buf []byte) ([]byte, error) {
		p := canvas{Bundle: b, door: d}
		buf = p.list(append(buf, `{"ancestors":`...), lines(up))
		return append(p.list(append(buf, `,"descendants":`...), lines(down)), '}'), nil
	})
}

func lines(ids []allmende.ID) []allmende.Entry {
	out := make([]allmende.Entry, len(ids))
	for i, id := range ids {
		out[i] = allmende.Entry{ID: id, Object: id}
	}
	return out
}

// postStatus publishes a note, or schedules one. A repeated Idempotency-Key
// leads to what the first request made.
func (d *Door) postStatus(q *req) error {
	if q.form.Has("poll[options][]") || q.form.Has("poll[expires_in]") {
		return allmende.Wrong("poll", "app.no_polls")
	}
	cmd := &allmende.Publish{Act: q.by(), Kind: allmende.Note, Source: q.form.Text("status"), Summary: q.form.Line("spoiler_text"),
		Lang: q.form.Line("language"), Key: q.Request.Header.Get("Idempotency-Key")}
	if len(cmd.Key) > 200 {
		return allmende.Wrong("Idempotency-Key", "http.bad_form")
	}
	if err := q.fill(cmd); err != nil {
		return err
	}
	result, err := q.do(cmd)
	if err != nil {
		return err
	}
	if cmd.State == allmende.Scheduled {
		return q.scheduledStatus(result.Object)
	}
	return q.status(result.Object)
}

// fill reads what needs looking up or has a default in the person's settings.
func (q *req) fill(cmd *allmende.Publish) error {
	var err error
	settings := q.account.Settings
	if cmd.Lang == "" {
		cmd.Lang = settings.PostLang
	}
	cmd.Sensitive = settings.Sensitive && len(q.form.All("media_ids")) > 0
	if on := q.flag("sensitive"); on != nil {
		cmd.Sensitive = *on
	}
	if cmd.Format, err = masto.FormatOf(q.form.Line("content_type")); err != nil {
		return err
	}
	if cmd.Media, err = q.ids("media_ids"); err != nil {
		return err
	}
	if cmd.ReplyTo, err = q.target("in_reply_to_id"); err != nil {
		return err
	}
	if cmd.Quote, err = q.target(q.either("quoted_status_id", "quote_id")); err != nil {
		return err
	}
	if cmd.Audience.Kind, err = q.audience(settings.Audience); err != nil {
		return err
	}
	cmd.Policy = allmende.Policy{Quote: settings.QuotePolicy, Reply: settings.ReplyPolicy}
	if word := q.form.Line("quote_approval_policy"); word != "" {
		if cmd.Policy.Quote, err = masto.QuoteRule(word); err != nil {
			return err
		}
	}
	return q.schedule(cmd)
}

// either is the first of two fields' names that came.
func (q *req) either(name, other string) string {
	if q.form.Has(name) {
		return name
	}
	return other
}

// audience reads a visibility; "local", or glitch-soc's local_only, stays here.
func (q *req) audience(otherwise string) (allmende.AudienceKind, error) {
	word := q.form.Line("visibility")
	if word == "" {
		word = otherwise
	}
	kind, err := allmende.ParseAudience(word)
	if err == nil && q.form.On("local_only") && (kind == allmende.AudPublic || kind == allmende.AudUnlisted) {
		kind = allmende.AudLocal
	}
	return kind, err
}

func (q *req) schedule(cmd *allmende.Publish) error {
	word := q.form.Line("scheduled_at")
	if word == "" {
		return nil
	}
	at, err := parseTime(word)
	if err != nil {
		return err
	}
	if at.Before(q.door.Now().Add(time.Minute)) {
		return allmende.Wrong("scheduled_at", "error.schedule_past")
	}
	cmd.State, cmd.PublishAt = allmende.Scheduled, at
	return nil
}

// parseTime reads a time as apps write it (ISO 8601).
func parseTime(s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, allmende.Wrong("scheduled_at", "app.time")
}

// putStatus edits a status. Fields that do not come stay as they are.
func (d *Door) putStatus(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	cmd := &allmende.Edit{Act: q.by(), Object: o.ID, Source: q.text("status"), Sensitive: q.flag("sensitive"), Lang: q.text("language")}
	if !o.Kind.Titled() {
		cmd.Summary = q.text("spoiler_text")
	}
	if q.form.Has("content_type") {
		format, err := masto.FormatOf(q.form.Line("content_type"))
		if err != nil {
			return err
		}
		cmd.Format = &format
	}
	if q.has("media_ids") {
		media, err := q.ids("media_ids")
		if err != nil {
			return err
		}
		cmd.Media = &media
	}
	if word := q.form.Line("quote_approval_policy"); word != "" {
		if cmd.Policy, err = quotePolicy(o, word); err != nil {
			return err
		}
	}
	if err := q.mediaAttributes(); err != nil {
		return err
	}
	result, err := q.do(cmd)
	if err != nil {
		return err
	}
	return q.status(result.Object)
}

func quotePolicy(o *allmende.Object, word string) (*allmende.Policy, error) {
	rule, err := masto.QuoteRule(word)
	if err != nil {
		return nil, err
	}
	p := o.Policy
	p.Quote = rule
	return &p, nil
}

// putPolicy changes who may quote a status.
func (d *Door) putPolicy(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	cmd := &allmende.Edit{Act: q.by(), Object: o.ID}
	if cmd.Policy, err = quotePolicy(o, q.form.Line("quote_approval_policy")); err != nil {
		return err
	}
	if _, err := q.do(cmd); err != nil {
		return err
	}
	return q.status(o.ID)
}

// deleteStatus deletes a status and gives its source back, so that it can be
// written anew. A boost is taken back.
func (d *Door) deleteStatus(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, e, err := q.line(id)
	if err != nil {
		return err
	}
	full, err := d.Read.Object(q.Context(), q.viewer, e.Object)
	if err != nil {
		return err
	}
	answer, err := q.appendOne(nil, b, e)
	if err != nil {
		return err
	}
	var cmd allmende.Command = &allmende.Delete{Act: q.by(), Object: e.Object}
	if e.Boost {
		if e.Source != q.viewer.Actor {
			return allmende.E(allmende.Forbidden, "error.not_yours")
		}
		cmd = &allmende.React{Act: q.by(), Object: e.Object, Kind: allmende.Boost, Off: true}
	} else if full.Owner != q.viewer.Actor {
		return allmende.E(allmende.NotFound, "error.object_not_found")
	}
	if _, err := q.do(cmd); err != nil {
		return err
	}
	return q.bytes(masto.WithText(answer, full.Source))
}

func (d *Door) statusSource(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	full, err := d.Read.Object(q.Context(), q.viewer, o.ID)
	if err != nil {
		return err
	}
	return q.json(masto.DrawSource(full))
}

// reaction makes the handler of a reaction, or of taking it back.
func reaction(kind allmende.ReactionKind, off bool) handler {
	return func(q *req) error {
		o, err := q.object("id")
		if err != nil {
			return err
		}
		if _, err := q.do(&allmende.React{Act: q.by(), Object: o.ID, Kind: kind, Off: off}); err != nil {
			return err
		}
		return q.status(o.ID)
	}
}

// reblog boosts, and answers with the boost as a status of its own.
func (d *Door) reblog(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	kind, err := allmende.ParseAudience(q.form.Line("visibility"))
	if err != nil {
		return err
	}
	result, err := q.do(&allmende.React{Act: q.by(), Object: o.ID, Kind: allmende.Boost, Audience: kind})
	if err != nil {
		return err
	}
	return q.status(result.Reaction)
}

func pin(on bool) handler {
	return func(q *req) error {
		o, err := q.object("id")
		if err != nil {
			return err
		}
		if _, err := q.do(&allmende.Pin{Act: q.by(), Object: o.ID, On: on}); err != nil {
			return err
		}
		return q.status(o.ID)
	}
}

func muteThread(off bool) handler {
	return func(q *req) error {
		o, err := q.object("id")
		if err != nil {
			return err
		}
		if _, err := q.do(&allmende.MuteThread{Act: q.by(), Thread: o.ID, Off: off}); err != nil {
			return err
		}
		return q.status(o.ID)
	}
}

// reactors lists who liked or boosted a status.
func reactors(kind allmende.ReactionKind) handler {
	return func(q *req) error {
		o, err := q.object("id")
		if err != nil {
			return err
		}
		return q.ties(q.door.Read.Reactors(q.Context(), q.viewer, o.ID, kind, q.span(40, 80)))
	}
}

func (d *Door) statusQuotes(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	return q.bundle(d.Read.Quotes(q.Context(), q.viewer, o.ID, q.span(20, 40)))
}

// statusCard is the link preview alone, as old apps ask for it.
func (d *Door) statusCard(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	b, _, err := q.line(o.ID)
	if err != nil {
		return err
	}
	p := b.Previews[o.Preview]
	if p == nil {
		return q.empty()
	}
	return q.bytes(d.site.AppendCard(nil, p, b.Media[p.Image]))
}
