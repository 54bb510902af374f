package e2e

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/app/apptest"
	"allmende/internal/demo"
)

// axe is the checker of WCAG's rules by Deque Systems (MPL-2.0, see beside it).
//
//go:embed testdata/axe/axe.min.js
var axe string

// faults asks axe for what it finds in the open page, one line for each element.
const faults = `axe.run(document, {iframes: false, preload: false, resultTypes: ["violations"], runOnly: [` + rules + `]}).then(found =>
	found.violations.flatMap(v => v.nodes.slice(0, 3).map(n => v.id + " at " + n.target.join(" ") + ": " + (n.any[0] || n.all[0] || n.none[0]).message)))`

// rules are those of WCAG 2.2 up to AA, and what axe holds for good practice.
const rules = `"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"`

// check looks at the open page wide in the light and narrow in the dark: light
// and dark differ in colours only, wide and narrow in places.
func (s *screen) check(name string) {
	s.t.Helper()
	s.do("giving the page axe", chromedp.Evaluate[chromedp.Void](axe+";0"))
	for _, way := range []struct {
		width  int64
		scheme string
	}{{narrow, "dark"}, {wide, "light"}} {
		s.do("a window", emulate(way.width, way.scheme))
		// what scripts do about the new width, they do before the second frame
		value[bool](s, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
		for _, fault := range value[[]string](s, faults) {
			s.t.Errorf("%s, %d px, %s: %s", name, way.width, way.scheme, fault)
		}
		if over := value[int](s, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			s.t.Errorf("%s, %d px: the page is %d px too wide", name, way.width, over)
		}
	}
}

// walker follows links and looks at one page of each kind.
type walker struct {
	*screen
	routes chi.Routes
	seen   map[string]bool // kinds looked at
}

// notPages are addresses that browsers don't draw.
var notPages = regexp.MustCompile(`^/(api|media|assets|oauth/token|feed|\.well-known|nodeinfo|healthz|readyz|metrics|robots|opensearch|manifest|settings/data/export)|\.(atom|rss|json|png|xml)|stream`)

// kind is the route that answers a path, with the tab it shows: pages of one
// kind are drawn alike. Empty is what is no page.
func (w *walker) kind(path string) string {
	path, query, _ := strings.Cut(path, "?")
	match := chi.NewRouteContext()
	if !w.routes.Match(match, http.MethodGet, path) || notPages.MatchString(match.RoutePattern()) {
		return ""
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	return match.RoutePattern() + " " + values.Get("show")
}

// links are the addresses on this server that the open page leads to.
const links = `[...document.querySelectorAll("a[href]")].filter(a => a.origin === location.origin && !a.download && !a.type && !a.getAttribute("href").startsWith("#")).map(a => a.pathname + a.search)`

// walk looks at a page and at all that it leads to.
func (w *walker) walk(paths ...string) {
	for len(paths) > 0 {
		path := paths[0]
		paths = paths[1:]
		kind := w.kind(path)
		if kind == "" || w.seen[kind] {
			continue
		}
		w.seen[kind] = true
		w.open(path)
		w.check(path)
		paths = append(paths, value[[]string](w.screen, links)...)
	}
}

// visit looks at single pages.
func (s *screen) visit(paths ...string) {
	s.t.Helper()
	for _, path := range paths {
		s.open(path)
		s.check(path)
	}
}

// refused sends a form of a page as it stands, and looks at what comes back:
// the form with complaints.
func (s *screen) refused(path, form string) {
	s.t.Helper()
	s.open(path)
	s.do("sending "+form, chromedp.Evaluate[chromedp.Void](`document.querySelector("`+form+`").noValidate = true, document.querySelector("`+form+`").requestSubmit()`),
		chromedp.WaitVisible(chromedp.CSS(".summary")))
	s.check(path + ", refused")
}

func TestR7_NoPageHasAFaultThatAxeFinds(t *testing.T) {
	browser := newBrowser(t)
	r := apptest.Start(t)
	setup(t, browser, r)
	fill(t, r)
	newcomer(t, r)
	t.Run("visitor", func(t *testing.T) {
		t.Parallel()
		s := newScreen(t, browser, r.URL)
		s.visit("/", "/login", "/join", "/forgotten", "/explore", "/@marta", "/wiki/Kompost", "/report", "/nothing-here", "/search?q=Garten", "/o/1/history")
		s.refused("/login", ".sign-box form[action='/login']")
		s.refused("/join", "form[action='/join']")
		s.open("/")
		s.refused(value[string](s, `document.querySelector("a[href^='/report?object']").getAttribute("href")`), "form[action='/report']")
	})
	t.Run("newcomer", func(t *testing.T) {
		t.Parallel()
		s := newScreen(t, browser, r.URL)
		s.signIn("neuland", demo.Password)
		s.visit("/", "/notifications", "/saved", "/liked", "/drafts", "/@neuland", "/@neuland/followers", "/settings/apps", "/settings/relations",
			"/settings/organisations", "/settings/factor", "/search?q=Xylophonquartett", "/admin", "/tags/niemals", "/wiki/Es fehlt noch", "/write?reply=1")
		s.refused("/write", "form[action='/write']")
		s.refused("/write/article", "form[action='/write/article']")
		s = newScreen(t, browser, r.URL)
		s.signIn("tom", demo.Password)
		conflict(s, r)
	})
	t.Run("admin", func(t *testing.T) {
		t.Parallel()
		w := &walker{screen: newScreen(t, browser, r.URL), routes: r.House.Handler.(chi.Routes), seen: map[string]bool{}}
		w.signIn("marta", demo.Password)
		w.walk("/", "/settings/prove", "/admin/legal/rules/de", "/search?q=Garten")
		for _, kind := range []string{"/@{name}/{slug} ", "/wiki/* ", "/o/{id:[0-9]+}/diff ", "/moderation/report/{id:[0-9]+} ", "/admin/members ", "/settings/security "} {
			if !w.seen[kind] {
				t.Errorf("the walk came to no page %s, only to %v", kind, slices.Sorted(maps.Keys(w.seen)))
			}
		}
		w.open("/")
		w.do("opening the menu", chromedp.Click(chromedp.CSS(".top .menu summary")))
		w.check("/, with the menu open")
	})
}

// setup looks at the page that makes the first admin.
func setup(t *testing.T, browser context.Context, r *apptest.Running) {
	t.Helper()
	code, err := r.House.Auth.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := newScreen(t, browser, r.URL)
	s.visit("/setup/" + code)
	s.refused("/setup/"+code, "form[action^='/setup/']")
}

// newcomer is a member who has nothing yet.
func newcomer(t *testing.T, r *apptest.Running) {
	t.Helper()
	hash, err := r.House.Auth.Hash(t.Context(), demo.Password)
	if err == nil {
		_, err = r.House.Core.Do(t.Context(), &allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "neuland", Email: "neuland@example.org",
			PasswordHash: hash, Lang: "de", Rank: allmende.Member, Confirmed: true, Approved: true})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// conflict changes a page while somebody else edits the same line, and looks
// at the page that asks what to do.
func conflict(s *screen, r *apptest.Running) {
	s.t.Helper()
	s.open("/wiki/Bienen")
	s.do("editing", chromedp.Click(chromedp.CSS("a[href$='/edit']")), chromedp.WaitVisible(chromedp.CSS("textarea[name=text]")))
	_, number, _ := strings.Cut(value[string](s, `location.pathname`), "/o/")
	var object allmende.ID
	if _, err := fmt.Sscan(number, &object); err != nil {
		s.t.Fatal(err)
	}
	quicker := r.Member("quicker", allmende.Member)
	other := "Anders."
	_, err := r.House.Core.Do(s.t.Context(), &allmende.Edit{Act: allmende.Act{By: quicker.Account, As: quicker.Actor, Via: "web"}, Object: object, Source: &other})
	if err != nil {
		s.t.Fatal(err)
	}
	s.do("saving", chromedp.SetValue(chromedp.CSS("textarea[name=text]"), "Ganz anders."), chromedp.Evaluate[chromedp.Void](`document.querySelector("textarea[name=text]").form.requestSubmit()`),
		chromedp.WaitVisible(chromedp.CSS(".conflict")))
	s.check("a conflict")
}
