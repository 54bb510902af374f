package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/door/web/assets"
)

// Routes adds the pages to a router. Each family of pages lists its own.
func (w *Web) Routes(r chi.Router) {
	r.Handle("/assets/*", assets.Handler())
	w.streamRoutes(r)
	w.objectRoutes(r)
	w.personRoutes(r)
	w.readerRoutes(r)
	w.accountRoutes(r)
	w.settingsRoutes(r)
	w.moderationRoutes(r)
	w.adminRoutes(r)
	w.legalRoutes(r)
	r.NotFound(w.page(func(*req) error { return allmende.E(allmende.NotFound, "error.page_not_found") }))
	r.MethodNotAllowed(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusMethodNotAllowed) })
}

func (w *Web) streamRoutes(r chi.Router) {
	r.Get("/", w.page(w.home))
	r.Get("/explore", w.page(w.explore))
	r.Get("/tags/{tag}", w.page(w.tag))
	r.Post("/tags/{tag}/follow", w.act(w.followTag))
	r.Get("/saved", w.member(w.saved))
	r.Get("/liked", w.member(w.saved))
	r.Get("/library", w.page(w.library))
	r.Get("/people", w.page(w.directory))
	r.Get("/write", w.member(w.write))
	r.Post("/write", w.act(w.postNote))
}

func (w *Web) objectRoutes(r chi.Router) {
	r.Get("/o/{id:[0-9]+}", w.kept(w.object))
	r.Post("/o/{id:[0-9]+}/like", w.act(w.react(allmende.Like)))
	r.Post("/o/{id:[0-9]+}/boost", w.act(w.react(allmende.Boost)))
	r.Post("/o/{id:[0-9]+}/save", w.act(w.react(allmende.Bookmark)))
	r.Post("/o/{id:[0-9]+}/pin", w.act(w.pin))
	r.Post("/o/{id:[0-9]+}/mute", w.act(w.quiet))
	r.Post("/o/{id:[0-9]+}/{verb:delete|undelete}", w.act(w.remove))
	r.Get("/o/{id:[0-9]+}/likes", w.page(w.reactors(allmende.Like, "page.who_liked")))
	r.Get("/o/{id:[0-9]+}/boosts", w.page(w.reactors(allmende.Boost, "page.who_boosted")))
}

func (w *Web) personRoutes(r chi.Router) {
	r.Get("/a/{id:[0-9]+}", w.page(w.permanentActor))
	r.Get("/@{name}", w.kept(w.personPage))
	r.Get("/@{name}/followers", w.page(w.followList(true)))
	r.Get("/@{name}/following", w.page(w.followList(false)))
	r.Post("/@{name}/{verb:follow|unfollow|block|unblock|mute|unmute|accept|reject|remove-follower}", w.act(w.relate))
}

func (w *Web) readerRoutes(r chi.Router) {
	r.Get("/write/article", w.member(w.newArticle))
	r.Post("/write/article", w.act(w.postNew(allmende.Article)))
	r.Get("/write/page", w.member(w.newPage))
	r.Post("/write/page", w.act(w.postNew(allmende.Page)))
	r.Get("/drafts", w.member(w.drafts))
	r.Get("/wiki", w.page(w.wikiIndex))
	r.Get("/wiki/*", w.kept(w.wikiPage))
	r.Get("/@{name}/wiki/*", w.kept(w.groupPage))
	r.Get("/@{name}/{slug}", w.kept(w.article))
	r.Get("/o/{id:[0-9]+}/edit", w.member(w.edit))
	r.Post("/o/{id:[0-9]+}/edit", w.act(w.postEdit))
	r.Post("/o/{id:[0-9]+}/publish", w.act(w.publishNow))
	r.Get("/o/{id:[0-9]+}/history", w.page(w.history))
	r.Get("/o/{id:[0-9]+}/diff", w.page(w.diff))
	r.Get("/o/{id:[0-9]+}/r/{number:[0-9]+}", w.page(w.revision))
	r.Post("/o/{id:[0-9]+}/r/{number:[0-9]+}/restore", w.act(w.restore))
	r.Get("/o/{id:[0-9]+}/discussion", w.page(w.discussion))
	r.Get("/o/{id:[0-9]+}/links", w.page(w.linksHere))
	r.Get("/o/{id:[0-9]+}/grow", w.member(w.growForm))
	r.Post("/o/{id:[0-9]+}/grow", w.act(w.postGrow))
	r.Post("/o/{id:[0-9]+}/consent", w.act(w.postConsent))
	r.Get("/o/{id:[0-9]+}/authors", w.page(w.authors))
	r.Post("/o/{id:[0-9]+}/authors", w.act(w.postAuthors))
	r.Post("/o/{id:[0-9]+}/authors/answer", w.act(w.answerAuthors))
}
