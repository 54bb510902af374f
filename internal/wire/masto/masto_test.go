package masto

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"allmende"
)

var update = flag.Bool("update", false, "write the golden files anew")

var site = Site{Base: "https://example.org", Domain: "example.org"}

// golden compares JSON with testdata/<name>.json.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, got, "", "  "); err != nil {
		t.Fatalf("%s is no JSON: %v\n%s", name, err, got)
	}
	pretty.WriteByte('\n')
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, pretty.Bytes()) {
		t.Errorf("%s differs from the golden file (go test -update writes it anew):\n%s", name, pretty.Bytes())
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var spring = time.Date(2026, 4, 5, 6, 7, 8, 9e6, time.UTC)

func ada() *allmende.Actor {
	return &allmende.Actor{ID: 101, Kind: allmende.Person, Name: "ada", DisplayName: `Ada "Lina" <3`, Bio: "Gardener, @ben",
		BioHTML: `<p>Gardener, <a href="/@ben" class="u-url mention">@<span>ben</span></a></p>`, Avatar: 7, Discover: true,
		Fields: []allmende.ProfileField{{Name: "Garden", Value: "[here](/wiki/Garden)", HTML: `<p><a href="/wiki/Garden">here</a></p>`}},
		State:  allmende.ActorActive, CreatedAt: spring, Posts: 3, Followers: 2, Following: 1, LastPostAt: spring}
}

func ben() *allmende.Actor {
	return &allmende.Actor{ID: 102, Kind: allmende.Service, Name: "ben", Host: "remote.example", URI: "https://remote.example/users/ben",
		URL: "https://remote.example/@ben", Locked: true, State: allmende.ActorActive, CreatedAt: spring, Limited: true}
}

func picture() *allmende.Media {
	return &allmende.Media{ID: 7, Owner: 101, Kind: "image", State: allmende.MediaDone, Blob: hash("a"), MIME: "image/jpeg",
		Width: 4000, Height: 3000, Blurhash: "LEHV6nWB2yk8", FocusX: -0.25, FocusY: 0.5, Alt: "A heap of compost", Public: true,
		Variants: []allmende.Variant{
			{Name: "2048", Blob: hash("b"), MIME: "image/webp", Width: 2048, Height: 1536},
			{Name: "1280", Blob: hash("c"), MIME: "image/jpeg", Width: 1280, Height: 960},
			{Name: "w640", Blob: hash("d"), MIME: "image/webp", Width: 640, Height: 480},
			{Name: "j640", Blob: hash("e"), MIME: "image/jpeg", Width: 640, Height: 480},
			{Name: "320", Blob: hash("f"), MIME: "image/webp", Width: 320, Height: 240},
		}}
}

func hash(s string) string { return string(bytes.Repeat([]byte(s), 64)) }

func note() *allmende.Object {
	return &allmende.Object{ID: 900, Kind: allmende.Note, State: allmende.Published, Origin: allmende.OriginLocal, Owner: 101,
		Authors: []allmende.ID{101}, Audience: allmende.Audience{ID: 1, Kind: allmende.AudPublic}, Format: allmende.Markdown,
		Source:  "Compost! #Garten @ben@remote.example",
		HTML:    `<p>Compost! <a href="/tags/garten" class="mention hashtag" rel="tag">#<span>Garten</span></a> <span class="h-card"><a href="/@ben@remote.example" class="u-url mention">@<span>ben</span></a></span></p>`,
		Summary: "dirt", Lang: "en", Tags: []string{"Garten"}, Mentions: []allmende.ID{102}, Media: []allmende.ID{7}, ReplyTo: 800,
		Thread: 800, PublishedAt: spring, EditedAt: spring.Add(time.Hour)}
}

func input() StatusInput {
	return StatusInput{Object: note(), ReplyTo: &allmende.Object{ID: 800, Owner: 102}, Actors: map[allmende.ID]*allmende.Actor{101: ada(), 102: ben()},
		Media: map[allmende.ID]*allmende.Media{7: picture()}}
}

func status() *Status {
	return &Status{Fixed: site.AppendFixed(nil, input()), Account: site.AppendAccount(nil, AccountInput{Actor: ada(), Avatar: picture()}),
		Over: Overlay{Stat: allmende.Stat{Replies: 1, Boosts: 2, Likes: 3, Quotes: 4}, Signed: true, Liked: true, Quote: "automatic", QuoteBy: "public"}}
}

func TestAccounts(t *testing.T) {
	golden(t, "account", site.AppendAccount(nil, AccountInput{Actor: ada(), Avatar: picture()}))
	golden(t, "account_remote", site.AppendAccount(nil, AccountInput{Actor: ben()}))
	gone := ada()
	gone.State = allmende.ActorSuspended
	golden(t, "account_suspended", site.AppendAccount(nil, AccountInput{Actor: gone, Avatar: picture()}))
	golden(t, "credential_account", site.AppendCredential(nil, AccountInput{Actor: ada(), Avatar: picture()},
		CredentialInput{Settings: allmende.AccountSettings{Audience: "followers", PostLang: "de", Sensitive: true, QuotePolicy: allmende.Nobody}, Rank: allmende.Admin, Asked: 2}))
	golden(t, "relationship", marshal(t, DrawRelationship(allmende.Relationship{Actor: 102, Following: true, ShowBoosts: true, FollowedBy: true, Muting: true, MuteExpires: spring})))
}

func TestStatuses(t *testing.T) {
	golden(t, "status", status().Append(nil))
	anonymous := status()
	anonymous.Over = Overlay{Quote: "denied"}
	golden(t, "status_anonymous", anonymous.Append(nil))
	boost := Boost{Site: site, ID: 5 << 16, By: ben(), Account: site.AppendAccount(nil, AccountInput{Actor: ben()}), URL: "https://example.org/o/900", Of: status()}
	golden(t, "status_boost", boost.Append(nil))
	quoting := status()
	inner := status()
	inner.Quote = &Quote{State: "accepted", ID: 42, Status: status()}
	quoting.Quote = &Quote{State: "accepted", ID: 900, Status: inner}
	golden(t, "status_quote", quoting.Append(nil))
	quoting.Quote = &Quote{State: "deleted"}
	golden(t, "status_quote_deleted", quoting.Append(nil))
}

func TestOtherKindsOfStatus(t *testing.T) {
	in := input()
	in.Object.Kind, in.Object.Title, in.Object.HTML, in.Object.Media = allmende.Article, "Worms & soil", "<p>Long live <em>worms</em></p>", nil
	in.Preview = &allmende.Preview{URL: "https://news.example/1", Title: "News", Description: "All of it", Site: "News", Author: "Cleo", Kind: "link", Image: 7}
	golden(t, "status_article", append(site.AppendFixed(nil, in), '}'))
	in = input()
	o := in.Object
	o.Origin, o.URI, o.URL, o.Owner = allmende.OriginRemote, "https://remote.example/n/1", "https://remote.example/@ben/1", 102
	o.Audience = allmende.Audience{ID: 9, Kind: allmende.AudDirect}
	o.HTML = `<p><a href="https://remote.example/@ben" class="u-url mention">@<span>ben</span></a></p>`
	golden(t, "status_remote", append(site.AppendFixed(nil, in), '}'))
}

func TestALongArticleBecomesAnExcerptWithALink(t *testing.T) {
	in := input()
	in.Object.Kind, in.Object.Title, in.Object.Summary = allmende.Article, "Soil", ""
	in.Object.HTML = "<p>" + string(bytes.Repeat([]byte("worm "), 2000)) + "</p>"
	got := append(site.AppendFixed(nil, in), '}')
	var out struct{ Content string }
	if err := json.Unmarshal(got, &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Content) > 1000 || !bytes.Contains([]byte(out.Content), []byte(`href="https://example.org/o/900"`)) {
		t.Errorf("the content has %d bytes: %.200s", len(out.Content), out.Content)
	}
}

func TestMedia(t *testing.T) {
	golden(t, "media_image", site.AppendMedia(nil, picture()))
	film := &allmende.Media{ID: 8, Kind: "video", State: allmende.MediaUsable, Secret: "secret", Width: 1920, Height: 1080, DurationMS: 133460,
		Variants: []allmende.Variant{{Name: "first", Blob: hash("a"), MIME: "video/mp4", Width: 1920}, {Name: "poster640", Blob: hash("b"), MIME: "image/jpeg", Width: 640}}}
	golden(t, "media_video", site.AppendMedia(nil, film))
	sound := &allmende.Media{ID: 9, Kind: "audio", State: allmende.MediaDone, Public: true, DurationMS: 61000,
		Variants: []allmende.Variant{{Name: "opus", Blob: hash("a"), MIME: "audio/ogg"}, {Name: "m4a", Blob: hash("b"), MIME: "audio/mp4"}}}
	golden(t, "media_audio", site.AppendMedia(nil, sound))
	waiting := picture()
	waiting.State = allmende.MediaQueued
	golden(t, "media_waiting", site.AppendMedia(nil, waiting))
	golden(t, "media_remote", site.AppendMedia(nil, &allmende.Media{ID: 10, Kind: "image", State: allmende.MediaDone, RemoteURL: "https://remote.example/a.jpg"}))
}

func TestNotifications(t *testing.T) {
	n := Notification{Of: allmende.Notification{ID: 77, To: 101, Kind: allmende.NotifyReply, From: 102, Object: 900, At: spring},
		Account: site.AppendAccount(nil, AccountInput{Actor: ben()}), Status: status()}
	golden(t, "notification", n.Append(nil))
	golden(t, "notification_groups", marshal(t, GroupNotifications([]allmende.Notification{
		{ID: 80, Kind: allmende.NotifyLike, From: 102, Object: 900, At: spring},
		{ID: 79, Kind: allmende.NotifyInvite, From: 102, Object: 900, At: spring},
		{ID: 78, Kind: allmende.NotifyReply, From: 102, Object: 901, At: spring},
		{ID: 77, Kind: allmende.NotifyLike, From: 103, Object: 900, At: spring},
	})))
}

func TestEveryWordForNotificationsLeadsBack(t *testing.T) {
	for _, k := range KnownNotifications {
		word, known := NotificationType(k)
		if !known {
			t.Fatalf("%s is listed and not known", k)
		}
		found := false
		for _, back := range NotificationKinds(word) {
			found = found || back == k
		}
		if !found {
			t.Errorf("%s becomes %s, which leads to %v", k, word, NotificationKinds(word))
		}
	}
	if got := NotificationKinds("poll"); got != nil {
		t.Errorf("poll leads to %v", got)
	}
}

func TestInstances(t *testing.T) {
	in := InstanceInput{Title: "Meadow", Tagline: "Ours", Description: "<p>All of it</p>", Mail: "hello@example.org", Version: "0.1", Languages: []string{"de", "en"},
		Registration: "approval", Rules: []Rule{{ID: "1", Text: "Be kind"}}, Contact: site.AppendAccount(nil, AccountInput{Actor: ada()}),
		Thumbnail: "https://example.org/icon.png", Accounts: 3, ActiveMonth: 2, Statuses: 9, Domains: 1, NoteMax: 5000, MediaMax: 20, AltMax: 1500,
		ImageBytes: 32 << 20, VideoBytes: 4 << 30, ImagePixels: 100e6, VideoPixels: 8e6, MIMETypes: []string{"image/jpeg"}}
	golden(t, "instance", marshal(t, site.Instance(in)))
	golden(t, "instance_v1", marshal(t, site.InstanceV1(in)))
}

func TestSmallEntities(t *testing.T) {
	yes := true
	golden(t, "tag", marshal(t, site.DrawTag("Gärten", &yes)))
	golden(t, "marker", marshal(t, map[string]Marker{"home": {LastReadID: "5", Version: 2, UpdatedAt: Time(spring)}}))
	golden(t, "search", marshal(t, Search{Accounts: json.RawMessage("[]"), Statuses: json.RawMessage("[]"), Hashtags: []Tag{site.DrawTag("x", nil)}}))
	golden(t, "source", marshal(t, DrawSource(note())))
	account := site.AppendAccount(nil, AccountInput{Actor: ada()})
	golden(t, "status_edit", marshal(t, site.DrawEdit(note(), &allmende.Revision{HTML: `<p><a href="/x">x</a></p>`, Summary: "s", At: spring, Media: []allmende.ID{7, 8}}, account, input().Media)))
	scheduled := note()
	scheduled.State, scheduled.PublishAt = allmende.Scheduled, spring.Add(24*time.Hour)
	golden(t, "scheduled_status", marshal(t, site.DrawScheduled(scheduled, input().Media)))
	website := "https://app.example"
	golden(t, "application", marshal(t, Application{ID: "1", Name: "App", Website: &website, Scopes: []string{"read"}, RedirectURIs: []string{"urn:ietf:wg:oauth:2.0:oob"},
		RedirectURI: "urn:ietf:wg:oauth:2.0:oob", ClientID: "id", ClientSecret: "secret", SecretExpires: new(int)}))
	golden(t, "token", marshal(t, DrawToken("abc", "read write", spring)))
	golden(t, "preferences", marshal(t, DrawPreferences(allmende.AccountSettings{Audience: "unlisted", PostLang: "de"})))
	golden(t, "conversation", marshal(t, Conversation{ID: "1", Unread: true, Accounts: json.RawMessage("[]"), LastStatus: json.RawMessage("null")}))
	golden(t, "report", marshal(t, Report{ID: "1", Category: "spam", CreatedAt: Time(spring), StatusIDs: []string{}, RuleIDs: []string{}, TargetAccount: account}))
	golden(t, "error", marshal(t, Error{Error: "Nope", Description: "Because", Details: map[string][]Detail{"status": {{Error: "ERR_INVALID", Description: "empty"}}}}))
}

func FuzzStrings(f *testing.F) {
	for _, s := range []string{"", "plain", "a\"b\\c\n\r\t\x00\x1f", "ü\xff\xfe€", "\u2028\U0001F33B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatalf("%q became no JSON: %v", s, err)
		}
		want := string(bytes.ToValidUTF8([]byte(s), []byte("\uFFFD")))
		if len(got) < len(want) {
			t.Fatalf("%q became %q", s, got)
		}
		if again := string(appendString(nil, got)); again != string(appendString(nil, s)) {
			t.Fatalf("%q and what became of it are written differently", s)
		}
	})
}
