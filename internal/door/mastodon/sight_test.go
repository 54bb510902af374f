package mastodon_test

import (
	"net/http"
	"testing"

	"allmende"
)

// Who is away for a while is not to be found, by apps no more than by browsers.
func TestWhoIsAwayIsNotFound(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Note(ada, "still here")
	b := h.app(ben)
	to := "/api/v1/accounts/" + ada.Actor.String()
	b.get(to).ok().is("ada", "acct")
	h.Do(&allmende.Leave{Act: ada.Act()})
	b.get(to).want(http.StatusNotFound)
	b.get("/api/v1/accounts/lookup?acct=ada").want(http.StatusNotFound)
	b.get(to + "/statuses").want(http.StatusNotFound)
	b.get("/api/v1/statuses/" + note.String()).want(http.StatusNotFound)
}

// A boost is seen by whoever may see what is boosted; who wants it for a few
// is told so before it is done.
func TestABoostForAFewIsNotMadeForAll(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	note := h.Note(ada, "spread it")
	b := h.app(ben)
	for _, few := range []string{"private", "direct"} {
		b.post("/api/v1/statuses/"+note.String()+"/reblog", "visibility", few).want(http.StatusUnprocessableEntity)
	}
	b.get("/api/v1/statuses/"+note.String()).ok().is(false, "reblogged")
	b.post("/api/v1/statuses/"+note.String()+"/reblog", "visibility", "unlisted").ok().is(true, "reblog", "reblogged")
}
