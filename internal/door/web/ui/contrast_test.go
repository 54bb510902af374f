package ui

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

type oklch struct{ l, c, h float64 }

// luminance is the relative luminance of WCAG 2, by way of linear sRGB.
func (o oklch) luminance() float64 {
	a, b := o.c*math.Cos(o.h*math.Pi/180), o.c*math.Sin(o.h*math.Pi/180)
	l := math.Pow(o.l+0.3963377774*a+0.2158037573*b, 3)
	m := math.Pow(o.l-0.1055613458*a-0.0638541728*b, 3)
	s := math.Pow(o.l-0.0894841775*a-1.2914855480*b, 3)
	clamp := func(v float64) float64 { return math.Max(0, math.Min(1, v)) }
	red := clamp(4.0767416621*l - 3.3077115913*m + 0.2309699292*s)
	green := clamp(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s)
	blue := clamp(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s)
	return 0.2126*red + 0.7152*green + 0.0722*blue
}

func ratio(a, b oklch) float64 {
	x, y := a.luminance(), b.luminance()
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

var token = regexp.MustCompile(`--([a-z-]+): light-dark\(oklch\(([\d.]+) ([\d.]+) ([\d.]+)\), oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)\);`)

// themes reads the tokens of the plain and of the contrast theme, each light
// and dark. The contrast theme inherits what it does not say.
func themes(t *testing.T) map[string]map[string]oklch {
	t.Helper()
	body, err := os.ReadFile("../assets/src/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	plain, rest, ok := strings.Cut(string(body), `[data-theme="contrast"]`)
	contrast, wish, ok2 := strings.Cut(rest, "@media (prefers-contrast")
	if !ok || !ok2 {
		t.Fatal("the tokens file has another shape")
	}
	out := map[string]map[string]oklch{}
	for _, mode := range []string{"light", "dark"} {
		out[mode] = map[string]oklch{}
		readTokens(t, out[mode], plain, mode)
		for name, text := range map[string]string{"contrast ": contrast, "wished contrast ": wish} {
			out[name+mode] = map[string]oklch{}
			readTokens(t, out[name+mode], plain, mode)
			readTokens(t, out[name+mode], text, mode)
		}
	}
	return out
}

func readTokens(t *testing.T, into map[string]oklch, css, mode string) {
	t.Helper()
	number := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, m := range token.FindAllStringSubmatch(css, -1) {
		at := 2
		if mode == "dark" {
			at = 5
		}
		into[m[1]] = oklch{number(m[at]), number(m[at+1]), number(m[at+2])}
	}
}

func TestContrastKnownPairs(t *testing.T) {
	if r := ratio(oklch{1, 0, 0}, oklch{0, 0, 0}); math.Abs(r-21) > 0.1 {
		t.Errorf("white on black is %.2f", r)
	}
}

func TestR7_ColoursHaveEnoughContrast(t *testing.T) {
	type pair struct {
		front, back string
		need        float64
	}
	var pairs []pair
	add := func(need float64, fronts, backs string) {
		for f := range strings.FieldsSeq(fronts) {
			for b := range strings.FieldsSeq(backs) {
				pairs = append(pairs, pair{f, b, need})
			}
		}
	}
	add(4.5, "ink ink-soft", "paper surface sunken raised accent-soft warn-soft danger-soft added removed mark")
	add(4.5, "ink", "added-strong removed-strong")
	add(4.5, "accent", "paper surface sunken accent-soft warn-soft raised")
	add(4.5, "accent-strong", "accent-soft surface paper")
	add(4.5, "danger", "paper surface danger-soft raised")
	add(4.5, "warn", "surface warn-soft")
	add(4.5, "ok", "surface")
	add(4.5, "like", "surface paper")
	add(4.5, "accent-ink", "accent accent-strong")
	add(4.5, "k-note k-article k-page k-photo k-film k-sound k-event k-question k-idea k-job", "surface paper")
	add(3, "edge focus", "paper surface sunken")
	for theme, tokens := range themes(t) {
		for _, p := range pairs {
			front, ok := tokens[p.front]
			back, ok2 := tokens[p.back]
			if !ok || !ok2 {
				t.Fatalf("there is no token %s or %s", p.front, p.back)
			}
			if r := ratio(front, back); r < p.need {
				t.Errorf("%s: %s on %s has %.2f, needs %.1f", theme, p.front, p.back, r, p.need)
			}
		}
	}
}
