package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/app/apptest"
	"allmende/internal/auth"
)

// roles are who knocks at every door.
var roles = []string{"visitor", "stranger", "moderator", "admin", "author"}

// staffOnly and membersOnly are where only some may go.
var (
	staffOnly   = regexp.MustCompile(`^/(moderation|admin)(/|$)`)
	adminOnly   = regexp.MustCompile(`^/admin(/|$)`)
	membersOnly = regexp.MustCompile(`^/(settings|drafts|saved|liked|notifications|write|act-as)(/|$)`)
	streams     = regexp.MustCompile(`stream`)
)

const secret = "geheimwort"

// TestEveryRouteKeepsItsDoorForEveryRole walks all routes as everybody: a
// stranger never reads what is not for them, members get no staff pages,
// nothing changes without the page's token, and nothing breaks.
func TestEveryRouteKeepsItsDoorForEveryRole(t *testing.T) {
	r := apptest.Start(t)
	cookies, note := peopleAndSecret(t, r)
	routes, ok := r.House.Handler.(chi.Routes)
	if !ok {
		t.Fatal("the house's handler does not tell its routes")
	}
	walked := 0
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		path := fillRoute(route, note)
		if streams.MatchString(route) || strings.Contains(path, "{") {
			return nil
		}
		walked++
		for _, role := range roles {
			checkRoute(t, r, method, path, role, cookies[role])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if walked < 100 {
		t.Errorf("only %d routes were walked", walked)
	}
}

// peopleAndSecret makes one of each role, and a direct note of the author's.
func peopleAndSecret(t *testing.T, r *apptest.Running) (map[string]string, allmende.ID) {
	t.Helper()
	ctx := context.Background()
	cookies := map[string]string{}
	var note allmende.ID
	ranks := map[string]allmende.Rank{"stranger": allmende.Member, "moderator": allmende.Moderator, "admin": allmende.Admin, "author": allmende.Member}
	for name, rank := range ranks {
		account := name + "person"
		res, err := r.House.Core.Do(ctx, &allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: account, Email: name + "@wiese.example", PasswordHash: "x", Rank: rank, Confirmed: true, Approved: true})
		if err != nil {
			t.Fatal(err)
		}
		if cookies[name], _, err = r.House.Auth.Start(ctx, res.Account, "test", "127.0.0.1"); err != nil {
			t.Fatal(err)
		}
		if name != "author" {
			continue
		}
		res, err = r.House.Core.Do(ctx, &allmende.Publish{Act: allmende.Act{By: res.Account, As: res.Actor, Via: "web"}, Kind: allmende.Note, Source: secret,
			Audience: allmende.AudienceChoice{Kind: allmende.AudDirect}})
		if err != nil {
			t.Fatal(err)
		}
		note = res.Object
	}
	return cookies, note
}

var pattern = regexp.MustCompile(`\{([a-z_]+)(:[^}]*)?\}`)

// fillRoute makes an address of a route: ids are the secret note's.
func fillRoute(route string, note allmende.ID) string {
	return strings.ReplaceAll(pattern.ReplaceAllStringFunc(route, func(part string) string {
		name := pattern.FindStringSubmatch(part)
		switch name[1] {
		case "id", "account", "media", "object":
			return note.String()
		case "name", "handle", "actor":
			return "authorperson"
		case "number":
			return "1"
		case "form":
			return "atom"
		case "verb":
			return strings.TrimPrefix(strings.Split(name[2], "|")[0], ":")
		}
		return "something"
	}), "*", "Something")
}

func checkRoute(t *testing.T, r *apptest.Running, method, path, role, cookie string) {
	t.Helper()
	req, err := http.NewRequest(method, r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookie != "" {
		req.AddCookie(&http.Cookie{Name: auth.CookieName(false), Value: cookie})
	}
	where := fmt.Sprintf("%s %s as %s", method, path, role)
	before := activities(t, r)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	got := resp.StatusCode
	staff := role == "moderator" || role == "admin"
	switch {
	case got >= 500 && got != http.StatusServiceUnavailable && got != http.StatusNotImplemented:
		t.Errorf("%s: %d", where, got)
	case role != "author" && strings.Contains(string(body), secret):
		t.Errorf("%s reads what was for the author alone", where)
	case staffOnly.MatchString(path) && !staff && got < 300, adminOnly.MatchString(path) && role != "admin" && got < 300:
		t.Errorf("%s: %d, want a closed door", where, got)
	case membersOnly.MatchString(path) && role == "visitor" && got < 300:
		t.Errorf("%s: %d, want the way to the sign-in", where, got)
	}
	if method != http.MethodGet && activities(t, r) != before {
		t.Errorf("%s changed something without the page's token", where)
	}
}

func activities(t *testing.T, r *apptest.Running) int {
	t.Helper()
	var n int
	if err := r.House.DB.Read().QueryRow(context.Background(), `select count(*) from activity`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAddressesThatAreNoTextAreRefusedEverywhere(t *testing.T) {
	r := apptest.Start(t)
	r.Member("ada", allmende.Member)
	for _, path := range []string{"/@ada/a%00b", "/@a%00da", "/wiki/%ff", "/tags/%00", "/search?q=%00", "/search?q=%ff", "/api/actors/a%00b", "/api/v1/accounts/lookup?acct=%ff"} {
		if code, body := ask(t, "GET", r.URL+path, ""); code != http.StatusBadRequest {
			t.Errorf("%s answered %d: %.100s", path, code, body)
		}
	}
	if code, _ := ask(t, "GET", r.URL+"/search?q=50%25+B%C3%A4ume", ""); code != http.StatusOK {
		t.Errorf("a search with umlauts answered %d", code)
	}
}
