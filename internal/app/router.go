package app

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"allmende/internal/door/api"
	"allmende/internal/door/feed"
	"allmende/internal/door/web"
	"allmende/internal/httpx"
	"allmende/internal/lang"
)

// apiPerMinute is how often a member or address may ask our own API.
const apiPerMinute = 300

// routes mounts the doors behind what all of them share.
func (h *House) routes() (http.Handler, error) {
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(refuseForeign))
	r := chi.NewRouter()
	r.Use(httpx.Observer{Log: h.Log, Proxies: h.Config.Proxies, Fail: plainFail}.Wrap)
	r.Use(httpx.Secure(h.Config.Secure()))
	r.Use(httpx.Compress)
	r.Get("/healthz", h.healthz)
	r.Get("/readyz", h.readyz)
	r.Group(func(r chi.Router) {
		r.Use(guardForms(foreign))
		feed.New(feed.Deps{Read: h.Read, Hub: h.Hub, Log: h.Log, BaseURL: h.Config.URL, AccountDomain: h.Config.Domain()}).Routes(r)
		h.api().Routes(r)
		h.web().Routes(r)
	})
	return r, nil
}

func (h *House) api() *api.Door {
	var limit *httpx.Limiter
	if h.Config.Limits.RateOn() {
		limit = httpx.NewLimiter(apiPerMinute)
	}
	return api.New(api.Deps{Core: h.Core, Read: h.Read, Auth: h.Auth, Hub: h.Hub, Log: h.Log, Now: h.Now, BaseURL: h.Config.URL,
		AccountDomain: h.Config.Domain(), Limit: limit})
}

func (h *House) web() *web.Web {
	return web.New(web.Deps{Core: h.Core, Read: h.Read, Auth: h.Auth, Hub: h.Hub, Log: h.Log, Now: h.Now,
		Upload: h.uploadFor("web"), BaseURL: h.Config.URL, AccountDomain: h.Config.Domain(), Version: h.Version,
		Registration: h.Config.Registration, NoteMax: h.Config.Limits.Note, UploadMax: h.Upload.MaxBytes()})
}

// guardForms refuses forms that a foreign page sends in a member's name. Who
// comes with a token of an app comes without cookies' power, so apps in a
// browser may ask from anywhere.
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
	err := h.DB.Ping(r.Context())
	what := "database"
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
