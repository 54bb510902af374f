package mastodon

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"allmende"
)

// Routes adds the API to a router: one line per call, with the scope that a
// token needs. A guard against cross-origin requests must not stand before
// /api and /oauth/token: other pages may call them with a token of their own.
func (d *Door) Routes(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(shared)
		d.oauthRoutes(r)
		d.accountRoutes(r)
		d.statusRoutes(r)
		d.listRoutes(r)
		d.instanceRoutes(r)
		d.emptyRoutes(r)
		for _, prefix := range []string{"/api/v1", "/api/v2"} {
			r.Handle(prefix+"/*", d.handle(access{raw: true}, func(*req) error { return allmende.E(allmende.NotFound, "app.no_such_call") }))
		}
		r.Get("/missing/*", d.missing)
	})
	for _, path := range []string{"/oauth/authorize", "/oauth/authorize/"} {
		r.Get(path, d.authorize)
		r.Post(path, d.decide)
	}
}

// shared lets pages of other servers call the API (CORS), as apps in browsers
// do. There is no "credentials": cookies are never sent, nor read.
func shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Idempotency-Key")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// add registers a call, and the answer to a browser that asks before calling.
func (d *Door) add(r chi.Router, method, path string, a access, h handler) {
	r.Method(method, path, d.handle(a, h))
	r.Options(path, func(http.ResponseWriter, *http.Request) {}) // shared has answered
}

func (d *Door) oauthRoutes(r chi.Router) {
	d.add(r, "POST", "/api/v1/apps", open(""), d.registerApp)
	d.add(r, "GET", "/api/v1/apps/verify_credentials", access{level: app}, d.thisApp)
	d.add(r, "POST", "/oauth/token", open(""), d.token)
	d.add(r, "POST", "/oauth/revoke", open(""), d.revoke)
	d.add(r, "GET", "/oauth/userinfo", need("profile"), d.userinfo)
	d.add(r, "GET", "/.well-known/oauth-authorization-server", open(""), d.metadata)
}

func (d *Door) accountRoutes(r chi.Router) {
	d.add(r, "POST", "/api/v1/accounts", access{level: app}, d.signUp)
	d.add(r, "GET", "/api/v1/accounts", open("read:accounts"), d.getAccounts)
	d.add(r, "GET", "/api/v1/accounts/verify_credentials", need("profile"), d.me)
	d.add(r, "PATCH", "/api/v1/accounts/update_credentials", need("write:accounts"), d.updateMe)
	d.add(r, "DELETE", "/api/v1/profile/avatar", need("write:accounts"), dropPicture(false))
	d.add(r, "DELETE", "/api/v1/profile/header", need("write:accounts"), dropPicture(true))
	d.add(r, "GET", "/api/v1/accounts/lookup", open("read:accounts"), d.lookup)
	d.add(r, "GET", "/api/v1/accounts/search", need("read:accounts"), d.searchAccounts)
	d.add(r, "GET", "/api/v1/accounts/relationships", need("read:follows"), d.relationships)
	d.add(r, "GET", "/api/v1/accounts/familiar_followers", need("read:follows"), d.familiar)
	d.add(r, "GET", "/api/v1/accounts/{id}", open("read:accounts"), d.getAccount)
	d.add(r, "GET", "/api/v1/accounts/{id}/statuses", open("read:statuses"), d.accountStatuses)
	d.add(r, "GET", "/api/v1/accounts/{id}/followers", open("read:accounts"), d.followers)
	d.add(r, "GET", "/api/v1/accounts/{id}/following", open("read:accounts"), d.following)
	d.add(r, "POST", "/api/v1/accounts/{id}/follow", need("write:follows"), relate(allmende.Follow, false))
	d.add(r, "POST", "/api/v1/accounts/{id}/unfollow", need("write:follows"), relate(allmende.Follow, true))
	d.add(r, "POST", "/api/v1/accounts/{id}/remove_from_followers", need("write:follows"), answerFollow(false))
	d.add(r, "POST", "/api/v1/accounts/{id}/block", need("write:blocks"), relate(allmende.Block, false))
	d.add(r, "POST", "/api/v1/accounts/{id}/unblock", need("write:blocks"), relate(allmende.Block, true))
	d.add(r, "POST", "/api/v1/accounts/{id}/mute", need("write:mutes"), relate(allmende.Mute, false))
	d.add(r, "POST", "/api/v1/accounts/{id}/unmute", need("write:mutes"), relate(allmende.Mute, true))
	d.add(r, "GET", "/api/v1/follow_requests", need("read:follows"), d.followRequests)
	d.add(r, "POST", "/api/v1/follow_requests/{id}/authorize", need("write:follows"), answerFollow(true))
	d.add(r, "POST", "/api/v1/follow_requests/{id}/reject", need("write:follows"), answerFollow(false))
	d.add(r, "GET", "/api/v1/blocks", need("read:blocks"), d.blocks)
	d.add(r, "GET", "/api/v1/mutes", need("read:mutes"), d.mutes)
	d.add(r, "GET", "/api/v1/directory", open("read:accounts"), d.directory)
	d.add(r, "GET", "/api/v1/preferences", need("read:accounts"), d.preferences)
	d.add(r, "POST", "/api/v1/reports", need("write:reports"), d.report)
}

func (d *Door) statusRoutes(r chi.Router) {
	d.add(r, "POST", "/api/v1/statuses", need("write:statuses"), d.postStatus)
	d.add(r, "GET", "/api/v1/statuses", open("read:statuses"), d.getStatuses)
	const one = "/api/v1/statuses/{id}"
	d.add(r, "GET", one, open("read:statuses"), d.getStatus)
	d.add(r, "PUT", one, need("write:statuses"), d.putStatus)
	d.add(r, "DELETE", one, need("write:statuses"), d.deleteStatus)
	d.add(r, "GET", one+"/context", open("read:statuses"), d.statusContext)
	d.add(r, "GET", one+"/source", need("read:statuses"), d.statusSource)
	d.add(r, "GET", one+"/history", open("read:statuses"), d.statusHistory)
	d.add(r, "GET", one+"/card", open("read:statuses"), d.statusCard)
	d.add(r, "GET", one+"/quotes", open("read:statuses"), d.statusQuotes)
	d.add(r, "PUT", one+"/interaction_policy", need("write:statuses"), d.putPolicy)
	d.add(r, "GET", one+"/reblogged_by", open("read:accounts"), reactors(allmende.Boost))
	d.add(r, "GET", one+"/favourited_by", open("read:accounts"), reactors(allmende.Like))
	d.add(r, "POST", one+"/reblog", need("write:statuses"), d.reblog)
	d.add(r, "POST", one+"/unreblog", need("write:statuses"), reaction(allmende.Boost, true))
	d.add(r, "POST", one+"/favourite", need("write:favourites"), reaction(allmende.Like, false))
	d.add(r, "POST", one+"/unfavourite", need("write:favourites"), reaction(allmende.Like, true))
	d.add(r, "POST", one+"/bookmark", need("write:bookmarks"), reaction(allmende.Bookmark, false))
	d.add(r, "POST", one+"/unbookmark", need("write:bookmarks"), reaction(allmende.Bookmark, true))
	d.add(r, "POST", one+"/mute", need("write:mutes"), muteThread(false))
	d.add(r, "POST", one+"/unmute", need("write:mutes"), muteThread(true))
	d.add(r, "POST", one+"/pin", need("write:accounts"), pin(true))
	d.add(r, "POST", one+"/unpin", need("write:accounts"), pin(false))
	d.add(r, "GET", "/api/v1/scheduled_statuses", need("read:statuses"), d.scheduledList)
	d.add(r, "GET", "/api/v1/scheduled_statuses/{id}", need("read:statuses"), d.getScheduled)
	d.add(r, "PUT", "/api/v1/scheduled_statuses/{id}", need("write:statuses"), d.putScheduled)
	d.add(r, "DELETE", "/api/v1/scheduled_statuses/{id}", need("write:statuses"), d.deleteScheduled)
	files := need("write:media")
	files.raw = true
	d.add(r, "POST", "/api/v1/media", files, d.upload(pictureWait, false))
	d.add(r, "POST", "/api/v2/media", files, d.upload(shortWait, true))
	d.add(r, "GET", "/api/v1/media/{id}", need("write:media"), d.getMedia)
	d.add(r, "PUT", "/api/v1/media/{id}", need("write:media"), d.putMedia)
}

func (d *Door) listRoutes(r chi.Router) {
	d.add(r, "GET", "/api/v1/timelines/home", need("read:statuses"), d.home)
	d.add(r, "GET", "/api/v1/timelines/public", open("read:statuses"), d.public)
	d.add(r, "GET", "/api/v1/timelines/tag/{tag}", open("read:statuses"), d.tagged)
	d.add(r, "GET", "/api/v1/bookmarks", need("read:bookmarks"), d.bookmarks)
	d.add(r, "GET", "/api/v1/favourites", need("read:favourites"), d.favourites)
	d.add(r, "GET", "/api/v1/followed_tags", need("read:follows"), d.followedTags)
	d.add(r, "GET", "/api/v1/tags/{tag}", open("read"), d.tag)
	d.add(r, "POST", "/api/v1/tags/{tag}/follow", need("write:follows"), followTag(false))
	d.add(r, "POST", "/api/v1/tags/{tag}/unfollow", need("write:follows"), followTag(true))
	d.add(r, "GET", "/api/v1/notifications", need("read:notifications"), d.notifications)
	d.add(r, "GET", "/api/v1/notifications/unread_count", need("read:notifications"), d.unread)
	d.add(r, "POST", "/api/v1/notifications/clear", need("write:notifications"), d.clearNotifications)
	d.add(r, "GET", "/api/v1/notifications/{id}", need("read:notifications"), d.getNotification)
	d.add(r, "POST", "/api/v1/notifications/{id}/dismiss", need("write:notifications"), d.dismiss)
	d.add(r, "GET", "/api/v2/notifications", need("read:notifications"), d.groups)
	d.add(r, "GET", "/api/v2/notifications/unread_count", need("read:notifications"), d.unread)
	d.add(r, "GET", "/api/v1/markers", need("read:statuses"), d.markers)
	d.add(r, "POST", "/api/v1/markers", need("write:statuses"), d.setMarkers)
	d.add(r, "GET", "/api/v1/conversations", need("read:statuses"), d.conversations)
	d.add(r, "POST", "/api/v1/conversations/{id}/read", need("write:conversations"), d.readConversation)
	d.add(r, "GET", "/api/v2/search", open("read:search"), d.search)
	d.add(r, "GET", "/api/v1/trends", open(""), d.trendingTags)
	d.add(r, "GET", "/api/v1/trends/tags", open(""), d.trendingTags)
	d.add(r, "GET", "/api/v1/trends/statuses", open(""), d.trendingStatuses)
	const streaming = "/api/v1/streaming"
	d.add(r, "GET", streaming, open(""), d.stream)
	d.add(r, "GET", streaming+"/", open(""), d.stream)
	r.Get(streaming+"/health", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("OK")) }) // it fails only when the client is gone
	for path, name := range map[string]string{"/user": "user", "/user/notification": "user:notification", "/public": "public",
		"/public/local": "public:local", "/public/remote": "public:remote", "/hashtag": "hashtag", "/hashtag/local": "hashtag:local",
		"/direct": "direct", "/list": "list"} {
		d.add(r, "GET", streaming+path, open(""), streamPath(name))
	}
}

func (d *Door) instanceRoutes(r chi.Router) {
	d.add(r, "GET", "/api/v1/instance", open(""), d.instanceV1)
	d.add(r, "GET", "/api/v2/instance", open(""), d.instance)
	d.add(r, "GET", "/api/v1/instance/peers", open(""), d.peers)
	d.add(r, "GET", "/api/v1/instance/rules", open(""), d.rules)
	d.add(r, "GET", "/api/v1/instance/extended_description", open(""), legal("about"))
	d.add(r, "GET", "/api/v1/instance/privacy_policy", open(""), legal("privacy"))
}

// emptyRoutes are calls that apps make when they start, about things that do
// not exist here: no lists, keyword filters, custom emojis, announcements.
func (d *Door) emptyRoutes(r chi.Router) {
	none := func(q *req) error { return q.bytes([]byte("[]")) }
	for path, scope := range map[string]string{"/api/v1/lists": "read:lists", "/api/v1/timelines/list/{id}": "read:lists", "/api/v1/accounts/{id}/lists": "read:lists",
		"/api/v1/filters": "read:filters", "/api/v2/filters": "read:filters", "/api/v1/announcements": "", "/api/v1/domain_blocks": "read:blocks",
		"/api/v1/endorsements": "read:accounts", "/api/v1/featured_tags": "read:accounts", "/api/v1/featured_tags/suggestions": "read:accounts",
		"/api/v1/suggestions": "read", "/api/v2/suggestions": "read", "/api/v1/notifications/requests": "read:notifications"} {
		d.add(r, "GET", path, need(scope), none)
	}
	for _, path := range []string{"/api/v1/custom_emojis", "/api/v1/trends/links", "/api/v1/accounts/{id}/featured_tags",
		"/api/v1/accounts/{id}/endorsements", "/api/v1/instance/domain_blocks"} {
		d.add(r, "GET", path, open(""), none)
	}
	// Nothing is filtered: everything from everybody is accepted.
	policy := []byte(`{"for_not_following":"accept","for_not_followers":"accept","for_new_accounts":"accept","for_private_mentions":"accept",` +
		`"for_limited_accounts":"accept","summary":{"pending_requests_count":0,"pending_notifications_count":0}}`)
	for _, path := range []string{"/api/v1/notifications/policy", "/api/v2/notifications/policy"} {
		d.add(r, "GET", path, need("read:notifications"), func(q *req) error { return q.bytes(policy) })
	}
}

// signUp is refused: joining wants a look at rules and an address that is
// proved, which the community's own page asks for.
func (d *Door) signUp(*req) error {
	return allmende.E(allmende.Forbidden, "app.sign_up", "page", d.BaseURL+"/join")
}
