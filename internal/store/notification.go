package store

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/db"
)

func scanNotification(r row) (allmende.Notification, error) {
	var n allmende.Notification
	var when int64
	err := r.Scan(&n.ID, &n.To, &n.Kind, &n.From, &n.Object, &n.Report, &when)
	n.At = at(when)
	return n, err
}

const notificationColumns = `id, recipient, kind, sender, object, report, at`

// InsertNotification tells someone something; false when they were told before.
func InsertNotification(ctx context.Context, q Q, n *allmende.Notification) (bool, error) {
	return changed(q.Exec(ctx, `insert into notification (id, recipient, kind, sender, object, report, at)
		values ($1, $2, $3, $4, $5, $6, $7) on conflict (recipient, kind, sender, object, report) do nothing`,
		int64(n.ID), int64(n.To), n.Kind, int64(n.From), int64(n.Object), int64(n.Report), ms(n.At)))
}

// NotificationOf finds what someone was told of one thing; nil when they were not.
func NotificationOf(ctx context.Context, q Q, n *allmende.Notification) (*allmende.Notification, error) {
	return first(collect(ctx, q, scanNotification, `select `+notificationColumns+` from notification
		where recipient = $1 and kind = $2 and sender = $3 and object = $4 and report = $5`,
		int64(n.To), n.Kind, int64(n.From), int64(n.Object), int64(n.Report)))
}

// NotificationsFrom lists what someone was told of one kind about one report,
// decision or organisation, by whomever.
func NotificationsFrom(ctx context.Context, q Q, to allmende.ID, kind allmende.NotificationKind, report allmende.ID) ([]allmende.Notification, error) {
	return collect(ctx, q, scanNotification, `select `+notificationColumns+` from notification
		where recipient = $1 and kind = $2 and report = $3`, int64(to), kind, int64(report))
}

// NotificationsOn lists what anyone was told of an object, of some kinds.
func NotificationsOn(ctx context.Context, q Q, object allmende.ID, kinds []allmende.NotificationKind, limit int) ([]allmende.Notification, error) {
	list := []any{int64(object), limit}
	for _, k := range kinds {
		list = append(list, string(k))
	}
	return collect(ctx, q, scanNotification, `select `+notificationColumns+` from notification
		where object = $1 and kind in (`+db.In(3, len(kinds))+`) order by id limit $2`, list...)
}

// DeleteNotifications takes notifications back, as when a like is undone.
func DeleteNotifications(ctx context.Context, q Q, ids []allmende.ID) error {
	return chunks(ids, func(part []allmende.ID) error {
		_, err := q.Exec(ctx, `delete from notification where id in (`+db.In(1, len(part))+`)`, args(part)...)
		return err
	})
}

// ForgetNotifications erases notifications before an id, at most limit, and tells how many.
func ForgetNotifications(ctx context.Context, q Q, before allmende.ID, limit int) (int64, error) {
	res, err := q.Exec(ctx, `delete from notification where id in (
		select id from notification where id < $1 order by id limit $2)`, int64(before), limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// DismissNotification removes one of one's own notifications.
func DismissNotification(ctx context.Context, q Q, to, id allmende.ID) error {
	_, err := q.Exec(ctx, `delete from notification where recipient = $1 and id = $2`, int64(to), int64(id))
	return err
}

// ClearNotifications removes all of an actor's notifications.
func ClearNotifications(ctx context.Context, q Q, to allmende.ID) error {
	_, err := q.Exec(ctx, `delete from notification where recipient = $1`, int64(to))
	return err
}

// Notifications lists what an actor was told, newest first; kinds empty means all.
func Notifications(ctx context.Context, q Q, to allmende.ID, span allmende.Span, kinds, without []allmende.NotificationKind) ([]allmende.Notification, error) {
	order := "desc"
	floor := span.Since
	if span.Min != 0 {
		order, floor = "asc", span.Min
	}
	list := []any{int64(to), below(span.Max), int64(floor), span.Limit}
	where := ""
	if len(kinds) > 0 {
		where += " and kind in (" + db.In(len(list)+1, len(kinds)) + ")"
		for _, k := range kinds {
			list = append(list, string(k))
		}
	}
	if len(without) > 0 {
		where += " and kind not in (" + db.In(len(list)+1, len(without)) + ")"
		for _, k := range without {
			list = append(list, string(k))
		}
	}
	return collect(ctx, q, scanNotification, `select `+notificationColumns+` from notification
		where recipient = $1 and id < $2 and id > $3`+where+` order by id `+order+` limit $4`, list...)
}

// NotificationByID finds one of an actor's notifications; nil when there is none.
func NotificationByID(ctx context.Context, q Q, to, id allmende.ID) (*allmende.Notification, error) {
	return first(collect(ctx, q, scanNotification, `select `+notificationColumns+` from notification
		where recipient = $1 and id = $2`, int64(to), int64(id)))
}

// CountUnread counts what an actor was told since the marker, at most 1,000.
func CountUnread(ctx context.Context, q Q, to, since allmende.ID, kinds ...allmende.NotificationKind) (int, error) {
	list, which := []any{int64(to), int64(since)}, ""
	for _, k := range kinds {
		list = append(list, string(k))
	}
	if len(kinds) > 0 {
		which = `and kind in (` + db.In(3, len(kinds)) + `)`
	}
	var n int
	err := q.QueryRow(ctx, `select count(*) from (select 1 from notification where recipient = $1 and id > $2 `+which+` limit 1000) x`, list...).Scan(&n)
	return n, err
}

// Marker is how far an actor has read a list (row T22).
type Marker struct {
	List    string
	Last    allmende.ID
	Version int
	At      time.Time
}

// Markers loads an actor's reading positions.
func Markers(ctx context.Context, q Q, actor allmende.ID) ([]Marker, error) {
	return collect(ctx, q, func(r row) (Marker, error) {
		var m Marker
		var when int64
		err := r.Scan(&m.List, &m.Last, &m.Version, &when)
		m.At = at(when)
		return m, err
	}, `select list, last, version, at from marker where actor = $1 limit 100`, int64(actor))
}

// SetMarker keeps how far an actor has read a list.
func SetMarker(ctx context.Context, q Q, actor allmende.ID, list string, last allmende.ID, now time.Time) error {
	_, err := q.Exec(ctx, `insert into marker (actor, list, last, at) values ($1, $2, $3, $4)
		on conflict (actor, list) do update set last = excluded.last, at = excluded.at, version = marker.version + 1`,
		int64(actor), list, int64(last), ms(now))
	return err
}
