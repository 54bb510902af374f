package text

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxTitle = 200 // characters
	maxSlug  = 80  // characters
)

// ErrTitle says that a text cannot be the title of a wiki page.
var ErrTitle = errors.New("text: not a page title")

// NormalTitle brings a page title into its one form: NFC, single spaces instead of underscores, first letter upper.
func NormalTitle(s string) (string, error) {
	if len(s) > maxTitle*8 || !utf8.ValidString(s) {
		return "", ErrTitle
	}
	s = norm.NFC.String(s)
	s = strings.Join(strings.FieldsFunc(s, isTitleSpace), " ")
	if s == "" || s == "." || s == ".." || s[0] == '/' || utf8.RuneCountInString(s) > maxTitle {
		return "", ErrTitle
	}
	if strings.ContainsFunc(s, isTitleTaboo) {
		return "", ErrTitle
	}
	first, size := utf8.DecodeRuneInString(s)
	if upper := unicode.ToUpper(first); upper != first {
		// The upper-case letter can compose with the mark that follows it.
		s = norm.NFC.String(string(upper) + s[size:])
	}
	return s, nil
}

func isTitleSpace(r rune) bool { return r == '_' || r == ' ' || r == '\t' || unicode.Is(unicode.Zs, r) }

// isTitleTaboo names what has a meaning in links, and what cannot be seen or changes how the rest is read.
func isTitleTaboo(r rune) bool {
	return strings.ContainsRune("#<>[]|{}", r) || unicode.IsControl(r) || r == utf8.RuneError ||
		unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co)
}

// TitlePath is the title as a segment of an address: underscores for spaces, everything else encoded where it must be.
func TitlePath(title string) string {
	return url.PathEscape(strings.ReplaceAll(title, " ", "_"))
}

// germanLetters are written out in addresses, as people do who have no umlauts at hand.
var germanLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue", "ß", "ss", "ẞ", "ss")

// Slug makes a short readable part of an address: "Über die Wiesen!" becomes "ueber-die-wiesen".
func Slug(s string) string {
	s = germanLetters.Replace(norm.NFC.String(cutBytes(s, 4*maxSlug*4)))
	var b strings.Builder
	count, gap := 0, false
	for _, r := range Fold(s) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			gap = gap || r != '\'' && r != '’'
			continue
		}
		if gap && count > 0 {
			if count+1 >= maxSlug {
				break
			}
			b.WriteByte('-')
			count++
		}
		gap = false
		if count == maxSlug {
			break
		}
		b.WriteRune(r)
		count++
	}
	return b.String()
}
