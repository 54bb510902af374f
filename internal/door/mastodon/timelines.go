package mastodon

import (
	"strings"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/text"
)

// most is how many statuses one page may hold.
const most = 40

func (d *Door) home(q *req) error {
	return q.bundle(d.Read.Home(q.Context(), q.viewer, q.span(20, most)))
}

func (d *Door) public(q *req) error {
	return q.bundle(d.Read.PublicPart(q.Context(), q.viewer, q.filter(), q.span(20, most)))
}

func (d *Door) tagged(q *req) error {
	f := q.filter()
	f.Any, f.All, f.Not = q.tags("any"), q.tags("all"), q.tags("none")
	return q.bundle(d.Read.TaggedPart(q.Context(), q.viewer, chi.URLParam(q.Request, "tag"), f, q.span(20, most)))
}

func (q *req) filter() read.StreamFilter {
	return read.StreamFilter{Local: q.form.On("local"), Remote: q.form.On("remote"), MediaOnly: q.form.On("only_media")}
}

// tags are a field's tags, folded; apps name four at most.
func (q *req) tags(name string) []string {
	var out []string
	for _, t := range q.form.All(name) {
		if t = text.Fold(strings.TrimPrefix(t, "#")); t != "" && len(out) < 8 {
			out = append(out, t)
		}
	}
	return out
}

func (d *Door) bookmarks(q *req) error {
	return q.bundle(d.Read.Bookmarks(q.Context(), q.viewer, q.span(20, most)))
}

func (d *Door) favourites(q *req) error {
	return q.bundle(d.Read.Likes(q.Context(), q.viewer, q.span(20, most)))
}

// trendingStatuses lists what of the newest public things people reacted to
// most.
func (d *Door) trendingStatuses(q *req) error {
	b, err := d.Read.PublicPart(q.Context(), q.viewer, read.StreamFilter{}, allmende.Span{Limit: 80})
	if err != nil {
		return err
	}
	b.Entries = byInterest(b.Entries, b.Stats, q.form.Int("offset", 0, 0, 80), q.form.Int("limit", 20, 1, most))
	b.Next, b.Prev = 0, 0
	return q.bundle(b, nil)
}
