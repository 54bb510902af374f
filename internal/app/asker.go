package app

import (
	"net/http"
	"strings"

	"allmende"
	"allmende/internal/auth"
)

// asker tells who asks, by the token of an app or the cookie of a browser. A
// cookie's request that changes something must carry the page's token: a
// foreign page cannot set that header.
func (h *House) asker(r *http.Request) (allmende.Viewer, error) {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token, err := h.Auth.FindToken(r.Context(), strings.TrimSpace(bearer))
		if err != nil {
			return allmende.Viewer{}, err
		}
		viewer, _, err := h.Auth.TokenViewer(r.Context(), token)
		return viewer, err
	}
	session, err := h.sessionOf(r)
	if err != nil || session == nil {
		return allmende.Viewer{}, err
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if err := h.Auth.CheckCSRF(*session, r.Header.Get("X-CSRF-Token")); err != nil {
			return allmende.Viewer{}, err
		}
	}
	viewer, _, err := h.Auth.Viewer(r.Context(), *session)
	if allmende.IsKind(err, allmende.SignIn) {
		return allmende.Viewer{}, nil
	}
	return viewer, err
}

// sessionOf is the browser's session; nil when nobody is signed in.
func (h *House) sessionOf(r *http.Request) (*auth.Session, error) {
	cookie, err := r.Cookie(auth.CookieName(h.Config.Secure()))
	if err != nil || cookie.Value == "" {
		return nil, nil
	}
	session, err := h.Auth.Find(r.Context(), cookie.Value)
	if allmende.IsKind(err, allmende.SignIn) {
		return nil, nil // an old cookie is nobody
	}
	if err != nil {
		return nil, err
	}
	return &session, nil
}

// whoAsks is the key under which a page's request is counted: the session's
// account, or the address.
func (h *House) whoAsks(byAddress func(*http.Request) string) func(*http.Request) string {
	return func(r *http.Request) string {
		if session, err := h.sessionOf(r); err == nil && session != nil {
			return session.Account.String()
		}
		return byAddress(r)
	}
}
