package store

import (
	"context"
	"strconv"
	"strings"

	"allmende"
)

// sqliteSearch keeps the tokens in FTS5. Its lists are ordered by row id, so
// the newest hits of the commonest word come first without looking at the rest.
type sqliteSearch struct{}

func (sqliteSearch) put(ctx context.Context, q Q, docs []SearchDoc) error {
	for _, d := range docs {
		if _, err := q.Exec(ctx, `insert into `+d.Shelf.table()+` (rowid, tokens) values ($1, $2)`,
			int64(d.Object), strings.Join(d.distinct(), " ")); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteSearch) drop(ctx context.Context, q Q, shelf Shelf, ids []allmende.ID) error {
	for _, id := range ids {
		if _, err := q.Exec(ctx, `delete from `+shelf.table()+` where rowid = $1`, int64(id)); err != nil {
			return err
		}
	}
	return nil
}

func (sqliteSearch) clear(ctx context.Context, q Q, shelf Shelf) error {
	_, err := q.Exec(ctx, `insert into `+shelf.table()+` (`+shelf.table()+`) values ('delete-all')`)
	return err
}

// Find lists the ids that match, newest first. The limit stands in the text,
// since SQLite plans a query on FTS5 anew whenever a limit is bound to it.
func (sqliteSearch) Find(ctx context.Context, q Q, m SearchMatch) ([]allmende.ID, error) {
	if !m.clean() {
		return nil, nil
	}
	return scanFound(q.QueryRow(ctx, `select coalesce(group_concat(id, ' '), '') from (select rowid as id from `+m.Shelf.table()+`
		where `+m.Shelf.table()+` match $1 and rowid < $2 and rowid > $3 order by rowid desc limit `+strconv.Itoa(m.Limit)+`)`,
		m.fts5(), below(m.Below), int64(m.Above)))
}

// fts5 is the match in FTS5's own language.
func (m *SearchMatch) fts5() string {
	var b strings.Builder
	for i, group := range m.All {
		if i > 0 {
			b.WriteString(" AND ")
		}
		fts5Group(&b, group)
	}
	if len(m.None) == 0 {
		return b.String()
	}
	wanted := b.String()
	b.Reset()
	b.WriteString("(" + wanted + ") NOT ")
	fts5Group(&b, m.None)
	return b.String()
}

func fts5Group(b *strings.Builder, group []SearchWord) {
	b.WriteByte('(')
	for i, w := range group {
		if i > 0 {
			b.WriteString(" OR ")
		}
		b.WriteString(`"` + w.Text + `"`)
		if w.Prefix {
			b.WriteByte('*')
		}
	}
	b.WriteByte(')')
}
