package text

import "strings"

// maxDepth is how deep elements may nest in what we hand out.
const maxDepth = 100

// Strict HTML is the small, regular subset that everything we hand out is written in: lower-case tags in proper
// nesting, double-quoted attributes, and only the characters and entities below. A browser can read it in one way only, so checking
// it needs no HTML parser. scan accepts a string only if all of it is strict and allowed by the policy; that is cheaper than
// sanitising again (0.1 against 3 milliseconds for a wiki page) and, because it refuses instead of mending, also safer.

// entities are the only ones in strict HTML, with what they stand for.
var entities = [...]struct{ name, text string }{
	{"&amp;", "&"}, {"&quot;", `"`}, {"&lt;", "<"}, {"&gt;", ">"}, {"&#39;", "'"}, {"&#34;", `"`}, {"&#160;", " "},
}

// scan reports whether s is strict HTML under the policy; when plain is given, the text is written to it on the way, until it has enough.
func scan(s string, p policy, plain *plainWriter) bool {
	sc := scanner{policy: p, plain: plain}
	for s != "" {
		if plain != nil && plain.hasEnough() {
			return true
		}
		n := strings.IndexByte(s, '<')
		if n < 0 {
			n = len(s)
		}
		if n > 0 {
			text, ok := strictText(s[:n])
			if !ok {
				return false
			}
			if plain != nil {
				plain.text(text)
			}
			s = s[n:]
			continue
		}
		end := strings.IndexByte(s, '>')
		if end < 0 || !sc.tag(s[1:end]) {
			return false
		}
		s = s[end+1:]
	}
	return len(sc.open) == 0
}

type scanner struct {
	policy policy
	plain  *plainWriter
	open   []string // names of open elements
	paras  int      // how many of them are p
	links  int      // how many of them are a
}

func (sc *scanner) tag(s string) bool {
	if strings.HasPrefix(s, "/") {
		return sc.end(s[1:])
	}
	name, attrs, spaced := strings.Cut(s, " ")
	t, ok := sc.policy.tag(name)
	if !ok || spaced && attrs == "" || t&block != 0 && sc.paras > 0 {
		return false
	}
	link, ok := sc.attributes(name, attrs)
	if !ok {
		return false
	}
	if sc.plain != nil {
		sc.plain.open(name, t, link)
	}
	if t&void != 0 {
		return true
	}
	switch name {
	case "p":
		sc.paras++
	case "a":
		sc.links++
	}
	sc.open = append(sc.open, name)
	return sc.links <= 1 && len(sc.open) <= maxDepth
}

func (sc *scanner) end(name string) bool {
	last := len(sc.open) - 1
	if last < 0 || sc.open[last] != name {
		return false
	}
	sc.open = sc.open[:last]
	switch name {
	case "p":
		sc.paras--
	case "a":
		sc.links--
	}
	if sc.plain != nil {
		sc.plain.close(name, allowedTags[name])
	}
	return true
}

// linkInfo is what the plain text and the check of a link need to know about a tag.
type linkInfo struct{ href, rel, class, alt string }

// attributes checks ` name="value"` pairs; s starts at the first name.
func (sc *scanner) attributes(tag, s string) (linkInfo, bool) {
	var link linkInfo
	var seen [8]string
	for count := 0; s != ""; count++ {
		eq := strings.Index(s, `="`)
		if eq <= 0 || count == len(seen) {
			return link, false
		}
		name := s[:eq]
		s = s[eq+2:]
		quote := strings.IndexByte(s, '"')
		if quote < 0 {
			return link, false
		}
		value, ok := strictText(s[:quote])
		if !ok || !sc.policy.attr(tag, name, value) {
			return link, false
		}
		s = s[quote+1:]
		if s != "" {
			if s[0] != ' ' || len(s) == 1 {
				return link, false
			}
			s = s[1:]
		}
		for _, earlier := range seen[:count] {
			if earlier == name {
				return link, false
			}
		}
		seen[count] = name
		link.set(name, value)
	}
	return link, tag != "a" || link.fits()
}

func (l *linkInfo) set(name, value string) {
	switch name {
	case "href":
		l.href = value
	case "rel":
		l.rel = value
	case "class":
		l.class = value
	case "alt":
		l.alt = value
	}
}

// fits reports whether a link that leaves the server says so.
func (l *linkInfo) fits() bool {
	return l.href != "" && (!isExternal(l.href) || strings.HasSuffix(l.rel, relExternal))
}

// strictText checks and unescapes text or an attribute's value.
func strictText(s string) (string, bool) {
	entity := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '&':
			n := entityAt(s[i:])
			if n < 0 {
				return "", false
			}
			entity = true
			i += len(entities[n].name) - 1
		case c == '<', c == '>', c < ' ' && c != '\n' && c != '\t', c == 0x7F:
			return "", false
		}
	}
	if !entity {
		return s, true
	}
	return unescapeStrict(s), true
}

// entityAt returns the index of the entity that s starts with, or -1.
func entityAt(s string) int {
	for n := range entities {
		if strings.HasPrefix(s, entities[n].name) {
			return n
		}
	}
	return -1
}

func unescapeStrict(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		n := strings.IndexByte(s, '&')
		if n < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:n])
		e := entities[entityAt(s[n:])]
		b.WriteString(e.text)
		s = s[n+len(e.name):]
	}
	return b.String()
}

// escape writes text so that strictText reads it back.
func escape(b *strings.Builder, s string) {
	last := 0
	for i := 0; i < len(s); i++ {
		var e string
		switch c := s[i]; {
		case c == '&':
			e = "&amp;"
		case c == '<':
			e = "&lt;"
		case c == '>':
			e = "&gt;"
		case c == '"':
			e = "&quot;"
		case c < ' ' && c != '\n' && c != '\t', c == 0x7F:
			e = " "
		default:
			continue
		}
		b.WriteString(s[last:i])
		b.WriteString(e)
		last = i + 1
	}
	b.WriteString(s[last:])
}

// writeAttr writes ` name="value"`.
func writeAttr(b *strings.Builder, name, value string) {
	b.WriteByte(' ')
	b.WriteString(name)
	b.WriteString(`="`)
	escape(b, value)
	b.WriteByte('"')
}
