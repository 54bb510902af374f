package auth

import (
	"strings"

	"allmende/internal/lang"
)

// ScopeWord is one right of an app in words of a reader's language.
type ScopeWord struct {
	Text   string
	Strong bool // it can change or delete something
}

// ScopeWords says in words what an app may do. Parts are named by their family,
// once.
func ScopeWords(tag lang.Tag, scopes string) []ScopeWord {
	var out []ScopeWord
	seen := map[string]bool{}
	for s := range strings.FieldsSeq(scopes) {
		family, part, _ := strings.Cut(s, ":")
		if family == "admin" {
			family += "_" + part
		}
		key := ""
		switch {
		case strings.HasPrefix(family, "admin_read"):
			key = "app.scope_admin_read"
		case strings.HasPrefix(family, "admin_write"):
			key = "app.scope_admin_write"
		case part != "" && lang.Has("app.scope_"+family+"_"+part):
			key = "app.scope_" + family + "_" + part
		default:
			key = "app.scope_" + family
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, ScopeWord{Text: lang.T(tag, key), Strong: family == "write" || family == "follow" || key == "app.scope_admin_write"})
		}
	}
	return out
}
