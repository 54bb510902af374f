package read

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/store"
)

// Reader answers questions about what a viewer may see. Its caches are told of
// each commit before the writer gets its answer, so no read is stale.
type Reader struct {
	db       *db.DB
	log      *slog.Logger
	now      func() time.Time
	keys     *live.Cache[allmende.ID, *Keys]
	actors   *live.Cache[allmende.ID, *allmende.Actor]
	sites    *live.Cache[string, allmende.Site]
	objects  *live.Cache[allmende.ID, *allmende.Object]
	shelved  *objectShelf
	stats    *live.Cache[allmende.ID, allmende.Stat]
	media    *live.Cache[allmende.ID, *allmende.Media]
	roles    *live.Cache[allmende.ID, []allmende.ID] // by account
	trends   *live.Cache[string, trends]
	totals   *live.Cache[string, totals]
	unread   *live.Cache[allmende.ID, unread]
	marks    *marks
	previews *live.Cache[string, *allmende.Preview]
	homes    *homes
	ledger   *live.Ledger // heard last, when all caches have dropped what changed
}

// New makes a reader over a database that hears the hub's news.
func New(d *db.DB, hub *live.Hub, log *slog.Logger, now func() time.Time) *Reader {
	r := &Reader{db: d, log: log, now: now,
		keys:    live.NewCache[allmende.ID, *Keys](5000, nil),
		actors:  live.NewCache[allmende.ID, *allmende.Actor](20000, nil),
		sites:   live.NewCache[string, allmende.Site](4, nil),
		objects: live.NewCache(12<<20, weighObject),
		stats:   live.NewCache[allmende.ID, allmende.Stat](60000, nil),
		media:   live.NewCache[allmende.ID, *allmende.Media](20000, nil),
	}
	r.shelved = newObjectShelf()
	r.roles = live.NewCache[allmende.ID, []allmende.ID](5000, nil)
	r.trends = newTrends()
	r.totals = live.NewCache[string, totals](4, nil)
	r.unread = live.NewCache[allmende.ID, unread](20000, nil)
	r.marks = newMarks()
	r.previews = live.NewCache[string, *allmende.Preview](5000, nil)
	r.homes = newHomes(d)
	r.ledger = live.NewLedger()
	hub.Listen(r.hear)
	return r
}

func (r *Reader) hear(n live.News) {
	for _, id := range n.Viewers {
		r.keys.Drop(id)
	}
	for _, id := range n.Actors {
		r.actors.Drop(id)
	}
	for _, id := range n.Accounts {
		r.roles.Drop(id)
	}
	for _, id := range n.Objects {
		r.objects.Drop(id)
		r.shelved.places.Drop(id)
	}
	for _, id := range n.Stats {
		r.stats.Drop(id)
	}
	r.marks.hear(n.Stats)
	for _, u := range n.Previews {
		r.previews.Drop(u)
	}
	for _, id := range n.Media {
		r.media.Drop(id)
	}
	for _, n := range n.Notified {
		r.unread.Drop(n.To)
	}
	for _, id := range n.Unread {
		r.unread.Drop(id)
	}
	if n.Site {
		r.sites.Drop("site")
	}
	r.homes.hear(n)
	r.ledger.Enter(n)
}

// Keys are the viewer's, from memory where possible. They are shared: callers
// must not change them.
func (r *Reader) Keys(ctx context.Context, v allmende.Viewer) (*Keys, error) {
	if v.Anonymous() {
		return &Keys{Viewer: v}, nil
	}
	shared, err := r.keys.Get(v.Actor, func() (*Keys, error) { return LoadKeys(ctx, r.db.Read(), v) })
	if err != nil {
		return nil, err
	}
	if shared.Viewer == v {
		return shared, nil
	}
	own := *shared // the same sight under another rank or language
	own.Viewer = v
	return &own, nil
}

// Actor is one actor, from memory where possible; NotFound when there is none.
func (r *Reader) Actor(ctx context.Context, id allmende.ID) (*allmende.Actor, error) {
	trace(ctx, id)
	a, err := r.actors.Get(id, func() (*allmende.Actor, error) {
		got, err := store.ActorByID(ctx, r.db.Read(), id)
		return &got, err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	return a, err
}

// Actors loads many actors, those in memory from there.
func (r *Reader) Actors(ctx context.Context, ids []allmende.ID) (map[allmende.ID]*allmende.Actor, error) {
	trace(ctx, ids...)
	out := make(map[allmende.ID]*allmende.Actor, len(ids))
	tickets := map[allmende.ID]uint64{}
	var missing []allmende.ID
	for _, id := range ids {
		if id == 0 || out[id] != nil {
			continue
		}
		if a, ok := r.actors.Peek(id); ok {
			out[id] = a
		} else if _, asked := tickets[id]; !asked {
			tickets[id] = r.actors.Ticket(id)
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	got, err := store.ActorsByID(ctx, r.db.Read(), missing)
	for i := range got {
		out[got[i].ID] = &got[i]
		r.actors.Put(got[i].ID, &got[i], tickets[got[i].ID])
	}
	return out, err
}

// Site is what the community says of itself.
func (r *Reader) Site(ctx context.Context) (allmende.Site, error) {
	traceSite(ctx)
	return r.sites.Get("site", func() (allmende.Site, error) { return store.SiteOf(ctx, r.db.Read()) })
}

// Object is one object that the viewer may see; NotFound or Gone otherwise.
// Passing ids of drafts lead to what they became.
func (r *Reader) Object(ctx context.Context, v allmende.Viewer, id allmende.ID) (*allmende.Object, error) {
	trace(ctx, id)
	o, err := store.ObjectByID(ctx, r.db.Read(), id)
	if errors.Is(err, sql.ErrNoRows) {
		var became allmende.ID
		if became, err = store.FormerID(ctx, r.db.Read(), id); err == nil && became != 0 {
			o, err = store.ObjectByID(ctx, r.db.Read(), became)
		} else if err == nil {
			err = sql.ErrNoRows
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	if err != nil {
		return nil, err
	}
	return &o, r.MaySee(ctx, v, &o)
}

// MaySee applies the visibility rule to a loaded object.
func (r *Reader) MaySee(ctx context.Context, v allmende.Viewer, o *allmende.Object) error {
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return err
	}
	owner, err := r.Actor(ctx, o.Owner)
	if err != nil {
		return err
	}
	return keys.Rule(o, owner.State)
}

func weighObject(_ allmende.ID, o *allmende.Object) uint32 {
	return uint32(1600 + len(o.HTML) + len(o.Title) + len(o.Summary))
}
