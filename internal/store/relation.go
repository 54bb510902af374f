package store

import (
	"context"

	"allmende"
	"allmende/internal/db"
)

const relationColumns = `actor, kind, target, id, state, at, expires, notify, boosts, quiet`

func scanRelation(r row) (allmende.Relation, error) {
	var x allmende.Relation
	var when, expires int64
	err := r.Scan(&x.Actor, &x.Kind, &x.Target, &x.ID, &x.State, &when, &expires, &x.Notify, &x.Boosts, &x.Quiet)
	x.At, x.Expires = at(when), at(expires)
	return x, err
}

// PutRelation adds a relation or changes the one there is.
func PutRelation(ctx context.Context, q Q, x *allmende.Relation) error {
	_, err := q.Exec(ctx, `insert into relation (actor, kind, target, id, state, at, expires, notify, boosts, quiet)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (actor, kind, target) do update set state = excluded.state, expires = excluded.expires,
		notify = excluded.notify, boosts = excluded.boosts, quiet = excluded.quiet`,
		int64(x.Actor), x.Kind, int64(x.Target), int64(x.ID), x.State, ms(x.At), ms(x.Expires), x.Notify, x.Boosts, x.Quiet)
	return err
}

// DeleteRelation takes a relation away and tells which it was; nil when there was none.
func DeleteRelation(ctx context.Context, q Q, actor allmende.ID, kind allmende.RelationKind, target allmende.ID) (*allmende.Relation, error) {
	return first(collect(ctx, q, scanRelation, `delete from relation where actor = $1 and kind = $2 and target = $3
		returning `+relationColumns, int64(actor), kind, int64(target)))
}

// RelationOf finds one relation; nil when there is none.
func RelationOf(ctx context.Context, q Q, actor allmende.ID, kind allmende.RelationKind, target allmende.ID) (*allmende.Relation, error) {
	return first(collect(ctx, q, scanRelation, `select `+relationColumns+` from relation
		where actor = $1 and kind = $2 and target = $3`, int64(actor), kind, int64(target)))
}

// RelationsFrom lists an actor's relations of one kind and state, newest first.
func RelationsFrom(ctx context.Context, q Q, actor allmende.ID, kind allmende.RelationKind, state allmende.RelationState, max allmende.ID, limit int) ([]allmende.Relation, error) {
	return collect(ctx, q, scanRelation, `select `+relationColumns+` from relation
		where actor = $1 and kind = $2 and state = $3 and id < $4 order by id desc limit $5`,
		int64(actor), kind, state, below(max), limit)
}

// RelationsTo lists who stands in a relation of one kind and state to the target, newest first.
func RelationsTo(ctx context.Context, q Q, target allmende.ID, kind allmende.RelationKind, state allmende.RelationState, max allmende.ID, limit int) ([]allmende.Relation, error) {
	return collect(ctx, q, scanRelation, `select `+relationColumns+` from relation
		where target = $1 and kind = $2 and state = $3 and id < $4 order by id desc limit $5`,
		int64(target), kind, state, below(max), limit)
}

// FollowersWhoAsked lists local followers who want to hear of each post, newest follow first.
func FollowersWhoAsked(ctx context.Context, q Q, target, max allmende.ID, limit int) ([]allmende.Relation, error) {
	return collect(ctx, q, scanRelation, `select `+relationColumns+` from relation
		where target = $1 and kind = 'follow' and state = 'accepted' and notify and id < $2 order by id desc limit $3`,
		int64(target), below(max), limit)
}

// AllRelations lists everything an actor stands in to others; for the
// viewer's keys and filters, which are cached.
func AllRelations(ctx context.Context, q Q, actor allmende.ID) ([]allmende.Relation, error) {
	return collect(ctx, q, scanRelation, `select `+relationColumns+` from relation where actor = $1 limit 100000`, int64(actor))
}

// BlockersOf lists who blocks an actor.
func BlockersOf(ctx context.Context, q Q, actor allmende.ID) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select actor from relation where target = $1 and kind = 'block' limit 100000`, int64(actor))
}

// RelationsBetween lists all relations, in both directions, between one actor and others.
func RelationsBetween(ctx context.Context, q Q, actor allmende.ID, others []allmende.ID) ([]allmende.Relation, error) {
	var out []allmende.Relation
	err := chunks(others, func(part []allmende.ID) error {
		in := db.In(2, len(part))
		got, err := collect(ctx, q, scanRelation, `select `+relationColumns+` from relation
			where (actor = $1 and target in (`+in+`)) or (target = $1 and actor in (`+in+`))`, args(part, int64(actor))...)
		out = append(out, got...)
		return err
	})
	return out, err
}

// TagFollows lists the folded tags an actor follows, with the names as written.
func TagFollows(ctx context.Context, q Q, actor allmende.ID) (map[string]string, error) {
	got, err := collect(ctx, q, func(r row) ([2]string, error) {
		var t [2]string
		return t, r.Scan(&t[0], &t[1])
	}, `select tag, name from tag_follow where actor = $1 limit 1000`, int64(actor))
	out := make(map[string]string, len(got))
	for _, t := range got {
		out[t[0]] = t[1]
	}
	return out, err
}

// SetTagFollow follows a folded tag, or no longer.
func SetTagFollow(ctx context.Context, q Q, actor allmende.ID, tag, name string, id allmende.ID, on bool) error {
	if !on {
		_, err := q.Exec(ctx, `delete from tag_follow where actor = $1 and tag = $2`, int64(actor), tag)
		return err
	}
	_, err := q.Exec(ctx, `insert into tag_follow (actor, tag, name, id) values ($1, $2, $3, $4) on conflict do nothing`,
		int64(actor), tag, name, int64(id))
	return err
}

// PutAudience finds or adds the row of an audience and fills in its id. The
// named actors of a direct audience are kept sorted, so equal ones are one row.
func PutAudience(ctx context.Context, q Q, a *allmende.Audience, id allmende.ID) error {
	named := joinIDs(a.Actors)
	got, err := collect(ctx, q, scanID, `select id from audience where kind = $1 and target = $2 and named = $3`,
		a.Kind, int64(a.Target), named)
	if err != nil {
		return err
	}
	if len(got) > 0 {
		a.ID = got[0]
		return nil
	}
	got, err = collect(ctx, q, scanID, `insert into audience (id, kind, target, named) values ($1, $2, $3, $4)
		on conflict (kind, target, named) do update set kind = excluded.kind returning id`,
		int64(id), a.Kind, int64(a.Target), named)
	if err != nil {
		return err
	}
	a.ID = got[0]
	for _, actor := range a.Actors {
		if _, err := q.Exec(ctx, `insert into audience_actor (actor, audience) values ($1, $2) on conflict do nothing`,
			int64(actor), int64(a.ID)); err != nil {
			return err
		}
	}
	return nil
}

// first is the first of a list, or nil.
func first[T any](list []T, err error) (*T, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
