package httpx

import (
	"net/http"
	"strings"
)

// Policy is the content security policy of all pages: everything from
// ourselves, nothing inline, nobody may frame us. Pictures and media may come
// from blob: addresses: previews of files about to be sent, adaptive films.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// FilePolicy is the policy of files that members uploaded: whatever they hold,
// it runs nothing.
const FilePolicy = "default-src 'none'; sandbox"

// Secure sets the security headers. Handlers may replace them; with https the
// browser is also told to come back by https only.
func Secure(https bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", Policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(self), browsing-topics=()")
			if https {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Allow widens one directive of the policy for this answer, for example
// form-action for the page on which an app is let in, or frame-src for a film
// that somebody asked to see. Sources that could smuggle in more are dropped.
func Allow(w http.ResponseWriter, directive string, sources ...string) {
	var good []string
	for _, s := range sources {
		if s != "" && !strings.ContainsAny(s, " ;,'\"\t\r\n*") {
			good = append(good, s)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	if len(good) == 0 || policy == "" {
		return
	}
	more := " " + strings.Join(good, " ")
	parts := strings.Split(policy, "; ")
	for i, part := range parts {
		if strings.HasPrefix(part, directive+" ") {
			parts[i] = strings.TrimSuffix(part, " 'none'") + more
			more = ""
		}
	}
	if more != "" {
		parts = append(parts, directive+more)
	}
	w.Header().Set("Content-Security-Policy", strings.Join(parts, "; "))
}
