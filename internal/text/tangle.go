package text

import "strings"

// The Markdown parser's time grows with the square of some things. Nobody writes that many of them, so a text that has more is
// shown as plain text instead.
const (
	maxOpeners     = 200    // quotes and lists opened on one line
	maxLineLinks   = 1000   // links on one line
	maxBlockAccent = 10_000 // runs of emphasis signs without an empty line between
	maxBlockLines  = 10_000 // lines with an opening bracket without an empty line between
)

// tooTangled finds texts that would take the Markdown parser too long.
func tooTangled(source string) bool {
	accents, bracketed := 0, 0
	for line := range strings.Lines(source) {
		n, blank := accentRuns(line)
		accents += n
		if strings.IndexByte(line, '[') >= 0 {
			bracketed++
		}
		if blank {
			accents, bracketed = 0, 0
		}
		if accents > maxBlockAccent || bracketed > maxBlockLines || strings.Count(line, "](") > maxLineLinks || opensTooMuch(line) {
			return true
		}
	}
	return false
}

// accentRuns counts the runs of emphasis signs in a line, and says whether there is nothing at all in it.
func accentRuns(line string) (runs int, blank bool) {
	blank = true
	var last byte
	for i := 0; i < len(line); i++ {
		c := line[i]
		if (c == '*' || c == '_' || c == '~') && c != last {
			runs++
		}
		blank = blank && isBlank(c)
		last = c
	}
	return runs, blank
}

// opensTooMuch reports whether a line begins with more quote and list signs than a parser's stack should hold.
func opensTooMuch(line string) bool {
	signs := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '>' || c == '-' || c == '+' || c == '*':
			signs++
		case !isBlank(c) && c != '.' && c != ')' && (c < '0' || c > '9'):
			return signs > maxOpeners
		}
	}
	// A line of nothing but hyphens or stars is a rule.
	return signs > maxOpeners && strings.Trim(line, "-* \t\n") != ""
}
