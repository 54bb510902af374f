package text

import (
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// PlainText returns the readable text of any HTML: blocks become paragraphs, breaks become lines.
func PlainText(s string) string {
	s = bounded(s)
	plain := &plainWriter{}
	if scan(s, ownPolicy, plain) {
		return plain.String()
	}
	plain = &plainWriter{}
	z := html.NewTokenizer(strings.NewReader(s))
	skipped := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			// Anything but the end cannot happen when reading from memory without a limit.
			if z.Err() == io.EOF {
				return plain.String()
			}
			return ""
		case html.TextToken:
			if skipped == "" {
				plain.text(html.UnescapeString(string(z.Raw())))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			skipped = plain.foreignStart(z, skipped)
		case html.EndTagToken:
			name, _ := z.TagName()
			if skipped == string(name) {
				skipped = ""
			}
			plain.close(string(name), allowedTags[string(name)])
		}
	}
}

// Teaser is the beginning of any HTML's readable text in at most limit runes; it
// reads no more of it than that takes. Figures are left out: what they show is
// not told by their captions.
func Teaser(s string, limit int) string {
	s = DrawFigures(s, func(Figure) string { return "" })
	plain := &plainWriter{enough: limit*8 + 65}
	if !scan(s, ownPolicy, plain) {
		return Excerpt(PlainText(s), limit)
	}
	return Excerpt(plain.String(), limit)
}

// Words counts the words of any HTML, roughly: a tag ends a word.
func Words(s string) int {
	n := 0
	for {
		start := strings.IndexByte(s, '<')
		if start < 0 {
			return n + countWords(s)
		}
		n += countWords(s[:start])
		end := strings.IndexByte(s[start:], '>')
		if end < 0 {
			return n
		}
		s = s[start+end+1:]
	}
}

// unreadable elements hold no text for readers.
var unreadable = []string{"script", "style", "iframe", "noscript", "noembed", "noframes", "object", "template", "title", "textarea", "xmp"}

func (w *plainWriter) foreignStart(z *html.Tokenizer, skipped string) string {
	name, more := z.TagName()
	tag := string(name)
	if skipped == "" && slices.Contains(unreadable, tag) {
		return tag
	}
	var link linkInfo
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		link.set(string(key), string(value))
	}
	if skipped == "" {
		w.open(tag, allowedTags[tag], link)
	}
	return skipped
}

// gap is the white space owed before the next word.
type gap uint8

const (
	noGap gap = iota
	spaceGap
	lineGap
	paragraphGap
)

// plainWriter collects text from a stream of tags.
type plainWriter struct {
	b          strings.Builder
	owed       gap
	pre, lists int
	skipping   bool // inside a link that is only an ornament
	onlyURLs   bool // links are noted, the text is left out
	urls       []string
	seen       map[string]bool
	enough     int // bytes after which no more is wanted; 0: all
}

func (w *plainWriter) hasEnough() bool { return w.enough > 0 && w.b.Len() >= w.enough }

// String returns the text collected so far.
func (w *plainWriter) String() string { return strings.TrimRight(w.b.String(), " \n\t") }

func (w *plainWriter) owe(g gap) { w.owed = max(w.owed, g) }

func (w *plainWriter) open(tag string, t trait, link linkInfo) {
	switch tag {
	case "br":
		if w.owed == lineGap {
			w.owed = paragraphGap
		}
		w.owe(lineGap)
	case "a":
		w.link(link)
	case "img":
		w.text(link.alt)
	case "ul", "ol":
		w.owe(w.listGap())
		w.lists++
	case "pre":
		w.pre++
		w.owe(paragraphGap)
	default:
		w.owe(blockGap(tag, t))
	}
}

func (w *plainWriter) close(tag string, t trait) {
	switch tag {
	case "a":
		w.skipping = false
	case "ul", "ol":
		w.lists = max(0, w.lists-1)
		w.owe(w.listGap())
	case "pre":
		w.pre = max(0, w.pre-1)
		w.owe(paragraphGap)
	default:
		w.owe(blockGap(tag, t))
	}
}

func (w *plainWriter) listGap() gap {
	if w.lists > 0 {
		return lineGap
	}
	return paragraphGap
}

func blockGap(tag string, t trait) gap {
	switch {
	case tag == "td" || tag == "th":
		return spaceGap
	case tag == "tr" || tag == "thead" || tag == "tbody" || tag == "li" || tag == "dt" || tag == "dd" || tag == "div":
		return lineGap
	case t&block != 0:
		return paragraphGap
	}
	return noGap
}

// link notes an address that leaves the server, unless it names a person or a tag, and skips the marks of footnotes.
func (w *plainWriter) link(l linkInfo) {
	if strings.HasPrefix(l.class, "footnote-") {
		w.skipping = true
		return
	}
	if !w.onlyURLs || !isHTTP(l.href) || strings.Contains(l.class, "mention") || w.seen[l.href] {
		return
	}
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	w.seen[l.href] = true
	w.urls = append(w.urls, l.href)
}

// text appends text; outside pre runs of white space count as one space.
func (w *plainWriter) text(s string) {
	if w.skipping || w.onlyURLs || s == "" {
		return
	}
	if w.pre > 0 {
		w.settle()
		// The last line end is owed, not written: the block may end here and bring its own.
		body, ended := strings.CutSuffix(s, "\n")
		w.b.WriteString(body)
		if ended {
			w.owed = lineGap
		}
		return
	}
	for s != "" {
		if isBlank(s[0]) {
			w.owe(spaceGap)
			s = s[1:]
			continue
		}
		n := 1
		for n < len(s) && !isBlank(s[n]) {
			n++
		}
		w.settle()
		w.b.WriteString(s[:n])
		s = s[n:]
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func (w *plainWriter) settle() {
	if w.b.Len() > 0 {
		w.b.WriteString([...]string{noGap: "", spaceGap: " ", lineGap: "\n", paragraphGap: "\n\n"}[w.owed])
	}
	w.owed = noGap
}

// countWords counts runs of letters and digits; in scripts without spaces every character counts.
func countWords(s string) int {
	n, inWord := 0, false
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && isAlnum(byte(r)):
			if !inWord {
				n++
			}
			inWord = true
		case isIdeograph(r):
			n++
			inWord = false
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if !inWord {
				n++
			}
			inWord = true
		case r == '\'' || r == '’' || r == '-':
			// inside a word these do not end it
		default:
			inWord = false
		}
	}
	return n
}

// bounded cuts a string to MaxSource bytes, at a character.
func bounded(s string) string { return cutBytes(s, MaxSource) }

func cutBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xC0 == 0x80 {
		limit--
	}
	return s[:limit]
}
