package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"allmende/internal/app/apptest"
)

func TestB9_APictureIsPutWhereOneWrites(t *testing.T) {
	browser := newBrowser(t)
	r := apptest.Start(t)
	r.Member("ada", "")
	file := pictureFile(t)
	s := newScreen(t, browser, r.URL)
	s.signIn("ada", apptest.Password)
	s.open("/write/article")
	const text = `document.querySelector("[name=text]")`
	value[any](s, text+`.value = "One.\n\nTwo."; `+text+`.setSelectionRange(2, 2)`)
	s.do("choosing a file", chromedp.SendKeys(chromedp.CSS("[name=title]"), "Bees"), chromedp.SetUploadFiles(chromedp.CSS("input[data-files]"), []string{file}))
	s.until("the picture stands between the paragraphs", `/^One\.\n\n!\[\]\(media:\d+\)\n\nTwo\.$/.test(`+text+`.value)`)
	s.do("describing it", chromedp.SendKeys(chromedp.CSS("[data-attached] textarea"), "A [bee]"), chromedp.SendKeys(chromedp.CSS("[data-attached] input[type=text]"), `say "hum"`))
	s.until("the text says what is to be seen", text+`.value.includes('![A \\[bee\\]](media:') && `+text+`.value.includes(' "say \\"hum\\"")')`)
	s.until("the preview shows it", `document.querySelector("#preview figure img")?.naturalWidth > 0`)
	s.do("publishing", chromedp.Click(chromedp.CSS(".editor button[value=publish]")))
	s.until("readers see it", `document.querySelector(".reader .reading figure img[srcset]")?.alt === "A [bee]" && document.querySelector(".reading figcaption").textContent === 'say "hum"'`)
	s.do("opening it large", chromedp.Click(chromedp.CSS(".reading figure a")))
	s.until("the viewer shows it", `document.querySelector("dialog.viewer[open] img")?.naturalWidth > 0`)
}
