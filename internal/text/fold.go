package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters without a decomposition that readers nevertheless take for the same as a plain one.
var foldedLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ħ': "h", 'ŧ': "t",
}

// Fold makes texts equal that people take for equal: case, accents and compatibility forms go ("Füße" becomes "fusse").
// Folding twice changes nothing more.
func Fold(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, "\uFFFD")) {
		foldRune(&b, r)
	}
	if folded := b.String(); norm.NFKD.IsNormalString(folded) {
		return folded
	}
	// Lowering can bring forth what decomposes once more.
	return norm.NFKD.String(b.String())
}

func foldRune(b *strings.Builder, r rune) {
	if r < utf8.RuneSelf {
		b.WriteByte(lowerASCII(byte(r)))
		return
	}
	if isDiacritic(r) {
		return
	}
	r = unicode.ToLower(r)
	if s, ok := foldedLetters[r]; ok {
		b.WriteString(s)
		return
	}
	b.WriteRune(r)
}

// isDiacritic reports whether a mark only colours the letter before it. The vowel signs of Indic scripts and the voicing
// marks of Japanese do more than that and stay.
func isDiacritic(r rune) bool {
	return r >= 0x0300 && r <= 0x036F || r >= 0x1AB0 && r <= 0x1AFF || r >= 0x1DC0 && r <= 0x1DFF ||
		r >= 0x0591 && r <= 0x05C7 || r >= 0x064B && r <= 0x065F || r >= 0xFE00 && r <= 0xFE0F || r >= 0xFE20 && r <= 0xFE2F
}

// foldASCII is the way of nearly all words; it allocates only where there is something to lower.
func foldASCII(s string) (string, bool) {
	upper := false
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return "", false
		}
		upper = upper || s[i] >= 'A' && s[i] <= 'Z'
	}
	if upper {
		return strings.ToLower(s), true
	}
	return s, true
}

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
