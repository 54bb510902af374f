package feed

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"time"
)

// atomFeed is an Atom document (RFC 4287) with paging (RFC 5005).
type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang     string      `xml:"xml:lang,attr,omitempty"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Icon     string      `xml:"icon,omitempty"`
	Author   *atomPerson `xml:"author,omitempty"`
	Made     string      `xml:"generator"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomLink struct {
	Rel    string `xml:"rel,attr"`
	Type   string `xml:"type,attr,omitempty"`
	Href   string `xml:"href,attr"`
	Length int64  `xml:"length,attr,omitempty"`
	Title  string `xml:"title,attr,omitempty"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Body string `xml:",chardata"`
}

type atomTerm struct {
	Term string `xml:"term,attr"`
}

type atomEntry struct {
	Lang      string       `xml:"xml:lang,attr,omitempty"`
	ID        string       `xml:"id"`
	Title     string       `xml:"title"`
	Published string       `xml:"published"`
	Updated   string       `xml:"updated"`
	Authors   []atomPerson `xml:"author"`
	Terms     []atomTerm   `xml:"category"`
	Summary   string       `xml:"summary,omitempty"`
	Content   atomText     `xml:"content"`
	Links     []atomLink   `xml:"link"`
}

func writeAtom(w io.Writer, f *Feed) error {
	a := atomFeed{Lang: f.Lang, ID: f.Self, Title: f.Title, Subtitle: f.Text, Updated: f.Updated.UTC().Format(time.RFC3339), Icon: f.Icon, Made: "Allmende",
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: f.Self}, {Rel: "alternate", Type: "text/html", Href: f.Home}}}
	if f.Author != "" {
		a.Author = &atomPerson{Name: f.Author, URI: f.Home}
	}
	if f.Next != "" {
		a.Links = append(a.Links, atomLink{Rel: "next", Type: "application/atom+xml", Href: f.Next})
	}
	for _, i := range f.Items {
		e := atomEntry{Lang: i.Lang, ID: i.ID, Title: i.Title, Published: i.Published.UTC().Format(time.RFC3339), Updated: i.Updated.UTC().Format(time.RFC3339),
			Summary: i.Summary, Content: atomText{"html", i.HTML}, Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: i.Link}}}
		for _, p := range i.Authors {
			e.Authors = append(e.Authors, atomPerson{p.Name, p.URL})
		}
		for _, t := range i.Tags {
			e.Terms = append(e.Terms, atomTerm{t})
		}
		for _, file := range i.Files {
			e.Links = append(e.Links, atomLink{Rel: "enclosure", Type: file.MIME, Href: file.URL, Length: file.Size, Title: file.Alt})
		}
		a.Entries = append(a.Entries, e)
	}
	return writeXML(w, a)
}

// rssFeed is an RSS 2.0 document with the content, dc and atom modules.
type rssFeed struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title string        `xml:"title"`
	Link  string        `xml:"link"`
	Text  string        `xml:"description"`
	Lang  string        `xml:"language,omitempty"`
	Built string        `xml:"lastBuildDate"`
	Made  string        `xml:"generator"`
	Links []rssAtomLink `xml:"atom:link"`
	Items []rssItem     `xml:"item"`
}

type rssAtomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type rssItem struct {
	Title     string         `xml:"title"`
	Link      string         `xml:"link"`
	GUID      rssGUID        `xml:"guid"`
	Date      string         `xml:"pubDate"`
	Creators  []string       `xml:"dc:creator"`
	Terms     []string       `xml:"category"`
	Text      string         `xml:"description"`
	Body      string         `xml:"content:encoded"`
	Comments  string         `xml:"comments,omitempty"`
	Enclosure []rssEnclosure `xml:"enclosure"`
}

type rssGUID struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

type rssEnclosure struct {
	URL    string `xml:"url,attr"`
	Length int64  `xml:"length,attr"`
	Type   string `xml:"type,attr"`
}

func writeRSS(w io.Writer, f *Feed) error {
	r := rssFeed{Version: "2.0", Content: "http://purl.org/rss/1.0/modules/content/", DC: "http://purl.org/dc/elements/1.1/", Atom: "http://www.w3.org/2005/Atom"}
	r.Channel = rssChannel{Title: f.Title, Link: f.Home, Text: f.Text, Lang: f.Lang, Built: f.Updated.UTC().Format(time.RFC1123Z), Made: "Allmende",
		Links: []rssAtomLink{{"self", "application/rss+xml", f.Self}}}
	if f.Next != "" {
		r.Channel.Links = append(r.Channel.Links, rssAtomLink{"next", "application/rss+xml", f.Next})
	}
	for _, i := range f.Items {
		item := rssItem{Title: i.Title, Link: i.Link, GUID: rssGUID{true, i.ID}, Date: i.Published.UTC().Format(time.RFC1123Z), Terms: i.Tags, Text: i.Summary,
			Body: i.HTML, Comments: i.Comments}
		if item.Text == "" {
			item.Text = i.HTML
		}
		for _, p := range i.Authors {
			item.Creators = append(item.Creators, p.Name)
		}
		for _, file := range i.Files[:min(1, len(i.Files))] { // RSS knows one enclosure
			item.Enclosure = append(item.Enclosure, rssEnclosure{file.URL, file.Size, file.MIME})
		}
		r.Channel.Items = append(r.Channel.Items, item)
	}
	return writeXML(w, r)
}

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(v)
}

// jsonFeed is a JSON Feed 1.1 document.
type jsonFeed struct {
	Version string     `json:"version"`
	Title   string     `json:"title"`
	Home    string     `json:"home_page_url"`
	Self    string     `json:"feed_url"`
	Text    string     `json:"description,omitempty"`
	Next    string     `json:"next_url,omitempty"`
	Icon    string     `json:"icon,omitempty"`
	Lang    string     `json:"language,omitempty"`
	Items   []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title,omitempty"`
	HTML      string       `json:"content_html"`
	Summary   string       `json:"summary,omitempty"`
	Published string       `json:"date_published"`
	Modified  string       `json:"date_modified,omitempty"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Tags      []string     `json:"tags,omitempty"`
	Lang      string       `json:"language,omitempty"`
	Files     []jsonFile   `json:"attachments,omitempty"`
}

type jsonAuthor struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Avatar string `json:"avatar,omitempty"`
}

type jsonFile struct {
	URL     string `json:"url"`
	MIME    string `json:"mime_type"`
	Title   string `json:"title,omitempty"`
	Size    int64  `json:"size_in_bytes,omitempty"`
	Seconds int    `json:"duration_in_seconds,omitempty"`
}

func writeJSON(w io.Writer, f *Feed) error {
	j := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Home: f.Home, Self: f.Self, Text: f.Text, Next: f.Next, Icon: f.Icon, Lang: f.Lang, Items: []jsonItem{}}
	for _, i := range f.Items {
		item := jsonItem{ID: i.ID, URL: i.Link, Title: i.Title, HTML: i.HTML, Summary: i.Summary, Published: i.Published.UTC().Format(time.RFC3339), Tags: i.Tags, Lang: i.Lang}
		if i.Updated.After(i.Published) {
			item.Modified = i.Updated.UTC().Format(time.RFC3339)
		}
		for _, p := range i.Authors {
			item.Authors = append(item.Authors, jsonAuthor(p))
		}
		for _, file := range i.Files {
			item.Files = append(item.Files, jsonFile{file.URL, file.MIME, file.Alt, file.Size, file.Seconds})
		}
		j.Items = append(j.Items, item)
	}
	return json.NewEncoder(w).Encode(j)
}
