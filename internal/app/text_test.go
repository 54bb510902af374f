package app_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/app/apptest"
)

// What apps send is not always text: PostgreSQL takes no NUL, neither takes
// what is not UTF-8. Nothing of it may be a fault of the server.
func TestWhatIsNoTextIsNeverAFaultOfTheServer(t *testing.T) {
	r := apptest.Start(t)
	ada, mod := r.Member("ada", allmende.Member), r.Member("mod", allmende.Moderator)
	note := say(t, r.URL, ada.Token, "status=good")
	calls := []struct{ method, path, fields string }{
		{"POST", "/api/v1/statuses", "status spoiler_text language visibility in_reply_to_id quoted_status_id scheduled_at"},
		{"PUT", "/api/v1/statuses/" + note, "status spoiler_text language"},
		{"PATCH", "/api/v1/accounts/update_credentials", "display_name note"},
		{"POST", "/api/v1/reports", "comment category account_id"},
		{"POST", "/api/v1/apps", "client_name redirect_uris scopes website"},
		{"POST", "/api/v1/accounts/" + mod.Actor.String() + "/mute", "duration notifications"},
		{"POST", "/api/v1/markers", "home notifications"},
		{"POST", "/oauth/token", "grant_type client_id client_secret code redirect_uri scope"},
		{"POST", "/api/do/publish", "source title summary lang kind format"},
		{"POST", "/api/do/profile", "display_name bio"},
		{"POST", "/report", "address category text email"},
		{"POST", "/login", "email password"},
		{"POST", "/join", "name email password reason display_name"},
	}
	for _, c := range calls {
		for _, bad := range []string{"a\x00b", "a\xffb", "\xed\xa0\x80", "\u202e\u2066\ufffe", strings.Repeat("\u0301", 3000)} {
			for field := range strings.SplitSeq(c.fields, " ") {
				form := url.Values{field: {bad}}
				if field != "status" {
					form.Set("status", "words")
				}
				object := map[string]string{}
				for name := range form {
					object[name] = form.Get(name)
				}
				body, err := json.Marshal(object)
				if err != nil {
					t.Fatal(err)
				}
				for kind, text := range map[string]string{"application/x-www-form-urlencoded": form.Encode(), "application/json": string(body)} {
					code, answer := ask(t, c.method, r.URL+c.path, text, "Authorization", "Bearer "+ada.Token, "Content-Type", kind)
					if code >= 500 {
						t.Errorf("%s %s with %s = %q (%s): %d %.200s", c.method, c.path, field, bad[:min(len(bad), 12)], kind, code, answer)
					}
				}
			}
		}
	}
}
