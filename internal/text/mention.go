package text

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxHandle = 64
	maxDomain = 253
	maxTag    = 100
)

// matchMention returns the length of "@ada" or "@ada@example.org" at the start of s, or 0.
func matchMention(s string) int {
	n := matchHandle(s[1:])
	if n == 0 {
		return 0
	}
	n++
	if n < len(s) && s[n] == '@' {
		if d := matchDomain(s[n+1:]); d > 0 {
			return n + 1 + d
		}
		return 0
	}
	return n
}

// matchHandle reads letters, digits and underscores, with dots and hyphens between them.
func matchHandle(s string) int {
	end := 0
	for i := 0; i < len(s) && i < maxHandle; i++ {
		switch c := s[i]; {
		case isAlnum(c) || c == '_':
			end = i + 1
		case c == '.' || c == '-':
			if i == 0 {
				return 0
			}
		default:
			return endOfWord(s, end)
		}
	}
	return endOfWord(s, end)
}

// endOfWord refuses a match that would stop in the middle of a word.
func endOfWord(s string, end int) int {
	if r, _ := utf8.DecodeRuneInString(s[end:]); end < len(s) && unicode.IsLetter(r) {
		return 0
	}
	return end
}

// matchDomain reads a host name with at least one dot, or "localhost", and perhaps a port.
func matchDomain(s string) int {
	end, dots := 0, 0
	for i := 0; i < len(s) && i < maxDomain; {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			end = i + size
		case r == '-' && i > 0:
		case r == '.' && end == i && i > 0:
			if next, _ := utf8.DecodeRuneInString(s[i+1:]); i+1 < len(s) && (unicode.IsLetter(next) || unicode.IsDigit(next)) {
				dots++
			}
		default:
			return withPort(s, end, dots)
		}
		i += size
	}
	return withPort(s, end, dots)
}

func withPort(s string, end, dots int) int {
	if dots == 0 && s[:end] != "localhost" {
		return 0
	}
	n := end + 1
	for n < len(s) && n-end <= 5 && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if s[end:] != "" && s[end] == ':' && n-end > 2 {
		return n
	}
	return end
}

// matchTag returns the length of "#Garten" at the start of s, or 0. A tag has at least one letter.
func matchTag(s string) int {
	end, letters := 1, 0
	for i, r := range s[1:] {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsDigit(r) || unicode.IsMark(r) || r == '_':
		default:
			return tagLength(end, letters)
		}
		end = 1 + i + utf8.RuneLen(r)
	}
	return tagLength(end, letters)
}

func tagLength(end, letters int) int {
	if letters == 0 || end > maxTag {
		return 0
	}
	return end
}

// mention returns the microformat that other servers understand as naming a person.
func (r *references) mention(handle string) string {
	if r.o.ResolveMention == nil || len(r.mentions.list) >= maxReferences {
		return ""
	}
	href, ok := r.o.ResolveMention(handle)
	if !ok || !ownPolicy.url(href) {
		return ""
	}
	r.mentions.add(strings.ToLower(handle), handle)
	name, _, remote := strings.Cut(handle, "@")
	var b strings.Builder
	b.WriteString(`<span class="h-card"><a`)
	writeAttr(&b, "href", href)
	b.WriteString(` class="u-url mention"`)
	if rel := linkRel(href, false); rel != "" {
		writeAttr(&b, "rel", rel)
	}
	if remote {
		writeAttr(&b, "title", "@"+handle)
	}
	b.WriteString(`>@<span>`)
	escape(&b, name)
	b.WriteString(`</span></a></span>`)
	return b.String()
}

func (r *references) tag(tag string) string {
	if len(r.tags.list) >= maxReferences {
		return ""
	}
	href := ""
	if r.o.ResolveTag != nil {
		href = r.o.ResolveTag(tag)
	} else {
		href = "/tags/" + url.PathEscape(Fold(tag))
	}
	if !ownPolicy.url(href) {
		return ""
	}
	r.tags.add(Fold(tag), tag)
	var b strings.Builder
	b.WriteString("<a")
	writeAttr(&b, "href", href)
	b.WriteString(` class="mention hashtag"`)
	writeAttr(&b, "rel", linkRel(href, true))
	b.WriteString(`>#<span>`)
	escape(&b, tag)
	b.WriteString(`</span></a>`)
	return b.String()
}
