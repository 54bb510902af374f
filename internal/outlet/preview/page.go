package preview

import (
	"bytes"
	"io"
	"net/url"
	"strings"
	"unicode"

	"allmende"
	"allmende/internal/text"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

const (
	maxTitle       = 200 // characters, as all of these
	maxDescription = 400
	maxName        = 80
	maxMeta        = 4000 // bytes of one piece of metadata that are looked at
)

// facts are what a page says of itself.
type facts struct {
	preview allmende.Preview
	image   *url.URL // nil: none
	alt     string   // of the picture
}

// parse reads a page's metadata: Open Graph first, then Twitter's cards, then
// plain HTML. The page is foreign: nothing in it is believed beyond being text,
// and only addresses of the web are taken for the picture.
func parse(body []byte, contentType string, at *url.URL) facts {
	said := collect(body, contentType)
	first := func(names ...string) string {
		for _, n := range names {
			if v := said[n]; v != "" {
				return v
			}
		}
		return ""
	}
	f := facts{image: picture(at, first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")),
		alt: line(first("og:image:alt", "twitter:image:alt"), maxDescription)}
	f.preview = allmende.Preview{
		Title:       line(first("og:title", "twitter:title", "title"), maxTitle),
		Description: line(first("og:description", "twitter:description", "description"), maxDescription),
		Site:        line(first("og:site_name", "application-name"), maxName),
		Author:      line(author(first("author", "article:author")), maxName),
		Kind:        "link",
	}
	if strings.HasPrefix(said["og:type"], "video") {
		f.preview.Kind = "video"
	}
	if f.preview.Site == "" {
		f.preview.Site = line(strings.TrimPrefix(at.Hostname(), "www."), maxName)
	}
	return f
}

// collect gathers the first value of each piece of metadata, and the title.
func collect(body []byte, contentType string) map[string]string {
	said := map[string]string{}
	readable, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return said // not even a character set can be made out: there is no text
	}
	z := html.NewTokenizer(io.LimitReader(readable, 4*maxPage)) // what is unpacked to UTF-8 can be longer
	drawing := 0                                                // inside how many svg elements, whose titles are not the page's
	for len(said) < 100 {
		switch z.Next() {
		case html.ErrorToken:
			return said
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch tag := string(name); {
			case tag == "svg":
				drawing++
			case tag == "meta" && more:
				note(said, z)
			case tag == "title" && drawing == 0 && said["title"] == "":
				if z.Next() == html.TextToken {
					keep(said, "title", string(z.Text()))
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "svg" && drawing > 0 {
				drawing--
			}
		}
	}
	return said
}

// note takes in one meta element.
func note(said map[string]string, z *html.Tokenizer) {
	var name, content string
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "property", "name":
			if name == "" {
				name = strings.ToLower(strings.TrimSpace(string(value[:min(len(value), 100)])))
			}
		case "content":
			content = string(value[:min(len(value), maxMeta)])
		}
	}
	if name != "" {
		keep(said, name, content)
	}
}

func keep(said map[string]string, name, value string) {
	if value = strings.TrimSpace(strings.ToValidUTF8(value[:min(len(value), maxMeta)], "")); value != "" && said[name] == "" {
		said[name] = value
	}
}

// line is a foreign text on one line, without what cannot be seen or turns the
// direction of what follows.
func line(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control, unicode.Cs, unicode.Co), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	return text.Excerpt(s, limit)
}

// author leaves out addresses, which some write where a name belongs.
func author(s string) string {
	if strings.Contains(s, "://") {
		return ""
	}
	return s
}

// picture is the absolute address of a page's picture; nil when it is none of the web.
func picture(at *url.URL, s string) *url.URL {
	if s == "" || len(s) > 2000 {
		return nil
	}
	u, err := at.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil
	}
	return u
}
