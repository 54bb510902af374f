package text

import (
	"strings"
	"unicode/utf8"
)

// urlChars is what every address counts, so that nobody needs a shortener.
const urlChars = 23

// CountChars counts the characters of a note as clients do: an address counts 23, of @ada@example.org only @ada
// counts, and what people see as one character counts once.
func CountChars(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if mayStart(s[i]) && startsReference(s, i) {
			if length, chars := countReference(s[i:]); length > 0 {
				n += chars
				i += length
				continue
			}
		}
		size := clusterLength(s[i:])
		n++
		i += size
	}
	return n
}

func countReference(s string) (length, chars int) {
	switch s[0] {
	case '@':
		if length = matchMention(s); length > 0 {
			local, _, _ := strings.Cut(s[1:length], "@")
			return length, 1 + len(local)
		}
	case 'h', 'H':
		if length = matchURL(s); length > 0 {
			return length, urlChars
		}
	}
	return 0, 0
}

// clusterLength is the length in bytes of what is seen as one character: a letter with its marks, emoji that are joined, a flag.
func clusterLength(s string) int {
	first, n := utf8.DecodeRuneInString(s)
	if first == '\r' && strings.HasPrefix(s[n:], "\n") {
		return n + 1
	}
	flag := isRegional(first)
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case flag && isRegional(r):
			flag = false
		case r == zeroWidthJoiner:
			_, next := utf8.DecodeRuneInString(s[n+size:])
			size += next
		case !extendsCluster(r):
			return n
		}
		n += size
	}
	return n
}

const zeroWidthJoiner = 0x200D

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// extendsCluster names marks, variation selectors, skin tones, and the tags of subdivision flags.
func extendsCluster(r rune) bool {
	return isDiacritic(r) || r == 0x20E3 || r >= 0x1F3FB && r <= 0x1F3FF || r >= 0xE0020 && r <= 0xE007F
}
