package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// visitor is somebody with a browser that runs no scripts: it keeps cookies,
// follows redirects, and sends forms as they stand on the page.
type visitor struct {
	t    testing.TB
	http *http.Client
	at   *url.URL
	page *html.Node
}

func newVisitor(t testing.TB) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, http: &http.Client{Jar: jar}}
}

func (v *visitor) open(address string) {
	v.t.Helper()
	r, err := v.http.Get(address)
	v.show(r, err)
}

func (v *visitor) show(r *http.Response, err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		v.t.Fatalf("%s answered %s", r.Request.URL, r.Status)
	}
	v.at = r.Request.URL
	if v.page, err = html.Parse(r.Body); err != nil {
		v.t.Fatal(err)
	}
}

// submit sends the form that has a field of that name, with some fields filled in.
func (v *visitor) submit(having string, filled map[string]string) {
	v.t.Helper()
	for form := range v.page.Descendants() {
		if form.Type != html.ElementNode || form.Data != "form" {
			continue
		}
		values := url.Values{}
		for n := range form.Descendants() {
			name, chosen := attr(n, "name"), true
			switch attr(n, "type") {
			case "radio", "checkbox":
				_, chosen = find(n, "checked")
			case "submit":
				chosen = false
			}
			if n.Data == "button" || n.Data == "option" || n.Data == "select" {
				chosen = false
			}
			if n.Type == html.ElementNode && name != "" && chosen {
				values.Add(name, attr(n, "value"))
			}
			if n.Data == "button" && name == having {
				values.Set(name, "")
			}
		}
		if !values.Has(having) {
			continue
		}
		for name, value := range filled {
			values.Set(name, value)
		}
		action, err := v.at.Parse(attr(form, "action"))
		if err != nil {
			v.t.Fatal(err)
		}
		r, err := v.http.PostForm(action.String(), values)
		v.show(r, err)
		return
	}
	v.t.Fatalf("%s has no form with %q", v.at, having)
}

// text is what stands in the element with an id.
func (v *visitor) text(id string) string {
	for n := range v.page.Descendants() {
		if attr(n, "id") == id {
			var b strings.Builder
			for child := range n.Descendants() {
				if child.Type == html.TextNode {
					b.WriteString(child.Data)
				}
			}
			if s := strings.TrimSpace(b.String()); s != "" {
				return s
			}
			return attr(n, "value")
		}
	}
	v.t.Fatalf("%s has nothing with the id %q", v.at, id)
	return ""
}

func attr(n *html.Node, name string) string {
	value, _ := find(n, name)
	return value
}

func find(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
