package store

import (
	"context"
	"strconv"
	"strings"

	"allmende"
	"allmende/internal/db"
)

// postgresSearch keeps the tokens in a tsvector under a GIN index. Such an
// index knows no order: for a common word it would fetch half of all objects to
// give the newest few. So each object also has a token for the stretch of time
// it was published in, in several lengths, and Find looks at the newest stretch
// first and at longer ones only while it has not found enough.
type postgresSearch struct{}

// stretches are the lengths as powers of two in milliseconds: 1.5 days, 6, 25,
// 99 and 398 days.
var stretches = []uint{27, 29, 31, 33, 35}

// stretchToken names a stretch of time.
func stretchToken(power uint, number int64) string {
	return "_z" + strconv.Itoa(int(power)) + "_" + strconv.FormatInt(number, 10)
}

// stretchOf is the number of the stretch that an id lies in.
func stretchOf(id allmende.ID, power uint) int64 { return int64(id) >> 16 >> power }

func (postgresSearch) put(ctx context.Context, q Q, docs []SearchDoc) error {
	for _, d := range docs {
		tokens := d.distinct()
		for _, power := range stretches {
			tokens = append(tokens, stretchToken(power, stretchOf(d.Object, power)))
		}
		if _, err := q.Exec(ctx, `insert into `+d.Shelf.table()+` (object, tokens) values ($1, array_to_tsvector(string_to_array($2, ' ')))
			on conflict (object) do update set tokens = excluded.tokens`, int64(d.Object), strings.Join(tokens, " ")); err != nil {
			return err
		}
	}
	return nil
}

func (postgresSearch) drop(ctx context.Context, q Q, shelf Shelf, ids []allmende.ID) error {
	return chunks(ids, func(part []allmende.ID) error {
		_, err := q.Exec(ctx, `delete from `+shelf.table()+` where object in (`+db.In(1, len(part))+`)`, args(part)...)
		return err
	})
}

func (postgresSearch) clear(ctx context.Context, q Q, shelf Shelf) error {
	_, err := q.Exec(ctx, `truncate `+shelf.table())
	return err
}

// Find lists the ids that match, newest first.
func (s postgresSearch) Find(ctx context.Context, q Q, m SearchMatch) ([]allmende.ID, error) {
	if !m.clean() {
		return nil, nil
	}
	from, err := newestIndexed(ctx, q, m)
	if err != nil || from <= m.Above {
		return nil, err
	}
	for i := 0; i < len(stretches); {
		power := stretches[i]
		newest := stretchOf(from, power)
		oldest := allmende.ID((newest - 1) << power << 16) // the two newest stretches of this length
		if oldest <= m.Above {
			break
		}
		recent := m.And([]SearchWord{{Text: stretchToken(power, newest)}, {Text: stretchToken(power, newest-1)}})
		got, err := s.find(ctx, q, recent)
		if err != nil || len(got) == m.Limit {
			return got, err
		}
		i = enough(i, m.Limit, len(got))
	}
	return s.find(ctx, q, m)
}

// enough is the stretch after i that should hold as many as wanted when i held
// so many; beyond the last one when only all of time may.
func enough(i, wanted, held int) int {
	next := i + 1
	for next < len(stretches) && held<<(stretches[next]-stretches[i]) < wanted {
		next++
	}
	return next
}

// newestIndexed is the newest object on the shelf below the bound.
func newestIndexed(ctx context.Context, q Q, m SearchMatch) (allmende.ID, error) {
	var id int64
	err := q.QueryRow(ctx, `select coalesce(max(object), 0) from `+m.Shelf.table()+` where object < $1`, below(m.Below)).Scan(&id)
	return allmende.ID(id), err
}

// find asks once. The "+ 0" keeps the planner, which does not know what will be
// bound to a prepared query, from walking the primary key instead of the words.
func (postgresSearch) find(ctx context.Context, q Q, m SearchMatch) ([]allmende.ID, error) {
	return scanFound(q.QueryRow(ctx, `select coalesce(string_agg(cast(object as text), ' '), '') from (select object from `+m.Shelf.table()+`
		where tokens @@ cast($1 as tsquery) and object + 0 < $2 and object + 0 > $3 order by object + 0 desc limit $4) f`,
		m.tsquery(), below(m.Below), int64(m.Above), m.Limit))
}

// tsquery is the match in PostgreSQL's own language.
func (m *SearchMatch) tsquery() string {
	var b strings.Builder
	for i, group := range m.All {
		if i > 0 {
			b.WriteString(" & ")
		}
		tsqueryGroup(&b, group)
	}
	if len(m.None) > 0 {
		b.WriteString(" & !")
		tsqueryGroup(&b, m.None)
	}
	return b.String()
}

func tsqueryGroup(b *strings.Builder, group []SearchWord) {
	b.WriteByte('(')
	for i, w := range group {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString("'" + w.Text + "'")
		if w.Prefix {
			b.WriteString(":*")
		}
	}
	b.WriteByte(')')
}
