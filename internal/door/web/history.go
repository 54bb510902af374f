package web

import (
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/read"
	"allmende/internal/text"
)

// history lists who changed what, of any object (rows W1, T8, B2).
func (w *Web) history(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	below := 0
	if n, err := strconv.Atoi(q.URL.Query().Get("below")); err == nil && n > 0 {
		below = n
	}
	list, err := w.Read.Revisions(q.Context(), q.viewer, o, below, 50)
	if err != nil {
		return err
	}
	v := ui.HistoryView{Now: w.Now(), Compare: o.Path() + "/diff"}
	actors, err := w.revisers(q, list)
	if err != nil {
		return err
	}
	first, err := w.Read.FirstRevision(q.Context(), q.viewer, o)
	if err != nil {
		return err
	}
	may := q.can(b, o).Edit
	for _, r := range list {
		row := q.revisionView(o, r, actors, may)
		if r.Number > first {
			row.Diff = o.Path() + "/diff?from=" + strconv.Itoa(r.Number-1) + "&to=" + strconv.Itoa(r.Number)
		}
		v.Rows = append(v.Rows, row)
	}
	if len(list) == 50 && list[49].Number > first {
		v.Pager.Older = o.Path() + "/history?below=" + strconv.Itoa(list[49].Number)
	}
	title := o.Title
	if title == "" {
		title = plainTeaser(o, 60)
	}
	base := q.base(q.t("page.history_of", "title", title))
	base.Nav, base.NoIndex = navOf(o), true
	base.Crumbs = append(q.crumbs(b, o), ui.Link{Text: title, Href: PathOf(o, b.Actors)})
	content := ui.Column(ui.PageHead(q.t("page.history_of", "title", title), "", nil), ui.History(v))
	if o.Kind.Titled() {
		content = ui.Column(ui.Tabs(q.t("ui.page_tabs"), q.readerTabs(b, o, "history")), content)
	}
	return q.draw(base, v, content)
}

func (w *Web) revisers(q *req, list []allmende.Revision) (map[allmende.ID]*allmende.Actor, error) {
	ids := make([]allmende.ID, len(list))
	for i, r := range list {
		ids[i] = r.As
	}
	return w.Read.Actors(q.Context(), ids)
}

func (q *req) revisionView(o *allmende.Object, r allmende.Revision, actors map[allmende.ID]*allmende.Actor, may bool) ui.RevisionView {
	n := strconv.Itoa(r.Number)
	v := ui.RevisionView{Number: r.Number, Href: o.Path() + "/r/" + n, At: r.At, Why: r.Why, Minor: r.Minor, Size: r.Delta,
		Hidden: r.State == allmende.Withheld, Current: r.Number == o.Revision}
	if a := actors[r.As]; a != nil {
		v.By = q.actorView(a, nil)
	}
	if may && !v.Current && !v.Hidden {
		v.Restore = v.Href + "/restore"
	}
	return v
}

// revision reads an older state of an object at its permanent address.
func (w *Web) revision(q *req) error {
	o, b, r, err := w.oneRevision(q)
	if err != nil {
		return err
	}
	doc, err := text.Render(text.Format(r.Format), r.Source, text.Options{Wiki: o.Kind.Titled(), Heading: o.Kind.Titled(), SoftBreaks: o.Kind.Titled(), Figures: o.Kind.Titled()})
	if err != nil {
		return err
	}
	actors, err := w.revisers(q, []allmende.Revision{*r})
	if err != nil {
		return err
	}
	media, err := w.Read.Media(q.Context(), r.Media)
	if err != nil {
		return err
	}
	rev := q.revisionView(o, *r, actors, q.can(b, o).Edit)
	v := ui.ReaderView{Card: ui.CardView{ID: o.ID.String(), Now: w.Now(), Published: r.At, Audience: q.audienceView(o.Audience)},
		Title: r.Title, Lead: r.Summary, HTML: q.withFigures(doc.HTML, func(id allmende.ID) *allmende.Media { return media[id] }), Lang: r.Lang, NoActs: true, Changed: r.At,
		Notes: []ui.FlashView{{Kind: "warn", Text: q.t("page.old_revision", "number", r.Number)}}}
	if rev.By.ID != "" {
		v.Card.Authors = []ui.ActorView{rev.By}
	}
	if v.Title == "" {
		v.Title = q.t("page.revision", "number", r.Number)
	}
	if r.Number == o.Revision {
		v.Notes = nil
	}
	base := q.base(v.Title)
	base.Nav, base.NoIndex = navOf(o), true
	base.Crumbs = append(q.crumbs(b, o), ui.Link{Text: q.t("ui.history"), Href: o.Path() + "/history"})
	return q.draw(base, v, ui.Reader(v))
}

func (w *Web) oneRevision(q *req) (*allmende.Object, *read.Bundle, *allmende.Revision, error) {
	id, err := q.id("id")
	if err != nil {
		return nil, nil, nil, err
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return nil, nil, nil, err
	}
	number, err := strconv.Atoi(chi.URLParam(q.Request, "number"))
	if err != nil {
		return nil, nil, nil, allmende.E(allmende.NotFound, "error.revision_not_found")
	}
	r, err := w.Read.Revision(q.Context(), q.viewer, o, number)
	if err == nil && r.State == allmende.Withheld && !q.viewer.Rank.CanModerate() {
		err = allmende.E(allmende.NotFound, "error.revision_not_found")
	}
	return o, b, r, err
}

// diff compares any two revisions, down to the word (row W2).
func (w *Web) diff(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	b, o, err := w.Read.One(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	from, to, err := q.compared(o)
	if err != nil {
		return err
	}
	older, err := w.Read.Revision(q.Context(), q.viewer, o, from)
	if err != nil {
		return err
	}
	newer, err := w.Read.Revision(q.Context(), q.viewer, o, to)
	if err != nil {
		return err
	}
	actors, err := w.revisers(q, []allmende.Revision{*older, *newer})
	if err != nil {
		return err
	}
	v := ui.DiffView{Old: q.revisionView(o, *older, actors, false), New: q.revisionView(o, *newer, actors, false), Now: w.Now(),
		Rows: q.diffRows(text.Diff(older.Source, newer.Source))}
	if older.Title != newer.Title {
		v.Title = q.t("page.title_changed", "old", older.Title, "new", newer.Title)
	}
	title := o.Title
	if title == "" {
		title = plainTeaser(o, 60)
	}
	base := q.base(q.t("page.diff_of", "title", title))
	base.Nav, base.NoIndex, base.Broad = navOf(o), true, true
	base.Crumbs = append(q.crumbs(b, o), ui.Link{Text: title, Href: PathOf(o, b.Actors)}, ui.Link{Text: q.t("ui.history"), Href: o.Path() + "/history"})
	return q.draw(base, v, ui.Column(ui.PageHead(q.t("page.diff_of", "title", title), "", nil), ui.Diff(v)))
}

// compared are the numbers of the revisions that are asked for, the older one
// first; without numbers the last change.
func (q *req) compared(o *allmende.Object) (from, to int, err error) {
	number := func(name string, otherwise int) int {
		asked := q.URL.Query().Get(name)
		if asked == "" {
			return otherwise
		}
		n, wrong := strconv.Atoi(asked)
		if wrong != nil {
			err = allmende.E(allmende.NotFound, "error.revision_not_found")
		}
		return n
	}
	to = number("to", o.Revision)
	if err != nil {
		return 0, 0, err
	}
	first, err := q.web.Read.FirstRevision(q.Context(), q.viewer, o)
	if err != nil {
		return 0, 0, err
	}
	from = number("from", max(first, to-1))
	return min(from, to), max(from, to), err
}

// contextLines is how many unchanged lines stand around a change.
const contextLines = 3

// diffRows draws a comparison; long stretches without change are left out.
func (q *req) diffRows(lines []text.DiffLine) []ui.DiffRow {
	near := make([]bool, len(lines))
	for i, l := range lines {
		if l.Kind != text.Same {
			for j := max(0, i-contextLines); j <= min(len(lines)-1, i+contextLines); j++ {
				near[j] = true
			}
		}
	}
	var rows []ui.DiffRow
	skipped := 0
	flush := func() {
		if skipped > 0 {
			rows = append(rows, ui.DiffRow{Kind: "skip", LeftLine: skipped})
		}
		skipped = 0
	}
	for i, l := range lines {
		if !near[i] {
			skipped++
			continue
		}
		flush()
		rows = append(rows, ui.DiffRow{Kind: diffKind(l.Kind), LeftLine: l.OldNo, RightLine: l.NewNo, LeftParts: diffParts(l.Old), RightParts: diffParts(l.New)})
	}
	flush()
	return rows
}

func diffKind(k text.DiffKind) string {
	switch k {
	case text.Add:
		return "add"
	case text.Del:
		return "del"
	case text.Change:
		return "change"
	}
	return "same"
}

func diffParts(spans []text.DiffSpan) []ui.DiffPart {
	out := make([]ui.DiffPart, len(spans))
	for i, s := range spans {
		out[i] = ui.DiffPart{Text: s.Text, Hit: s.Changed}
	}
	return out
}

// restore makes an older revision the current one again.
func (w *Web) restore(q *req) error {
	o, _, r, err := w.oneRevision(q)
	if err != nil {
		return err
	}
	why := strings.TrimSpace(q.form.Line("why"))
	if why == "" {
		why = q.t("page.restored_why", "number", r.Number)
	}
	if _, err := q.do(&allmende.Revert{Act: q.by(), Object: o.ID, To: r.Number, Why: why}); err != nil {
		return err
	}
	q.flash("ok", q.t("page.restored"), "")
	return q.redirect(o.Path())
}
