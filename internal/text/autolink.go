package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// shownURL is how many characters of an address are shown; the rest stays in the text, hidden, so that copying gives all of it.
const shownURL = 30

// matchURL returns the length of the web address at the start of s, or 0.
func matchURL(s string) int {
	start := urlPrefix(s)
	if start == 0 || start >= len(s) {
		return 0
	}
	if r, _ := utf8.DecodeRuneInString(s[start:]); !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return 0
	}
	end := start
	for end < len(s) && end < 2048 {
		r, size := utf8.DecodeRuneInString(s[end:])
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"`[]|\\{}^“”„«»", r) || r == utf8.RuneError {
			break
		}
		end += size
	}
	return trimURL(s, start, end)
}

func urlPrefix(s string) int {
	for _, prefix := range [...]string{"https://", "http://", "www."} {
		if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
			return len(prefix)
		}
	}
	return 0
}

// trimURL gives punctuation at the end back to the sentence; a closing bracket only if it was not opened in the address.
func trimURL(s string, start, end int) int {
	extra := strings.Count(s[:end], ")") - strings.Count(s[:end], "(")
	for end > start {
		switch s[end-1] {
		case '?', '!', '.', ',', ':', ';', '*', '_', '~', '\'':
			end--
			continue
		case ')':
			if extra > 0 {
				extra--
				end--
				continue
			}
		}
		break
	}
	host := s[start:end]
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	if host == "" || s[0]|0x20 == 'w' && !strings.Contains(host, ".") {
		return 0
	}
	return end
}

// autolink shows an address without its scheme, and shortened.
func autolink(raw string) string {
	scheme := raw[:strings.Index(raw, "://")+len("://")]
	if raw[0]|0x20 == 'w' {
		scheme = ""
	}
	href := escapeURL(raw)
	if scheme == "" {
		href = "https://" + href
	}
	if !ownPolicy.url(href) {
		return ""
	}
	var b strings.Builder
	b.WriteString("<a")
	writeAttr(&b, "href", href)
	writeAttr(&b, "rel", relExternal)
	b.WriteByte('>')
	rest := raw[len(scheme):]
	if scheme != "" {
		writeSpan(&b, "invisible", scheme)
	}
	if cut := cutRunes(rest, shownURL); len(cut) < len(rest) {
		writeSpan(&b, "ellipsis", cut)
		writeSpan(&b, "invisible", rest[len(cut):])
	} else {
		escape(&b, rest)
	}
	b.WriteString("</a>")
	return b.String()
}

func writeSpan(b *strings.Builder, class, s string) {
	b.WriteString("<span")
	writeAttr(b, "class", class)
	b.WriteByte('>')
	escape(b, s)
	b.WriteString("</span>")
}

// cutRunes returns the first n characters of s.
func cutRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// escapeURL percent-encodes what may not stand in an address and keeps what is encoded already.
func escapeURL(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		clean = clean && s[i] > ' ' && s[i] < 0x7F && strings.IndexByte("\"<>\\^`{|}", s[i]) < 0
	}
	if clean {
		return s
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
