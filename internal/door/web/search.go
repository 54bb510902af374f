package web

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"allmende"
	"allmende/internal/door/web/assets"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
	"allmende/internal/read"
)

// searchKinds are the filters of the search page.
var searchKinds = []struct {
	show, icon string
	kinds      []allmende.ObjectKind
	media      bool
}{
	{show: "", icon: "search"},
	{show: "notes", icon: "sticky-note", kinds: []allmende.ObjectKind{allmende.Note}},
	{show: "articles", icon: "newspaper", kinds: []allmende.ObjectKind{allmende.Article}},
	{show: "pages", icon: "book-open", kinds: []allmende.ObjectKind{allmende.Page}},
	{show: "media", icon: "images", media: true},
	{show: "people", icon: "users"},
}

// search finds things and people that the viewer may see (row N5).
func (w *Web) search(q *req) error {
	query := q.URL.Query()
	typed, show, sort := strings.TrimSpace(query.Get("q")), query.Get("show"), query.Get("sort")
	v := ui.SearchView{Query: typed, Action: "/search", Now: w.Now()}
	for _, k := range searchKinds {
		word := k.show
		if word == "" {
			word = "all"
		}
		v.Pills = append(v.Pills, ui.TabView{Text: q.t("search." + word), Icon: k.icon, Href: searchPath(typed, k.show, sort), Current: k.show == show})
	}
	newest := "new"
	if sort == "new" {
		newest = ""
	}
	v.Pills = append(v.Pills, ui.TabView{Text: q.t("search.newest"), Icon: "clock", Href: searchPath(typed, show, newest), Current: sort == "new"})
	if err := w.fillSearch(q, &v, typed, show, sort); err != nil {
		return err
	}
	if typed == "" || v.Total == 0 && len(v.People) == 0 {
		v.Hint = q.t("search.operators")
	}
	base := q.base(q.t("ui.search"))
	base.Query, base.NoIndex = typed, true
	return q.draw(base, v, ui.Search(v))
}

func searchPath(typed, show, sort string) string {
	p := url.Values{}
	for name, value := range map[string]string{"q": typed, "show": show, "sort": sort} {
		if value != "" {
			p.Set(name, value)
		}
	}
	if len(p) == 0 {
		return "/search"
	}
	return "/search?" + p.Encode()
}

// fillSearch fills in what was found.
func (w *Web) fillSearch(q *req, v *ui.SearchView, typed, show, sort string) error {
	if typed == "" {
		return nil
	}
	if show == "people" {
		ties, err := w.Read.FindPeople(q.Context(), q.viewer, typed, 40, 0)
		v.People, v.Total = q.actorRows(ties), len(ties)
		return err
	}
	offset, _ := strconv.Atoi(q.URL.Query().Get("from")) // no number: from the start
	wish := read.SearchQuery{Text: typed, Home: w.AccountDomain, Sort: sort, Offset: min(max(offset, 0), read.MostHits), NoPeople: show != "", Span: allmende.Span{Limit: pageSize}}
	for _, k := range searchKinds {
		if k.show == show {
			wish.Kinds, wish.HasMedia = k.kinds, k.media
		}
	}
	r, err := w.Read.Search(q.Context(), q.viewer, wish)
	if err != nil {
		return err
	}
	v.Total, v.Many = r.Total, r.Total >= read.MostHits
	for _, a := range r.Actors {
		row := ui.ActorRow{Actor: q.introduced(a, nil)}
		row.Tie, err = w.tie(q, a)
		if err != nil {
			return err
		}
		v.People = append(v.People, row)
	}
	for _, h := range r.Hits {
		v.Hits = append(v.Hits, q.hit(r.Bundle, h))
	}
	if r.Next != 0 {
		v.Pager.Older = q.with("from", strconv.Itoa(r.Next))
	}
	if offset > 0 {
		v.Pager.Newer = q.with("from", "")
	}
	return nil
}

// hit draws one result.
func (q *req) hit(b *read.Bundle, h read.Hit) ui.HitView {
	o := b.Objects[h.Object]
	v := ui.HitView{Kind: kindOf(b, o), Title: o.Title, Lang: o.Lang, Href: PathOf(o, b.Actors), Snippet: ui.Marked(h.Parts), At: o.PublishedAt}
	makers := append([]allmende.ID{o.Owner}, o.Authors...)
	if o.Kind == allmende.Page { // is nobody's alone
		v.At, makers = o.ChangedAt, nil
	}
	for _, id := range makers {
		if a := b.Actors[id]; a != nil && (len(v.By) == 0 || v.By[0].ID != a.ID.String()) && a.ID != allmende.Server {
			v.By = append(v.By, q.actorView(a, b.Media))
		}
	}
	if v.Title == "" && len(v.By) > 0 { // the words follow below
		v.Title, v.By = v.By[0].Name, v.By[1:]
	}
	if len(o.Media) > 0 && !o.Sensitive && (o.Summary == "" || o.Kind.Titled()) {
		if m := b.Media[o.Media[0]]; m != nil {
			v.Image = firstPath(m, "webp320", "webp640", "poster")
		}
	}
	return v
}

// openSearch lets browsers search here from their own box.
func (w *Web) openSearch(q *req) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	type address struct {
		Type     string `xml:"type,attr"`
		Template string `xml:"template,attr"`
	}
	doc := struct {
		XMLName       xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
		ShortName     string
		Description   string
		InputEncoding string
		URL           address `xml:"Url"`
	}{ShortName: site.Name, Description: site.Tagline, InputEncoding: "UTF-8", URL: address{"text/html", w.BaseURL + "/search?q={searchTerms}"}}
	body, err := xml.Marshal(doc)
	if err != nil {
		return err
	}
	httpx.WriteBytes(q.rw, http.StatusOK, "application/opensearchdescription+xml", append([]byte(xml.Header), body...))
	return nil
}

// manifest lets phones keep the community beside their apps.
func (w *Web) manifest(q *req) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	q.rw.Header().Set("Content-Type", "application/manifest+json")
	return httpx.WriteJSON(q.rw, http.StatusOK, map[string]any{"name": site.Name, "short_name": site.Name, "start_url": "/", "display": "minimal-ui",
		"icons": []map[string]string{{"src": assets.URL("mark.svg"), "sizes": "any", "type": "image/svg+xml"}}})
}
