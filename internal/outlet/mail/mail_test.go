package mail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/lang"
	"allmende/internal/live"
	mailing "allmende/internal/outlet/mail"
	"allmende/internal/outlet/notify"
	"allmende/internal/outlet/outlettest"
	"allmende/internal/read"
	"allmende/internal/store"
)

var ctx = context.Background()

// office is a house whose letters go to a postbox.
type office struct {
	testing.TB
	db     *db.DB
	core   *core.Core
	read   *read.Reader
	auth   *auth.Auth
	outlet *mailing.Outlet
	notify *notify.Outlet
	box    *postbox
	unsent live.Outbox
	log    bytes.Buffer
	time   time.Time
}

func newOffice(t testing.TB, box *postbox, change func(*mailing.Settings)) *office {
	t.Helper()
	o := &office{TB: t, db: dbtest.Open(t), box: box, time: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	hub := &live.Hub{}
	now := func() time.Time { return o.time }
	log := slog.New(slog.NewTextHandler(&o.log, nil))
	o.read = read.New(o.db, hub, log, now)
	o.core = core.New(o.db, o.read, hub, log, now, core.Settings{BaseURL: "https://wiese.example", Registration: "open", NoteMax: 5000, ArticleMax: 1 << 20})
	o.auth = newAuth(o, hub, now)
	mint := func(ctx context.Context, account allmende.ID, purpose string) (mailing.Code, error) {
		c, err := o.auth.MintCode(ctx, account, auth.Purpose(purpose))
		return mailing.Code{Link: c.Link, Short: c.Short, To: c.To, Expires: c.Expires}, err
	}
	set := mailing.Settings{BaseURL: "https://wiese.example", Host: "wiese.example"}
	if box != nil {
		set.URL = "smtp://" + box.address()
	}
	if change != nil {
		change(&set)
	}
	var err error
	if o.outlet, err = mailing.New(o.db, o.read, set, mint, &o.unsent, log, now); err != nil {
		t.Fatal(err)
	}
	o.notify = notify.New(o.db, o.read, hub, now, 0)
	o.do(&allmende.SetSite{Act: allmende.Act{Via: "cli"}, Site: allmende.Site{Name: "Grüne Wiese", Lang: "de", Contact: "hallo@wiese.example"}})
	return o
}

func (o *office) do(cmd allmende.Command) allmende.Result {
	o.Helper()
	o.time = o.time.Add(time.Second)
	res, err := o.core.Do(ctx, cmd)
	if err != nil {
		o.Fatalf("%s: %v", cmd.Verb(), err)
	}
	return res
}

func (o *office) member(name, lang string) allmende.Act {
	o.Helper()
	res := o.do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: name, DisplayName: "Frau " + name, Email: name + "@wiese.example", PasswordHash: "x", Lang: lang, Confirmed: true, Approved: true})
	return allmende.Act{By: res.Account, As: res.Actor, Via: "web"}
}

// jobs takes what waits from the queue.
func (o *office) jobs(name string) []allmende.Job {
	o.Helper()
	var jobs []allmende.Job
	err := o.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if jobs, err = store.ClaimJobs(ctx, tx, name, o.time, o.time.Add(time.Minute), 500); err != nil {
			return err
		}
		for _, j := range jobs {
			if err := store.DropJob(ctx, tx, name, j.Key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return jobs
}

// post carries out the waiting letters and opens those that arrived since.
func (o *office) post() []opened {
	o.Helper()
	before := len(o.box.got())
	for _, j := range o.jobs("mail") {
		if err := o.outlet.Run(ctx, j); err != nil {
			o.Fatalf("%s: %v", j.Key, err)
		}
	}
	var out []opened
	for _, d := range o.box.got()[before:] {
		out = append(out, open(o, d))
	}
	return out
}

// one is the only letter that arrived.
func (o *office) one() opened {
	o.Helper()
	got := o.post()
	if len(got) != 1 {
		o.Fatalf("%d letters arrived", len(got))
	}
	return got[0]
}

func letter(l allmende.Letter) allmende.Job {
	data, _ := json.Marshal(l)
	return allmende.Job{Outlet: "mail", Key: string(l.Kind), Data: string(data)}
}

// linkIn finds an address in a letter and what follows it.
func linkIn(t testing.TB, text, path string) string {
	t.Helper()
	_, after, found := strings.Cut(text, "https://wiese.example"+path)
	if !found {
		t.Fatalf("no %s in\n%s", path, text)
	}
	end := strings.IndexAny(after, " \n\"<")
	return after[:end]
}

func wantIn(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in\n%s", p, text)
		}
	}
}

func TestASignUpIsConfirmedWithTheLinkInTheMail(t *testing.T) {
	o := newOffice(t, newPostbox(t, true), nil)
	o.do(&allmende.SignUp{Act: allmende.Act{Via: "web"}, Name: "ada", DisplayName: "Ada Müßig", Email: "ada@wiese.example", PasswordHash: "x", Reason: "gern"})
	m := o.one()
	if m.subject != "Bestätige Deine Adresse für Grüne Wiese" || m.to != "ada@wiese.example" {
		t.Errorf("to %s: %s", m.to, m.subject)
	}
	if to, err := m.AddressList("To"); err != nil || to[0].Name != "Ada Müßig" {
		t.Errorf("to %v (%v)", to, err)
	}
	wantIn(t, m.plain, "Hallo Ada Müßig,", "bestätige", "Oder tippe diesen Code ein: ", "Der Link gilt 7 Tage.")
	wantIn(t, m.html, `<html lang="de">`, "Meine Adresse bestätigen")
	token := linkIn(t, m.plain, allmende.PathConfirm)
	if html := linkIn(t, m.html, allmende.PathConfirm); html != token {
		t.Errorf("the parts differ: %s and %s", token, html)
	}
	account, err := o.auth.TakeLink(ctx, auth.ConfirmMail, token)
	if err != nil {
		t.Fatal(err)
	}
	o.do(&allmende.ConfirmMail{Act: allmende.Act{Via: "web"}, Account: account})
	if m := o.one(); m.subject != "Willkommen bei Grüne Wiese" {
		t.Errorf("then came: %s", m.subject)
	}
}

func TestHeadersAreAsMailWantsThem(t *testing.T) {
	box := newPostbox(t, true)
	o := newOffice(t, box, nil)
	o.member("ada", "en")
	if err := o.outlet.Run(ctx, letter(allmende.Letter{Kind: allmende.LetterRejected, To: "x@wiese.example", Name: "Ben", Lang: "en", Reason: "line one\nline two"})); err != nil {
		t.Fatal(err)
	}
	d := box.got()[0]
	if !d.secure || d.from != "noreply@wiese.example" {
		t.Errorf("from %s, encrypted %v", d.from, d.secure)
	}
	m := open(t, d)
	if date, err := mail.ParseDate(m.Get("Date")); err != nil || !date.Equal(o.time) {
		t.Errorf("date %s", m.Get("Date"))
	}
	if id := m.Get("Message-Id"); !strings.HasSuffix(id, "@wiese.example>") || len(id) < 30 {
		t.Errorf("message id %s", id)
	}
	if m.Get("Auto-Submitted") != "auto-generated" || m.Get("List-Unsubscribe") != "" || m.Get("Mime-Version") != "1.0" {
		t.Errorf("headers %v", m.Header)
	}
	if from, err := m.AddressList("From"); err != nil || from[0].Name != "Grüne Wiese" {
		t.Errorf("from %v", from)
	}
	wantIn(t, m.plain, "Hello Ben,", "    line one\n    line two\n")
	wantIn(t, m.html, `<html lang="en">`, "line one\nline two</blockquote>")
}

func TestEveryLetterIsWholeInEveryLanguage(t *testing.T) {
	box := newPostbox(t, false)
	o := newOffice(t, box, nil)
	for _, tag := range lang.Tags() {
		reader := o.member("leser"+strings.ReplaceAll(string(tag), "-", ""), string(tag))
		newAddress := "neu" + string(tag) + "@wiese.example"
		o.do(&allmende.SetAccount{Act: reader, Email: &newAddress})
		waiting := o.do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "warte" + strings.ReplaceAll(string(tag), "-", ""), Email: "w" + string(tag) + "@wiese.example", PasswordHash: "x", Lang: string(tag), Reason: "Bin <neugierig>"})
		id := o.do(&allmende.Publish{Act: reader, Kind: allmende.Note, Source: "Schund"}).Object
		report := o.do(&allmende.ReportTo{Act: allmende.Act{Via: "web"}, Objects: []allmende.ID{id}, Category: "rules", Text: "so nicht", Mail: "m@wiese.example", Lang: string(tag)})
		x, err := store.ReportByCode(ctx, o.db.Read(), report.Text)
		if err != nil {
			t.Fatal(err)
		}
		var decisions []allmende.ID
		for _, kind := range allmende.DecisionKinds {
			d := allmende.Decision{ID: allmende.IDAt(o.time) + allmende.ID(len(decisions)+1), Kind: kind, Actor: reader.As, Object: id, Reason: "Grund", Rule: "Regel 3", At: o.time}
			o.time = o.time.Add(time.Second)
			if err := o.db.Write(ctx, func(tx *db.Tx) error { return store.InsertDecision(ctx, tx, &d) }); err != nil {
				t.Fatal(err)
			}
			decisions = append(decisions, d.ID)
		}
		o.jobs("mail")
		letters := []allmende.Letter{
			{Kind: allmende.LetterConfirm, Account: waiting.Account}, {Kind: allmende.LetterPassword, Account: reader.By},
			{Kind: allmende.LetterMailChange, Account: reader.By}, {Kind: allmende.LetterReportReceipt, To: "m@wiese.example", Report: x.ID, Lang: string(tag)},
			{Kind: allmende.LetterSignUp, Account: reader.By, About: waiting.Account}, {Kind: allmende.LetterExists, Account: reader.By},
		}
		for _, kind := range []allmende.LetterKind{allmende.LetterWelcome, allmende.LetterApproved, allmende.LetterRejected, allmende.LetterPasswordChanged, allmende.LetterMailChanged} {
			letters = append(letters, allmende.Letter{Kind: kind, Account: reader.By})
		}
		for i, d := range decisions {
			letters = append(letters, allmende.Letter{Kind: allmende.LetterReportDecision, To: "m@wiese.example", Report: x.ID, Decision: d, Lang: string(tag)})
			if allmende.DecisionKinds[i] != allmende.DecideNothing {
				letters = append(letters, allmende.Letter{Kind: allmende.LetterDecision, Account: reader.By, Decision: d})
			}
		}
		for _, l := range letters {
			before := len(box.got())
			if err := o.outlet.Run(ctx, letter(l)); err != nil {
				t.Fatalf("%s in %s: %v", l.Kind, tag, err)
			}
			if len(box.got()) != before+1 {
				t.Errorf("%s in %s was not sent", l.Kind, tag)
				continue
			}
			m := open(t, box.got()[before])
			all := m.subject + m.plain + m.html
			if strings.Contains(all, "[mail.") || strings.Contains(all, "{{") || strings.Contains(all, "<no value>") || len(m.subject) < 10 {
				t.Errorf("%s in %s has gaps:\n%s\n%s", l.Kind, tag, m.subject, m.plain)
			}
			formal := strings.Contains(m.plain, "Guten Tag")
			if formal != (tag == lang.DeFormal) || tag == lang.De != strings.Contains(m.plain, "Hallo") {
				t.Errorf("%s in %s is written in another language:\n%s", l.Kind, tag, m.plain)
			}
			if tag == lang.DeFormal && (strings.Contains(m.plain, " Du ") || strings.Contains(m.plain, "Dein") || strings.Contains(m.plain, "Dich")) {
				t.Errorf("%s says Du:\n%s", l.Kind, m.plain)
			}
			if strings.Contains(m.html, "<neugierig>") {
				t.Errorf("%s lets HTML through", l.Kind)
			}
		}
	}
}

func TestACodeThatIsNoLongerNeededIsNotSent(t *testing.T) {
	o := newOffice(t, newPostbox(t, false), nil)
	ada := o.member("ada", "de")
	for _, l := range []allmende.Letter{
		{Kind: allmende.LetterConfirm, Account: ada.By}, // confirmed already
		{Kind: allmende.LetterMailChange, Account: ada.By},
		{Kind: allmende.LetterDecision, Account: ada.By, Decision: 77},
		{Kind: allmende.LetterSignUp, Account: ada.By, About: ada.By},
		{Kind: allmende.LetterWelcome, Account: 77},
	} {
		if err := o.outlet.Run(ctx, letter(l)); err != nil {
			t.Errorf("%s: %v", l.Kind, err)
		}
	}
	if n := len(o.box.got()); n != 0 {
		t.Errorf("%d letters were sent", n)
	}
}

func TestNobodyIsFloodedThroughASignUpForm(t *testing.T) {
	o := newOffice(t, newPostbox(t, false), nil)
	o.member("ada", "de")
	for i := range 3 {
		o.do(&allmende.SignUp{Act: allmende.Act{Via: "web"}, Name: fmt.Sprintf("ben%d", i), Email: "ada@wiese.example", PasswordHash: "x"})
		o.post()
	}
	if n := len(o.box.got()); n != 1 {
		t.Errorf("%d letters within an hour", n)
	}
	o.time = o.time.Add(time.Hour)
	o.do(&allmende.SignUp{Act: allmende.Act{Via: "web"}, Name: "cem", Email: "ada@wiese.example", PasswordHash: "x"})
	if m := o.one(); m.subject != "Du hast schon ein Konto bei Grüne Wiese" {
		t.Error(m.subject)
	}
}

func TestWithoutMailTheLinkStandsInTheLogAndOnTheAdminPage(t *testing.T) {
	o := newOffice(t, nil, nil)
	o.do(&allmende.SignUp{Act: allmende.Act{Via: "web"}, Name: "ada", Email: "ada@wiese.example", PasswordHash: "x", Reason: "gern"})
	for _, j := range o.jobs("mail") {
		if err := o.outlet.Run(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	unsent := o.unsent.List()
	if len(unsent) != 1 || unsent[0].To != "ada@wiese.example" || !strings.HasPrefix(unsent[0].Link, "https://wiese.example/confirm/") {
		t.Fatalf("unsent: %+v", unsent)
	}
	wantIn(t, o.log.String(), "level=WARN", "no mail server", unsent[0].Link, "a…@wiese.example")
	if strings.Contains(o.log.String(), "ada@wiese.example") {
		t.Error("the whole address is in the log")
	}
}

func TestTheOutletKeepsTheContract(t *testing.T) {
	outlettest.Contract(t, func(t *testing.T) *outlettest.Subject {
		box := newPostbox(t, false)
		o := newOffice(t, box, nil)
		ada, ben := o.member("ada", "de"), o.member("ben", "en")
		o.do(&allmende.SetAccount{Act: ada, Settings: &allmende.AccountSettings{MailNotify: true}})
		o.do(&allmende.Publish{Act: ben, Kind: allmende.Note, Source: "Hallo @ada"})
		o.tell()
		s := &outlettest.Subject{Outlet: quarterly{o}, Jobs: o.jobs("mail")}
		s.Unknown = []allmende.Job{letter(allmende.Letter{Kind: allmende.LetterNotify, Account: 77}), letter(allmende.Letter{Kind: allmende.LetterWelcome, Account: 77}),
			letter(allmende.Letter{Kind: allmende.LetterReportReceipt, To: "x@wiese.example", Report: 77})}
		s.State = func() string { return fmt.Sprintf("%d mails", len(box.got())) }
		s.Delete = func() []allmende.Job {
			box.mu.Lock()
			box.mails = nil // what was sent is sent; counted is what is sent afterwards
			box.mu.Unlock()
			o.do(&allmende.Leave{Act: ada, Delete: true})
			return o.jobs("mail")
		}
		s.Gone = "0 mails"
		return s
	})
}

// quarterly is the outlet asked every quarter of an hour.
type quarterly struct{ *office }

func (quarterly) Name() string { return "mail" }

func (q quarterly) Run(ctx context.Context, job allmende.Job) error {
	q.time = q.time.Add(16 * time.Minute)
	return q.outlet.Run(ctx, job)
}

func newAuth(o *office, hub *live.Hub, now func() time.Time) *auth.Auth {
	o.Helper()
	a, err := auth.New(o.db, hub, slog.New(slog.DiscardHandler), now, auth.Settings{BaseURL: "https://wiese.example"})
	if err != nil {
		o.Fatal(err)
	}
	return a
}
