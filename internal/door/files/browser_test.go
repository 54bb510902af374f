package files_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"allmende"
	"allmende/internal/door/web/assets"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
	"allmende/internal/lang"
)

// front is the composer's page before the door, with a line that breaks once.
type front struct {
	h       *house
	mu      sync.Mutex
	broken  bool     // guarded by mu
	offsets []string // guarded by mu: where pieces began
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Header.Set("Authorization", "ada")
	switch {
	case r.URL.Path == "/":
		w.Header().Set("Content-Security-Policy", httpx.Policy)
		page := ui.Page(ui.Base{Lang: lang.De, CSRF: "token"}, ui.Composer(ui.ComposerView{Action: "/write", Max: 500}))
		_ = page.Render(r.Context(), w)
	case r.Method == http.MethodPatch && f.breaks(r):
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 2<<20), lost{}))
		f.h.router.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler) // the browser gets no answer
	default:
		f.h.router.ServeHTTP(w, r)
	}
}

func (f *front) breaks(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.offsets = append(f.offsets, r.Header.Get("Upload-Offset"))
	first := !f.broken
	f.broken = true
	return first
}

type lost struct{}

func (lost) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestY1_TheComposerGoesOnAfterABreakAndShowsTheProgress(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if testing.Short() || err != nil {
		t.Skip("wants a browser")
	}
	h := open(t, options{})
	h.member("ada")
	f := &front{h: h}
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.Handle("/", f)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	sound := generate(t, "lang.wav", "-f", "lavfi", "-i", "sine=duration=60", "-ac", "2", "-ar", "48000")
	file := filepath.Join(t.TempDir(), "Lied für Ada.wav")
	h.must(os.WriteFile(file, sound, 0o600))

	allocated, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	h.must(chromedp.Do(ctx, chromedp.Navigate(server.URL), chromedp.SetUploadFiles(chromedp.CSS("input[data-files]"), []string{file})))
	truth(t, ctx, "the file arrives", `!!document.querySelector("[data-attached] input[name=media]")`)
	truth(t, ctx, "its preparing is shown", `!!document.querySelector("[data-attached] progress:indeterminate")`)
	id, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("[data-attached] input[name=media]").value`))
	h.must(err)
	m := h.row(id)
	if m.Name != "Lied für Ada.wav" {
		t.Errorf("it is called %q", m.Name)
	}
	if own := h.ask("ada", http.MethodGet, "/api/media/"+id+"/original", nil); !bytes.Equal(own.body, sound) {
		t.Error("other bytes have arrived")
	}
	f.mu.Lock()
	// A browser may send a request again by itself when the line broke before an answer.
	if want := []string{"0", "2097152", "10485760"}; !slices.Equal(slices.Compact(f.offsets), want) {
		t.Errorf("pieces began at %v, want %v", f.offsets, want)
	}
	f.mu.Unlock()
	h.work()
	truth(t, ctx, "the end of its preparing is shown", `!document.querySelector("[data-attached] progress")`)
	if m = h.row(id); m.State != allmende.MediaDone {
		t.Errorf("%+v", m)
	}

	page := filepath.Join(t.TempDir(), "a.svg")
	h.must(os.WriteFile(page, []byte("<svg></svg>"), 0o600))
	h.must(chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS("input[data-files]"), []string{page})))
	truth(t, ctx, "a refusal is explained", `document.querySelector("[data-attached] .wrong-note")?.textContent.startsWith("Diese Art von Datei")||document.querySelector("[data-attached] .wrong-note")?.textContent.startsWith("We don't")`)
}

// truth waits until an expression in the page is true.
func truth(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	ok, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(30*time.Second)))
	if err != nil || !ok {
		t.Fatalf("%s: %v", what, err)
	}
}
