package text

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzRender(f *testing.F) {
	for i, s := range hostileMarkup {
		f.Add([]string{"markdown", "html", "plain"}[i%3], s, i%2 == 0)
	}
	f.Add("markdown", wikiPage()[:2500], true)
	f.Fuzz(func(t *testing.T, format, source string, wiki bool) {
		o := testOptions()
		o.Wiki, o.Heading, o.SoftBreaks = wiki, wiki, wiki
		doc, err := Render(Format(format), source, o)
		if err != nil {
			return
		}
		if !scan(doc.HTML, ownPolicy, nil) {
			t.Errorf("not strict: %q from %q", doc.HTML, source)
		}
		checkSafe(t, source, doc.HTML, ownPolicy)
		again, err := Render(Format(format), source, o)
		if err != nil || again.HTML != doc.HTML {
			t.Errorf("rendering %q twice gives %q and %q", source, doc.HTML, again.HTML)
		}
	})
}

func FuzzSanitizeHTML(f *testing.F) {
	for _, s := range hostileMarkup {
		f.Add(s)
	}
	f.Add(`<p><span class="h-card"><a href="https://example.org/@ada" class="u-url mention">@<span>ada</span></a></span> Hallo<br>Welt</p>`)
	f.Add(`<ul><li>a<li>b<ol><li>c</ul><table><tr><td>x<td>y<tr><td><table><tr><td>z</table></table>`)
	f.Fuzz(func(t *testing.T, s string) {
		once := SanitizeHTML(s)
		if !scan(once, foreignPolicy, nil) || !utf8.ValidString(once) {
			t.Errorf("not strict: %q from %q", once, s)
		}
		checkSafe(t, s, once, foreignPolicy)
		if twice := SanitizeHTML(once); twice != once {
			t.Errorf("not idempotent: %q, then %q", once, twice)
		}
		checkSafe(t, s, mustRender(t, Markdown, cutBytes(MarkdownFromHTML(s), MaxSource), Options{}).HTML, ownPolicy)
	})
}

func FuzzMerge3(f *testing.F) {
	f.Add("a\nb\nc", "a\nx\nc", "a\nb\ny")
	f.Add("", "a", "b")
	f.Add("a\n\nb\n\nc\n", "a\n\nneu\n\nb\n\nc\n", "b\n\nc\n")
	f.Add("a\na\na\nb", "a\na\nb\na", "b\na\na")
	f.Fuzz(func(t *testing.T, base, ours, theirs string) { checkMerge(t, base, ours, theirs) })
}

func checkMerge(t testing.TB, base, ours, theirs string) {
	t.Helper()
	for _, side := range []string{ours, theirs} {
		if got, c := Merge3(base, side, base); got != side || len(c) > 0 {
			t.Errorf("Merge3(%q, %q, base) = %q, %v", base, side, got, c)
		}
		if got, c := Merge3(base, base, side); got != side || len(c) > 0 {
			t.Errorf("Merge3(%q, base, %q) = %q, %v", base, side, got, c)
		}
	}
	merged, conflicts := Merge3(base, ours, theirs)
	mirrored, others := Merge3(base, theirs, ours)
	if len(conflicts) != len(others) || len(conflicts) == 0 && merged != mirrored {
		t.Errorf("Merge3(%q, %q, %q) is not symmetric: %q and %q", base, ours, theirs, merged, mirrored)
	}
	// Nothing is lost: every line that one side added is in the merged text.
	for _, side := range []string{ours, theirs} {
		for _, e := range sequenceEdits(strings.Split(base, "\n"), strings.Split(side, "\n")) {
			for _, line := range strings.Split(side, "\n")[e.b0:e.b1] {
				if !slices.Contains(strings.Split(merged, "\n"), line) {
					t.Errorf("Merge3(%q, %q, %q) lost %q: %q", base, ours, theirs, line, merged)
				}
			}
		}
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("a\nb\nc", "a\nx b\nc d")
	f.Add("", "\n\n")
	f.Add("Die Wiese ist grün.\nSie wird gemäht.", "Sie wird im Mai gemäht.\nDie Wiese ist bunt.")
	f.Fuzz(func(t *testing.T, old, new string) {
		lines := Diff(old, new)
		if len(lines) > diffAllLines {
			return
		}
		var before, after []string
		for i, line := range lines {
			if line.OldNo > 0 {
				before = append(before, spanText(line.Old))
			}
			if line.NewNo > 0 {
				after = append(after, spanText(line.New))
			}
			if line.OldNo > 0 && line.OldNo != len(before) || line.NewNo > 0 && line.NewNo != len(after) {
				t.Errorf("line %d of the diff of %q and %q is numbered %d, %d", i, old, new, line.OldNo, line.NewNo)
			}
		}
		if strings.Join(before, "\n") != old || strings.Join(after, "\n") != new {
			t.Errorf("the diff of %q and %q holds %q and %q", old, new, before, after)
		}
		checkEdits(t, old, new)
		if stat := DiffSize(old, new); (stat == DiffStat{}) != (old == new) {
			t.Errorf("DiffSize(%q, %q) = %v", old, new, stat)
		}
	})
}

// checkEdits makes sure that the edits lead from one text to the other, and that an equal line stands between any two.
func checkEdits(t testing.TB, old, new string) {
	t.Helper()
	a, b := strings.Split(old, "\n"), strings.Split(new, "\n")
	i, j := 0, 0
	for n, e := range sequenceEdits(a, b) {
		if n > 0 && e.a0 == i || e.a0-i != e.b0-j || !slices.Equal(a[i:e.a0], b[j:e.b0]) {
			t.Errorf("edit %d of %q and %q: %v", n, old, new, e)
		}
		i, j = e.a1, e.b1
	}
	if !slices.Equal(a[i:], b[j:]) {
		t.Errorf("the ends of %q and %q differ", old, new)
	}
}

func spanText(spans []DiffSpan) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

func FuzzNormalTitle(f *testing.F) {
	for _, s := range []string{"garten", " die_wiese ", "a\u0308pfel", "ǆ", "..", "a#b", "ß", "ŉ", "/x", "\u202eabc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		title, err := NormalTitle(s)
		if err != nil {
			if title != "" {
				t.Errorf("NormalTitle(%q) = %q and an error", s, title)
			}
			return
		}
		if again, err := NormalTitle(title); err != nil || again != title {
			t.Errorf("NormalTitle(%q) = %q, and of that %q, %v", s, title, again, err)
		}
		if path := TitlePath(title); !ownPolicy.url("/wiki/"+path) || strings.Contains(path, "/") {
			t.Errorf("TitlePath(%q) = %q", title, path)
		}
	})
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"Füße über Wiesen", "Ada's O'Brien geht's", "漢字かな交じり文", "e\u0301té İstanbul ŒUVRE ﬁn", "1,5 kg x²", "\xff\xfe"} {
		f.Add(s, "de")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, s, lang string) {
		if folded := Fold(s); Fold(folded) != folded {
			t.Errorf("Fold(%q) = %q, and of that %q", s, folded, Fold(folded))
		}
		for _, token := range Tokens(s, lang) {
			if token == "" || !utf8.ValidString(token) || strings.ContainsAny(token, " \n\"'") || utf8.RuneCountInString(token) > 18*maxToken {
				t.Errorf("Tokens(%q) has %q", s, token)
			}
		}
		for _, term := range QueryTokens(s, lang) {
			if len(term.Alternatives) == 0 || slices.Contains(term.Alternatives, "") {
				t.Errorf("QueryTokens(%q) has %v", s, term)
			}
		}
		if slug := Slug(s); utf8.RuneCountInString(slug) > maxSlug || slug != "" && !isWordOf(slug, "-") || Slug(slug) != slug {
			t.Errorf("Slug(%q) = %q", s, slug)
		}
		if Detect(s); CountChars(s) > len(s)+urlChars*len(s) {
			t.Errorf("CountChars(%q) = %d", s, CountChars(s))
		}
		parts := Snippet(s, []string{"wies", "ada"}, 40)
		var b strings.Builder
		for _, p := range parts {
			b.WriteString(p.Text)
		}
		if n := utf8.RuneCountInString(b.String()); n > 44+maxToken*4 && len(parts) < 3 {
			t.Errorf("Snippet(%q) has %d characters: %q", s, n, b.String())
		}
	})
}
