package preview

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"allmende"
)

func TestFactsAreFoundInTheirOrder(t *testing.T) {
	at := &url.URL{Scheme: "https", Host: "www.dorf.example", Path: "/a/b"}
	for body, want := range map[string]facts{
		`<title> Nur   Titel </title>`:                                                                         {preview: titleOnly("Nur Titel")},
		`<svg><title>Bild</title></svg><title>Seite</title>`:                                                   {preview: titleOnly("Seite")},
		`<title>A</title><meta name="twitter:title" content="B">`:                                              {preview: titleOnly("B")},
		`<meta name="twitter:title" content="B"><meta property="OG:Title" content="C">`:                        {preview: titleOnly("C")},
		`<meta property="og:title" content="">` + `<title>&lt;b&gt;</title>`:                                   {preview: titleOnly("<b>")},
		`<title>x</title><meta property="article:author" content="https://a.example/b">`:                       {preview: titleOnly("x")},
		`<script>document.write("<title>falsch</title>")</script><!-- <title>auch</title> --><title>r</title>`: {preview: titleOnly("r")},
	} {
		if got := parse([]byte(body), "text/html; charset=utf-8", at); got.preview != want.preview || got.image != nil {
			t.Errorf("%s\ngives %+v\nshould be %+v", body, got.preview, want.preview)
		}
	}
	for address, want := range map[string]string{"c.png": "https://www.dorf.example/a/c.png", "//x.example/y": "https://x.example/y",
		"http://z.example/": "http://z.example/", "javascript:alert(1)": "", "data:,": "", "https://u:p@h.example/": "", "ht tp://": "", "blob:x": ""} {
		got := ""
		if u := picture(at, address); u != nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("picture %q becomes %q, should be %q", address, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "<title>a", "<meta property=og:title content=x>", "<meta content", "<title><svg><title>", "<!doctype", "\xff\xfe<\x00t\x00",
		"<meta charset=utf-16><title>x</title>", "<title>&#x202e;&#0;</title>", "<meta http-equiv=content-type content='text/html; charset=big5'>"} {
		f.Add([]byte(s), "text/html")
	}
	f.Add([]byte("x"), "text/html; charset=nonsense")
	at := &url.URL{Scheme: "https", Host: "a.example"}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		got := parse(body, contentType, at)
		for _, s := range []string{got.preview.Title, got.preview.Description, got.preview.Site, got.preview.Author, got.alt} {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxDescription || strings.ContainsAny(s, "\n\r\x00\u202e") {
				t.Fatalf("%q", s)
			}
		}
		if got.image != nil && got.image.Scheme != "https" && got.image.Scheme != "http" {
			t.Fatalf("picture %s", got.image)
		}
	})
}

func titleOnly(s string) (p allmende.Preview) {
	p.Title, p.Site, p.Kind = s, "dorf.example", "link"
	return p
}
