package app

import (
	"net/http"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/api"
	"allmende/internal/door/feed"
	"allmende/internal/door/files"
	"allmende/internal/door/mastodon"
	"allmende/internal/door/web"
	"allmende/internal/door/web/ui"
	"allmende/internal/httpx"
)

// limiters count requests; all are nil when limits.rate is off.
type limiters struct{ read, write, upload, signIn, guests *httpx.Limiter }

func (h *House) limiters() limiters {
	l := h.Config.Limits
	if !l.RateOn() {
		return limiters{}
	}
	return limiters{read: httpx.NewLimiter(l.RateRead), write: httpx.NewLimiter(l.RateWrite), upload: httpx.NewLimiter(l.RateUpload),
		signIn: httpx.NewLimiter(l.RateSignIn), guests: httpx.NewLimiter(l.RateSignIn)}
}

// federation is what the privacy notice says of other servers: posts are not
// exchanged with them yet, whatever the setting allows for.
const federation = "off"

func (h *House) webDoor(l limiters) *web.Web {
	return web.New(web.Deps{Core: h.Core, Read: h.Read, Auth: h.Auth, Hub: h.Hub, Log: h.Log, Now: h.Now,
		Upload: h.uploadFor("web"), Export: h.writeArchive, Guests: l.guests, Retry: h.retry, System: h.systemFacts, Unsent: h.Unsent, Shelf: h.shelf,
		Federation: federation, Mail: h.Config.Mail.URL != "",
		BaseURL: h.Config.URL, AccountDomain: h.Config.Domain(), Version: h.Version,
		Registration: h.Config.Registration, NoteMax: h.Config.Limits.Note, UploadMax: h.Upload.MaxBytes()})
}

func (h *House) mastodonDoor(l limiters, w *web.Web) *mastodon.Door {
	lim := h.Files.Limits()
	return mastodon.New(mastodon.Deps{Core: h.Core, Read: h.Read, Auth: h.Auth, Hub: h.Hub, Log: h.Log, Now: h.Now,
		Upload: h.Upload.Upload, Pages: pagesOf(w),
		BaseURL: h.Config.URL, AccountDomain: h.Config.Domain(), Version: h.Version, Registration: h.Config.Registration,
		Languages: h.Config.Languages, CookieName: auth.CookieName(h.Config.Secure()), SignInPath: "/login",
		Limits: mastodon.Limits{Note: h.Config.Limits.Note, Media: mediaPerPost, ImageBytes: lim.ImageBytes, VideoBytes: lim.VideoBytes,
			ImagePixels: lim.ImagePixels, UploadBytes: h.Upload.MaxBytes()},
		Reads: l.read, Writes: l.write, Tokens: l.signIn})
}

// pagesOf lets the web door draw what the apps' door shows to people.
func pagesOf(w *web.Web) mastodon.Pages {
	consent := func(rw http.ResponseWriter, r *http.Request, v mastodon.ConsentView) {
		view := ui.ConsentView{Action: v.Action, CSRF: v.CSRF, App: v.App.Name, Site: v.App.Website}
		for _, s := range v.Scopes {
			view.Scopes = append(view.Scopes, ui.ScopeView{Text: s.Text, Strong: s.Strong})
		}
		for _, pair := range v.Hidden {
			view.Hidden = append(view.Hidden, ui.PairView{Name: pair[0], Value: pair[1]})
		}
		w.ConsentPage(rw, r, view, faceOf(v.Viewer.Actor, v.Acting), v.Acting)
	}
	return mastodon.Pages{Consent: consent, Code: w.CodePage, Problem: w.ProblemPage}
}

// faceOf is the actor as whom somebody acts now; their person comes first.
func faceOf(now allmende.ID, acting []*allmende.Actor) *allmende.Actor {
	for _, a := range acting {
		if a.ID == now {
			return a
		}
	}
	return acting[0]
}

func (h *House) filesDoor() (*files.Files, error) {
	return files.New(files.Deps{Read: h.Read, Blob: h.Blob, Upload: h.Upload, Do: h.Core.Do, Viewer: h.asker,
		TempDir: h.Config.TempDir(), Log: h.Log, Now: h.Now})
}

func (h *House) feedDoor() *feed.Door {
	return feed.New(feed.Deps{Read: h.Read, Hub: h.Hub, Log: h.Log, Now: h.Now, BaseURL: h.Config.URL, AccountDomain: h.Config.Domain()})
}

func (h *House) apiDoor(l limiters) *api.Door {
	return api.New(api.Deps{Core: h.Core, Read: h.Read, Auth: h.Auth, Hub: h.Hub, Log: h.Log, Now: h.Now,
		BaseURL: h.Config.URL, AccountDomain: h.Config.Domain(), Reads: l.read, Writes: l.write})
}
