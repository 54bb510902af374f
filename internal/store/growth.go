package store

import (
	"context"
	"time"

	"allmende"
)

// Growth is a wish to turn an object into a wiki page that waits for consent.
type Growth struct {
	Object  allmende.ID
	Kind    allmende.ObjectKind
	Title   string
	Licence string
	As      allmende.ID
	Agreed  []allmende.ID
	At      time.Time
}

// PutGrowth keeps a wish or the consent to it.
func PutGrowth(ctx context.Context, q Q, g *Growth) error {
	_, err := q.Exec(ctx, `insert into growth (object, kind, title, licence, as_actor, agreed, at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (object) do update set kind = excluded.kind, title = excluded.title, licence = excluded.licence,
		as_actor = excluded.as_actor, agreed = excluded.agreed, at = excluded.at`,
		int64(g.Object), g.Kind, g.Title, g.Licence, int64(g.As), joinIDs(g.Agreed), ms(g.At))
	return err
}

// GrowthOf finds the wish for an object; nil when there is none.
func GrowthOf(ctx context.Context, q Q, object allmende.ID) (*Growth, error) {
	return first(collect(ctx, q, func(r row) (Growth, error) {
		var g Growth
		var agreed string
		var when int64
		err := r.Scan(&g.Object, &g.Kind, &g.Title, &g.Licence, &g.As, &agreed, &when)
		g.Agreed, g.At = splitIDs(agreed), at(when)
		return g, err
	}, `select object, kind, title, licence, as_actor, agreed, at from growth where object = $1`, int64(object)))
}

// DropGrowth ends a wish: fulfilled or refused.
func DropGrowth(ctx context.Context, q Q, object allmende.ID) error {
	_, err := q.Exec(ctx, `delete from growth where object = $1`, int64(object))
	return err
}
