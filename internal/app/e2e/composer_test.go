package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"allmende/internal/app/apptest"
)

func TestT7_TheSmallPictureShowsWhichPartStays(t *testing.T) {
	browser := newBrowser(t)
	r := apptest.Start(t)
	r.Member("ada", "")
	s := newScreen(t, browser, r.URL)
	s.signIn("ada", apptest.Password)
	s.do("a telephone", emulate(narrow, "light"))
	s.open("/")
	const float = `getComputedStyle(document.querySelector(".write-float")).display`
	if value[string](s, float) == "none" {
		t.Error("below an empty composer the button for writing is missing")
	}
	s.do("choosing a file", chromedp.Click(chromedp.CSS(".composer textarea.text")), chromedp.SetUploadFiles(chromedp.CSS(".composer input[data-files]"), []string{pictureFile(t)}))
	s.until("the picture may be cropped elsewhere", `!!document.querySelector("[data-attached] select[name^=focus] option[value=right]")`)
	value[any](s, `document.querySelector("[data-attached] select").value = "right"`)
	s.until("its right side is shown", `getComputedStyle(document.querySelector("[data-attached] img")).objectPosition === "100% 50%"`)
	if got := value[string](s, float); got != "none" {
		t.Errorf("the button for writing lies over the composer while one writes: %s", got)
	}
}
