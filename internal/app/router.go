package app

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"allmende/internal/httpx"
	"allmende/internal/lang"
)

// routes mounts the doors behind what all of them share.
func (h *House) routes() (http.Handler, error) {
	files, err := h.filesDoor()
	if err != nil {
		return nil, err
	}
	limits := h.limiters()
	h.web = h.webDoor(limits)
	h.apps = h.mastodonDoor(limits, h.web)
	h.clock = h.buildClock(files.Sweep)
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(refuseForeign))

	r := chi.NewRouter()
	r.Use(httpx.Observer{Log: h.Log, Proxies: h.Config.Proxies, Fail: plainFail, Measure: h.metrics.measure}.Wrap)
	r.Use(httpx.Secure(h.Config.Secure()))
	r.Use(httpx.Compress)
	r.Use(legible)
	r.Use(guardForms(foreign))
	r.Get("/healthz", h.healthz)
	r.Get("/readyz", h.readyz)
	if token := h.Config.Metrics.Token; token != "" {
		r.Get("/metrics", bearerOnly(token, h.metrics.handler()))
	}
	h.apps.Routes(r)
	h.apiDoor(limits).Routes(r)
	h.feedDoor().Routes(r)
	r.Group(func(r chi.Router) {
		r.Use(limits.upload.Guard(uploadsOnly(h.whoAsks(httpx.ByAddr)), h.web.ProblemPage))
		files.Routes(r)
	})
	r.Group(func(r chi.Router) {
		r.Use(limits.read.Guard(readsOnly(h.whoAsks(httpx.ByAddr)), h.web.ProblemPage))
		r.Use(limits.write.Guard(writesOnly(h.whoAsks(httpx.ByAddr)), h.web.ProblemPage))
		h.web.Routes(r)
	})
	return r, nil
}

// guardForms refuses forms that a foreign page sends in a member's name. Where
// only tokens of apps count, and no cookie, pages of others may ask too.
func guardForms(foreign *http.CrossOriginProtection) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		guarded := foreign.Handler(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if byToken(r) {
				next.ServeHTTP(w, r)
				return
			}
			guarded.ServeHTTP(w, r)
		})
	}
}

// byToken tells whether a path is answered to bearers of tokens only; no
// cookie is looked at there.
func byToken(r *http.Request) bool {
	for _, prefix := range []string{"/api/v1/", "/api/v2/", "/oauth/token", "/oauth/revoke"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return true
		}
	}
	return false
}

// legible refuses addresses that hold no text: a NUL, or bytes that are not
// UTF-8. No name here has them, and PostgreSQL takes them for a fault of ours.
func legible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := url.QueryUnescape(r.URL.RawQuery)
		if text := r.URL.Path + query; err != nil || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Pages and their parts are not counted: a browser asks for dozens at once.
func counted(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/assets/") && !strings.HasPrefix(r.URL.Path, "/media/")
}

func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

func readsOnly(key func(*http.Request) string) func(*http.Request) string {
	return only(key, func(r *http.Request) bool { return reads(r) && counted(r) })
}

func writesOnly(key func(*http.Request) string) func(*http.Request) string {
	return only(key, func(r *http.Request) bool { return !reads(r) })
}

// uploadsOnly counts uploads begun; the pieces of one are free.
func uploadsOnly(key func(*http.Request) string) func(*http.Request) string {
	return only(key, func(r *http.Request) bool { return r.Method == http.MethodPost })
}

func only(key func(*http.Request) string, counts func(*http.Request) bool) func(*http.Request) string {
	return func(r *http.Request) string {
		if !counts(r) {
			return ""
		}
		return key(r)
	}
}

func refuseForeign(w http.ResponseWriter, r *http.Request) {
	http.Error(w, lang.T(lang.Match(r.Header.Get("Accept-Language"), ""), "http.foreign_form"), http.StatusForbidden)
}

// plainFail answers what no door could answer any more.
func plainFail(w http.ResponseWriter, _ *http.Request, err error) {
	status := httpx.Status(err)
	http.Error(w, http.StatusText(status), status)
}

// healthz says that the process lives.
func (h *House) healthz(w http.ResponseWriter, _ *http.Request) {
	httpx.WriteBytes(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

// readyz says whether database and media can be reached.
func (h *House) readyz(w http.ResponseWriter, r *http.Request) {
	what, err := "database", h.DB.Ping(r.Context())
	if err == nil {
		what = "media"
		_, err = h.Blob.Free(r.Context())
	}
	if err != nil {
		h.Log.Error("not ready", "part", what, "err", err)
		httpx.WriteBytes(w, http.StatusServiceUnavailable, "text/plain; charset=utf-8", []byte(what+"\n"))
		return
	}
	httpx.WriteBytes(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ready\n"))
}
