package e2e

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"allmende/internal/app/apptest"
	"allmende/internal/demo"
)

// screen is a tab of a real browser, with cookies of its own.
type screen struct {
	t    testing.TB
	ctx  context.Context
	base string
}

// newBrowser starts a browser that asks for German; its tabs come from newScreen.
func newBrowser(t testing.TB) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if testing.Short() || err != nil {
		t.Skip("wants a browser (Debian: apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("accept-lang", "de"))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // starts it
		t.Fatal(err)
	}
	return ctx
}

func newScreen(t testing.TB, browser context.Context, base string) *screen {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	s := &screen{t: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx, emulate(wide, "light")); err != nil { // without limit: it would end the tab as well
		t.Fatalf("opening a tab: %v", err)
	}
	return s
}

const (
	wide   = 1280
	narrow = 360
)

// emulate gives the window a width and the system a preference for light or dark.
func emulate(width int64, scheme string) chromedp.Action[chromedp.Void] {
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
			return chromedp.Void{}, err
		}
		return chromedp.EmulateViewport(width, 800)(ctx, target)
	}
}

func (s *screen) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
}

func (s *screen) open(path string) {
	s.t.Helper()
	s.do("opening "+path, chromedp.Navigate(s.base+path))
}

// value is that of an expression in the page.
func value[T any](s *screen, expression string) T {
	s.t.Helper()
	v, err := chromedp.Run(s.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		s.t.Fatalf("%.100s: %v", expression, err)
	}
	return v
}

// until waits for an expression in the page to be true, also across pages.
func (s *screen) until(what, expression string) {
	s.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		ok, err := chromedp.Run(s.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second)))
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) { // before it the page may have gone on to another
			s.t.Fatalf("%s: %v; the page is %s", what, err, value[string](s, `location.href + " " + document.body.innerText.slice(0, 300)`))
		}
	}
}

// signIn fills in the form as a person would.
func (s *screen) signIn(name, password string) {
	s.t.Helper()
	s.open("/login")
	s.do("signing in as "+name, chromedp.SendKeys(chromedp.CSS("input[name=email]"), name),
		chromedp.SendKeys(chromedp.CSS("input[name=password]"), password+"\r"), chromedp.WaitVisible(chromedp.CSS(".top .me")))
}

// fill makes the example community on a running server.
func fill(t testing.TB, r *apptest.Running) {
	t.Helper()
	h := r.House
	err := demo.Fill(t.Context(), demo.Deps{Do: h.Core.Do, Upload: h.Upload.Upload, Hash: h.Auth.Hash, Now: h.Now, Say: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
}
