package web_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core"
	"allmende/internal/door/web"
	"allmende/internal/door/web/webtest"
)

func TestR11_AProfileSaysWhoSomebodyIs(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	b := h.SignedIn(ada)
	b.Open("/settings/profile")
	b.Submit("/settings/profile", "display_name", "Ada Auwald", "bio", "Grows **beans**. <script>alert(1)</script>",
		"fields.0.name", "Place", "fields.0.value", "By the river", "fields.1.name", "Site", "fields.1.value", "https://ada.example",
		"locked", "1", "discover", "-").WantTo("/settings/profile")
	b.Follow().WantText("Saved.")
	p := h.Visitor().Open("/@ada").WantText("Ada Auwald", "Place", "By the river").WantHas("main strong", "main dd a[href=https://ada.example]")
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("a script of the bio is on the page")
	}
	if a := h.Actor(ada.Actor); !a.Locked || a.Discover || a.Bot {
		t.Errorf("locked %v, discover %v, bot %v", a.Locked, a.Discover, a.Bot)
	}
	if b.Open("/settings/profile").Attr("input[name=fields.1.value]", "value") != "https://ada.example" {
		t.Error("the second line of facts is gone")
	}
	b.Submit("/settings/profile", "display_name", strings.Repeat("a", 61), "bio", "Kept").Want(http.StatusUnprocessableEntity)
	if b.Last.Text("textarea[name=bio]") != "Kept" {
		t.Error("a refused form forgot the bio")
	}
}

func TestR11_FacesAreUploadedAndTakenAway(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	b := h.SignedIn(ada)
	b.Open("/settings/profile")
	b.Upload("/settings/profile", "avatar", "me.png", []byte("picture")).WantTo("/settings/profile")
	if h.Actor(ada.Actor).Avatar == 0 {
		t.Fatal("no face")
	}
	b.Open("/settings/profile")
	b.Submit("/settings/profile", "avatar_off", "1")
	if h.Actor(ada.Actor).Avatar != 0 {
		t.Error("the face is still there")
	}
}

func TestALockedProfileIsAskedFirst(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	yes := true
	h.Do(&allmende.SetProfile{Act: ada.Act(), Locked: &yes})
	b, a := h.SignedIn(ben), h.SignedIn(ada)
	b.Open("/@ada")
	b.Press("/@ada/follow")
	a.Open("/people").WantText("Would like to follow you")
	a.Press("/@ben/accept")
	with, err := h.Read.Relationships(context.Background(), ben.Viewer(), []allmende.ID{ada.Actor})
	if err != nil || !with[ada.Actor].Following {
		t.Errorf("ben does not follow: %+v %v", with, err)
	}
}

func TestThePasswordIsChangedWithTheOldOneAndEndsOtherSessions(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	here, there := h.SignedIn(ada), h.SignedIn(ada)
	here.Open("/settings/account")
	here.Submit("/settings/account/password", "old_password", "wrong", "new_password", goodPassword).Want(http.StatusUnprocessableEntity).WantHas("a[href=#f-old_password]")
	here.Submit("/settings/account/password", "old_password", webtest.Password, "new_password", "ada").Want(http.StatusUnprocessableEntity).WantHas("a[href=#f-new_password]")
	here.Submit("/settings/account/password", "old_password", webtest.Password, "new_password", goodPassword).WantTo("/settings/account")
	here.Follow().WantText("The password is changed")
	there.Get("/saved").WantTo("/login?next=%2Fsaved")
	h.Visitor().SignIn("ada", goodPassword).WantTo("/")
}

func TestANewAddressCountsWhenItIsConfirmed(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	b := h.SignedIn(ada)
	b.Open("/settings/account")
	b.Submit("/settings/account/mail", "email", "new@example.org", "password", webtest.Password).WantTo("/settings/account")
	b.Follow().WantText("new@example.org waits for confirmation")
	if h.Account(ada.Account).Email != "ada@example.org" {
		t.Error("the new address counts before it is proved")
	}
	b.Submit("/settings/account/code", "code", code(t, h, ada.Account, auth.ChangeMail).Short).WantTo("/settings/account")
	if got := h.Account(ada.Account).Email; got != "new@example.org" {
		t.Errorf("the address is %s", got)
	}
	b.Open("/settings/account")
	b.Submit("/settings/account/mail", "email", "third@example.org", "password", webtest.Password)
	link := allmende.PathChange + code(t, h, ada.Account, auth.ChangeMail).Link
	v := h.Visitor()
	v.Open(link)
	v.Submit(link).WantTo("/login?said=confirmed")
	if got := h.Account(ada.Account).Email; got != "third@example.org" {
		t.Errorf("the address is %s", got)
	}
}

func TestLanguageAndLookAreKept(t *testing.T) {
	h := webtest.New(t)
	b := h.SignedIn(h.Member("ada"))
	b.Open("/settings/account")
	b.Submit("/settings/account", "lang", "de-formal", "theme", "dark").Want(http.StatusSeeOther)
	p := b.Open("/settings").WantText("Einstellungen")
	if p.Attr("html", "lang") != "de" || p.Attr("html", "data-theme") != "dark" {
		t.Errorf("language %s, theme %s", p.Attr("html", "lang"), p.Attr("html", "data-theme"))
	}
	b.Open("/settings/prove").WantText("Sind Sie es noch?")
	b.Header.Set("Accept", "application/json")
	b.Post("/settings/theme", "theme", "contrast").Want(200)
	if got := b.Open("/settings").Attr("html", "data-theme"); got != "contrast" {
		t.Errorf("theme %s", got)
	}
}

func TestEverySettingsPageOpensInBothLanguages(t *testing.T) {
	h := webtest.New(t)
	b := h.SignedIn(h.Ranked("ada", allmende.Admin))
	for _, language := range []string{"de", "en"} {
		b.Open("/settings/account")
		b.Submit("/settings/account", "lang", language)
		for _, page := range []string{"", "/profile", "/account", "/posting", "/notifications", "/security", "/apps", "/relations", "/organisations", "/data", "/invites", "/prove"} {
			b.Open("/settings" + page)
		}
		for _, page := range []string{"/notifications", "/admin", "/admin/members", "/admin/legal", "/admin/legal/privacy/de", "/admin/jobs", "/admin/system",
			"/moderation", "/moderation?show=signups", "/moderation?show=held", "/moderation?show=closed", "/moderation/log", "/search", "/search?q=beans", "/about"} {
			b.Open(page)
		}
	}
}

func TestDefaultsOfWritingAreKept(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	b := h.SignedIn(ada)
	b.Open("/settings/posting")
	b.Submit("/settings/posting", "audience", "followers", "post_lang", "fr", "reply_policy", "followers", "quote_policy", "nobody", "alt_reminder", "1").WantTo("/settings/posting")
	set := h.Account(ada.Account).Settings
	if set.Audience != "followers" || set.PostLang != "fr" || set.QuotePolicy != "nobody" || !set.AltReminder || set.Sensitive {
		t.Errorf("%+v", set)
	}
	b.Open("/settings/notifications")
	b.Submit("/settings/notifications", "mail_notify", "1")
	if !h.Account(ada.Account).Settings.MailNotify {
		t.Error("no mails")
	}
}

func TestR4_DeletingTheAccountWantsNameAndPassword(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	note := h.Note(ada, "I was here.")
	b := h.SignedIn(ada)
	b.Open("/settings/data")
	b.Submit("/settings/data/delete", "own_name", "someone", "password", webtest.Password).Want(http.StatusUnprocessableEntity).WantHas("a[href=#f-own_name]")
	b.Submit("/settings/data/delete", "own_name", "@ada", "password", "wrong").Want(http.StatusUnprocessableEntity).WantHas("a[href=#f-password]")
	b.Submit("/settings/data/delete", "own_name", "@ada", "password", webtest.Password).WantTo("/login?said=deleted")
	b.Follow().WantText("Your account is deleted")
	b.SignIn("ada", webtest.Password).Want(http.StatusUnprocessableEntity)
	h.Visitor().Get("/@ada").Want(http.StatusGone)
	if s := h.Visitor().Get("/o/" + note.String()).Status; s != http.StatusGone && s != http.StatusNotFound {
		t.Errorf("a note of somebody who left answers %d", s)
	}
}

func TestR4_RestingAndComingBack(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	b := h.SignedIn(ada)
	b.Open("/settings/data")
	b.Submit("/settings/data/pause").WantTo("/login?said=away")
	h.Visitor().Get("/@ada").Want(http.StatusNotFound)
	b.SignIn("ada", webtest.Password).WantTo("/")
	h.Visitor().Open("/@ada")
}

func TestR4_EverythingCanBeTakenAlong(t *testing.T) {
	h := webtest.New(t, func(d *web.Deps, _ *core.Settings) {
		d.Export = func(_ context.Context, v allmende.Viewer, to io.Writer) error {
			_, err := to.Write([]byte("archive of " + v.Actor.String()))
			return err
		}
	})
	ada := h.Member("ada")
	b := h.SignedIn(ada)
	b.Open("/settings/data").WantHas("a[href=/settings/data/export]")
	p := b.Get("/settings/data/export").Want(200)
	if p.Body != "archive of "+ada.Actor.String() || !strings.Contains(p.Header.Get("Content-Disposition"), "ada-2026") {
		t.Errorf("%q %q", p.Body, p.Header.Get("Content-Disposition"))
	}
	h.Pass(2 * auth.FreshTime)
	b.Get("/settings/data/export").WantTo("/settings/prove?next=%2Fsettings%2Fdata%3Fproved%3D1")
	b.Follow()
	b.Submit("/settings/prove", "password", webtest.Password).WantTo("/settings/data?proved=1")
	b.Follow().WantText("Now you can download your archive.")
	b.Get("/settings/data/export").Want(200)
	webtest.New(t).Visitor().Get("/settings/data/export").WantTo("/login?next=%2Fsettings%2Fdata%2Fexport")
}

func TestBlockedAndMutedPeopleAreListedAndReleased(t *testing.T) {
	h := webtest.New(t)
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	h.Do(&allmende.Relate{Act: ada.Act(), Kind: allmende.Block, Target: ben.Actor})
	h.Do(&allmende.Relate{Act: ada.Act(), Kind: allmende.Mute, Target: cleo.Actor, Expires: h.Now().Add(48 * time.Hour)})
	b := h.SignedIn(ada)
	b.Open("/settings/relations").WantText("@ben", "Muted until 6 May 2026")
	b.Press("/@ben/unblock").WantTo("/settings/relations")
	b.Follow().WantText("You block nobody").WantNoText("@ben")
}

func TestAnOrganisationHasATeamAndIsActedFor(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	a, b := h.SignedIn(ada), h.SignedIn(ben)
	a.Open("/settings/organisations")
	a.Submit("/settings/organisations", "name", "bad name!", "display_name", "Garden club").Want(http.StatusUnprocessableEntity)
	a.Submit("/settings/organisations", "name", "garden", "display_name", "Garden club").Want(http.StatusSeeOther)
	team := a.Last.Location
	a.Follow().WantText("Garden club", "Owner")
	a.Submit(team, "member", "@nobody", "role", "publisher").Want(http.StatusUnprocessableEntity)
	a.Submit(team, "member", "@ben", "role", "publisher").WantTo(team)
	h.SignedIn(h.Member("cleo")).Get(team).Want(http.StatusNotFound)

	if b.Open(team).WantText("Publisher").Has("form[action=" + team + "]") {
		t.Error("who is no owner may change the team")
	}
	b.Open("/settings/organisations")
	b.Press("/session/actor").WantTo("/")
	b.Follow()
	b.Submit("/write", "text", "The club opens on Sunday.").Want(http.StatusSeeOther)
	b.Follow().WantHas("main a[href=/@garden]")

	a.Open(team)
	a.Press(team + "/remove").WantTo(team)
	a.Follow().WantText("needs an owner", "Owner")
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: h.Actor(organisation(t, h, "garden")).ID, Member: ben.Actor, Off: true})
	b.Open("/")
	b.Submit("/write", "text", "As myself again.")
	b.Follow().WantHas("main a[href=/@ben]")
	cleo := h.SignedIn(h.Member("dora"))
	cleo.Open("/")
	cleo.Post("/session/actor", "actor", organisation(t, h, "garden").String()).Want(http.StatusForbidden)
}

func organisation(t *testing.T, h *webtest.House, name string) allmende.ID {
	t.Helper()
	a, err := h.Read.ActorByHandle(context.Background(), name, "")
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

func TestMailsAboutNewsEndAtOneClick(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	h.Do(&allmende.SetAccount{Act: ada.Act(), Settings: &allmende.AccountSettings{MailNotify: true, PostLang: "fr"}})
	h.Exec(`insert into site (key, value) values ('unsubscribe_secret', 'sesame')`)
	link := allmende.PathUnsubscribe + unsubscribeToken(ada.Account)
	v := h.Visitor()
	v.Open(link)
	if !h.Account(ada.Account).Settings.MailNotify {
		t.Fatal("opening the link ended the mails")
	}
	v.Post(link, "List-Unsubscribe", "One-Click").Want(200).WantText("Unsubscribed")
	if set := h.Account(ada.Account).Settings; set.MailNotify || set.PostLang != "fr" {
		t.Errorf("%+v", set)
	}
	v.Get(allmende.PathUnsubscribe + ada.Account.String() + ".0000").Want(http.StatusNotFound)
}
