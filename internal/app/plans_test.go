package app_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/app/apptest"
	"allmende/internal/db"
	"allmende/internal/store"
)

// harmless are steps that read no whole table: an index of words that is asked
// for a match, the result of an inner query, an order that is walked until the
// page is full, and tables that stay small in every community (the queue too).
var harmless = regexp.MustCompile(`VIRTUAL TABLE INDEX|^SCAN ([hx]|\(subquery-\d+\))$|^SCAN s USING INDEX actor_stat_last$|^SCAN (site|legal|invite|job)\b`)

var (
	placeholder = regexp.MustCompile(`\$(\d+)`)
)

// TestNoQueryReadsAWholeTable lives through everything that happens on a
// server, and then looks at the plan of each statement that was used.
func TestNoQueryReadsAWholeTable(t *testing.T) {
	r := apptest.Start(t)
	if r.House.DB.Engine() != db.SQLite {
		t.Skip("PostgreSQL chooses plans by what the tables hold; here they hold next to nothing")
	}
	cookies, note := peopleAndSecret(t, r)
	var readers []reader
	for _, role := range roles {
		readers = append(readers, reader{name: role, cookie: cookies[role]})
	}
	openAll(t, r, readers, note, func(opened) {})
	liveOn(t, r)
	statements := r.House.DB.Statements()
	if len(statements) < 150 {
		t.Fatalf("only %d statements were used", len(statements))
	}
	slices.Sort(statements)
	for _, text := range statements {
		for _, step := range plan(t, r.House.DB, text) {
			if strings.HasPrefix(step, "SCAN ") && !harmless.MatchString(step) {
				t.Errorf("%s\n%s", step, strings.Join(strings.Fields(text), " "))
			}
		}
	}
}

// plan is how SQLite goes about a statement, step by step.
func plan(t *testing.T, d *db.DB, text string) (steps []string) {
	t.Helper()
	word, _, _ := strings.Cut(strings.TrimSpace(strings.ToLower(text)), " ")
	if !slices.Contains([]string{"select", "update", "delete", "with", "insert"}, word) {
		return nil
	}
	var args []any
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && n > len(args) {
			args = append(args, make([]any, n-len(args))...)
		}
	}
	rows, err := d.Read().Query(t.Context(), "explain query plan "+text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// liveOn lets members do what the walk over the pages does not.
func liveOn(t *testing.T, r *apptest.Running) {
	t.Helper()
	ada, ben, cleo := r.Member("ada", allmende.Member), r.Member("ben", allmende.Member), r.Member("cleo", allmende.Admin)
	act := func(m apptest.Member) allmende.Act { return allmende.Act{By: m.Account, As: m.Actor, Via: "web"} }
	do := func(c allmende.Command) allmende.Result {
		t.Helper()
		res, err := r.House.Core.Do(t.Context(), c)
		if err != nil {
			t.Fatalf("%T: %v", c, err)
		}
		return res
	}
	yes := true
	do(&allmende.Relate{Act: act(ben), Kind: allmende.Follow, Target: ada.Actor, Notify: &yes})
	note := do(&allmende.Publish{Act: act(ada), Kind: allmende.Note, Source: "Sorrel with @ben #garden https://127.0.0.1/x"}).Object
	do(&allmende.Publish{Act: act(ben), Kind: allmende.Note, Source: "A reply", ReplyTo: note})
	do(&allmende.Publish{Act: act(ben), Kind: allmende.Note, Source: "A quote", Quote: note})
	do(&allmende.React{Act: act(ben), Object: note, Kind: allmende.Like, Emoji: "🎉"})
	do(&allmende.React{Act: act(ben), Object: note, Kind: allmende.Boost})
	do(&allmende.React{Act: act(ben), Object: note, Kind: allmende.Bookmark})
	page := do(&allmende.Publish{Act: act(ada), Kind: allmende.Page, Title: "Compost", Source: "See [[Worms]]."}).Object
	source := "See [[Worms]] and [[Soil]]."
	do(&allmende.Edit{Act: act(ben), Object: page, Source: &source})
	do(&allmende.Move{Act: act(ada), Object: page, Title: "Heaps"})
	do(&allmende.InviteAuthor{Act: act(ada), Object: note, Actor: ben.Actor})
	do(&allmende.ReportTo{Act: act(ben), Objects: []allmende.ID{note}, Category: "spam", Text: "Look."})
	do(&allmende.Decide{Act: act(cleo), Kind: allmende.DecideHide, Object: note, Reason: "Test."})
	do(&allmende.Delete{Act: act(ada), Object: note})
	do(&allmende.Relate{Act: act(ada), Kind: allmende.Block, Target: ben.Actor})
	for _, path := range []string{"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/notifications", "/api/v1/timelines/tag/garden",
		"/api/v1/accounts/" + ada.Actor.String() + "/statuses", "/api/v1/accounts/" + ada.Actor.String() + "/followers", "/api/v2/search?q=sor&resolve=false",
		"/api/v1/bookmarks", "/api/v1/favourites", "/api/v1/statuses/" + note.String() + "/context", "/api/v1/accounts/search?q=be", "/api/v1/trends/tags"} {
		call(t, "GET", r.URL+path, ben.Token, "", nil)
	}
	if _, err := r.House.Core.Do(t.Context(), &allmende.Leave{Act: act(ben)}); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, "the outlets are idle", func() bool {
		counts, err := store.CountJobs(t.Context(), r.House.DB.Read())
		return err == nil && !slices.ContainsFunc(counts, func(c store.JobCount) bool { return c.Waiting > 0 && c.Outlet != "erase" })
	})
}
