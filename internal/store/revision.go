package store

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/db"
)

const revisionColumns = `object, number, format, lang, title, summary, source, media, by_account, as_actor, why, minor, state, at, size, delta`

func scanRevision(r row) (allmende.Revision, error) {
	var v allmende.Revision
	var media string
	var when int64
	err := r.Scan(&v.Object, &v.Number, &v.Format, &v.Lang, &v.Title, &v.Summary, &v.Source, &media, &v.By, &v.As, &v.Why,
		&v.Minor, &v.State, &when, &v.Size, &v.Delta)
	v.Media, v.At = splitIDs(media), at(when)
	return v, err
}

// InsertRevision adds a revision.
func InsertRevision(ctx context.Context, q Q, v *allmende.Revision) error {
	_, err := q.Exec(ctx, `insert into revision (object, number, format, lang, title, summary, source, media, by_account,
		as_actor, why, minor, state, at, size, delta) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		int64(v.Object), v.Number, v.Format, v.Lang, v.Title, v.Summary, v.Source, joinIDs(v.Media), int64(v.By), int64(v.As),
		v.Why, v.Minor, v.State, ms(v.At), v.Size, v.Delta)
	return err
}

// ReplaceRevision overwrites a draft's last revision: autosaves within a
// sitting are one revision.
func ReplaceRevision(ctx context.Context, q Q, v *allmende.Revision) error {
	_, err := q.Exec(ctx, `update revision set format = $3, lang = $4, title = $5, summary = $6, source = $7, media = $8,
		at = $9, size = $10 where object = $1 and number = $2`,
		int64(v.Object), v.Number, v.Format, v.Lang, v.Title, v.Summary, v.Source, joinIDs(v.Media), ms(v.At), v.Size)
	return err
}

// RevisionOf finds one revision; sql.ErrNoRows when there is none.
func RevisionOf(ctx context.Context, q Q, object allmende.ID, number int) (allmende.Revision, error) {
	return scanRevision(q.QueryRow(ctx, `select `+revisionColumns+` from revision where object = $1 and number = $2`, int64(object), number))
}

// RevisionActor is who made a revision; zero when there is none.
func RevisionActor(ctx context.Context, q Q, object allmende.ID, number int) (allmende.ID, error) {
	by, err := first(collect(ctx, q, scanID, `select as_actor from revision where object = $1 and number = $2`, int64(object), number))
	if err != nil || by == nil {
		return 0, err
	}
	return *by, nil
}

// RevisionsOf lists an object's revisions below a number (0: all), newest first.
func RevisionsOf(ctx context.Context, q Q, object allmende.ID, below, limit int) ([]allmende.Revision, error) {
	if below == 0 {
		below = 1 << 30
	}
	return collect(ctx, q, scanRevision, `select `+revisionColumns+` from revision where object = $1 and number < $2
		order by number desc limit $3`, int64(object), below, limit)
}

// LastEditBy tells when an actor last edited an object, minor edits and the
// first text aside; the zero time when never.
func LastEditBy(ctx context.Context, q Q, object, actor allmende.ID) (time.Time, error) {
	when, err := first(collect(ctx, q, func(r row) (int64, error) {
		var v int64
		return v, r.Scan(&v)
	}, `select at from revision where object = $1 and as_actor = $2 and not minor and number > 1 order by number desc limit 1`,
		int64(object), int64(actor)))
	if err != nil || when == nil {
		return time.Time{}, err
	}
	return at(*when), nil
}

// RevisionMedia lists the media that any revision of an object showed, some
// of them several times.
func RevisionMedia(ctx context.Context, q Q, object allmende.ID) ([]allmende.ID, error) {
	lists, err := collect(ctx, q, func(r row) ([]allmende.ID, error) {
		var s string
		err := r.Scan(&s)
		return splitIDs(s), err
	}, `select media from revision where object = $1 and media <> '' limit 5000`, int64(object))
	var out []allmende.ID
	for _, l := range lists {
		out = append(out, l...)
	}
	return out, err
}

// RevisionsBy lists the revisions an actor made before a time in milliseconds, newest first.
func RevisionsBy(ctx context.Context, q Q, actor allmende.ID, before int64, limit int) ([]allmende.Revision, error) {
	return collect(ctx, q, scanRevision, `select `+revisionColumns+` from revision where as_actor = $1 and at < $2
		order by at desc limit $3`, int64(actor), before, limit)
}

// SetAuthor notes that an actor is, or was asked to become, an object's author.
func SetAuthor(ctx context.Context, q Q, object, actor allmende.ID, position int, state allmende.AuthorState, when int64) error {
	_, err := q.Exec(ctx, `insert into object_author (object, actor, position, state, at) values ($1, $2, $3, $4, $5)
		on conflict (object, actor) do update set state = excluded.state, at = excluded.at`,
		int64(object), int64(actor), position, state, when)
	return err
}

// DeleteAuthor takes an actor from an object's authors.
func DeleteAuthor(ctx context.Context, q Q, object, actor allmende.ID) error {
	_, err := q.Exec(ctx, `delete from object_author where object = $1 and actor = $2`, int64(object), int64(actor))
	return err
}

// AuthorsOf lists an object's authors and invited ones in order.
func AuthorsOf(ctx context.Context, q Q, object allmende.ID) ([]allmende.Coauthor, error) {
	return collect(ctx, q, func(r row) (allmende.Coauthor, error) {
		var c allmende.Coauthor
		return c, r.Scan(&c.Actor, &c.State)
	}, `select actor, state from object_author where object = $1 order by position, at limit 100`, int64(object))
}

// InvitesFor lists objects whose authorship an actor was asked to share.
func InvitesFor(ctx context.Context, q Q, actor allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select object from object_author where actor = $1 and state = 'invited' order by at desc limit $2`,
		int64(actor), limit)
}

// Address is a human address within a place.
type Address struct {
	Place   allmende.ID
	Section string // "blog", "wiki", "wish" for wiki titles asked for
	Slug    string
	Object  allmende.ID
	Current bool
}

func scanAddress(r row) (Address, error) {
	var a Address
	return a, r.Scan(&a.Place, &a.Section, &a.Slug, &a.Object, &a.Current)
}

// AddressOf finds what stands, or stood, at an address; nil when nothing did.
func AddressOf(ctx context.Context, q Q, place allmende.ID, section, slug string) (*Address, error) {
	return first(collect(ctx, q, scanAddress, `select place, section, slug, object, current from address
		where place = $1 and section = $2 and slug = $3`, int64(place), section, slug))
}

// AddressesOf lists all addresses of an object.
func AddressesOf(ctx context.Context, q Q, object allmende.ID) ([]Address, error) {
	return collect(ctx, q, scanAddress, `select place, section, slug, object, current from address where object = $1 limit 500`, int64(object))
}

// TakeAddress gives an object an address and makes its others redirects. One
// that another object holds now is a Conflict; one it held formerly is taken over.
func TakeAddress(ctx context.Context, q Q, a Address, now int64) error {
	if _, err := q.Exec(ctx, `update address set current = false where object = $1 and current`, int64(a.Object)); err != nil {
		return err
	}
	got, err := collect(ctx, q, scanID, `insert into address (place, section, slug, object, current, at)
		values ($1, $2, $3, $4, true, $5) on conflict (place, section, slug)
		do update set object = excluded.object, current = true, at = excluded.at
		where address.object = excluded.object or not address.current returning object`,
		int64(a.Place), a.Section, a.Slug, int64(a.Object), now)
	if err != nil {
		return err
	}
	if len(got) == 0 {
		return allmende.E(allmende.Conflict, "error.address_taken", "slug", a.Slug)
	}
	return nil
}

// SetLinks replaces the wiki titles an object links to (folded slug → title).
func SetLinks(ctx context.Context, q Q, object, place allmende.ID, links map[string]string) error {
	if _, err := q.Exec(ctx, `delete from object_link where object = $1`, int64(object)); err != nil {
		return err
	}
	for slug, title := range links {
		if _, err := q.Exec(ctx, `insert into object_link (object, place, slug, title) values ($1, $2, $3, $4) on conflict do nothing`,
			int64(object), int64(place), slug, title); err != nil {
			return err
		}
	}
	return nil
}

// LinksTo lists published objects that link to any of the addresses of a wiki page.
func LinksTo(ctx context.Context, q Q, place allmende.ID, slugs []string, max allmende.ID, limit int) ([]allmende.ID, error) {
	if len(slugs) == 0 {
		return nil, nil
	}
	list := []any{int64(place), below(max), limit}
	for _, s := range slugs {
		list = append(list, s)
	}
	return collect(ctx, q, scanID, `select distinct l.object from object_link l join object o on o.id = l.object
		where l.place = $1 and l.slug in (`+db.In(4, len(slugs))+`) and l.object < $2 and o.state = 'published'
		order by l.object desc limit $3`, list...)
}

// Existing tells which folded wiki slugs of a place lead somewhere.
func Existing(ctx context.Context, q Q, place allmende.ID, slugs []string) (map[string]bool, error) {
	out := map[string]bool{}
	for len(slugs) > 0 {
		n := min(len(slugs), 400)
		list := []any{int64(place)}
		for _, s := range slugs[:n] {
			list = append(list, s)
		}
		got, err := collect(ctx, q, func(r row) (string, error) {
			var s string
			return s, r.Scan(&s)
		}, `select slug from address where place = $1 and section = 'wiki' and slug in (`+db.In(2, n)+`)`, list...)
		if err != nil {
			return nil, err
		}
		for _, s := range got {
			out[s] = true
		}
		slugs = slugs[n:]
	}
	return out, nil
}

// WikiPages lists a place's wiki pages by folded title, after a slug.
func WikiPages(ctx context.Context, q Q, place allmende.ID, after string, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select a.object from address a join object o on o.id = a.object
		where a.place = $1 and a.section = 'wiki' and a.current and a.slug > $2 and o.state = 'published'
		order by a.slug limit $3`, int64(place), after, limit)
}

// RecentPages lists a place's wiki pages by last change.
func RecentPages(ctx context.Context, q Q, place allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select o.id from object o where o.place = $1 and o.section = 'wiki' and o.state = 'published'
		order by o.changed_at desc limit $2`, int64(place), limit)
}

// WikiLink is a link from an object to a wiki title.
type WikiLink struct {
	Object, Place allmende.ID
	Slug, Title   string
}

// MissingLinks lists those wiki links of many objects that lead nowhere.
func MissingLinks(ctx context.Context, q Q, objects []allmende.ID) ([]WikiLink, error) {
	var out []WikiLink
	err := chunks(objects, func(part []allmende.ID) error {
		got, err := collect(ctx, q, func(r row) (WikiLink, error) {
			var l WikiLink
			return l, r.Scan(&l.Object, &l.Place, &l.Slug, &l.Title)
		}, `select l.object, l.place, l.slug, l.title from object_link l
			left join address a on a.place = l.place and a.section = 'wiki' and a.slug = l.slug
			left join object o on o.id = a.object and o.state = 'published'
			where l.object in (`+db.In(1, len(part))+`) and o.id is null`, args(part)...)
		out = append(out, got...)
		return err
	})
	return out, err
}
