package store

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"allmende"
	"allmende/internal/db"
)

const actorColumns = `a.id, a.kind, a.name, a.host, coalesce(a.uri, ''), a.url, a.display_name, a.bio, a.bio_html, a.fields,
	a.avatar, a.header, a.locked, a.bot, a.discover, a.inbox, a.shared_inbox, a.state, a.limited, a.created_at, a.changed_at,
	a.version, coalesce(s.posts, 0), coalesce(s.followers, 0), coalesce(s.following, 0), coalesce(s.last_at, 0)`

const actorFrom = ` from actor a left join actor_stat s on s.actor = a.id `

func scanActor(r row) (allmende.Actor, error) {
	var a allmende.Actor
	var fields string
	var created, changed, last int64
	err := r.Scan(&a.ID, &a.Kind, &a.Name, &a.Host, &a.URI, &a.URL, &a.DisplayName, &a.Bio, &a.BioHTML, &fields,
		&a.Avatar, &a.Header, &a.Locked, &a.Bot, &a.Discover, &a.Inbox, &a.SharedInbox, &a.State, &a.Limited, &created,
		&changed, &a.Version, &a.Posts, &a.Followers, &a.Following, &last)
	if err != nil {
		return a, err
	}
	a.CreatedAt, a.ChangedAt, a.LastPostAt = at(created), at(changed), at(last)
	return a, json.Unmarshal([]byte(fields), &a.Fields)
}

// InsertActor adds an actor. A name that is or was in use is a Conflict.
func InsertActor(ctx context.Context, q Q, a *allmende.Actor, publicKey, searchKey string) error {
	fields, err := json.Marshal(a.Fields)
	if err != nil {
		return err
	}
	if a.Fields == nil {
		fields = []byte("[]")
	}
	if _, err = q.Exec(ctx, `insert into actor (id, kind, name, host, uri, url, display_name, bio, bio_html, fields, avatar,
		header, locked, bot, discover, inbox, shared_inbox, public_key, state, limited, search_key, created_at, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		int64(a.ID), a.Kind, a.Name, a.Host, nullText(a.URI), a.URL, a.DisplayName, a.Bio, a.BioHTML, string(fields),
		int64(a.Avatar), int64(a.Header), a.Locked, a.Bot, a.Discover, a.Inbox, a.SharedInbox, publicKey, a.State,
		a.Limited, searchKey, ms(a.CreatedAt), ms(a.ChangedAt)); err != nil {
		return err
	}
	if _, err = q.Exec(ctx, `insert into actor_stat (actor) values ($1)`, int64(a.ID)); err != nil {
		return err
	}
	return putWords(ctx, q, a.ID, searchKey)
}

// putWords keeps the words under which an actor is found.
func putWords(ctx context.Context, q Q, id allmende.ID, searchKey string) error {
	for _, word := range strings.Fields(searchKey) {
		if _, err := q.Exec(ctx, `insert into actor_word (word, actor) values ($1, $2) on conflict do nothing`, word, int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// UpdateActor writes everything of an actor that can change, and raises its version.
func UpdateActor(ctx context.Context, q Q, a *allmende.Actor, searchKey string) error {
	fields, err := json.Marshal(a.Fields)
	if err != nil {
		return err
	}
	if a.Fields == nil {
		fields = []byte("[]")
	}
	_, err = q.Exec(ctx, `update actor set kind = $2, url = $3, display_name = $4, bio = $5, bio_html = $6, fields = $7,
		avatar = $8, header = $9, locked = $10, bot = $11, discover = $12, inbox = $13, shared_inbox = $14, state = $15,
		limited = $16, search_key = $17, changed_at = $18, version = version + 1 where id = $1`,
		int64(a.ID), a.Kind, a.URL, a.DisplayName, a.Bio, a.BioHTML, string(fields), int64(a.Avatar), int64(a.Header),
		a.Locked, a.Bot, a.Discover, a.Inbox, a.SharedInbox, a.State, a.Limited, searchKey, ms(a.ChangedAt))
	if err != nil {
		return err
	}
	if _, err := q.Exec(ctx, `delete from actor_word where actor = $1`, int64(a.ID)); err != nil {
		return err
	}
	return putWords(ctx, q, a.ID, searchKey)
}

// SetActorKey replaces the public key of a remote actor.
func SetActorKey(ctx context.Context, q Q, id allmende.ID, key string) error {
	_, err := q.Exec(ctx, `update actor set public_key = $2 where id = $1`, int64(id), key)
	return err
}

// ActorByID finds an actor; sql.ErrNoRows when there is none.
func ActorByID(ctx context.Context, q Q, id allmende.ID) (allmende.Actor, error) {
	return scanActor(q.QueryRow(ctx, `select `+actorColumns+actorFrom+`where a.id = $1`, int64(id)))
}

// ActorByName finds an actor by name and host (empty: here), both in lower case.
func ActorByName(ctx context.Context, q Q, name, host string) (allmende.Actor, error) {
	return scanActor(q.QueryRow(ctx, `select `+actorColumns+actorFrom+`where a.name = $1 and a.host = $2`, name, host))
}

// ActorByURI finds a remote actor by its ActivityPub id.
func ActorByURI(ctx context.Context, q Q, uri string) (allmende.Actor, error) {
	return scanActor(q.QueryRow(ctx, `select `+actorColumns+actorFrom+`where a.uri = $1`, uri))
}

// ActorsByID loads many actors at once; those that do not exist are left out.
func ActorsByID(ctx context.Context, q Q, ids []allmende.ID) ([]allmende.Actor, error) {
	var out []allmende.Actor
	err := chunks(ids, func(part []allmende.ID) error {
		got, err := collect(ctx, q, scanActor, `select `+actorColumns+actorFrom+`where a.id in (`+db.In(1, len(part))+`)`, args(part)...)
		out = append(out, got...)
		return err
	})
	return out, err
}

// ActorsByHandle loads the local and known remote actors of these names.
func ActorsByHandle(ctx context.Context, q Q, names [][2]string) ([]allmende.Actor, error) {
	var out []allmende.Actor
	for _, n := range names {
		got, err := collect(ctx, q, scanActor, `select `+actorColumns+actorFrom+`where a.name = $1 and a.host = $2`, n[0], n[1])
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// ActorsLike finds active actors whose folded name or display name starts a
// word with the prefix; local ones first.
func ActorsLike(ctx context.Context, q Q, prefix string, limit, offset int) ([]allmende.Actor, error) {
	word, _, _ := strings.Cut(prefix, " ")
	if word == "" {
		return nil, nil
	}
	return collect(ctx, q, scanActor, `select `+actorColumns+actorFrom+`
		where a.id in (select actor from actor_word where word >= $3 and word < $4)
		and (a.search_key like $1 escape '\' or a.search_key like $2 escape '\') and a.state = 'active' and not a.limited and a.id <> 1
		order by a.host <> '', coalesce(s.followers, 0) desc, a.id limit $5 offset $6`,
		likeEscape(prefix)+"%", "% "+likeEscape(prefix)+"%", word, word+string(utf8.MaxRune), limit, offset)
}

// LocalActors lists active local people and organisations for the directory.
// (The cross join makes SQLite walk the order until the page is full.)
func LocalActors(ctx context.Context, q Q, kind allmende.ActorKind, order string, limit, offset int) ([]allmende.Actor, error) {
	by := `s.last_at desc, s.actor desc`
	if order == "new" {
		by = `s.actor desc`
	}
	return collect(ctx, q, scanActor, `select `+actorColumns+` from actor_stat s cross join actor a
		where a.id = s.actor and a.host = '' and a.state = 'active' and a.discover and not a.limited and a.id <> 1 and ($1 = '' or a.kind = $1)
		order by `+by+` limit $2 offset $3`, string(kind), limit, offset)
}

// CountActors adds to an actor's counters; last is the time of its newest post or zero.
func CountActors(ctx context.Context, q Q, id allmende.ID, posts, followers, following int, last int64) error {
	_, err := q.Exec(ctx, `update actor_stat set posts = posts + $2, followers = followers + $3, following = following + $4,
		last_at = case when last_at < $5 then $5 else last_at end where actor = $1`, int64(id), posts, followers, following, last)
	return err
}

// likeEscape takes the meaning from like's wildcards.
func likeEscape(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r == '%' || r == '_' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}
