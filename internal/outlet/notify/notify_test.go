package notify_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/outlet/notify"
	"allmende/internal/outlet/outlettest"
	"allmende/internal/read"
	"allmende/internal/store"
)

var ctx = context.Background()

// town is a house with some people and the outlet, driven by hand.
type town struct {
	*testing.T
	db     *db.DB
	core   *core.Core
	read   *read.Reader
	outlet *notify.Outlet
	time   time.Time
	names  map[allmende.ID]string
	people map[string]allmende.Act
	told   []allmende.Notification // heard from the hub
	woken  []string                // outlets that got work from this one
	jobs   []allmende.Job          // all that was carried out
}

func newTown(t *testing.T, people ...string) *town {
	t.Helper()
	w := &town{T: t, db: dbtest.Open(t), time: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), names: map[allmende.ID]string{0: "-"}, people: map[string]allmende.Act{}}
	hub := &live.Hub{}
	hub.Listen(func(n live.News) {
		w.told = append(w.told, n.Notified...)
		if len(n.Notified) > 0 {
			w.woken = append(w.woken, n.Outlets...)
		}
	})
	now := func() time.Time { return w.time }
	log := slog.New(slog.DiscardHandler)
	w.read = read.New(w.db, hub, log, now)
	w.core = core.New(w.db, w.read, hub, log, now, core.Settings{BaseURL: "https://wiese.example", Registration: "open", NoteMax: 5000, ArticleMax: 1 << 20, MediaPerPost: 16})
	w.outlet = notify.New(w.db, w.read, hub, now, time.Minute)
	for _, name := range people {
		w.join(name)
	}
	return w
}

func (w *town) join(name string) allmende.Act {
	w.Helper()
	res := w.do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: name, Email: name + "@wiese.example", PasswordHash: "x", Confirmed: true, Approved: true})
	act := allmende.Act{By: res.Account, As: res.Actor, Via: "web"}
	w.people[name], w.names[res.Actor] = act, name
	return act
}

func (w *town) do(cmd allmende.Command) allmende.Result {
	w.Helper()
	w.time = w.time.Add(time.Second)
	res, err := w.core.Do(ctx, cmd)
	if err != nil {
		w.Fatalf("%s: %v", cmd.Verb(), err)
	}
	return res
}

func (w *town) note(who, source string, more ...func(*allmende.Publish)) allmende.ID {
	w.Helper()
	cmd := &allmende.Publish{Act: w.people[who], Kind: allmende.Note, Source: source}
	for _, m := range more {
		m(cmd)
	}
	return w.do(cmd).Object
}

func replyTo(id allmende.ID) func(*allmende.Publish) {
	return func(p *allmende.Publish) { p.ReplyTo = id }
}

func (w *town) follow(who, whom string) {
	w.Helper()
	w.do(&allmende.Relate{Act: w.people[who], Kind: allmende.Follow, Target: w.people[whom].As})
}

// waiting takes the outlet's jobs from the queue, as the runner does.
func (w *town) waiting() []allmende.Job {
	w.Helper()
	var jobs []allmende.Job
	err := w.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if jobs, err = store.ClaimJobs(ctx, tx, "notify", w.time, w.time.Add(time.Minute), 500); err != nil {
			return err
		}
		for _, j := range jobs {
			if err := store.DropJob(ctx, tx, "notify", j.Key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	sort.Slice(jobs, func(i, j int) bool { return jobs[i].RunAt.Before(jobs[j].RunAt) })
	w.jobs = append(w.jobs, jobs...)
	return jobs
}

// run carries out what waits.
func (w *town) run() {
	w.Helper()
	jobs := w.waiting()
	for i, err := range w.outlet.RunBatch(ctx, jobs) {
		if err != nil && !allmende.IsKind(err, allmende.NotFound) {
			w.Fatalf("%s: %v", jobs[i].Key, err)
		}
	}
}

func (w *town) viewer(name string) allmende.Viewer {
	return allmende.Viewer{Account: w.people[name].By, Actor: w.people[name].As}
}

func (w *town) page(name string, span allmende.Span) *read.NotificationPage {
	w.Helper()
	p, err := w.read.Notifications(ctx, w.viewer(name), span, nil, nil)
	if err != nil {
		w.Fatal(err)
	}
	return p
}

// wants compares what people have been told, as "kind from" lines, oldest first.
func (w *town) wants(name string, want ...string) {
	w.Helper()
	if got := w.list(name); !slices.Equal(got, want) {
		w.Errorf("%s was told %q, and should have been %q", name, got, want)
	}
}

func (w *town) list(name string) []string {
	w.Helper()
	var got []string
	for _, n := range w.page(name, allmende.Span{Limit: 80}).List {
		got = append(got, string(n.Kind)+" "+w.names[n.From])
	}
	slices.Reverse(got)
	return got
}

func TestAReplyTellsTheAuthorsAndEveryoneOnlyOnce(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem", "dora")
	first := w.note("ada", "Wer kommt mit?")
	w.note("ben", "Ich, @ada und @cem", replyTo(first))
	w.run()
	w.wants("ada", "reply ben")
	w.wants("cem", "mention ben")
	w.wants("ben")
	w.wants("dora")
	if len(w.told) != 2 {
		t.Errorf("the hub told of %d", len(w.told))
	}
}

func TestAQuoteTellsWhoIsQuoted(t *testing.T) {
	w := newTown(t, "ada", "ben")
	first := w.note("ada", "Wer kommt mit?")
	w.note("ben", "Schaut", func(p *allmende.Publish) { p.Quote = first })
	w.run()
	w.wants("ada", "quote ben")
}

func TestADirectMessageTellsItsReaders(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem")
	w.note("ada", "Unter uns", func(p *allmende.Publish) {
		p.Audience = allmende.AudienceChoice{Kind: allmende.AudDirect, Actors: []allmende.ID{w.people["ben"].As}}
	})
	w.run()
	w.wants("ben", "mention ada")
	w.wants("cem")
}

func TestNobodyHearsOfWhatTheyMayNotSee(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem")
	w.follow("cem", "ada")
	w.run()
	w.note("ada", "Nur unter uns: @ben und @cem", func(p *allmende.Publish) { p.Audience.Kind = allmende.AudFollowers })
	w.run()
	w.wants("ben")
	w.wants("cem", "mention ada")
	if n, err := store.CountUnread(ctx, w.db.Read(), w.people["ben"].As, 0); err != nil || n != 0 {
		t.Errorf("%d are only hidden (%v)", n, err)
	}
}

func TestBlockedMutedAndMutedThreadsAreSilent(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem", "dora")
	loud := false
	w.do(&allmende.Relate{Act: w.people["ada"], Kind: allmende.Block, Target: w.people["ben"].As})
	w.do(&allmende.Relate{Act: w.people["ada"], Kind: allmende.Mute, Target: w.people["cem"].As})
	w.do(&allmende.Relate{Act: w.people["ada"], Kind: allmende.Mute, Target: w.people["dora"].As, Quiet: &loud})
	w.note("ben", "@ada!")
	w.note("cem", "@ada?")
	w.note("dora", "@ada.")
	w.run()
	w.wants("ada", "mention dora")
	quiet := w.note("ada", "Dazu will ich nichts mehr hören")
	w.do(&allmende.MuteThread{Act: w.people["ada"], Thread: quiet})
	w.note("dora", "Aber @ada", replyTo(quiet))
	w.run()
	w.wants("ada", "mention dora")
	if len(w.told) != 1 {
		t.Errorf("%d were told, and are only hidden", len(w.told))
	}
}

func TestABlockTakesOldNoticesFromSight(t *testing.T) {
	w := newTown(t, "ada", "ben")
	w.note("ben", "@ada!")
	w.run()
	w.wants("ada", "mention ben")
	w.do(&allmende.Relate{Act: w.people["ada"], Kind: allmende.Block, Target: w.people["ben"].As})
	w.wants("ada")
}

func TestALikeIsToldAndTakenBack(t *testing.T) {
	w := newTown(t, "ada", "ben")
	id := w.note("ada", "Sonne")
	w.do(&allmende.React{Act: w.people["ben"], Object: id, Kind: allmende.Like})
	w.do(&allmende.React{Act: w.people["ben"], Object: id, Kind: allmende.Boost})
	w.do(&allmende.React{Act: w.people["ada"], Object: id, Kind: allmende.Like})
	w.run()
	w.wants("ada", "favourite ben", "reblog ben")
	w.do(&allmende.React{Act: w.people["ben"], Object: id, Kind: allmende.Like, Off: true})
	w.run()
	w.wants("ada", "reblog ben")
}

func TestDeletionTakesEverythingBack(t *testing.T) {
	w := newTown(t, "ada", "ben")
	id := w.note("ada", "Hallo @ben")
	w.do(&allmende.React{Act: w.people["ben"], Object: id, Kind: allmende.Like})
	w.run()
	w.wants("ben", "mention ada")
	w.do(&allmende.Delete{Act: w.people["ada"], Object: id})
	w.run()
	w.wants("ben")
	w.wants("ada")
	if n, err := store.CountUnread(ctx, w.db.Read(), w.people["ben"].As, 0); err != nil || n != 0 {
		t.Errorf("%d notifications stay behind (%v)", n, err)
	}
}

func TestAMentionTakenOutByAnEditIsTakenBack(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem")
	id := w.note("ada", "Hallo @ben")
	w.run()
	text := "Hallo @cem"
	w.do(&allmende.Edit{Act: w.people["ada"], Object: id, Source: &text})
	w.run()
	w.wants("ben")
	w.wants("cem", "mention ada")
}

func TestFollowing(t *testing.T) {
	w := newTown(t, "ada", "ben")
	yes := true
	w.follow("ben", "ada")
	w.run()
	w.wants("ada", "follow ben")
	w.do(&allmende.Relate{Act: w.people["ben"], Kind: allmende.Follow, Target: w.people["ada"].As, Off: true})
	w.run()
	w.wants("ada")
	w.do(&allmende.SetProfile{Act: w.people["ada"], Locked: &yes})
	w.follow("ben", "ada")
	w.run()
	w.wants("ada", "follow_request ben")
	w.do(&allmende.AnswerFollow{Act: w.people["ada"], Follower: w.people["ben"].As, Yes: true})
	w.run()
	w.wants("ada", "follow ben")
	w.wants("ben", "follow_accepted ada")
}

func TestWhoAskedHearsOfEachPostButNotOfReplies(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem")
	yes := true
	w.do(&allmende.Relate{Act: w.people["ben"], Kind: allmende.Follow, Target: w.people["ada"].As, Notify: &yes})
	w.follow("cem", "ada")
	w.run()
	id := w.note("ada", "Neues")
	w.note("ada", "und noch etwas", replyTo(id))
	w.run()
	w.wants("ben", "status ada")
	w.wants("cem")
	w.time = w.time.Add(48 * time.Hour)
	text := "Neues, verbessert"
	if err := w.forgetAll("ben"); err != nil {
		t.Fatal(err)
	}
	w.do(&allmende.Edit{Act: w.people["ada"], Object: id, Source: &text})
	w.run()
	w.wants("ben")
}

// forgetAll empties someone's list, as they may do themselves.
func (w *town) forgetAll(name string) error {
	var ids []allmende.ID
	for _, n := range w.page(name, allmende.Span{Limit: 80}).List {
		ids = append(ids, n.ID)
	}
	return w.db.Write(ctx, func(tx *db.Tx) error { return store.DeleteNotifications(ctx, tx, ids) })
}

func TestAnEditTellsTheOtherAuthorsAndBoosters(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem", "dora")
	page := w.do(&allmende.Publish{Act: w.people["ada"], Kind: allmende.Page, Title: "Beete", Source: "Eins"}).Object
	w.do(&allmende.React{Act: w.people["cem"], Object: page, Kind: allmende.Boost})
	w.run()
	first, small, second := "Eins\n\nZwei", "Eins\n\nZwei.", "Eins\n\nZwei.\n\nDrei"
	w.do(&allmende.Edit{Act: w.people["ben"], Object: page, Source: &first})
	w.run()
	w.wants("ada", "reblog cem", "update ben")
	w.wants("cem", "update ben")
	w.wants("ben")
	was := w.page("cem", allmende.Span{}).List[0]
	w.do(&allmende.Edit{Act: w.people["ben"], Object: page, Source: &small, Minor: true})
	w.run()
	if now := w.page("cem", allmende.Span{}).List[0]; now.ID != was.ID {
		t.Error("a minor edit was told")
	}
	w.do(&allmende.Edit{Act: w.people["ben"], Object: page, Source: &second})
	w.run()
	w.wants("cem", "update ben")
	if now := w.page("cem", allmende.Span{}).List[0]; now.ID <= was.ID {
		t.Error("the second edit was not told as a new one")
	}
}

func TestCoauthorsAreAskedAndTheAnswerIsTold(t *testing.T) {
	w := newTown(t, "ada", "ben")
	id := w.do(&allmende.Publish{Act: w.people["ada"], Kind: allmende.Article, Title: "Beete", Source: "Eins", State: allmende.Draft, Authors: []allmende.ID{w.people["ben"].As}}).Object
	w.run()
	w.wants("ben", "coauthor ada")
	if o := w.page("ben", allmende.Span{}).Bundle.Objects[id]; o == nil || o.Title != "Beete" {
		t.Error("the invited do not see what it is about")
	}
	w.do(&allmende.AnswerInvite{Act: w.people["ben"], Object: id, Yes: true})
	w.run()
	w.wants("ben")
	w.wants("ada", "coauthor_yes ben")
}

func TestConsentIsAskedForAndForgottenWhenGiven(t *testing.T) {
	w := newTown(t, "ada", "ben")
	id := w.do(&allmende.Publish{Act: w.people["ada"], Kind: allmende.Article, Title: "Beete", Source: "Eins", Authors: []allmende.ID{w.people["ben"].As}}).Object
	w.do(&allmende.AnswerInvite{Act: w.people["ben"], Object: id, Yes: true})
	w.do(&allmende.Grow{Act: w.people["ada"], Object: id, Kind: allmende.Page, Title: "Beete", Licence: "CC-BY-SA-4.0"})
	w.run()
	w.wants("ben", "consent ada")
	w.do(&allmende.Consent{Act: w.people["ben"], Object: id, Yes: true})
	w.run()
	if got := w.list("ben"); slices.Contains(got, "consent ada") {
		t.Errorf("ben is still asked: %q", got)
	}
}

func TestWhatIsHeldIsToldToTheOrganisation(t *testing.T) {
	w := newTown(t, "ada", "ben")
	club := w.do(&allmende.NewActor{Act: w.people["ada"], Kind: allmende.Organization, Name: "verein"}).Actor
	w.names[club], w.people["verein"] = "verein", allmende.Act{By: w.people["ada"].By, As: club, Via: "web"}
	id := w.do(&allmende.Publish{Act: w.people["verein"], Kind: allmende.Note, Source: "Aushang", State: allmende.Held}).Object
	w.run()
	w.wants("verein", "held ada")
	w.do(&allmende.Release{Act: w.people["verein"], Object: id})
	w.run()
	w.wants("verein")
}

func TestStaffHearOfReportsAndSignUpsAndPeopleOfDecisions(t *testing.T) {
	w := newTown(t, "ada", "ben", "mona", "emil")
	w.do(&allmende.SetRank{Act: allmende.Act{Via: "cli"}, Account: w.people["mona"].By, Rank: allmende.Moderator})
	w.do(&allmende.SetRank{Act: allmende.Act{Via: "cli"}, Account: w.people["emil"].By, Rank: allmende.Moderator})
	id := w.note("ben", "Schund")
	w.do(&allmende.ReportTo{Act: w.people["ada"], Objects: []allmende.ID{id}, Category: "rules", Text: "gegen die Regeln"})
	w.run()
	w.wants("mona", "admin.report ada")
	w.wants("ben")
	report := w.page("mona", allmende.Span{}).List[0].Report
	w.do(&allmende.Decide{Act: w.people["mona"], Report: report, Kind: allmende.DecideHide, Reason: "Das geht nicht"})
	w.do(&allmende.Decide{Act: w.people["mona"], Actor: w.people["ben"].As, Kind: allmende.DecideSuspend, Reason: "Schon wieder"})
	w.run()
	w.wants("ben", "moderation_warning -", "moderation_warning -")
	w.wants("ada", "report_closed -")
	w.do(&allmende.ReportTo{Act: w.people["ada"], Actor: w.people["emil"].As, Category: "other", Text: "über Emil"})
	w.run()
	w.wants("emil", "admin.report ada")
	w.wants("mona", "admin.report ada", "admin.report ada")
}

func TestOneMailWaitsPerAccountThatAskedForMails(t *testing.T) {
	w := newTown(t, "ada", "ben")
	w.do(&allmende.SetAccount{Act: w.people["ada"], Settings: &allmende.AccountSettings{MailNotify: true}})
	club := w.do(&allmende.NewActor{Act: w.people["ada"], Kind: allmende.Organization, Name: "verein"}).Actor
	w.names[club] = "verein"
	w.note("ben", "@ada")
	w.note("ben", "@ada @verein")
	w.run()
	var mails []allmende.Job
	err := w.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		mails, err = store.ClaimJobs(ctx, tx, "mail", w.time.Add(time.Hour), w.time.Add(2*time.Hour), 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(mails) != 1 || mails[0].Key != "notify:"+w.people["ada"].By.String() || !mails[0].RunAt.After(w.time) {
		t.Errorf("mails: %+v", mails)
	}
	if !slices.Contains(w.woken, "mail") {
		t.Error("the mail outlet was not woken")
	}
}

func TestTheOutletKeepsTheContract(t *testing.T) {
	outlettest.Contract(t, func(t *testing.T) *outlettest.Subject {
		w := newTown(t, "ada", "ben", "cem")
		id := w.note("ada", "Hallo @ben")
		w.note("cem", "Ja!", replyTo(id))
		w.do(&allmende.React{Act: w.people["ben"], Object: id, Kind: allmende.Like})
		w.do(&allmende.React{Act: w.people["cem"], Object: id, Kind: allmende.Boost})
		text := "Hallo @ben, schau"
		w.do(&allmende.Edit{Act: w.people["ada"], Object: id, Source: &text})
		w.follow("cem", "ben")
		s := &outlettest.Subject{Outlet: w.outlet, Jobs: w.waiting()}
		for _, key := range []string{"object:77", "like:77:78", "follow:77:78", "edit:77:78", "invite:77:78", "consent:77", "held:77", "decision:77", "report:77", "report_closed:77", "sign_up:77"} {
			s.Unknown = append(s.Unknown, allmende.Job{Outlet: "notify", Key: key})
		}
		s.State = func() string {
			var b strings.Builder
			for _, name := range []string{"ada", "ben", "cem"} {
				got := w.list(name)
				slices.Sort(got)
				fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(got, ", "))
			}
			return b.String()
		}
		s.Delete = func() []allmende.Job {
			w.do(&allmende.Delete{Act: w.people["ada"], Object: id})
			return w.waiting()
		}
		s.Gone = "ada: reply cem\nben: follow cem\ncem: \n"
		return s
	})
}
