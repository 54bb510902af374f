package read

import (
	"context"
	"maps"
	"strings"
	"time"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// Mine is what the viewer did with an object.
type Mine struct {
	Liked, Boosted, Bookmarked bool
	Boost                      allmende.ID // the boost's id
	Emoji                      string      // what the like says; "": the plain one
}

// Bundle is a page's worth of things with everything that is needed to draw
// them, loaded family by family; drawing asks the database nothing.
type Bundle struct {
	Keys     *Keys
	Entries  []allmende.Entry
	Objects  map[allmende.ID]*allmende.Object // without Source; shared, not to be changed
	Actors   map[allmende.ID]*allmende.Actor
	Media    map[allmende.ID]*allmende.Media
	Previews map[string]*allmende.Preview
	Stats    map[allmende.ID]allmende.Stat
	Mine     map[allmende.ID]Mine
	Next     allmende.ID // Max of the next older page; zero at the end
	Prev     allmende.ID // Min of the next newer page; zero when empty
}

// Quoted is the object that o quotes if the viewer may see it, otherwise nil.
func (b *Bundle) Quoted(o *allmende.Object) *allmende.Object {
	if o.Quote == 0 || !o.QuoteOK {
		return nil
	}
	q := b.Objects[o.Quote]
	if q == nil || b.Keys.Apart(q.Owner) || b.Actors[q.Owner] == nil || b.Keys.Rule(q, b.Actors[q.Owner].State) != nil {
		return nil
	}
	return q
}

// objects loads objects for drawing, those in memory from there. Sources are
// left out, and links to missing wiki pages are marked.
func (r *Reader) loadObjects(ctx context.Context, ids []allmende.ID) (map[allmende.ID]*allmende.Object, error) {
	trace(ctx, ids...)
	out := make(map[allmende.ID]*allmende.Object, len(ids))
	var missing []allmende.ID
	var tickets map[allmende.ID]ticket
	for _, id := range ids {
		if id == 0 || out[id] != nil {
			continue
		}
		if o, ok := r.objects.Peek(id); ok {
			out[id] = o
		} else if _, asked := tickets[id]; !asked {
			t := ticket{r.objects.Ticket(id), r.shelved.places.Ticket(id), r.stats.Ticket(id)}
			if o := r.shelved.get(id); o != nil {
				out[id] = o
				r.objects.Put(id, o, t.object)
				continue
			}
			if tickets == nil {
				tickets = map[allmende.ID]ticket{}
			}
			tickets[id] = t
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	got, err := store.ObjectsShown(ctx, r.db.Read(), missing)
	if err != nil {
		return nil, err
	}
	if err := r.markMissing(ctx, got); err != nil {
		return nil, err
	}
	for i := range got {
		o := &got[i]
		out[o.ID] = o
		r.objects.Put(o.ID, o, tickets[o.ID].object)
		r.shelved.put(o, tickets[o.ID].place)
		if o.Stat.Likes == 0 { // otherwise what the likes say is to be loaded too
			r.stats.Put(o.ID, o.Stat, tickets[o.ID].stat)
		}
	}
	return out, nil
}

// ticket is what was taken before an object is loaded, for each place that may
// keep some of it.
type ticket struct{ object, place, stat uint64 }

// markMissing gives links to wiki pages that do not exist the class "missing".
func (r *Reader) markMissing(ctx context.Context, objects []allmende.Object) error {
	var titled []allmende.ID
	for _, o := range objects {
		if o.Kind.Titled() && strings.Contains(o.HTML, `class="wiki"`) {
			titled = append(titled, o.ID)
		}
	}
	if len(titled) == 0 {
		return nil
	}
	missing, err := store.MissingLinks(ctx, r.db.Read(), titled)
	if err != nil {
		return err
	}
	for i := range objects {
		for _, l := range missing {
			if l.Object == objects[i].ID {
				objects[i].HTML = text.MarkMissing(objects[i].HTML, l.Title)
			}
		}
	}
	return nil
}

// Bundle loads everything that drawing some entries needs.
func (r *Reader) Bundle(ctx context.Context, v allmende.Viewer, entries []allmende.Entry) (*Bundle, error) {
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Keys: keys, Entries: entries}
	ids := make([]allmende.ID, 0, len(entries))
	for _, e := range entries {
		ids = append(ids, e.Object)
	}
	if b.Objects, err = r.loadObjects(ctx, ids); err != nil {
		return nil, err
	}
	if err := r.related(ctx, b); err != nil {
		return nil, err
	}
	for _, id := range ids[:len(entries):len(entries)] {
		if o := b.Objects[id]; o != nil && o.Quote != 0 && b.Objects[o.Quote] != nil {
			ids = append(ids, o.Quote)
		}
	}
	return b, r.overlay(ctx, b, ids)
}

// related loads quoted objects, parents, actors, media and previews.
func (r *Reader) related(ctx context.Context, b *Bundle) error {
	var more []allmende.ID
	for _, o := range b.Objects {
		more = append(more, o.Quote, o.ReplyTo)
	}
	others, err := r.loadObjects(ctx, more)
	if err != nil {
		return err
	}
	for id, o := range others {
		b.Objects[id] = o
	}
	var actors, media []allmende.ID
	var previews []string
	for _, e := range b.Entries {
		if e.Source > 0 {
			actors = append(actors, e.Source)
		}
	}
	for _, o := range b.Objects {
		actors = append(append(append(actors, o.Owner), o.Authors...), o.Mentions...)
		media = append(media, o.Media...)
		if o.Preview != "" {
			previews = append(previews, o.Preview)
		}
	}
	if b.Actors, err = r.Actors(ctx, actors); err != nil {
		return err
	}
	for _, a := range b.Actors {
		if a.Avatar != 0 || a.Header != 0 {
			media = append(media, a.Avatar, a.Header)
		}
	}
	if b.Previews, err = r.previewsOf(ctx, previews); err != nil {
		return err
	}
	for _, p := range b.Previews {
		media = append(media, p.Image)
	}
	b.Media, err = r.Media(ctx, media)
	return err
}

// overlay loads what changes often or belongs to the viewer: counters and reactions.
func (r *Reader) overlay(ctx context.Context, b *Bundle, ids []allmende.ID) error {
	var err error
	if b.Stats, err = r.statsOf(ctx, ids); err != nil {
		return err
	}
	if b.Keys.Viewer.Anonymous() || len(ids) == 0 {
		b.Mine = map[allmende.ID]Mine{}
		return nil
	}
	b.Mine, err = r.mineOf(ctx, b.Keys.Viewer.Actor, touched(ids, b.Stats))
	return err
}

// touched are the objects that anybody at all reacted to.
func touched(ids []allmende.ID, stats map[allmende.ID]allmende.Stat) []allmende.ID {
	out := make([]allmende.ID, 0, len(ids))
	for _, id := range ids {
		if s, known := stats[id]; !known || s.Likes+s.Boosts+s.Bookmarks > 0 {
			out = append(out, id)
		}
	}
	return out
}

func (r *Reader) statsOf(ctx context.Context, ids []allmende.ID) (map[allmende.ID]allmende.Stat, error) {
	trace(ctx, ids...)
	out := make(map[allmende.ID]allmende.Stat, len(ids))
	tickets := map[allmende.ID]uint64{}
	var missing []allmende.ID
	for _, id := range ids {
		if s, ok := r.stats.Peek(id); ok {
			out[id] = s
		} else if _, asked := tickets[id]; !asked {
			tickets[id] = r.stats.Ticket(id)
			missing = append(missing, id)
		}
	}
	got, err := store.StatsOf(ctx, r.db.Read(), missing)
	for id, s := range got {
		out[id] = s
		r.stats.Put(id, s, tickets[id])
	}
	return out, err
}

// Media loads many media, those in memory from there.
func (r *Reader) Media(ctx context.Context, ids []allmende.ID) (map[allmende.ID]*allmende.Media, error) {
	trace(ctx, ids...)
	out := make(map[allmende.ID]*allmende.Media, len(ids))
	tickets := map[allmende.ID]uint64{}
	var missing []allmende.ID
	for _, id := range ids {
		if id == 0 || out[id] != nil {
			continue
		}
		if m, ok := r.media.Peek(id); ok {
			out[id] = m
		} else if _, asked := tickets[id]; !asked {
			tickets[id] = r.media.Ticket(id)
			missing = append(missing, id)
		}
	}
	got, err := store.MediaByIDs(ctx, r.db.Read(), missing)
	for i := range got {
		out[got[i].ID] = &got[i]
		r.media.Put(got[i].ID, &got[i], tickets[got[i].ID])
	}
	return out, err
}

// previewsOf loads link previews that can be shown, those in memory from there.
func (r *Reader) previewsOf(ctx context.Context, urls []string) (map[string]*allmende.Preview, error) {
	if len(urls) == 0 {
		return nil, nil
	}
	traceText(ctx, urls)
	out := make(map[string]*allmende.Preview, len(urls))
	tickets := map[string]uint64{}
	var missing []string
	for _, u := range urls {
		if p, ok := r.previews.Peek(u); ok {
			out[u] = p
		} else if _, asked := tickets[u]; !asked {
			tickets[u] = r.previews.Ticket(u)
			missing = append(missing, u)
		}
	}
	got, err := store.PreviewsOf(ctx, r.db.Read(), missing)
	if err != nil {
		return nil, err
	}
	for i := range got {
		out[got[i].URL] = &got[i]
		r.previews.Put(got[i].URL, &got[i], tickets[got[i].URL])
	}
	maps.DeleteFunc(out, func(_ string, p *allmende.Preview) bool { return p.State != "done" })
	return out, nil
}

// source says where a list's lines come from, from newest to oldest.
type source func(ctx context.Context) (allmende.Entry, bool, error)

// gather takes lines from a source until a page is full: those that the rule
// lets the viewer see and keep lets through. Each object stands once.
func (r *Reader) gather(ctx context.Context, v allmende.Viewer, span allmende.Span, next source, keep func(*Keys, allmende.Entry, *allmende.Object) bool) (*Bundle, error) {
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	var page []allmende.Entry
	seen := map[allmende.ID]bool{}
	now := r.now()
	over := false
	for scanned := 0; len(page) < span.Limit && !over && scanned < 2000; {
		batch := make([]allmende.Entry, 0, span.Limit)
		for len(batch) < span.Limit-len(page) {
			e, ok, err := next(ctx)
			if err != nil {
				return nil, err
			}
			if !ok || e.ID <= span.Since {
				over = true
				break
			}
			scanned++
			if !seen[e.Object] {
				seen[e.Object] = true
				batch = append(batch, e)
			}
		}
		kept, err := r.admit(ctx, keys, batch, now, keep)
		if err != nil {
			return nil, err
		}
		page = append(page, kept...)
	}
	b, err := r.Bundle(ctx, v, page)
	if err != nil || len(page) == 0 {
		return b, err
	}
	b.Prev = page[0].ID
	if !over {
		b.Next = page[len(page)-1].ID
	}
	return b, nil
}

// admit filters a batch by the rule, blocks, mutes and the list's own wish.
func (r *Reader) admit(ctx context.Context, keys *Keys, batch []allmende.Entry, now time.Time, keep func(*Keys, allmende.Entry, *allmende.Object) bool) ([]allmende.Entry, error) {
	ids := make([]allmende.ID, len(batch))
	for i, e := range batch {
		ids[i] = e.Object
	}
	objects, err := r.loadObjects(ctx, ids)
	if err != nil {
		return nil, err
	}
	owners := make([]allmende.ID, 0, len(objects))
	for _, o := range objects {
		owners = append(owners, o.Owner)
	}
	actors, err := r.Actors(ctx, owners)
	if err != nil {
		return nil, err
	}
	kept := batch[:0]
	for _, e := range batch {
		o := objects[e.Object]
		if o == nil || o.State != allmende.Published || actors[o.Owner] == nil || keys.Rule(o, actors[o.Owner].State) != nil {
			continue
		}
		if !keys.Lists(o, now) || e.Boost && e.Source > 0 && (keys.Apart(e.Source) || keys.Muted(e.Source, now)) {
			continue
		}
		if keep == nil || keep(keys, e, o) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}
