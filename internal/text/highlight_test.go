package text

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestEveryColouredClassHasARule(t *testing.T) {
	css := HighlightCSS()
	source := "```go\n// Heu\npackage main\nimport \"fmt\"\ntype A struct{}\nfunc (a A) f(x int) string { return fmt.Sprint(x+1, 'c', true) }\n```\n\n" +
		"```diff\n- a\n+ b\n```\n\n```html\n<a href=\"x\">b</a>\n```\n\n```python\n@d\nclass A:\n  def f(self): return not None\n```"
	html := mustRender(t, Markdown, source, Options{}).HTML
	classes := regexp.MustCompile(`<span class="(\w+)">`).FindAllStringSubmatch(html, -1)
	if len(classes) < 15 {
		t.Fatalf("only %d coloured words: %s", len(classes), html)
	}
	for _, m := range classes {
		if !regexp.MustCompile(`\.chroma \.` + m[1] + `[,{]`).MatchString(css) {
			t.Errorf("no rule for %s", m[1])
		}
	}
}

func TestCodeColoursAreLegible(t *testing.T) {
	for _, c := range codeColours {
		if r := contrast(t, c.light, codePaperLight); r < 4.5 {
			t.Errorf("%s in the light theme: %.2f", c.name, r)
		}
		if r := contrast(t, c.dark, codePaperDark); r < 4.5 {
			t.Errorf("%s in the dark theme: %.2f", c.name, r)
		}
	}
	for _, part := range []string{"--code-keyword:", "prefers-color-scheme:dark", "[data-theme=dark]"} {
		if !strings.Contains(HighlightCSS(), part) {
			t.Errorf("no %s", part)
		}
	}
}

// contrast is the ratio of WCAG 2.2, "contrast ratio".
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestCodeBeyondTheBoundsIsShownPlain(t *testing.T) {
	h := newHighlighter()
	if s, ok := h.inner("go", strings.Repeat("var x = 1\n", maxHighlighted)); ok || s != "" {
		t.Error("a huge block is coloured")
	}
	h = &highlighter{room: maxHighlighted, left: time.Nanosecond}
	if got := h.block("go", "var x = 1\n"); strings.Contains(got, "<span") || !strings.Contains(got, "var x = 1") {
		t.Errorf("out of time: %s", got)
	}
	h = &highlighter{room: 1000, left: time.Hour}
	if got := h.block("go", strings.Repeat("var x = 1\n", 60)); !strings.Contains(got, "<span") {
		t.Error("the first block is not coloured")
	}
	if got := h.block("go", strings.Repeat("var x = 1\n", 60)); strings.Contains(got, "<span") {
		t.Error("the second block is coloured although the first used the room up")
	}
}
