package mastodon

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/text"
	"allmende/internal/wire/masto"
)

// search finds accounts, statuses and tags. An address finds what stands there.
func (d *Door) search(q *req) error {
	typed := strings.TrimSpace(q.form.Line("q"))
	out := masto.Search{Accounts: rawMessage("[]"), Statuses: rawMessage("[]"), Hashtags: []masto.Tag{}}
	if typed == "" {
		return q.json(out)
	}
	if strings.HasPrefix(typed, "https://") || strings.HasPrefix(typed, "http://") {
		if err := q.searchAddress(typed, &out); err != nil {
			return err
		}
		return q.json(out)
	}
	wanted := q.form.Line("type")
	limit, offset := q.form.Int("limit", 20, 1, 40), q.form.Int("offset", 0, 0, 2000)
	if wanted == "" || wanted == "accounts" {
		found, err := q.findAccounts(strings.TrimPrefix(typed, "#"), limit, offset)
		if err != nil {
			return err
		}
		if out.Accounts, err = d.people(q.Context(), nil, found); err != nil {
			return err
		}
	}
	if wanted == "" || wanted == "statuses" || wanted == "hashtags" {
		if err := q.searchObjects(typed, wanted, limit, offset, &out); err != nil {
			return err
		}
	}
	return q.json(out)
}

func (q *req) searchObjects(typed, wanted string, limit, offset int, out *masto.Search) error {
	query := read.SearchQuery{Text: typed, Home: q.door.AccountDomain, Span: allmende.Span{Limit: limit}, Offset: offset, NoPeople: wanted == "statuses"}
	query.Span.Max, _ = q.form.ID("max_id")
	query.Span.Since, _ = q.form.ID("min_id")
	if from, err := q.form.ID("account_id"); err != nil {
		return err
	} else if from != 0 {
		a, err := q.door.Read.Actor(q.Context(), from)
		if err != nil {
			return err
		}
		query.From = a.Handle()
	}
	found, err := q.door.Read.Search(q.Context(), q.viewer, query)
	if err != nil {
		return err
	}
	if wanted != "hashtags" && !q.viewer.Anonymous() && found.Bundle != nil {
		p := canvas{Bundle: found.Bundle, door: q.door}
		out.Statuses = p.list(nil, found.Bundle.Entries)
	}
	if wanted != "statuses" {
		tags := found.Tags
		if name, tag := strings.CutPrefix(typed, "#"); tag && len(tags) == 0 {
			tags = []string{name}
		}
		for _, name := range tags {
			out.Hashtags = append(out.Hashtags, q.door.site.DrawTag(name, nil))
		}
	}
	return nil
}

// searchAddress finds what stands at an address, here or (asked to resolve)
// elsewhere.
func (q *req) searchAddress(address string, out *masto.Search) error {
	var actor, object allmende.ID
	if path, ours := strings.CutPrefix(address, q.door.BaseURL+"/"); ours {
		actor, object = q.ownAddress(path)
	} else if q.form.On("resolve") && !q.viewer.Anonymous() {
		actor, object = q.resolve(address)
	}
	if actor != 0 {
		a, err := q.door.Read.Actor(q.Context(), actor)
		if err != nil {
			return err
		}
		out.Accounts, err = q.door.people(q.Context(), nil, []*allmende.Actor{a})
		return err
	}
	if object == 0 {
		return nil
	}
	b, e, err := q.line(object)
	if allmende.IsKind(err, allmende.NotFound) || allmende.IsKind(err, allmende.Gone) {
		return nil
	}
	if err != nil {
		return err
	}
	p := canvas{Bundle: b, door: q.door}
	out.Statuses = p.list(nil, []allmende.Entry{e})
	return nil
}

// ownAddress reads "@ada", "a/17" and "o/17".
func (q *req) ownAddress(path string) (actor, object allmende.ID) {
	path, _, _ = strings.Cut(path, "?")
	if name, ok := strings.CutPrefix(path, "@"); ok && !strings.Contains(name, "/") {
		if a, err := q.door.Read.ActorByHandle(q.Context(), name, q.door.AccountDomain); err == nil {
			return a.ID, 0
		}
		return 0, 0
	}
	kind, rest, _ := strings.Cut(path, "/")
	rest, _, _ = strings.Cut(rest, "/")
	id, err := allmende.ParseID(rest)
	switch {
	case err != nil:
		return 0, 0
	case kind == "a":
		return id, 0
	case kind == "o":
		return 0, id
	}
	return 0, 0
}

func (d *Door) tag(q *req) error { return q.oneTag(chi.URLParam(q.Request, "tag")) }

func (q *req) oneTag(name string) error {
	keys, err := q.door.Read.Keys(q.Context(), q.viewer)
	if err != nil {
		return err
	}
	if q.viewer.Anonymous() {
		return q.json(q.door.site.DrawTag(name, nil))
	}
	_, follows := keys.Tags[text.Fold(name)]
	return q.json(q.door.site.DrawTag(name, &follows))
}

func followTag(off bool) handler {
	return func(q *req) error {
		name := chi.URLParam(q.Request, "tag")
		if _, err := q.do(&allmende.FollowTag{Act: q.by(), Tag: name, Off: off}); err != nil {
			return err
		}
		return q.oneTag(name)
	}
}

func (d *Door) followedTags(q *req) error {
	keys, err := d.Read.Keys(q.Context(), q.viewer)
	if err != nil {
		return err
	}
	yes := true
	out := []masto.Tag{}
	for _, name := range keys.Tags {
		out = append(out, d.site.DrawTag(name, &yes))
	}
	slices.SortFunc(out, func(a, b masto.Tag) int { return cmp.Compare(a.ID, b.ID) })
	return q.json(out)
}

func (d *Door) trendingTags(q *req) error {
	list, err := d.Read.Trends(q.Context(), q.form.Int("limit", 10, 1, 20))
	if err != nil {
		return err
	}
	today := d.Now().UTC().Truncate(24 * time.Hour)
	out := []masto.Tag{}
	for _, t := range list {
		out = append(out, d.site.DrawTrend(t.Name, t.Count, t.People, today))
	}
	return q.json(out)
}

// byInterest orders lines by what people did with them and leaves out those
// nobody cared for.
func byInterest(entries []allmende.Entry, stats map[allmende.ID]allmende.Stat, offset, limit int) []allmende.Entry {
	weight := func(e allmende.Entry) int {
		s := stats[e.Object]
		return 3*s.Boosts + 2*s.Likes + s.Replies + 2*s.Quotes
	}
	out := slices.DeleteFunc(slices.Clone(entries), func(e allmende.Entry) bool { return weight(e) == 0 })
	slices.SortStableFunc(out, func(a, b allmende.Entry) int { return cmp.Compare(weight(b), weight(a)) })
	if offset >= len(out) {
		return nil
	}
	return out[offset:min(len(out), offset+limit)]
}
