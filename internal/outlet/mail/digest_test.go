package mail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/outlet"
)

// tell runs the notification outlet on what waits.
func (o *office) tell() {
	o.Helper()
	for _, err := range o.notify.RunBatch(ctx, o.jobs("notify")) {
		if err != nil {
			o.Fatal(err)
		}
	}
}

func TestT21_NotificationsComeByMailGroupedAndCanBeEndedAtOneClick(t *testing.T) {
	o := newOffice(t, newPostbox(t, true), nil)
	ada, ben := o.member("ada", "de"), o.member("ben", "de")
	o.do(&allmende.SetAccount{Act: ada, Settings: &allmende.AccountSettings{MailNotify: true}})
	o.do(&allmende.Publish{Act: ben, Kind: allmende.Note, Source: "Kommst Du mit, @ada? Größe egal."})
	o.do(&allmende.Relate{Act: ben, Kind: allmende.Follow, Target: ada.As})
	o.do(&allmende.Publish{Act: ben, Kind: allmende.Note, Source: "Geheim, @ada", Audience: allmende.AudienceChoice{Kind: allmende.AudDirect}})
	o.tell()
	m := o.one()
	if m.subject != "Bei Grüne Wiese sind 3 Dinge passiert" {
		t.Error(m.subject)
	}
	wantIn(t, m.plain, "Frau ben hat Dich erwähnt", "Kommst Du mit, @ada? Größe egal.", "Frau ben folgt Dir", "https://wiese.example/o/", "https://wiese.example/notifications")
	if strings.Contains(m.plain+m.html, "Geheim") {
		t.Error("a direct message's words are in the mail")
	}
	wantIn(t, m.Get("List-Unsubscribe"), "<https://wiese.example/unsubscribe/")
	if m.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post: %s", m.Get("List-Unsubscribe-Post"))
	}
	token := linkIn(t, m.plain, allmende.PathUnsubscribe)
	if account, err := o.read.Unsubscribes(ctx, token); err != nil || account != ada.By {
		t.Errorf("the token is %s's (%v)", account, err)
	}
	for _, forged := range []string{ben.By.String() + token[strings.Index(token, "."):], "", "x", token + "0"} {
		if _, err := o.read.Unsubscribes(ctx, forged); !allmende.IsKind(err, allmende.NotFound) {
			t.Errorf("token %q: %v", forged, err)
		}
	}
	first := o.do(&allmende.Publish{Act: ben, Kind: allmende.Note, Source: "Noch da, @ada?"}).Object
	o.tell()
	waiting := o.jobs("mail")
	if len(waiting) != 1 {
		t.Fatalf("%d mails wait", len(waiting))
	}
	err := o.outlet.Run(ctx, waiting[0])
	if later := outlet.Later(o.time); fmt.Sprintf("%T", err) != fmt.Sprintf("%T", later) {
		t.Errorf("a second mail within 15 minutes: %v", err)
	}
	o.time = o.time.Add(15 * time.Minute)
	if err := o.outlet.Run(ctx, waiting[0]); err != nil {
		t.Fatal(err)
	}
	got := o.box.got()
	m = open(t, got[len(got)-1])
	if len(got) != 2 || m.subject != "Frau ben hat Dich erwähnt" || !strings.Contains(m.plain, "/o/"+first.String()) || strings.Contains(m.plain, "Größe egal") {
		t.Errorf("%d mails; the second: %s\n%s", len(got), m.subject, m.plain)
	}
}

func TestWhoHasReadEverythingGetsNoMail(t *testing.T) {
	o := newOffice(t, newPostbox(t, false), nil)
	ada, ben := o.member("ada", "de"), o.member("ben", "de")
	o.do(&allmende.SetAccount{Act: ada, Settings: &allmende.AccountSettings{MailNotify: true}})
	o.do(&allmende.Publish{Act: ben, Kind: allmende.Note, Source: "Hallo @ada"})
	o.tell()
	p, err := o.read.Notifications(ctx, allmende.Viewer{Account: ada.By, Actor: ada.As}, allmende.Span{}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.do(&allmende.MarkRead{Act: ada, List: "notifications", Last: p.List[0].ID})
	if got := o.post(); len(got) != 0 {
		t.Errorf("%d mails came", len(got))
	}
}

func TestO2_ARoleComesByMail(t *testing.T) {
	o := newOffice(t, newPostbox(t, true), nil)
	ada, ben := o.member("ada", "de"), o.member("ben", "de")
	o.do(&allmende.SetAccount{Act: ada, Settings: &allmende.AccountSettings{MailNotify: true}})
	library := o.do(&allmende.NewActor{Act: ben, Kind: allmende.Organization, Name: "library", DisplayName: "Bücherei am Teich"}).Actor
	o.do(&allmende.SetRole{Act: ben, Actor: library, Member: ada.As, Role: allmende.RolePublisher})
	o.tell()
	m := o.one()
	wantIn(t, m.plain, "Frau ben hat Dich ins Team von Bücherei am Teich geholt. Deine Rolle: Redaktion", "https://wiese.example/settings/organisations/"+library.String())
}
