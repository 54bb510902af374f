package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"allmende"
	"allmende/internal/core/coretest"
	"allmende/internal/door/feed"
)

const base = "https://allmende.example"

type house struct {
	*coretest.House
	handler http.Handler
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{House: coretest.New(t)}
	r := chi.NewRouter()
	feed.New(feed.Deps{Read: h.Read, Hub: h.Hub, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: h.Now, BaseURL: base, AccountDomain: "allmende.example"}).Routes(r)
	h.handler = r
	return h
}

func (h *house) get(path string, headers ...string) *httptest.ResponseRecorder {
	h.T.Helper()
	r := httptest.NewRequest("GET", base+path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// found is what all forms of a feed say, read strictly.
type found struct {
	title, home, self, next, text string
	updated                       time.Time
	items                         []item
}

type item struct {
	id, link, title, summary, html string
	published, updated             time.Time
	authors, tags                  []string
	files                          []file
}

type file struct {
	url, mime string
	size      int64
}

// forms reads one feed in all three forms and fails the test where one breaks
// the rules of its form, or says another thing than the others.
func (h *house) forms(path string) found {
	h.T.Helper()
	atom := readAtom(h.T, h.ok(path+".atom", "application/atom+xml"))
	rss := readRSS(h.T, h.ok(path+".rss", "application/rss+xml"))
	js := readJSON(h.T, h.ok(path+".json", "application/feed+json"))
	for name, f := range map[string]found{"Atom": atom, "RSS": rss, "JSON": js} {
		form := map[string]string{"Atom": ".atom", "RSS": ".rss", "JSON": ".json"}[name]
		if !strings.HasPrefix(f.self, base+"/") || !strings.HasSuffix(f.self, form) || f.title == "" || !strings.HasPrefix(f.home, base+"/") {
			h.T.Errorf("%s: title %q, home %q, self %q", name, f.title, f.home, f.self)
		}
		if len(f.items) != len(atom.items) {
			h.T.Fatalf("%s of %s has %d items, Atom %d", name, path, len(f.items), len(atom.items))
		}
		seen := map[string]bool{}
		for i, it := range f.items {
			a := atom.items[i]
			if it.id != a.id || it.link != a.link || it.title != a.title || it.html != a.html || !it.published.Equal(a.published) || strings.Join(it.tags, " ") != strings.Join(a.tags, " ") {
				h.T.Errorf("%s and Atom differ:\n%+v\n%+v", name, it, a)
			}
			if u, err := url.Parse(it.id); seen[it.id] || err != nil || !u.IsAbs() {
				h.T.Errorf("%s: the id %q is no address, or not the only one", name, it.id)
			}
			seen[it.id] = true
			checkMarkup(h.T, it.html)
		}
	}
	return atom
}

func (h *house) ok(path, kind string) []byte {
	h.T.Helper()
	w := h.get(path)
	got, params, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if w.Code != http.StatusOK || err != nil || got != kind || params["charset"] != "utf-8" {
		h.T.Fatalf("%s answered %d as %q: %s", path, w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	body := w.Body.Bytes()
	if !utf8.Valid(body) {
		h.T.Errorf("%s is not UTF-8", path)
	}
	return body
}

// checkMarkup fails the test when markup could run something in a reader, or
// points somewhere that is no full address.
func checkMarkup(t testing.TB, markup string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "style", "iframe", "object", "embed", "form", "input", "svg", "title", "base", "meta", "link":
			t.Errorf("a feed holds <%s>: %s", n.Data, markup)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("a feed holds %s=%q", a.Key, a.Val)
			}
			if u, err := url.Parse(a.Val); (a.Key == "href" || a.Key == "src") && (err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto") {
				t.Errorf("a feed leads to %q", a.Val)
			}
		}
	}
}

// strict reads XML as a reader does that forgives nothing.
func strict(t testing.TB, body []byte, into any) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(string(body)))
	if err := dec.Decode(into); err != nil {
		t.Fatalf("no XML: %v\n%s", err, body)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Fatalf("something follows the document: %v", err)
	}
	if strings.Contains(string(body), "\uFFFD") {
		t.Errorf("a character was lost: %s", body)
	}
}

type atomLink struct {
	Rel    string `xml:"rel,attr"`
	Type   string `xml:"type,attr"`
	Href   string `xml:"href,attr"`
	Length int64  `xml:"length,attr"`
}

// only is the one link of a relation; several fail the test.
func only(t testing.TB, links []atomLink, rel string) string {
	t.Helper()
	var got []string
	for _, l := range links {
		if l.Rel == rel {
			got = append(got, l.Href)
		}
	}
	if len(got) > 1 {
		t.Errorf("several links of rel %s: %v", rel, got)
	}
	return strings.Join(got, " ")
}

func when(t testing.TB, layout, s string) time.Time {
	t.Helper()
	at, err := time.Parse(layout, s)
	if err != nil {
		t.Errorf("%q is no date: %v", s, err)
	}
	return at
}

// readAtom holds a feed to RFC 4287: 4.1.1 (one id, title and updated, an author
// for every entry), 4.1.2, 4.2.7.2 (one alternate per type).
func readAtom(t testing.TB, body []byte) found {
	t.Helper()
	type person struct {
		Name []string `xml:"http://www.w3.org/2005/Atom name"`
	}
	var f struct {
		XMLName xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
		ID      []string   `xml:"http://www.w3.org/2005/Atom id"`
		Title   []string   `xml:"http://www.w3.org/2005/Atom title"`
		Sub     string     `xml:"http://www.w3.org/2005/Atom subtitle"`
		Updated []string   `xml:"http://www.w3.org/2005/Atom updated"`
		Author  []person   `xml:"http://www.w3.org/2005/Atom author"`
		Links   []atomLink `xml:"http://www.w3.org/2005/Atom link"`
		Entries []struct {
			ID        []string `xml:"http://www.w3.org/2005/Atom id"`
			Title     []string `xml:"http://www.w3.org/2005/Atom title"`
			Updated   []string `xml:"http://www.w3.org/2005/Atom updated"`
			Published string   `xml:"http://www.w3.org/2005/Atom published"`
			Author    []person `xml:"http://www.w3.org/2005/Atom author"`
			Terms     []struct {
				Term string `xml:"term,attr"`
			} `xml:"http://www.w3.org/2005/Atom category"`
			Summary string `xml:"http://www.w3.org/2005/Atom summary"`
			Content []struct {
				Type string `xml:"type,attr"`
				Body string `xml:",chardata"`
			} `xml:"http://www.w3.org/2005/Atom content"`
			Links []atomLink `xml:"http://www.w3.org/2005/Atom link"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	strict(t, body, &f)
	if len(f.ID) != 1 || len(f.Title) != 1 || len(f.Updated) != 1 {
		t.Fatalf("Atom: ids %v, titles %v, updated %v", f.ID, f.Title, f.Updated)
	}
	out := found{title: f.Title[0], text: f.Sub, updated: when(t, time.RFC3339, f.Updated[0]), self: only(t, f.Links, "self"), home: only(t, f.Links, "alternate"), next: only(t, f.Links, "next")}
	if f.ID[0] != out.self {
		t.Errorf("Atom: the id is %s, the address %s", f.ID[0], out.self)
	}
	for _, e := range f.Entries {
		if len(e.ID) != 1 || len(e.Title) != 1 || len(e.Updated) != 1 || len(e.Content) != 1 || e.Content[0].Type != "html" {
			t.Fatalf("Atom: an entry leaves something out: %+v", e)
		}
		it := item{id: e.ID[0], title: e.Title[0], summary: e.Summary, html: e.Content[0].Body, link: only(t, e.Links, "alternate"),
			updated: when(t, time.RFC3339, e.Updated[0]), published: when(t, time.RFC3339, e.Published)}
		if len(e.Author) == 0 {
			t.Errorf("Atom: nobody wrote %s", it.id)
		}
		for _, a := range e.Author {
			it.authors = append(it.authors, strings.Join(a.Name, "|"))
		}
		for _, c := range e.Terms {
			it.tags = append(it.tags, c.Term)
		}
		for _, l := range e.Links {
			if l.Rel == "enclosure" {
				it.files = append(it.files, file{l.Href, l.Type, l.Length})
			}
		}
		out.items = append(out.items, it)
	}
	return out
}

// readRSS holds a feed to RSS 2.0 and to the best practices profile: RFC 822
// dates with four-digit years, guid, atom:link to itself, content:encoded.
func readRSS(t testing.TB, body []byte) found {
	t.Helper()
	var f struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel []struct {
			Title       []string   `xml:"title"`
			Atom        []atomLink `xml:"http://www.w3.org/2005/Atom link"`
			Links       []string   `xml:"link"`
			Description []string   `xml:"description"`
			Built       string     `xml:"lastBuildDate"`
			Items       []struct {
				Title     []string `xml:"title"`
				Link      []string `xml:"link"`
				Encoded   []string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
				Creators  []string `xml:"http://purl.org/dc/elements/1.1/ creator"`
				Terms     []string `xml:"category"`
				Date      []string `xml:"pubDate"`
				GUID      []string `xml:"guid"`
				Enclosure []struct {
					URL    string `xml:"url,attr"`
					Length string `xml:"length,attr"`
					Type   string `xml:"type,attr"`
				} `xml:"enclosure"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	strict(t, body, &f)
	if f.Version != "2.0" || len(f.Channel) != 1 || len(f.Channel[0].Description) != 1 {
		t.Fatalf("RSS: %+v", f)
	}
	c := f.Channel[0]
	out := found{title: strings.Join(c.Title, "|"), self: only(t, c.Atom, "self"), next: only(t, c.Atom, "next"), updated: when(t, time.RFC1123Z, c.Built)}
	out.home = strings.Join(c.Links, "|")
	for _, i := range c.Items {
		if len(i.GUID) != 1 || len(i.Date) != 1 || len(i.Encoded) != 1 || len(i.Enclosure) > 1 {
			t.Fatalf("RSS: an item leaves something out: %+v", i)
		}
		it := item{id: i.GUID[0], title: strings.Join(i.Title, "|"), link: strings.Join(i.Link, "|"), html: i.Encoded[0], tags: i.Terms, authors: i.Creators, published: when(t, time.RFC1123Z, i.Date[0])}
		for _, e := range i.Enclosure {
			if e.URL == "" || e.Length == "" || e.Type == "" {
				t.Errorf("RSS: an enclosure leaves something out: %+v", e)
			}
		}
		out.items = append(out.items, it)
	}
	return out
}

// readJSON holds a feed to JSON Feed 1.1.
func readJSON(t testing.TB, body []byte) found {
	t.Helper()
	var f struct {
		Version, Title string
		Home           string `json:"home_page_url"`
		Self           string `json:"feed_url"`
		Next           string `json:"next_url"`
		Items          []struct {
			ID, URL, Title, Summary string
			HTML                    string `json:"content_html"`
			Published               string `json:"date_published"`
			Modified                string `json:"date_modified"`
			Authors                 []struct{ Name, URL string }
			Tags                    []string
			Attachments             []struct {
				URL  string
				MIME string `json:"mime_type"`
				Size int64  `json:"size_in_bytes"`
			}
		}
	}
	if err := json.Unmarshal(body, &f); err != nil {
		t.Fatalf("no JSON: %v", err)
	}
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Items == nil {
		t.Errorf("JSON: version %q, items %v", f.Version, f.Items)
	}
	out := found{title: f.Title, home: f.Home, self: f.Self, next: f.Next}
	for _, i := range f.Items {
		it := item{id: i.ID, link: i.URL, title: i.Title, summary: i.Summary, html: i.HTML, tags: i.Tags, published: when(t, time.RFC3339, i.Published)}
		if i.Modified != "" {
			it.updated = when(t, time.RFC3339, i.Modified)
		}
		for _, a := range i.Authors {
			it.authors = append(it.authors, a.Name)
		}
		for _, a := range i.Attachments {
			it.files = append(it.files, file{a.URL, a.MIME, a.Size})
		}
		out.items = append(out.items, it)
	}
	return out
}

// picture makes a medium of a member's that is ready.
func (h *house) picture(m coretest.Member, name, alt string) allmende.ID {
	h.T.Helper()
	id := h.Do(&allmende.AddMedia{Act: m.Act(), Kind: "image", Blob: strings.Repeat("ab", 32), MIME: "image/png", Size: 9, Name: name, Width: 8, Height: 6, Alt: alt}).Media
	h.Do(&allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: id, State: allmende.MediaDone,
		Variants: []allmende.Variant{{Name: "jpeg1280", Blob: strings.Repeat("cd", 32), MIME: "image/jpeg", Size: 4321, Width: 1280, Height: 960}}})
	return id
}

func TestB12_PicturesStandInTheTextOfAnArticleOnce(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	bee := h.picture(ada, "bee.png", "")
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "Bees", Source: "Look:\n\n![A bee](media:" + bee.String() + " \"In May\")\n\nThere."})
	m := h.Medium(bee)
	item := h.forms("/@ada/feed").items[0]
	if want := `<figure><img src="` + base + m.Path("jpeg1280") + `" alt="A bee"><figcaption>In May</figcaption></figure>`; !strings.Contains(item.html, want) {
		t.Errorf("the figure is missing: %s", item.html)
	}
	if n := strings.Count(item.html, "<img "); n != 1 {
		t.Errorf("%d pictures in the text, want 1", n)
	}
	if len(item.files) != 1 || item.files[0].url != base+m.Path("jpeg1280") {
		t.Errorf("files %+v", item.files)
	}
}
