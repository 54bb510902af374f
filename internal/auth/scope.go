package auth

import (
	"slices"
	"strings"

	"allmende"
)

// What an app may be allowed. The names are Mastodon's, so that its apps can
// ask for them; a broad scope contains its parts ("read" contains
// "read:statuses").
var (
	broadScopes = []string{"read", "write", "follow", "push", "profile", "admin:read", "admin:write"}
	readParts   = []string{"accounts", "blocks", "bookmarks", "favourites", "filters", "follows", "lists", "mutes", "notifications",
		"search", "statuses"}
	writeParts = []string{"accounts", "blocks", "bookmarks", "conversations", "favourites", "filters", "follows", "lists", "media",
		"mutes", "notifications", "reports", "statuses"}
	adminParts = []string{"accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks",
		"canonical_email_blocks"}
	followParts = []string{"read:blocks", "write:blocks", "read:follows", "write:follows", "read:mutes", "write:mutes"}
)

// Scopes are all scopes there are, for the server's metadata.
func Scopes() []string {
	out := slices.Clone(broadScopes)
	for prefix, parts := range map[string][]string{"read:": readParts, "write:": writeParts, "admin:read:": adminParts, "admin:write:": adminParts} {
		for _, p := range parts {
			out = append(out, prefix+p)
		}
	}
	slices.Sort(out)
	return out
}

// Allows tells whether granted scopes (separated by spaces) contain the one needed.
func Allows(granted, needed string) bool {
	for g := range strings.FieldsSeq(granted) {
		if g == needed || strings.HasPrefix(needed, g+":") {
			return true
		}
		if g == "follow" && slices.Contains(followParts, needed) {
			return true
		}
		if needed == "profile" && (g == "read" || g == "read:accounts") {
			return true
		}
	}
	return false
}

// ParseScopes reads a list of scopes separated by spaces or plus signs, each
// once; empty is "read", as apps expect.
func ParseScopes(s string) (string, error) {
	var out []string
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '+' || r == ',' }) {
		if !validScope(part) {
			return "", allmende.E(allmende.Invalid, "oauth.invalid_scope", "scope", clip(part, 60))
		}
		if !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	if len(out) == 0 {
		return "read", nil
	}
	return strings.Join(out, " "), nil
}

func validScope(s string) bool {
	if slices.Contains(broadScopes, s) {
		return true
	}
	for prefix, parts := range map[string][]string{"read:": readParts, "write:": writeParts, "admin:read:": adminParts, "admin:write:": adminParts} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && slices.Contains(parts, rest) {
			return true
		}
	}
	return false
}

// within tells whether all asked scopes are among the granted ones.
func within(asked, granted string) bool {
	for s := range strings.FieldsSeq(asked) {
		if !Allows(granted, s) {
			return false
		}
	}
	return true
}
