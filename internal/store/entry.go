package store

import (
	"context"

	"allmende"
	"allmende/internal/db"
)

func scanEntry(r row) (allmende.Entry, error) {
	var s allmende.Entry
	err := r.Scan(&s.Source, &s.ID, &s.Object, &s.Boost, &s.Reply, &s.Kind)
	return s, err
}

const entryColumns = `source, id, object, boost, reply, kind`

// InsertEntry adds a line to a stream; a line that is there stays.
func InsertEntry(ctx context.Context, q Q, s allmende.Entry) error {
	_, err := q.Exec(ctx, `insert into entry (source, id, object, boost, reply, kind) values ($1, $2, $3, $4, $5, $6)
		on conflict do nothing`, int64(s.Source), int64(s.ID), int64(s.Object), s.Boost, s.Reply, s.Kind)
	return err
}

// DeleteEntry takes a boost's line from a stream.
func DeleteEntry(ctx context.Context, q Q, source, id allmende.ID) error {
	_, err := q.Exec(ctx, `delete from entry where source = $1 and id = $2`, int64(source), int64(id))
	return err
}

// DeleteEntriesOf takes an object, and the boosts of it, from all streams, and
// tells which streams those were.
func DeleteEntriesOf(ctx context.Context, q Q, object allmende.ID) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `delete from entry where object = $1 returning source`, int64(object))
}

// EntriesOf lists a stream below max, newest first.
func EntriesOf(ctx context.Context, q Q, source, max allmende.ID, limit int) ([]allmende.Entry, error) {
	return collect(ctx, q, scanEntry, `select `+entryColumns+` from entry where source = $1 and id < $2
		order by id desc limit $3`, int64(source), below(max), limit)
}

// EntriesOfKind lists those lines of a stream that are own objects of some
// kinds; replies only when wanted.
func EntriesOfKind(ctx context.Context, q Q, source, max allmende.ID, kinds []allmende.ObjectKind, replies bool, limit int) ([]allmende.Entry, error) {
	list := []any{int64(source), below(max), limit, replies}
	for _, k := range kinds {
		list = append(list, string(k))
	}
	return collect(ctx, q, scanEntry, `select `+entryColumns+` from entry where source = $1 and id < $2 and not boost
		and (not reply or $4) and kind in (`+db.In(5, len(kinds))+`) order by id desc limit $3`, list...)
}

// EntriesWithMedia lists those lines of a stream whose objects have media.
func EntriesWithMedia(ctx context.Context, q Q, source, max allmende.ID, limit int) ([]allmende.Entry, error) {
	return collect(ctx, q, scanEntry, `select e.source, e.id, e.object, e.boost, e.reply, e.kind from entry e
		join object o on o.id = e.object where e.source = $1 and e.id < $2 and not e.boost and o.media <> ''
		order by e.id desc limit $3`, int64(source), below(max), limit)
}

// EntryByID finds a boost's line by its id.
func EntryByID(ctx context.Context, q Q, source, id allmende.ID) (allmende.Entry, error) {
	return scanEntry(q.QueryRow(ctx, `select `+entryColumns+` from entry where source = $1 and id = $2`, int64(source), int64(id)))
}

// SetTags replaces an object's folded tags.
func SetTags(ctx context.Context, q Q, object allmende.ID, tags []string) error {
	if _, err := q.Exec(ctx, `delete from object_tag where object = $1`, int64(object)); err != nil {
		return err
	}
	for _, t := range tags {
		if _, err := q.Exec(ctx, `insert into object_tag (tag, object) values ($1, $2) on conflict do nothing`, t, int64(object)); err != nil {
			return err
		}
	}
	return nil
}

// TagCount is a tag, and how many objects carried it.
type TagCount struct {
	Tag    string // folded
	Name   string // as most people write it
	Count  int
	People int // who made them
}

// TrendingTags counts tags of public objects since an id, most used first.
func TrendingTags(ctx context.Context, q Q, since allmende.ID, limit int) ([]TagCount, error) {
	return collect(ctx, q, func(r row) (TagCount, error) {
		var t TagCount
		return t, r.Scan(&t.Tag, &t.Count, &t.People)
	}, `select t.tag, count(*), count(distinct o.owner) from object_tag t join object o on o.id = t.object where t.object in (
		select object from entry where source = -1 and id > $1 order by id desc limit 2000)
		group by t.tag order by count(*) desc, t.tag limit $2`, int64(since), limit)
}

// TagSpellings lists how the newest objects since an id write their tags, of
// those that carry one.
func TagSpellings(ctx context.Context, q Q, tag string, since allmende.ID, limit int) ([]string, error) {
	return collect(ctx, q, func(r row) (string, error) {
		var s string
		return s, r.Scan(&s)
	}, `select o.tags from object_tag t join object o on o.id = t.object where t.tag = $1 and t.object > $2 order by t.object desc limit $3`,
		tag, int64(since), limit)
}

// SetEntryKind notes in all streams what an object became.
func SetEntryKind(ctx context.Context, q Q, object allmende.ID, kind allmende.ObjectKind) error {
	_, err := q.Exec(ctx, `update entry set kind = $2 where object = $1`, int64(object), kind)
	return err
}
