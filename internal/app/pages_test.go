package app_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"allmende"
	"allmende/internal/app/apptest"
	"allmende/internal/auth"
	"allmende/internal/lang"
)

// reader is somebody who opens every page.
type reader struct {
	name   string
	cookie string   // empty: a visitor
	asks   string   // Accept-Language
	wants  lang.Tag // what the pages must speak
}

// opened is a page as a reader got it.
type opened struct {
	reader
	path   string
	header http.Header
	body   string
	doc    *html.Node
}

// openAll opens every page there is as every reader, and hands each to look.
func openAll(t *testing.T, r *apptest.Running, readers []reader, object allmende.ID, look func(opened)) {
	t.Helper()
	routes, ok := r.House.Handler.(chi.Routes)
	if !ok {
		t.Fatal("the house's handler does not tell its routes")
	}
	paths := []string{"/nowhere"}
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if path := fillRoute(route, object); method == http.MethodGet && !streams.MatchString(route) && !strings.Contains(path, "{") {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := 0
	for _, path := range paths {
		for _, reader := range readers {
			if p, isPage := open(t, r, reader, path); isPage {
				pages++
				look(p)
			}
		}
	}
	if pages < 50*len(readers) {
		t.Errorf("only %d pages were opened", pages)
	}
}

func open(t *testing.T, r *apptest.Running, by reader, path string) (opened, bool) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", by.asks)
	if by.cookie != "" {
		req.AddCookie(&http.Cookie{Name: auth.CookieName(false), Value: by.cookie})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	p := opened{reader: by, path: path, header: resp.Header, body: string(body)}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return p, false
	}
	if p.doc, err = html.Parse(strings.NewReader(p.body)); err != nil {
		t.Fatal(err)
	}
	return p, true
}

// readers are visitors and admins of both languages; the admins' browsers ask
// for the other one.
func readers(t *testing.T, r *apptest.Running) ([]reader, allmende.ID) {
	t.Helper()
	out := []reader{{"a visitor", "", "de-AT,de;q=0.8", lang.De}, {"a visitor", "", "en-GB,fr;q=0.5", lang.En}}
	var first allmende.Act
	for name, tag := range map[string]lang.Tag{"chefin": lang.De, "boss": lang.En} {
		m := r.Member(name, allmende.Admin)
		as := allmende.Act{By: m.Account, As: m.Actor, Via: "web"}
		speaks := string(tag)
		if _, err := r.House.Core.Do(t.Context(), &allmende.SetAccount{Act: as, Lang: &speaks}); err != nil {
			t.Fatal(err)
		}
		cookie, _, err := r.House.Auth.Start(context.Background(), m.Account, "test", "127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		other := map[lang.Tag]string{lang.De: "en", lang.En: "de"}[tag]
		out = append(out, reader{"an admin", cookie, other, tag})
		first = as
	}
	if _, err := r.House.Core.Do(t.Context(), &allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "authorperson", Email: "a@wiese.example", PasswordHash: "x", Confirmed: true, Approved: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.House.Core.Do(t.Context(), &allmende.Publish{Act: first, Kind: allmende.Page, Title: "Something", Source: "Xyz #something", Licence: "CC0-1.0"}); err != nil {
		t.Fatal(err)
	}
	made, err := r.House.Core.Do(t.Context(), &allmende.Publish{Act: first, Kind: allmende.Article, Title: "Xyz", Slug: "something", Source: "Xyz ![Xyz](https://elsewhere.example/x.png) https://elsewhere.example"})
	if err != nil {
		t.Fatal(err)
	}
	return out, made.Object
}

var rawKey = regexp.MustCompile(`\[[a-z_]+(\.[a-z0-9_]+)+\]`)

// speaking are the attributes that people read or hear.
var speaking = []string{"alt", "title", "placeholder", "aria-label", "aria-description", "data-word"}

// said are the texts of a page: each run of text and each attribute that is
// read out, without parts in a language of their own and without code.
func said(n *html.Node) []string {
	var out []string
	switch {
	case n.Type == html.TextNode:
		out = append(out, strings.TrimSpace(n.Data))
	case n.Type == html.ElementNode:
		if n.Data == "script" || n.Data == "style" || n.Data == "code" {
			return nil
		}
		for _, a := range n.Attr {
			if a.Key == "lang" && n.Data != "html" {
				return nil
			}
			if slices.Contains(speaking, a.Key) {
				out = append(out, strings.TrimSpace(a.Val))
			}
		}
	}
	for c := range n.ChildNodes() {
		out = append(out, said(c)...)
	}
	return out
}

// onlyIn are the texts of the catalogue that one language has and the others
// have not, with their keys.
func onlyIn(tag lang.Tag) map[string]string {
	elsewhere := map[string]bool{}
	for _, other := range lang.Tags() {
		if other.HTML() == tag.HTML() {
			continue
		}
		for _, key := range lang.Keys(other) {
			elsewhere[lang.T(other, key)] = true
		}
	}
	out := map[string]string{}
	for _, key := range lang.Keys(tag) {
		if s := lang.T(tag, key); !elsewhere[s] && len(s) > 3 && key != "ui.own_name" { // each language calls itself as it does
			out[s] = key
		}
	}
	return out
}

func TestX11_EveryPageSpeaksTheReadersLanguage(t *testing.T) {
	r := apptest.Start(t)
	all, object := readers(t, r)
	foreign := map[lang.Tag]map[string]string{lang.De: onlyIn(lang.En), lang.En: onlyIn(lang.De)}
	own := map[lang.Tag]map[string]string{lang.De: onlyIn(lang.De), lang.En: onlyIn(lang.En)}
	keys := map[string]bool{}
	for _, key := range lang.Keys(lang.En) {
		keys[key] = true
	}
	openAll(t, r, all, object, func(p opened) {
		where := p.path + " as " + p.name + " who reads " + string(p.wants)
		root := ""
		for n := range p.doc.Descendants() {
			if n.Type == html.ElementNode && n.Data == "html" {
				for _, a := range n.Attr {
					if a.Key == "lang" {
						root = a.Val
					}
				}
			}
		}
		if root != string(p.wants) || p.header.Get("Content-Language") != string(p.wants) {
			t.Errorf("%s: lang=%q, Content-Language %q", where, root, p.header.Get("Content-Language"))
		}
		if key := rawKey.FindString(p.body); key != "" {
			t.Errorf("%s: the message %s has no words", where, key)
		}
		words := 0
		for _, s := range said(p.doc) {
			if key := foreign[p.wants][s]; key != "" {
				t.Errorf("%s: %q (%s) is in the other language", where, s, key)
			}
			if keys[s] {
				t.Errorf("%s: the key %s is shown for its words", where, s)
			}
			if own[p.wants][s] != "" {
				words++
			}
		}
		if words < 3 {
			t.Errorf("%s: only %d texts of the language were found", where, words)
		}
	})
}

var (
	loads    = []string{"src", "srcset", "href", "poster", "data", "action", "formaction", "style", "background"}
	loading  = []string{"link", "script", "img", "iframe", "source", "video", "audio", "track", "object", "embed", "form", "button", "input", "use", "image"}
	inStyles = regexp.MustCompile(`(?i)url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)`)
	bundles  = regexp.MustCompile(`/assets/[\w./-]+\.css`)
)

func TestR6_NoPageAsksAThirdPartyAndOnlyTheSessionIsACookie(t *testing.T) {
	r := apptest.Start(t)
	all, object := readers(t, r)
	own, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	strange := func(address string) bool {
		u, err := own.Parse(strings.TrimSpace(address))
		return err != nil || u.Host != own.Host && u.Scheme != "data" && u.Scheme != "blob"
	}
	sheets := map[string]bool{}
	openAll(t, r, all, object, func(p opened) {
		for n := range p.doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "style" && n.FirstChild != nil {
				t.Errorf("%s has styles of its own, which the policy forbids", p.path)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || !slices.Contains(loading, n.Data) || !slices.Contains(loads, a.Key) {
					if m := inStyles.FindStringSubmatch(a.Val); a.Key == "style" && m != nil && strange(m[1]+m[2]) {
						t.Errorf("%s as %s: <%s style=%q>", p.path, p.name, n.Data, a.Val)
					}
					continue
				}
				for part := range strings.SplitSeq(a.Val, ",") {
					address, _, _ := strings.Cut(strings.TrimSpace(part), " ")
					if a.Key != "srcset" {
						address = a.Val
					}
					if strange(address) {
						t.Errorf("%s as %s: <%s %s=%q>", p.path, p.name, n.Data, a.Key, a.Val)
					}
				}
			}
		}
		for _, c := range (&http.Response{Header: p.header}).Cookies() {
			if c.Name != auth.CookieName(false) || p.cookie == "" {
				t.Errorf("%s gives %s the cookie %s", p.path, p.name, c.Name)
			}
		}
		if policy := p.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("%s: the policy is %q", p.path, policy)
		}
		for _, sheet := range bundles.FindAllString(p.body, -1) {
			sheets[sheet] = true
		}
	})
	if len(sheets) == 0 {
		t.Error("no style sheet was found")
	}
	for sheet := range sheets {
		p, _ := open(t, r, reader{}, sheet)
		for _, m := range inStyles.FindAllStringSubmatch(p.body, -1) {
			if strange(m[1] + m[2]) {
				t.Errorf("%s loads %s", sheet, m[1]+m[2])
			}
		}
	}
}

func TestR5_TheProposedPrivacyNoticeSaysWhatThisServerDoes(t *testing.T) {
	r := apptest.Start(t)
	cookie, _, err := r.House.Auth.Start(t.Context(), r.Member("marta", allmende.Admin).Account, "test", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	code, page := ask(t, "GET", r.URL+"/privacy", "", "Accept-Language", "en", "Cookie", auth.CookieName(false)+"="+cookie)
	if code != http.StatusOK || !strings.Contains(page, "exchanges no posts with other servers") {
		t.Errorf("the notice of a server that does not federate: %d %.2000s", code, page)
	}
}
