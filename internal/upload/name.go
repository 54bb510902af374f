package upload

import (
	"strings"
	"unicode"
)

const maxName = 120 // characters

// CleanName is a file's own name made harmless: no path, no control or
// direction characters, at most 120 characters, and never empty.
func CleanName(name, ext string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), strings.ContainsRune(`<>:"|?*`, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" {
		return "file" + ext
	}
	if runes := []rune(name); len(runes) > maxName {
		end := []rune(strings.ToLower(ext))
		name = strings.TrimSpace(string(runes[:maxName-len(end)])) + string(end)
	}
	return name
}
