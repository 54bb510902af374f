package ui

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"allmende/internal/door/web/assets"
	"allmende/internal/lang"
)

// browse serves the storybook under the real content policy and opens it. The
// returned function tells which posts arrived; the browser posts to /policy what
// the policy refused.
func browse(t *testing.T) (context.Context, func() []string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium here")
	}
	var mu sync.Mutex
	var posts []string
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		refused := ""
		if r.URL.Path == "/policy" {
			report, err := io.ReadAll(io.LimitReader(r.Body, 2000))
			if err != nil {
				t.Error(err)
			}
			refused = string(report)
		}
		mu.Lock()
		posts = append(posts, r.URL.Path+" "+r.FormValue("csrf")+" "+r.FormValue("undo")+refused)
		mu.Unlock()
		if r.URL.Path == "/o/104/like" {
			http.Error(w, `{"message":"no"}`, http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(`{"on":` + pressed(r.FormValue("undo") == "") + `}`))
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:; media-src 'self' blob:; manifest-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; report-uri /policy")
		var page bytes.Buffer
		if err := Storybook(lang.En, "light").Render(r.Context(), &page); err != nil {
			t.Error(err)
		}
		_, _ = page.WriteTo(w) // the browser may be closing already
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900))
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	return ctx, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), posts...)
	}
}

// truth waits until an expression in the page is true.
func truth(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	ok, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(10*time.Second)))
	if err != nil || !ok {
		t.Errorf("%s: %v", what, err)
	}
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(limited, actions...); err != nil {
		t.Fatal(err)
	}
}

func TestIslandsWorkInABrowserUnderTheContentPolicy(t *testing.T) {
	ctx, posts := browse(t)

	run(t, ctx, chromedp.Click(chromedp.CSS("#o-102 .act.like")))
	truth(t, ctx, "a like is shown at once", `document.querySelector("#o-102 .act.like").getAttribute("aria-pressed") === "true"`)
	run(t, ctx, chromedp.Click(chromedp.CSS("#o-101 .act.like")))
	truth(t, ctx, "a like taken back counts down", `document.querySelector("#o-101 .act.like .n").textContent.trim() === "37"`)
	run(t, ctx, chromedp.Click(chromedp.CSS("#o-104 .act.like")))
	truth(t, ctx, "a refused like is taken back and explained", `document.querySelector("#o-104 .act.like").getAttribute("aria-pressed") === "false" && document.querySelector(".toast")?.textContent === "no"`)

	want := map[string]bool{"/o/102/like sample ": true, "/o/101/like sample 1": true, "/o/104/like sample ": true}
	for _, p := range posts() {
		if !want[p] {
			t.Errorf("unexpected post %q", p)
		}
		delete(want, p)
	}
	if len(want) > 0 {
		t.Errorf("never posted: %v", want)
	}

	run(t, ctx, chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.KeyEvent("j"), chromedp.KeyEvent("j"))
	truth(t, ctx, "j goes to the second post", `document.querySelector(".card.current").id === "o-102"`)
	run(t, ctx, chromedp.KeyEvent("?"))
	truth(t, ctx, "? shows the keys", `document.querySelector(".keys-help").open`)
	run(t, ctx, chromedp.KeyEvent("\x1b"))

	run(t, ctx, chromedp.Click(chromedp.CSS("#o-104 .pic a")))
	truth(t, ctx, "a picture opens in the viewer", `document.querySelector(".viewer").open`)
	run(t, ctx, chromedp.KeyEvent("\x1b"))

	run(t, ctx, chromedp.Click(chromedp.CSS(".top .menu summary")), chromedp.Click(chromedp.CSS(`.top button[value="dark"]`)))
	truth(t, ctx, "the theme changes at once", `document.documentElement.dataset.theme === "dark"`)
	truth(t, ctx, "nothing is wider than the window", `document.documentElement.scrollWidth <= innerWidth`)
}
