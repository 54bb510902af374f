package read

import (
	"context"
	"strings"
	"time"

	"allmende"
	"allmende/internal/live"
	"allmende/internal/store"
	"allmende/internal/text"
)

// Marker is how far an actor has read a list; zero when they never did.
func (r *Reader) Marker(ctx context.Context, actor allmende.ID, list string) (allmende.ID, error) {
	markers, err := store.Markers(ctx, r.db.Read(), actor)
	for _, m := range markers {
		if m.List == list {
			return m.Last, err
		}
	}
	return 0, err
}

// trends is a list that may be some minutes old.
type trends struct {
	tags []store.TagCount
	at   time.Time
}

// trendsAge is how old the list of trending tags may be.
const trendsAge = 5 * time.Minute

// Trends lists the tags most used in public during the last week.
func (r *Reader) Trends(ctx context.Context, limit int) ([]store.TagCount, error) {
	now := r.now()
	if t, ok := r.trends.Peek("tags"); ok && now.Sub(t.at) < trendsAge {
		return t.tags[:min(limit, len(t.tags))], nil
	}
	since := allmende.IDAt(now.Add(-7 * 24 * time.Hour))
	tags, err := store.TrendingTags(ctx, r.db.Read(), since, 20)
	if err != nil {
		return nil, err
	}
	for i := range tags {
		if tags[i].Name, err = r.spelling(ctx, tags[i].Tag, since); err != nil {
			return nil, err
		}
	}
	r.trends.Put("tags", trends{tags, now}, r.trends.Ticket("tags"))
	return tags[:min(limit, len(tags))], nil
}

// spelling is how most of the newest objects write a tag: "StadtGarten" rather
// than "stadtgarten"; of equals the newest.
func (r *Reader) spelling(ctx context.Context, tag string, since allmende.ID) (string, error) {
	lists, err := store.TagSpellings(ctx, r.db.Read(), tag, since, 50)
	best, count := tag, map[string]int{}
	for _, list := range lists {
		for written := range strings.FieldsSeq(list) {
			if text.Fold(written) != tag {
				continue
			}
			if count[written]++; count[written] > count[best] {
				best = written
			}
		}
	}
	return best, err
}

func newTrends() *live.Cache[string, trends] { return live.NewCache[string, trends](4, nil) }

// RecentPages lists the wiki pages changed last.
func (r *Reader) RecentPages(ctx context.Context, v allmende.Viewer, limit int) (*Bundle, error) {
	ids, err := store.RecentPages(ctx, r.db.Read(), allmende.Server, limit*2)
	if err != nil {
		return nil, err
	}
	return r.List(ctx, v, ids, limit)
}

// DecisionAbout is the newest decision about an object, for its authors and
// moderators; nil when there is none.
func (r *Reader) DecisionAbout(ctx context.Context, v allmende.Viewer, o *allmende.Object) (*allmende.Decision, error) {
	keys, err := r.Keys(ctx, v)
	if err != nil {
		return nil, err
	}
	if !keys.IsAuthor(o) && !v.Rank.CanModerate() {
		return nil, nil
	}
	list, err := store.DecisionsAbout(ctx, r.db.Read(), o.ID, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
