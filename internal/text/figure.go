package text

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"allmende"
)

// A medium stands in a text as ![what is to be seen](media:12 "what stands below"). Alone in its paragraph it becomes a figure,
// beside other words a small picture among them. What Render makes of it names the medium only; how it looks is
// drawn when the text is shown (DrawFigures), since its sizes come later than the text and its address can change.

const (
	figureScheme = "media:"
	figurePath   = "/media/" // and the id alone: no file is served there
)

// Figure is a medium that stands in a text.
type Figure struct {
	Media   allmende.ID
	Alt     string // empty: the medium's own
	Caption string
	Inline  bool // among words: only something small fits there
}

// figureID reads the address of a medium in a text.
func figureID(address string) (allmende.ID, bool) {
	rest, ok := strings.CutPrefix(address, figureScheme)
	if !ok {
		rest, ok = strings.CutPrefix(address, figurePath)
	}
	if !ok || rest == "" || rest[0] == '0' || !isNumber(rest, 19) {
		return 0, false
	}
	id, err := allmende.ParseID(rest)
	return id, err == nil
}

// html is the form that is kept.
func (f Figure) html() string {
	var b strings.Builder
	if !f.Inline {
		b.WriteString("<figure>")
	}
	b.WriteString("<img")
	writeAttr(&b, "src", figurePath+f.Media.String())
	writeAttr(&b, "alt", f.Alt)
	if f.Inline && f.Caption != "" {
		writeAttr(&b, "title", f.Caption)
	}
	b.WriteByte('>')
	if f.Inline {
		return b.String()
	}
	if f.Caption != "" {
		b.WriteString("<figcaption>")
		escape(&b, f.Caption)
		b.WriteString("</figcaption>")
	}
	b.WriteString("</figure>")
	return b.String()
}

var figureShape = regexp.MustCompile(`<figure><img src="/media/([0-9]{1,19})" alt="([^"]*)">(?:<figcaption>([^<]*)</figcaption>)?</figure>\n?` +
	`|<img src="/media/([0-9]{1,19})" alt="([^"]*)"(?: title="([^"]*)")?>`)

// DrawFigures puts what draw makes of each medium into HTML that Render made.
func DrawFigures(html string, draw func(Figure) string) string {
	if !strings.Contains(html, `<img src="`+figurePath) {
		return html
	}
	var b strings.Builder
	done := 0
	for _, at := range figureShape.FindAllStringSubmatchIndex(html, -1) {
		b.WriteString(html[done:at[0]])
		b.WriteString(draw(figureOf(html, at)))
		done = at[1]
	}
	b.WriteString(html[done:])
	return b.String()
}

func figureOf(html string, at []int) Figure {
	part := func(n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return unescapeStrict(html[at[2*n]:at[2*n+1]])
	}
	f := Figure{Alt: part(2), Caption: part(3)}
	id := part(1)
	if id == "" {
		id, f.Alt, f.Caption, f.Inline = part(4), part(5), part(6), true
	}
	n, _ := strconv.ParseInt(id, 10, 64) // too large a number is no medium
	f.Media = allmende.ID(n)
	return f
}

// FiguresIn lists the media that stand in HTML that Render made, in order, each once.
func FiguresIn(html string) []allmende.ID {
	var out collected
	var ids []allmende.ID
	DrawFigures(html, func(f Figure) string {
		if key := f.Media.String(); f.Media > 0 && !out.seen[key] {
			out.add(key, key)
			ids = append(ids, f.Media)
		}
		return ""
	})
	return ids
}

// FigureMarkdown is how a medium is written into a source.
func FigureMarkdown(f Figure) string {
	s := "![" + escapeMarkdown(oneLine(f.Alt)) + "](" + figureScheme + f.Media.String()
	if caption := oneLine(f.Caption); caption != "" {
		s += ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(caption) + `"`
	}
	return s + ")"
}

var figureAddress = regexp.MustCompile(`(\]\(\s*<?media:)([1-9][0-9]{0,18})\b`)

// MapFigures writes other ids into a Markdown source; those that to does not know stay.
func MapFigures(source string, to func(allmende.ID) (allmende.ID, bool)) string {
	return figureAddress.ReplaceAllStringFunc(source, func(s string) string {
		m := figureAddress.FindStringSubmatch(s)
		old, err := allmende.ParseID(m[2])
		if err != nil {
			return s
		}
		if id, ok := to(old); ok {
			return m[1] + id.String()
		}
		return s
	})
}

// figure reads an image of Markdown that names a medium.
func (t *treeWalk) figure(n ast.Node) (Figure, bool) {
	image, ok := n.(*ast.Image)
	if !ok || !t.refs.o.Figures {
		return Figure{}, false
	}
	id, ok := figureID(string(image.Destination))
	title := util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(image.Title)))
	return Figure{Media: id, Alt: cutBytes(t.textOf(n), 10_000), Caption: cutBytes(oneLine(string(title)), 500)}, ok
}

// figures is what a paragraph of nothing but media becomes; empty when there is something else in it.
func (t *treeWalk) figures(paragraph ast.Node) string {
	var b strings.Builder
	for n := paragraph.FirstChild(); n != nil; n = n.NextSibling() {
		if blank, ok := n.(*ast.Text); ok && strings.TrimSpace(string(blank.Value(t.src))) == "" {
			continue
		}
		f, ok := t.figure(n)
		if !ok {
			return ""
		}
		b.WriteString(f.html())
		b.WriteByte('\n')
	}
	return b.String()
}

// SimpleFigures draws figures for apps, feeds and archives, which bring their own style. Show finds a medium; nil
// when it may not be shown or is gone: then its words stay.
func SimpleFigures(html string, show func(allmende.ID) *allmende.Media) string {
	return DrawFigures(html, func(f Figure) string {
		m := show(f.Media)
		if m != nil && f.Alt == "" {
			f.Alt = m.Alt
		}
		var b strings.Builder
		if f.Inline {
			f.simple(&b, m)
			return b.String()
		}
		b.WriteString("<figure>")
		f.simple(&b, m)
		if f.Caption != "" {
			b.WriteString("<figcaption>")
			escape(&b, f.Caption)
			b.WriteString("</figcaption>")
		}
		b.WriteString("</figure>\n")
		return b.String()
	})
}

// simple draws the medium itself, or its words where there is no file yet.
func (f Figure) simple(b *strings.Builder, m *allmende.Media) {
	src, still := "", ""
	if m != nil {
		src, still = simpleFile(m)
	}
	switch {
	case src == "" && f.Inline:
		escape(b, f.Alt)
	case src == "":
		b.WriteString("<p>")
		escape(b, f.Alt)
		b.WriteString("</p>")
	case m.Kind == "image":
		b.WriteString("<img")
		writeAttr(b, "src", src)
		writeAttr(b, "alt", f.Alt)
		b.WriteByte('>')
	case f.Inline:
		writeLink(b, src, "", imageLabel(f.Alt, src))
	default:
		tag := "video"
		if m.Kind == "audio" {
			tag = "audio"
		}
		b.WriteString("<" + tag + " controls")
		writeAttr(b, "src", src)
		if still != "" && tag == "video" {
			writeAttr(b, "poster", still)
		}
		writeAttr(b, "title", f.Alt)
		b.WriteString("></" + tag + ">")
	}
}

// simpleFile is the file of a medium that any program can show, and the still picture of a film.
func simpleFile(m *allmende.Media) (src, still string) {
	names := []string{"jpeg1280", "jpeg640", "jpeg", "webp1280", "webp640", "webp"}
	switch m.Kind {
	case "video":
		names, still = []string{"mp4", "video", "remux"}, m.Path("poster")
	case "audio":
		names = []string{"m4a", "aac", "opus"}
	}
	for _, name := range names {
		if src = m.Path(name); src != "" {
			return src, still
		}
	}
	for _, v := range m.Variants {
		if strings.HasPrefix(v.MIME, m.Kind+"/") {
			return m.Path(v.Name), still
		}
	}
	return "", still
}
