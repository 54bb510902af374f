package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"allmende"
	"allmende/internal/db"
)

const mediaColumns = `id, owner, kind, state, reason, progress, name, blob, mime, size, width, height, duration, animated,
	blurhash, focus_x, focus_y, alt, licence, remote_url, secret, public, show_place, exif, peaks, variants, created_at,
	attached_at, version`

func scanMedia(r row) (allmende.Media, error) {
	var m allmende.Media
	var variants string
	var created, attached int64
	err := r.Scan(&m.ID, &m.Owner, &m.Kind, &m.State, &m.Reason, &m.Progress, &m.Name, &m.Blob, &m.MIME, &m.Size, &m.Width,
		&m.Height, &m.DurationMS, &m.Animated, &m.Blurhash, &m.FocusX, &m.FocusY, &m.Alt, &m.Licence, &m.RemoteURL, &m.Secret,
		&m.Public, &m.ShowPlace, &m.Exif, &m.Peaks, &variants, &created, &attached, &m.Version)
	if err != nil {
		return m, err
	}
	m.CreatedAt, m.AttachedAt = at(created), at(attached)
	return m, json.Unmarshal([]byte(variants), &m.Variants)
}

func variantsText(list []allmende.Variant) string {
	if len(list) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(list) // plain structs always marshal
	return string(b)
}

// allBytes is what a medium takes in the blob store.
func allBytes(m *allmende.Media) int64 {
	n := m.Size
	for _, v := range m.Variants {
		n += v.Size
	}
	return n
}

// InsertMedia adds a medium.
func InsertMedia(ctx context.Context, q Q, m *allmende.Media) error {
	_, err := q.Exec(ctx, `insert into media (id, owner, kind, state, name, blob, mime, size, width, height, duration, animated,
		blurhash, focus_x, focus_y, alt, licence, remote_url, secret, public, exif, variants, created_at, attached_at, show_place, bytes)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)`,
		int64(m.ID), int64(m.Owner), m.Kind, m.State, m.Name, m.Blob, m.MIME, m.Size, m.Width, m.Height, m.DurationMS, m.Animated,
		m.Blurhash, m.FocusX, m.FocusY, m.Alt, m.Licence, m.RemoteURL, m.Secret, m.Public, m.Exif, variantsText(m.Variants),
		ms(m.CreatedAt), ms(m.AttachedAt), m.ShowPlace, allBytes(m))
	return err
}

// UpdateMedia writes everything of a medium that can change, and raises its version.
func UpdateMedia(ctx context.Context, q Q, m *allmende.Media) error {
	_, err := q.Exec(ctx, `update media set kind = $2, state = $3, reason = $4, progress = $5, width = $6, height = $7,
		duration = $8, animated = $9, blurhash = $10, focus_x = $11, focus_y = $12, alt = $13, licence = $14, secret = $15,
		public = $16, show_place = $17, peaks = $18, variants = $19, attached_at = $20, blob = $21, bytes = $22, version = version + 1
		where id = $1`, int64(m.ID), m.Kind, m.State, m.Reason, m.Progress, m.Width, m.Height, m.DurationMS, m.Animated,
		m.Blurhash, m.FocusX, m.FocusY, m.Alt, m.Licence, m.Secret, m.Public, m.ShowPlace, m.Peaks, variantsText(m.Variants),
		ms(m.AttachedAt), m.Blob, allBytes(m))
	return err
}

// MediaByID finds a medium; sql.ErrNoRows when there is none.
func MediaByID(ctx context.Context, q Q, id allmende.ID) (allmende.Media, error) {
	return scanMedia(q.QueryRow(ctx, `select `+mediaColumns+` from media where id = $1`, int64(id)))
}

// MediaByIDs loads many media at once, in no order.
func MediaByIDs(ctx context.Context, q Q, ids []allmende.ID) ([]allmende.Media, error) {
	var out []allmende.Media
	err := chunks(ids, func(part []allmende.ID) error {
		got, err := collect(ctx, q, scanMedia, `select `+mediaColumns+` from media where id in (`+db.In(1, len(part))+`)`, args(part)...)
		out = append(out, got...)
		return err
	})
	return out, err
}

// MediaOf lists an actor's media, newest first (row B9).
func MediaOf(ctx context.Context, q Q, owner, max allmende.ID, limit int) ([]allmende.Media, error) {
	return collect(ctx, q, scanMedia, `select `+mediaColumns+` from media where owner = $1 and id < $2 order by id desc limit $3`,
		int64(owner), below(max), limit)
}

// ObjectsWithMedia lists the objects that show a medium: those of its owner,
// those in whose text it stands, and those of others that have it attached.
func ObjectsWithMedia(ctx context.Context, q Q, owner, media allmende.ID) ([]allmende.ID, error) {
	own, err := collect(ctx, q, scanID, `select o.id from object o join object_author a on a.object = o.id
		where a.actor = $1 and (' ' || o.media || ' ') like $2 limit 500`, int64(owner), "% "+media.String()+" %")
	if err != nil {
		return nil, err
	}
	all, err := collect(ctx, q, scanID, `select object from object_figure where media = $1 limit 500`, int64(media))
	all = append(own, all...)
	slices.Sort(all)
	return slices.Compact(all), err
}

// SetFigures keeps which media stand in an object's text.
func SetFigures(ctx context.Context, q Q, object allmende.ID, media []allmende.ID) error {
	if _, err := q.Exec(ctx, `delete from object_figure where object = $1`, int64(object)); err != nil {
		return err
	}
	for _, id := range media {
		if _, err := q.Exec(ctx, `insert into object_figure (media, object) values ($1, $2)`, int64(id), int64(object)); err != nil {
			return err
		}
	}
	return nil
}

// AddFigure notes that an object shows a medium that is not its owner's.
func AddFigure(ctx context.Context, q Q, object, media allmende.ID) error {
	_, err := q.Exec(ctx, `insert into object_figure (media, object) values ($1, $2) on conflict do nothing`, int64(media), int64(object))
	return err
}

// LooseMedia lists media that never became part of anything, older than a time.
func LooseMedia(ctx context.Context, q Q, before time.Time, limit int) ([]allmende.Media, error) {
	return collect(ctx, q, scanMedia, `select `+mediaColumns+` from media where attached_at = 0 and created_at < $1
		order by created_at limit $2`, ms(before), limit)
}

// DeleteMedia removes a medium's row; its blobs go with the next sweep.
func DeleteMedia(ctx context.Context, q Q, id allmende.ID) error {
	_, err := q.Exec(ctx, `delete from media where id = $1`, int64(id))
	return err
}

// AllMedia walks all media by id, for sweeps and backups.
func AllMedia(ctx context.Context, q Q, after allmende.ID, limit int) ([]allmende.Media, error) {
	return collect(ctx, q, scanMedia, `select `+mediaColumns+` from media where id > $1 order by id limit $2`, int64(after), limit)
}

// MediaBytes is how many bytes an actor's originals and variants take.
func MediaBytes(ctx context.Context, q Q, owner allmende.ID) (int64, error) {
	var n int64
	err := q.QueryRow(ctx, `select coalesce(sum(bytes), 0) from media where owner = $1`, int64(owner)).Scan(&n)
	return n, err
}

// PreviewsOf loads link previews by address.
func PreviewsOf(ctx context.Context, q Q, urls []string) ([]allmende.Preview, error) {
	if len(urls) == 0 {
		return nil, nil
	}
	list := make([]any, len(urls))
	for i, u := range urls {
		list[i] = u
	}
	return collect(ctx, q, func(r row) (allmende.Preview, error) {
		var p allmende.Preview
		var fetched int64
		err := r.Scan(&p.URL, &p.Title, &p.Description, &p.Site, &p.Author, &p.Kind, &p.Image, &p.State, &fetched)
		p.FetchedAt = at(fetched)
		return p, err
	}, `select url, title, description, site, author, kind, image, state, fetched_at from preview where url in (`+db.In(1, len(list))+`)`, list...)
}

// PutPreview stores what is known of a linked page.
func PutPreview(ctx context.Context, q Q, p *allmende.Preview) error {
	_, err := q.Exec(ctx, `insert into preview (url, title, description, site, author, kind, image, state, fetched_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (url) do update set title = excluded.title,
		description = excluded.description, site = excluded.site, author = excluded.author, kind = excluded.kind,
		image = excluded.image, state = excluded.state, fetched_at = excluded.fetched_at`,
		p.URL, p.Title, p.Description, p.Site, p.Author, p.Kind, int64(p.Image), p.State, ms(p.FetchedAt))
	return err
}

// ObjectsPreviewing lists the newest objects that show the preview of an address.
func ObjectsPreviewing(ctx context.Context, q Q, url string) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select id from object where preview = $1 and preview <> '' order by id desc limit 500`, url)
}
