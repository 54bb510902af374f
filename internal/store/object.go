package store

import (
	"context"
	"encoding/json"
	"strings"

	"allmende"
	"allmende/internal/db"
)

const objectColumns = `o.id, o.kind, o.state, o.origin, coalesce(o.uri, ''), o.url, o.owner, o.place, o.section, o.slug,
	o.audience, u.kind, u.target, u.named, o.title, o.summary, o.sensitive, o.format, o.source, o.html, o.lang, o.reply_to,
	o.thread, o.quote, o.quote_ok, o.tags, o.mentions, o.media, o.authors, o.preview, o.licence, o.policy, o.pinned,
	o.revision, o.version, o.publish_at, o.published_at, o.edited_at, o.changed_at, o.deleted_at,
	coalesce(s.replies, 0), coalesce(s.boosts, 0), coalesce(s.likes, 0), coalesce(s.quotes, 0), coalesce(s.bookmarks, 0)`

// shownColumns are objectColumns without the source, factColumns without any text.
var (
	shownColumns = strings.Replace(objectColumns, "o.source", "''", 1)
	factColumns  = strings.Replace(shownColumns, "o.html", "''", 1)
)

const objectFrom = ` from object o join audience u on u.id = o.audience left join object_stat s on s.object = o.id `

func scanObject(r row) (allmende.Object, error) {
	var o allmende.Object
	var named, tags, mentions, media, authors, policy string
	var publish, published, edited, changed, deleted int64
	err := r.Scan(&o.ID, &o.Kind, &o.State, &o.Origin, &o.URI, &o.URL, &o.Owner, &o.Place, &o.Section, &o.Slug,
		&o.Audience.ID, &o.Audience.Kind, &o.Audience.Target, &named, &o.Title, &o.Summary, &o.Sensitive, &o.Format, &o.Source,
		&o.HTML, &o.Lang, &o.ReplyTo, &o.Thread, &o.Quote, &o.QuoteOK, &tags, &mentions, &media, &authors, &o.Preview,
		&o.Licence, &policy, &o.Pinned, &o.Revision, &o.Version, &publish, &published, &edited, &changed, &deleted,
		&o.Stat.Replies, &o.Stat.Boosts, &o.Stat.Likes, &o.Stat.Quotes, &o.Stat.Bookmarks)
	if err != nil {
		return o, err
	}
	o.Audience.Actors = splitIDs(named)
	o.Tags = strings.Fields(tags)
	o.Mentions, o.Media, o.Authors = splitIDs(mentions), splitIDs(media), splitIDs(authors)
	o.PublishAt, o.PublishedAt, o.EditedAt = at(publish), at(published), at(edited)
	o.ChangedAt, o.DeletedAt = at(changed), at(deleted)
	if policy != "" {
		err = json.Unmarshal([]byte(policy), &o.Policy)
	}
	return o, err
}

func policyText(p allmende.Policy) string {
	if p == (allmende.Policy{}) {
		return ""
	}
	b, _ := json.Marshal(p) // a struct of strings always marshals
	return string(b)
}

// InsertObject adds an object with its counters.
func InsertObject(ctx context.Context, q Q, o *allmende.Object) error {
	if _, err := q.Exec(ctx, `insert into object (id, kind, state, origin, uri, url, owner, place, section, slug, audience, title,
		summary, sensitive, format, source, html, lang, reply_to, thread, quote, quote_ok, tags, mentions, media, authors,
		preview, licence, policy, revision, publish_at, published_at, edited_at, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
		$25, $26, $27, $28, $29, $30, $31, $32, $33, $34)`,
		int64(o.ID), o.Kind, o.State, o.Origin, nullText(o.URI), o.URL, int64(o.Owner), int64(o.Place), o.Section, o.Slug,
		int64(o.Audience.ID), o.Title, o.Summary, o.Sensitive, o.Format, o.Source, o.HTML, o.Lang, int64(o.ReplyTo),
		int64(o.Thread), int64(o.Quote), o.QuoteOK, strings.Join(o.Tags, " "), joinIDs(o.Mentions), joinIDs(o.Media),
		joinIDs(o.Authors), o.Preview, o.Licence, policyText(o.Policy), o.Revision, ms(o.PublishAt), ms(o.PublishedAt),
		ms(o.EditedAt), ms(o.ChangedAt)); err != nil {
		return err
	}
	_, err := q.Exec(ctx, `insert into object_stat (object) values ($1)`, int64(o.ID))
	return err
}

// UpdateObject writes everything of an object that can change, and raises its version.
func UpdateObject(ctx context.Context, q Q, o *allmende.Object) error {
	o.Version++
	_, err := q.Exec(ctx, `update object set kind = $2, state = $3, url = $4, owner = $5, place = $6, section = $7, slug = $8,
		audience = $9, title = $10, summary = $11, sensitive = $12, format = $13, source = $14, html = $15, lang = $16,
		quote_ok = $17, tags = $18, mentions = $19, media = $20, authors = $21, preview = $22, licence = $23, policy = $24,
		pinned = $25, revision = $26, publish_at = $27, published_at = $28, edited_at = $29, changed_at = $30,
		deleted_at = $31, reply_to = $32, thread = $33, quote = $34, version = $35 where id = $1`,
		int64(o.ID), o.Kind, o.State, o.URL, int64(o.Owner), int64(o.Place), o.Section, o.Slug, int64(o.Audience.ID), o.Title,
		o.Summary, o.Sensitive, o.Format, o.Source, o.HTML, o.Lang, o.QuoteOK, strings.Join(o.Tags, " "), joinIDs(o.Mentions),
		joinIDs(o.Media), joinIDs(o.Authors), o.Preview, o.Licence, policyText(o.Policy), o.Pinned, o.Revision,
		ms(o.PublishAt), ms(o.PublishedAt), ms(o.EditedAt), ms(o.ChangedAt), ms(o.DeletedAt), int64(o.ReplyTo),
		int64(o.Thread), int64(o.Quote), o.Version)
	return err
}

// TouchObject raises the version of objects whose drawing changed without them.
func TouchObject(ctx context.Context, q Q, ids ...allmende.ID) error {
	for _, id := range ids {
		if _, err := q.Exec(ctx, `update object set version = version + 1 where id = $1`, int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// ObjectByID finds an object in whatever state; sql.ErrNoRows when there is none.
func ObjectByID(ctx context.Context, q Q, id allmende.ID) (allmende.Object, error) {
	return scanObject(q.QueryRow(ctx, `select `+objectColumns+objectFrom+`where o.id = $1`, int64(id)))
}

// ObjectFacts is ObjectByID without Source and HTML, which are most of it.
func ObjectFacts(ctx context.Context, q Q, id allmende.ID) (allmende.Object, error) {
	return scanObject(q.QueryRow(ctx, `select `+factColumns+objectFrom+`where o.id = $1`, int64(id)))
}

// ObjectByURI finds a remote object by its ActivityPub id.
func ObjectByURI(ctx context.Context, q Q, uri string) (allmende.Object, error) {
	return scanObject(q.QueryRow(ctx, `select `+objectColumns+objectFrom+`where o.uri = $1`, uri))
}

// ObjectsByID loads many objects at once, in no order; missing ones are left out.
func ObjectsByID(ctx context.Context, q Q, ids []allmende.ID) ([]allmende.Object, error) {
	var out []allmende.Object
	err := chunks(ids, func(part []allmende.ID) error {
		got, err := collect(ctx, q, scanObject, `select `+objectColumns+objectFrom+`where o.id in (`+db.In(1, len(part))+`)`, args(part)...)
		out = append(out, got...)
		return err
	})
	return out, err
}

// ObjectsShown is ObjectsByID without Source, which only those who edit need.
func ObjectsShown(ctx context.Context, q Q, ids []allmende.ID) ([]allmende.Object, error) {
	var out []allmende.Object
	err := chunks(ids, func(part []allmende.ID) error {
		got, err := collect(ctx, q, scanObject, `select `+shownColumns+objectFrom+`where o.id in (`+db.In(1, len(part))+`)`, args(part)...)
		out = append(out, got...)
		return err
	})
	return out, err
}

// Drafts lists an actor's own objects that are not published yet, newest first.
func Drafts(ctx context.Context, q Q, actor allmende.ID, states []allmende.State, limit int) ([]allmende.Object, error) {
	list := make([]any, 0, len(states)+2)
	list = append(list, int64(actor), limit)
	for _, s := range states {
		list = append(list, string(s))
	}
	return collect(ctx, q, scanObject, `select `+objectColumns+objectFrom+`where o.state in (`+db.In(3, len(states))+`)
		and o.id in (select object from object_author where actor = $1 and state = 'accepted')
		order by o.changed_at desc limit $2`, list...)
}

// HeldFor lists objects that wait for someone with the publisher role in actor.
func HeldFor(ctx context.Context, q Q, actor allmende.ID, limit int) ([]allmende.Object, error) {
	return collect(ctx, q, scanObject, `select `+objectColumns+objectFrom+`where o.state in ('draft', 'scheduled', 'held') and o.state = 'held' and o.owner = $1
		order by o.id limit $2`, int64(actor), limit)
}

// DueObjects lists scheduled objects whose time has come.
func DueObjects(ctx context.Context, q Q, now int64, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where state = 'scheduled' and publish_at <= $1
		order by publish_at limit $2`, now, limit)
}

// Quotes lists who quotes an object, newest first.
func Quotes(ctx context.Context, q Q, object, max allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where quote = $1 and state = 'published' and quote_ok
		and id < $2 order by id desc limit $3`, int64(object), below(max), limit)
}

// CountObject adds to an object's counters.
func CountObject(ctx context.Context, q Q, id allmende.ID, d allmende.Stat) error {
	_, err := q.Exec(ctx, `update object_stat set replies = replies + $2, boosts = boosts + $3, likes = likes + $4,
		quotes = quotes + $5, bookmarks = bookmarks + $6 where object = $1`,
		int64(id), d.Replies, d.Boosts, d.Likes, d.Quotes, d.Bookmarks)
	return err
}

// RenameObject gives a draft its final id at publication; the passing id keeps leading there.
func RenameObject(ctx context.Context, q Q, old, id allmende.ID) error {
	for _, query := range []string{
		`update object set id = $2, thread = case when thread = $1 then $2 else thread end where id = $1`,
		`update object_stat set object = $2 where object = $1`,
		`update object_author set object = $2 where object = $1`,
		`update object_tag set object = $2 where object = $1`,
		`update object_link set object = $2 where object = $1`,
		`update object_figure set object = $2 where object = $1`,
		`update revision set object = $2 where object = $1`,
		`update address set object = $2 where object = $1`,
		`update notification set object = $2 where object = $1`,
		`update former_id set object = $2 where object = $1`,
		`insert into former_id (id, object) values ($1, $2)`,
	} {
		if _, err := q.Exec(ctx, query, int64(old), int64(id)); err != nil {
			return err
		}
	}
	return nil
}

// FormerID tells what a passing id became; zero when it is none.
func FormerID(ctx context.Context, q Q, id allmende.ID) (allmende.ID, error) {
	got, err := collect(ctx, q, scanID, `select object from former_id where id = $1`, int64(id))
	if err != nil || len(got) == 0 {
		return 0, err
	}
	return got[0], nil
}

// Pinned lists the objects an actor shows first, newest first.
func Pinned(ctx context.Context, q Q, actor allmende.ID) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where owner = $1 and pinned and state = 'published' order by id desc limit 20`, int64(actor))
}

// ThreadIDs lists the published objects of a conversation in time order.
func ThreadIDs(ctx context.Context, q Q, root allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where thread = $1 and thread <> 0 and state = 'published' order by id limit $2`, int64(root), limit)
}
