package mastodon_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"allmende"
)

func TestTimelinesArePagedByTheirLinks(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	a := h.app(ada)
	var newest []string
	for range 5 {
		newest = append([]string{h.Note(ada, "n").String()}, newest...)
	}
	first := a.get("/api/v1/timelines/home?limit=2").ok()
	if got := first.ids(); got != strings.Join(newest[:2], " ") {
		t.Fatalf("the first page is %s", got)
	}
	if !strings.HasPrefix(first.header.Get("Link"), "<"+base+"/api/v1/timelines/home?") || !strings.Contains(first.header.Get("Link"), `>; rel="next", <`) {
		t.Errorf("the header is %s", first.header.Get("Link"))
	}
	second := a.get(first.page("next")).ok()
	if got := second.ids(); got != strings.Join(newest[2:4], " ") {
		t.Errorf("the second page is %s", got)
	}
	third := a.get(second.page("next")).ok()
	if got := third.ids(); got != newest[4] || third.page("next") != "" {
		t.Errorf("the last page is %s and goes on at %q", got, third.page("next"))
	}
	if got := a.get(second.page("prev")).ok().ids(); got != strings.Join(newest[:2], " ") {
		t.Errorf("back from the second page: %s", got)
	}
	a.get("/api/v1/timelines/home?since_id=" + newest[1]).ok().len(1)
}

func TestPublicTimelinesAndTags(t *testing.T) {
	h := newHouse(t)
	ada := h.Member("ada")
	a := h.app(ada)
	tea := h.Note(ada, "cup of #Tee").String()
	both := h.Note(ada, "#Tee with #Milch").String()
	local := a.post("/api/v1/statuses", "status", "ours #tee", "visibility", "local").ok().id()
	a.post("/api/v1/statuses", "status", "hidden #tee", "visibility", "unlisted").ok()
	nobody := h.nobody()
	nobody.get("/api/v1/timelines/public").ok().len(2)
	nobody.get("/api/v1/timelines/public?local=true").ok().len(2)
	a.get("/api/v1/timelines/public?local=true").ok().len(3).is(local, 0, "id")
	nobody.get("/api/v1/timelines/public?remote=true").ok().len(0)
	nobody.get("/api/v1/timelines/public?only_media=true").ok().len(0)
	if got := nobody.get("/api/v1/timelines/tag/tee").ok().ids(); got != both+" "+tea {
		t.Errorf("tagged are %s", got)
	}
	nobody.get("/api/v1/timelines/tag/Tee?all[]=milch").ok().len(1).is(both, 0, "id")
	nobody.get("/api/v1/timelines/tag/Tee?none[]=milch").ok().len(1).is(tea, 0, "id")
	nobody.get("/api/v1/timelines/home").want(http.StatusUnauthorized)
}

func TestT4_TagsAreFollowedAndTrend(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	b := h.app(ben)
	b.post("/api/v1/tags/Garten/follow").ok().is(true, "following").is("Garten", "name")
	b.get("/api/v1/tags/garten").ok().is(true, "following")
	b.get("/api/v1/followed_tags").ok().len(1).is("Garten", 0, "name")
	note := h.Note(ada, "in the #garten").String()
	b.get("/api/v1/timelines/home").ok().is(note, 0, "id")
	h.nobody().get("/api/v1/trends/tags").ok().is("garten", 0, "name").is("1", 0, "history", 0, "uses")
	b.post("/api/v1/statuses/" + note + "/favourite").ok()
	h.nobody().get("/api/v1/trends/statuses").ok().len(1).is(note, 0, "id")
	b.post("/api/v1/tags/garten/unfollow").ok().is(false, "following")
	b.get("/api/v1/followed_tags").ok().len(0)
	h.nobody().get("/api/v1/tags/garten").ok().is(nil, "following")
}

func TestT22_ReadingPositionsAreKept(t *testing.T) {
	h := newHouse(t)
	a := h.app(h.Member("ada"))
	a.post("/api/v1/markers", "home", map[string]string{"last_read_id": "123"}).ok().is("123", "home", "last_read_id")
	a.form("POST", "/api/v1/markers", "home[last_read_id]", "456").ok()
	a.get("/api/v1/markers?timeline[]=home&timeline[]=notifications").ok().is("456", "home", "last_read_id").is(2, "home", "version").is(nil, "notifications")
}

func TestNotificationsAreListedGroupedAndDismissed(t *testing.T) {
	h := newHouse(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	a, b, c := h.app(ada), h.app(ben), h.app(cleo)
	note := h.Note(ada, "hear me").String()
	b.post("/api/v1/accounts/" + ada.Actor.String() + "/follow").ok()
	b.post("/api/v1/statuses/" + note + "/favourite").ok()
	c.post("/api/v1/statuses/" + note + "/favourite").ok()
	reply := c.post("/api/v1/statuses", "status", "@ada I do", "in_reply_to_id", note).ok().id()
	club := h.Do(&allmende.NewActor{Act: cleo.Act(), Kind: allmende.Organization, Name: "club", DisplayName: "Club"}).Actor
	h.Do(&allmende.SetRole{Act: cleo.Act(), Actor: club, Member: ada.Actor, Role: allmende.RoleOwner}) // apps have no word for this
	h.catchUp()
	if n, err := h.Read.Unread(t.Context(), ada.Viewer()); err != nil || n != 5 {
		t.Fatalf("ada has %d unread (%v), want 5", n, err)
	}
	all := a.get("/api/v1/notifications").ok().len(4)
	kinds := map[any]int{}
	for i := range 4 {
		kinds[all.at(i, "type")]++
	}
	if kinds["mention"] != 1 || kinds["favourite"] != 2 || kinds["follow"] != 1 {
		t.Fatalf("ada was told %v", kinds)
	}
	a.get("/api/v1/notifications/unread_count").ok().is(4, "count")
	mention := a.get("/api/v1/notifications?types[]=mention").ok().len(1).is(reply, 0, "status", "id").is("cleo", 0, "account", "acct").id(0)
	a.get("/api/v1/notifications?exclude_types[]=favourite&exclude_types[]=follow&exclude_types[]=poll").ok().len(1)
	a.get("/api/v1/notifications?types[]=poll").ok().len(0)
	a.get("/api/v1/notifications?account_id=" + ben.Actor.String()).ok().len(2)
	grouped := a.get("/api/v2/notifications").ok().len(3, "notification_groups").len(2, "accounts").len(2, "statuses")
	counts := map[any]any{}
	for i := range 3 {
		counts[grouped.at("notification_groups", i, "type")] = grouped.at("notification_groups", i, "notifications_count")
	}
	if counts["favourite"] != 2.0 || counts["mention"] != 1.0 {
		t.Errorf("the groups hold %v", counts)
	}
	a.get("/api/v1/notifications/"+mention).ok().is("mention", "type")
	b.get("/api/v1/notifications/" + mention).want(http.StatusNotFound)
	a.post("/api/v1/notifications/" + mention + "/dismiss").ok()
	a.get("/api/v1/notifications").ok().len(3)
	a.post("/api/v1/markers", "notifications", map[string]any{"last_read_id": a.get("/api/v1/notifications").ok().id(0)}).ok()
	a.get("/api/v1/notifications/unread_count").ok().is(0, "count")
	a.post("/api/v1/notifications/clear").ok()
	a.get("/api/v1/notifications").ok().len(0)
}

func TestDirectConversationsAreListedByTheirNewestStatus(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.app(h.Member("ada")), h.app(h.Member("ben"))
	first := ada.post("/api/v1/statuses", "status", "@ben psst", "visibility", "direct").ok().id()
	list := ben.get("/api/v1/conversations").ok().len(1).is(first, 0, "last_status", "id").is(true, 0, "unread").is("ada", 0, "accounts", 0, "acct").len(1, 0, "accounts")
	answer := ben.post("/api/v1/statuses", "status", "@ada what?", "visibility", "direct", "in_reply_to_id", first).ok().id()
	ben.get("/api/v1/conversations").ok().len(1).is(answer, 0, "last_status", "id").is(false, 0, "unread")
	ada.get("/api/v1/conversations").ok().is(true, 0, "unread").is(answer, 0, "last_status", "id")
	ada.post("/api/v1/conversations/"+list.id(0)+"/read").ok().is(false, "unread")
	ada.get("/api/v1/conversations").ok().is(false, 0, "unread")
	h.app(h.Member("cleo")).get("/api/v1/conversations").ok().len(0)
}

func TestSearchFindsPeopleStatusesTagsAndAddresses(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	a := h.app(ada)
	note := h.Note(ben, "Kompost needs worms #Kompost").String()
	h.catchUp()
	a.get("/api/v2/search?q=kompost").ok().is(note, "statuses", 0, "id").is("Kompost", "hashtags", 0, "name")
	a.get("/api/v2/search?q=worms&type=statuses").ok().len(1, "statuses").len(0, "accounts").len(0, "hashtags")
	a.get("/api/v2/search?q=%40ben&type=accounts").ok().is("ben", "accounts", 0, "acct").len(0, "statuses")
	a.get("/api/v2/search?q=ben@allmende.example&resolve=true&type=accounts").ok().is("ben", "accounts", 0, "acct").len(1, "accounts")
	a.get("/api/v2/search?q="+base+"/@ben").ok().is("ben", "accounts", 0, "acct")
	a.get("/api/v2/search?q="+base+"/o/"+note).ok().is(note, "statuses", 0, "id")
	a.get("/api/v2/search?q=").ok().len(0, "accounts")
	a.get("/api/v1/accounts/search?q=be").ok().is("ben", 0, "acct")
	h.nobody().get("/api/v2/search?q=worms").ok().len(0, "statuses")
	private := a.post("/api/v1/statuses", "status", "secret worms", "visibility", "private").ok().id()
	h.catchUp()
	h.app(ben).get("/api/v2/search?q=secret&type=statuses").ok().len(0, "statuses")
	a.get("/api/v2/search?q=secret&type=statuses").ok().is(private, "statuses", 0, "id")
}

func TestAppsFindWhatTheyAskForAtTheStart(t *testing.T) {
	h := newHouse(t)
	a := h.app(h.Member("ada"))
	h.Do(&allmende.SetSite{Act: h.House.House(), Site: allmende.Site{Name: "Auwiesen", Tagline: "By the river", Contact: "hello@allmende.example", Ready: true}})
	h.Do(&allmende.SetLegal{Act: h.House.House(), Name: "rules", Lang: "en", Source: "# Rules\n\n- Be *kind*\n- Stay dry"})
	a.get("/api/v1/lists").ok()
	v2 := h.nobody().get("/api/v2/instance").ok().is("allmende.example", "domain").is("Auwiesen", "title").is("4.5.0 (compatible; Allmende 0.0-test)", "version").
		is(7, "api_versions", "mastodon").is("Be kind", "rules", 0, "text").is(5000, "configuration", "statuses", "max_characters").
		is("wss://allmende.example", "configuration", "urls", "streaming").is(1, "usage", "users", "active_month").is(true, "registrations", "enabled")
	v2.len(2, "rules")
	h.nobody().get("/api/v1/instance").ok().is("allmende.example", "uri").is(1, "stats", "user_count").is("wss://allmende.example", "urls", "streaming_api")
	h.nobody().get("/api/v1/instance/rules").ok().is("Stay dry", 1, "text")
	for _, path := range []string{"/api/v1/lists", "/api/v2/filters", "/api/v1/filters", "/api/v1/custom_emojis", "/api/v1/announcements",
		"/api/v2/suggestions", "/api/v1/domain_blocks", "/api/v1/instance/peers", "/api/v1/trends/links"} {
		a.get(path).ok().len(0)
	}
	a.get("/api/v2/notifications/policy").ok().is("accept", "for_not_following")
	h.nobody().get("/api/v1/lists").want(http.StatusUnauthorized)
	h.nobody().get("/api/v1/instance/extended_description").ok().is("", "content")
}

func TestAppsAreToldOnlyWhatTheyKnow(t *testing.T) {
	h := newHouse(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	a := h.app(ada)
	note, theirs := h.Note(ada, "hear me"), h.Note(ben, "write with me")
	h.Do(&allmende.React{Act: ben.Act(), Object: note, Kind: allmende.Like, Emoji: "🎉"})
	h.Do(&allmende.InviteAuthor{Act: ben.Act(), Object: theirs, Actor: ada.Actor})
	h.catchUp()
	for i, kind := range []allmende.NotificationKind{allmende.NotifyHeld, allmende.NotifyConsentWanted, allmende.NotifyInviteAnswer,
		allmende.NotifyFollowed, allmende.NotifyDecision, allmende.NotifyReportClosed} {
		h.Exec(`insert into notification (id, recipient, kind, sender, object, report, at) values ($1, $2, $3, $4, $5, 0, $6)`,
			i+1, int64(ada.Actor), string(kind), int64(ben.Actor), int64(note), h.Now().UnixMilli())
	}
	if page, err := h.Read.Notifications(context.Background(), ada.Viewer(), allmende.Span{}, nil, nil); err != nil || len(page.List) < 6 {
		t.Fatalf("ada was told %+v, %v", page, err)
	}
	a.get("/api/v1/notifications").ok().len(1).is("favourite", 0, "type").is(1, 0, "status", "favourites_count")
	a.get("/api/v2/notifications").ok().len(1, "notification_groups")
	for _, word := range []string{"coauthor", "coauthor_yes", "held", "consent", "follow_accepted", "report_closed"} {
		a.get("/api/v1/notifications?types[]=" + word).ok().len(0)
	}
	a.get("/api/v1/notifications?types[]=favourite&types[]=held").ok().len(1)
	a.get("/api/v1/notifications?exclude_types[]=favourite").ok().len(0)
	a.get("/api/v1/notifications?types[]=favourite&exclude_types[]=favourite").ok().len(0)
	a.get("/api/v1/notifications/1").want(http.StatusNotFound)
}
