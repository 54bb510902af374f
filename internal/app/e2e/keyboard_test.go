package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"allmende/internal/app/apptest"
	"allmende/internal/demo"
)

// tabTo presses the tabulator until what has the focus matches a selector. On
// the way everything that has the focus must be seen to have it.
func (s *screen) tabTo(selector string) {
	s.t.Helper()
	s.tab(selector)
}

// tabBackTo is tabTo with the shift key held.
func (s *screen) tabBackTo(selector string) {
	s.t.Helper()
	s.tab(selector, chromedp.KeyModifiers(chromedp.ModifierShift))
}

func (s *screen) tab(selector string, options ...chromedp.KeyOption) {
	s.t.Helper()
	for range 120 {
		s.do("the tabulator", chromedp.KeyEvent(kb.Tab, options...))
		if unseen := value[string](s, unseenFocus); unseen != "" {
			s.t.Errorf("nobody sees that the focus is on %s", unseen)
		}
		if value[bool](s, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			return
		}
	}
	s.t.Fatalf("the tabulator never comes to %s; it is on %s", selector, value[string](s, `document.activeElement.outerHTML.slice(0, 200)`))
}

// unseenFocus is what has the focus without an outline of its own or around it
// (a text field may light its box instead), or out of the window.
const unseenFocus = `(() => {
	const at = document.activeElement;
	if (!at || at === document.body) return "";
	const lit = [at, at.parentElement, at.closest(".composer"), at.nextElementSibling].some(e => {
		if (!e) return false;
		const style = getComputedStyle(e);
		return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || e.matches(".composer") && style.boxShadow !== "none";
	});
	const box = at.getBoundingClientRect();
	const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
	return lit && inside ? "" : at.outerHTML.slice(0, 150);
})()`

func (s *screen) press(keys string) {
	s.t.Helper()
	s.do("pressing keys", chromedp.KeyEvent(keys))
}

func TestR7_TheKeyboardAloneDoesEverything(t *testing.T) {
	browser := newBrowser(t)
	r := apptest.Start(t)
	fill(t, r)
	s := newScreen(t, browser, r.URL)

	s.open("/explore")
	s.press(kb.Tab)
	if !value[bool](s, `document.activeElement.matches(".skip") && document.activeElement.getBoundingClientRect().top >= 0`) {
		t.Error("the first thing the tabulator comes to is not the way past the navigation")
	}
	s.press(kb.Enter)
	s.tabTo("main a, main button")
	s.until("the skip link leads past the navigation", `!document.activeElement.closest(".top, .rail")`)

	s.open("/login")
	s.until("the first field has the focus", `document.activeElement.name === "email"`)
	s.press("marta")
	s.tabTo("input[name=password]")
	s.press(demo.Password + kb.Enter)
	s.until("she is signed in", `!!document.querySelector(".top .me")`)

	s.tabTo(".rail a[href='/write']")
	s.press(kb.Enter)
	s.until("the composer is open and ready", `location.pathname === "/write" && document.activeElement.name === "text"`)
	s.press("Wer hat die Leiter?")
	s.tabTo(".more-options summary")
	s.press(kb.Enter)
	s.tabTo("input[name=warning]")
	s.press("Spinnen")
	s.tabTo("button[value=publish]")
	s.press(kb.Enter)
	s.until("the note is published behind its warning", `document.querySelector("main .cw summary")?.textContent.includes("Spinnen")`)
	s.tabTo("main .cw summary")
	s.press(kb.Enter)
	s.until("the warning opens", `document.querySelector("main .cw").open && document.querySelector("main .cw-body").textContent.includes("Leiter")`)

	s.tabTo("main .act.like")
	s.press(" ")
	s.until("it is liked", `document.querySelector("main .act.like").getAttribute("aria-pressed") === "true"`)
	s.tabTo("main .acts .menu summary")
	s.press(kb.Enter)
	s.until("the menu opens", `document.querySelector("main .acts .menu").open`)
	s.tabTo("main .menu-list a, main .menu-list button")
	s.press(kb.Escape)
	s.until("Escape closes it and gives the focus back", `!document.querySelector("main .acts .menu").open && document.activeElement.matches(".acts .menu summary")`)

	s.tabBackTo("main .act.reply")
	s.press(kb.Enter)
	s.until("the answer can be written", `location.search.startsWith("?reply=") && document.activeElement.name === "text"`)
	s.press("Im Schuppen, hinten links.")
	s.tabTo("main button[value=publish]")
	s.press(kb.Enter)
	s.until("the answer stands below", `document.querySelector("main")?.textContent.includes("hinten links") && document.readyState === "complete"`)

	s.open("/")
	s.press("/")
	s.until("the slash leads to the search", `document.activeElement.id === "q"`)
	s.press("Kompost" + kb.Enter)
	s.until("something is found", `location.pathname === "/search" && [...document.querySelectorAll(".hit")].some(h => h.textContent.includes("Kompost"))`)
	s.tabTo(".hit a")
	s.press(kb.Enter)
	s.until("the page opens", `!!document.querySelector("main .reader")`)
}
