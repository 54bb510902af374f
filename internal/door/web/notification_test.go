package web_test

import (
	"net/http"
	"testing"

	"allmende"
	"allmende/internal/door/web/webtest"
)

// tell writes a notification as the outlet does.
func tell(h *webtest.House, id, to allmende.ID, kind allmende.NotificationKind, from, object allmende.ID) {
	h.Exec(`insert into notification (id, recipient, kind, sender, object, report, at) values ($1, $2, $3, $4, $5, 0, $6)`,
		int64(id), int64(to), string(kind), int64(from), int64(object), h.Now().UnixMilli())
}

func TestNotificationsAreGroupedAndMarkedAsRead(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	note := h.Note(ada, "The apples are ripe.")
	tell(h, 11, ada.Actor, allmende.NotifyLike, ben.Actor, note)
	tell(h, 12, ada.Actor, allmende.NotifyLike, cleo.Actor, note)
	yes := true
	h.Do(&allmende.SetProfile{Act: ada.Act(), Locked: &yes})
	h.Do(&allmende.Relate{Act: ben.Act(), Kind: allmende.Follow, Target: ada.Actor})
	tell(h, 13, ada.Actor, allmende.NotifyFollowAsked, ben.Actor, 0)
	b := h.SignedIn(ada)
	p := b.Open("/notifications").WantText("cleo and ben like your post", "The apples are ripe.", "would like to follow you")
	if n := len(p.All(".notice")); n != 2 || !p.Has(".notice.unread") {
		t.Errorf("%d lines, unread: %v", n, p.Has(".notice.unread"))
	}
	p.WantHas("button[formaction=/@ben/accept]", "button[formaction=/@ben/reject]")
	if b.Open("/notifications").Has(".notice.unread") {
		t.Error("looking at them did not mark them read")
	}
	b.Open("/notifications?show=mentions").WantText("Nothing new yet")
	b.Open("/notifications")
	b.Press("/@ben/accept").WantTo("/notifications")
	b.Follow().WantNoText("would like to follow you").WantHas(".notice")
	h.Visitor().Get("/notifications").Want(http.StatusSeeOther)
}

func TestNotificationsAreRemovedOneByOneOrAllAtOnce(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	note := h.Note(ada, "The plums are ripe.")
	tell(h, 11, ada.Actor, allmende.NotifyLike, ben.Actor, note)
	tell(h, 12, ada.Actor, allmende.NotifyLike, cleo.Actor, note)
	tell(h, 13, ada.Actor, allmende.NotifyBoost, ben.Actor, note)
	tell(h, 14, ada.Actor, allmende.NotifyFollow, ben.Actor, 0)
	tell(h, 15, ben.Actor, allmende.NotifyFollow, ada.Actor, 0)
	b := h.SignedIn(ada)
	b.Open("/notifications?show=mentions")
	b.Press("/notifications/read").Want(http.StatusSeeOther)
	p := b.Open("/notifications").WantText("cleo and ben like your post")
	if p.Has(".notice.unread") {
		t.Error("they were not marked as read")
	}
	if got := p.Attr(".notice.n-like button[formaction=/notifications/dismiss]", "value"); got != "12,11" {
		t.Errorf("the line of both likes would remove %q", got)
	}
	b.Post("/notifications/dismiss", "ids", "12,11").Want(http.StatusSeeOther)
	b.Open("/notifications").WantText("boosted your post", "follows you now").WantNoText("like your post")
	b.Post("/notifications/dismiss", "ids", "15").Want(http.StatusSeeOther) // not hers
	b.Open("/notifications")
	b.Press("/notifications/clear").WantTo("/notifications")
	b.Follow().WantText("Nothing new yet", "All notifications are removed.")
	h.SignedIn(ben).Open("/notifications").WantText("follows you now")
}
