package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/door/web/webtest"
)

// Nothing that somebody wrote may be lost because the disk is full just now.
func TestOnAFullDiskFormsComeBackWithWhatWasTyped(t *testing.T) {
	dbtest.SQLite(t) // whose pages can be limited
	h := webtest.New(t)
	b := h.SignedIn(h.Member("ada"))
	pages := func(most int) {
		err := h.DB.Write(context.Background(), func(tx *db.Tx) error {
			return tx.QueryRow(context.Background(), fmt.Sprintf("pragma max_page_count = %d", most)).Scan(new(int))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("Vom Holunder. ", 300)
	for _, form := range []string{"/write", "/write/article", "/write/page"} {
		b.Open(form)
		pages(1) // as many as there are already, and no more
		fields := []string{"text", long}
		if form != "/write" {
			fields = append(fields, "title", "Holunder")
		}
		page := b.Submit(form, fields...).Want(503).WantText("no room left")
		if got := page.Text("textarea[name=text]"); strings.TrimSpace(got) != strings.TrimSpace(long) {
			t.Errorf("%s: %.60q is left of %.60q", form, got, long)
		}
		pages(1 << 30)
		b.Submit(form).Want(303)
	}
}
