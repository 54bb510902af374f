package mastodon

import (
	"time"

	"allmende"
	"allmende/internal/wire/masto"
)

// scheduled is one of the viewer's scheduled objects, with its source.
func (q *req) scheduled(id allmende.ID) (*allmende.Object, error) {
	o, err := q.door.Read.Object(q.Context(), q.viewer, id)
	if err != nil {
		return nil, err
	}
	if o.State != allmende.Scheduled || o.Kind != allmende.Note {
		return nil, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	return o, nil
}

func (q *req) scheduledStatus(id allmende.ID) error {
	o, err := q.scheduled(id)
	if err != nil {
		return err
	}
	media, err := q.door.Read.Media(q.Context(), o.Media)
	if err != nil {
		return err
	}
	return q.json(q.door.site.DrawScheduled(o, media))
}

func (d *Door) scheduledList(q *req) error {
	list, err := d.Read.Unpublished(q.Context(), q.viewer, 40, allmende.Scheduled)
	if err != nil {
		return err
	}
	out := []masto.ScheduledStatus{}
	for i := range list {
		if list[i].Kind != allmende.Note {
			continue
		}
		media, err := d.Read.Media(q.Context(), list[i].Media)
		if err != nil {
			return err
		}
		out = append(out, d.site.DrawScheduled(&list[i], media))
	}
	return q.json(out)
}

func (d *Door) getScheduled(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	return q.scheduledStatus(id)
}

func (d *Door) putScheduled(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	o, err := q.scheduled(id)
	if err != nil {
		return err
	}
	at, err := parseTime(q.form.Line("scheduled_at"))
	if err != nil {
		return err
	}
	if at.Before(d.Now().Add(time.Minute)) {
		return allmende.Wrong("scheduled_at", "error.schedule_past")
	}
	if _, err := q.do(&allmende.Release{Act: q.by(), Object: o.ID, PublishAt: at}); err != nil {
		return err
	}
	return q.scheduledStatus(o.ID)
}

func (d *Door) deleteScheduled(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	o, err := q.scheduled(id)
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.Delete{Act: q.by(), Object: o.ID}); err != nil {
		return err
	}
	return q.empty()
}
