package app_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/app"
	"allmende/internal/app/apptest"
	"allmende/internal/blob"
	"allmende/internal/config"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func TestTheHouseAnswersAtItsFrontDoor(t *testing.T) {
	r := apptest.Start(t)
	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/readyz": 200, "/nothing-here": 404, "/feed.atom": 200,
		"/api/v1/instance": 200, "/api/commands": 200, "/metrics": 404} {
		if got := status(t, r.URL+path); got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
}

func TestReadyzSaysWhenTheDatabaseIsAway(t *testing.T) {
	r := apptest.Start(t)
	if err := r.House.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if got := status(t, r.URL+"/readyz"); got != http.StatusServiceUnavailable {
		t.Errorf("without a database it answers %d", got)
	}
	if got := status(t, r.URL+"/healthz"); got != http.StatusOK {
		t.Errorf("it lives, yet answers %d", got)
	}
}

func TestMetricsAreForWhoKnowsTheToken(t *testing.T) {
	r := apptest.Start(t, func(c *config.Config) { c.Metrics.Token = "0123456789abcdef" })
	if got := status(t, r.URL+"/metrics"); got != http.StatusUnauthorized {
		t.Errorf("without token: %d", got)
	}
	status(t, r.URL+"/@nobody-by-this-name")
	code, body := ask(t, "GET", r.URL+"/metrics", "", "Authorization", "Bearer 0123456789abcdef")
	if code != 200 || !strings.Contains(body, `allmende_http_requests_total{method="GET",route="/@{name}",status="404"} 1`) || !strings.Contains(body, "go_goroutines") {
		t.Errorf("with token: %d\n%.500s", code, body)
	}
	if strings.Contains(body, "nobody-by-this-name") {
		t.Error("the figures hold paths")
	}
}

func TestFormsOfForeignPagesAreRefusedAndAppsMayComeFromAnywhere(t *testing.T) {
	r := apptest.Start(t)
	ada := r.Member("ada", allmende.Member)
	code, _ := ask(t, "POST", r.URL+"/login", "email=a&password=b", "Sec-Fetch-Site", "cross-site", "Content-Type", "application/x-www-form-urlencoded")
	if code != http.StatusForbidden {
		t.Errorf("a foreign page's form: %d", code)
	}
	code, body := ask(t, "POST", r.URL+"/api/v1/statuses", "status=hello", "Sec-Fetch-Site", "cross-site", "Origin", "https://app.example",
		"Content-Type", "application/x-www-form-urlencoded", "Authorization", "Bearer "+ada.Token)
	if code != http.StatusOK {
		t.Errorf("an app on another page: %d %s", code, body)
	}
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	r := apptest.Start(t, func(c *config.Config) { c.Limits.Rate, c.Limits.RateRead = "on", 10 })
	last := 0
	for range 8 {
		last = status(t, r.URL+"/explore")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the eighth of five allowed at once: %d", last)
	}
	if got := status(t, r.URL+"/healthz"); got != http.StatusOK {
		t.Errorf("healthz is counted too: %d", got)
	}
}

func TestAFullDiskRefusesFilesInWordsAndTakesTexts(t *testing.T) {
	l, cfg := apptest.Settings(t)
	r := apptest.StartWith(t, l, cfg, app.Options{Version: "test", Reserve: &blob.Reserve{Bytes: 1 << 60}})
	ada := r.Member("ada", allmende.Member)
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\x89PNG\r\n\x1a\n\r\n--x--\r\n"
	code, body := ask(t, "POST", r.URL+"/api/v2/media", form, "Authorization", "Bearer "+ada.Token, "Content-Type", "multipart/form-data; boundary=x")
	if code != http.StatusServiceUnavailable || !strings.Contains(body, "no room") {
		t.Errorf("a file on a full disk: %d %s", code, body)
	}
	if code := call(t, "POST", r.URL+"/api/v1/statuses", ada.Token, "status=still+here", nil); code != http.StatusOK {
		t.Errorf("a text on a full disk: %d", code)
	}
}

func TestTheCommunityOfTheDemoIsThere(t *testing.T) {
	p := apptest.NewProgram(t)
	out := p.Must("demo")
	p.Serve()
	if !strings.Contains(out, p.URL) {
		t.Errorf("the demo says: %s", out)
	}
	for path, needed := range map[string]int{"/explore": 5, "/library": 2, "/wiki": 2, "/people": 5} {
		_, page := ask(t, "GET", p.URL+path, "", "Accept", "text/html")
		if n := strings.Count(page, "<article") + strings.Count(page, "<li"); n < needed {
			t.Errorf("%s shows hardly anything (%d)", path, n)
		}
	}
	if r := p.Run("demo"); r.Code != 1 {
		t.Errorf("a second demo: %+v", r)
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	code, _ := ask(t, "GET", url, "")
	return code
}

// ask sends a request with headers (name, value pairs) and follows nothing.
func ask(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func TestMailsThatCouldNotBeSentStandOnTheAdminPage(t *testing.T) {
	r := apptest.Start(t)
	ada := r.Member("ada", allmende.Admin)
	ctx := context.Background()
	if _, err := r.House.Core.Do(ctx, &allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "new", Email: "new@example.org", Approved: true}); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, "the letter is written", func() bool { return len(r.House.Unsent.List()) == 1 })
	cookie, _, err := r.House.Auth.Start(ctx, ada.Account, "test", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	code, page := ask(t, "GET", r.URL+"/admin/system", "", "Cookie", "allmende="+cookie)
	if link := r.House.Unsent.List()[0].Link; code != http.StatusOK || !strings.Contains(page, link) {
		t.Errorf("the admin page (%d) lacks %s", code, link)
	}
}
