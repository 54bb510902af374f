// Package demo fills an instance with a small, lively example community, in
// German and English. All people and places are invented.
package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"allmende"
)

// Password is that of every member of the example community.
const Password = "wiesenblume-2026"

// Deps are what the example community is made with.
type Deps struct {
	Do     func(ctx context.Context, cmd allmende.Command) (allmende.Result, error)
	Upload func(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error)
	Hash   func(ctx context.Context, password string) (string, error)
	Now    func() time.Time
	Say    func(text string) // progress
}

// filler makes the community, step by step.
type filler struct {
	Deps
	ctx     context.Context
	people  map[string]allmende.Act
	objects map[string]allmende.ID
	err     error // the first failure; later steps do nothing
}

// Fill makes the community. It expects an instance without members.
func Fill(ctx context.Context, d Deps) error {
	f := &filler{Deps: d, ctx: ctx, people: map[string]allmende.Act{}, objects: map[string]allmende.ID{}}
	for _, step := range []struct {
		say string
		do  func()
	}{{"people", f.members}, {"follows", f.follows}, {"pictures and sound", f.faces}, {"the wiki", f.wiki}, {"articles", f.articles}, {"notes", f.notes},
		{"reactions", f.reactions}, {"drafts and a report", f.rest}} {
		d.Say(step.say)
		if step.do(); f.err != nil {
			return fmt.Errorf("demo: %s: %w", step.say, f.err)
		}
	}
	return nil
}

func (f *filler) do(cmd allmende.Command) allmende.Result {
	if f.err != nil {
		return allmende.Result{}
	}
	res, err := f.Do(f.ctx, cmd)
	if err != nil {
		f.err = fmt.Errorf("%s: %w", cmd.Verb(), err)
	}
	return res
}

// as is a person's act some days (and hours) ago.
func (f *filler) as(name string, days float64) allmende.Act {
	act := f.people[name]
	act.At = f.Now().Add(-time.Duration(days * 24 * float64(time.Hour)))
	act.Via = "demo"
	return act
}

func (f *filler) members() {
	hash, err := f.Hash(f.ctx, Password)
	if err != nil {
		f.err = err
		return
	}
	begin := f.Now().Add(-120 * 24 * time.Hour)
	for i, p := range people {
		rank := allmende.Member
		switch i {
		case 0:
			rank = allmende.Admin
		case 1:
			rank = allmende.Moderator
		}
		res := f.do(&allmende.SignUp{Act: allmende.Act{Via: "cli", At: begin.Add(time.Duration(i) * 30 * time.Hour)}, Name: p.name, Email: p.name + "@wiesental.example",
			PasswordHash: hash, DisplayName: p.label, Lang: p.lang, Rank: rank, Confirmed: true, Approved: true})
		f.people[p.name] = allmende.Act{By: res.Account, As: res.Actor, Via: "web"}
		bio := p.bio
		fields := p.facts
		f.do(&allmende.SetProfile{Act: f.as(p.name, 100), Bio: &bio, Fields: &fields})
	}
	f.do(&allmende.SetSite{Act: f.as("marta", 119), Site: allmende.Site{Name: "Wiesental", Tagline: "Nachbarschaft, Garten, Werkstatt · neighbours, garden, workshop",
		Description: "Wir sind die Nachbarschaft rund um den Gemeinschaftsgarten im Wiesental. Hier planen wir, schreiben auf, was wir gelernt haben, und zeigen, was blüht. English is welcome.",
		Lang:        "de", Contact: "hallo@wiesental.example", Registration: "approval", Ready: true, WikiLicence: "CC-BY-SA-4.0"}})
	org := f.do(&allmende.NewActor{Act: f.as("jonas", 90), Kind: allmende.Organization, Name: "stadtbuecherei", DisplayName: "Stadtbücherei Wiesental",
		Bio: "Bücher, Saatgut und ein Lesegarten. Dienstag bis Samstag, 10 bis 18 Uhr."})
	f.do(&allmende.SetRole{Act: f.as("jonas", 90), Actor: org.Actor, Member: f.people["elif"].As, Role: allmende.RolePublisher})
	f.people["stadtbuecherei"] = allmende.Act{By: f.people["jonas"].By, As: org.Actor, Via: "web"}
}

func (f *filler) follows() {
	names := make([]string, 0, len(people))
	for _, p := range people {
		names = append(names, p.name)
	}
	for i, a := range names {
		for j, b := range names {
			if i != j && (i*7+j*3)%5 < 3 {
				f.do(&allmende.Relate{Act: f.as(a, 80-float64(i)), Kind: allmende.Follow, Target: f.people[b].As})
			}
		}
		f.do(&allmende.Relate{Act: f.as(a, 60), Kind: allmende.Follow, Target: f.people["stadtbuecherei"].As})
	}
}

// picture draws and uploads a picture.
func (f *filler) picture(name string, seed int, kind sight, alt string) allmende.ID {
	if f.err != nil {
		return 0
	}
	act := f.people[name]
	id, err := f.Upload(f.ctx, allmende.Viewer{Account: act.By, Actor: act.As}, draw(seed, kind), allmende.Upload{Via: "web", Name: string(kind) + ".jpg", Alt: alt})
	if err != nil {
		f.err = err
	}
	return id
}

// figures draws what stands in a text as media:0, and gives it its number
// there and in later states of the text.
func (f *filler) figures(by string, seed int, kind sight, text string) func(string) string {
	if !strings.Contains(text, "(media:0") {
		return func(s string) string { return s }
	}
	return strings.NewReplacer("(media:0", "(media:"+f.picture(by, seed, kind, "").String()).Replace
}

func (f *filler) faces() {
	for i, p := range people {
		face := f.picture(p.name, i+1, portrait, "")
		cover := f.picture(p.name, i+40, meadow, "")
		f.do(&allmende.SetProfile{Act: f.as(p.name, 95), Avatar: &face, Header: &cover})
	}
	face := f.picture("stadtbuecherei", 77, portrait, "")
	f.do(&allmende.SetProfile{Act: f.as("stadtbuecherei", 89), Avatar: &face})
}

func (f *filler) wiki() {
	for i, p := range pages {
		days := 70 - float64(i)*4
		shown := f.figures(p.by, 70+i, tiles, p.text)
		res := f.do(&allmende.Publish{Act: f.as(p.by, days), Kind: allmende.Page, Title: p.title, Source: shown(p.text), Lang: p.lang, Licence: "CC-BY-SA-4.0", Why: p.why})
		f.objects[p.title] = res.Object
		for n, e := range p.edits {
			source := shown(e.text)
			f.do(&allmende.Edit{Act: f.as(e.by, days-float64(n)-2), Object: res.Object, Source: &source, Why: e.why, Minor: e.minor})
		}
	}
}

func (f *filler) articles() {
	for i, a := range articles {
		days := 40 - float64(i)*9
		media := []allmende.ID{f.picture(a.by, 100+i, a.sight, a.alt)}
		res := f.do(&allmende.Publish{Act: f.as(a.by, days), Kind: allmende.Article, Title: a.title, Summary: a.lead, Source: f.figures(a.by, 130+i, evening, a.text)(a.text), Lang: a.lang, Media: media, Tags: a.tags})
		f.objects[a.title] = res.Object
		if a.with != "" {
			f.do(&allmende.InviteAuthor{Act: f.as(a.by, days-0.1), Object: res.Object, Actor: f.people[a.with].As})
			f.do(&allmende.AnswerInvite{Act: f.as(a.with, days-0.2), Object: res.Object, Yes: true})
		}
		for n, c := range a.comments {
			f.do(&allmende.Publish{Act: f.as(c.by, days-1-float64(n)/2), Kind: allmende.Note, Source: c.text, Lang: a.lang, ReplyTo: res.Object})
		}
	}
}

func (f *filler) notes() {
	for i, n := range notes {
		days := float64(len(notes)-i)*1.7 + 0.2
		cmd := &allmende.Publish{Act: f.as(n.by, days), Kind: allmende.Note, Source: n.text, Lang: n.lang, Summary: n.warning,
			Audience: allmende.AudienceChoice{Kind: n.audience}}
		for j, s := range n.sights {
			cmd.Media = append(cmd.Media, f.picture(n.by, 200+i*4+j, s, n.alt))
		}
		if n.quotes != "" {
			cmd.Quote = f.objects[n.quotes]
		}
		res := f.do(cmd)
		f.objects[n.key] = res.Object
		parent := res.Object
		for j, r := range n.replies {
			reply := f.do(&allmende.Publish{Act: f.as(r.by, days-0.05*float64(j+1)), Kind: allmende.Note, Source: r.text, Lang: n.lang, ReplyTo: parent})
			if j%2 == 0 {
				parent = reply.Object
			}
		}
	}
}

// said is what the likes say, in turn; most are plain ones.
var said = []string{"", "👍", "", "🎉", "", "😄", ""}

func (f *filler) reactions() {
	for i, n := range notes {
		for j, p := range people {
			act := f.as(p.name, float64(len(notes)-i)*1.6)
			if n.audience != "" && n.audience != allmende.AudPublic && n.audience != allmende.AudLocal || f.people[p.name].As == f.people[n.by].As {
				continue
			}
			if (i*5+j*3)%7 < 3 {
				f.do(&allmende.React{Act: act, Object: f.objects[n.key], Kind: allmende.Like, Emoji: said[(i*3+j)%len(said)]})
			}
			if (i+j*5)%11 == 0 && n.audience != allmende.AudLocal {
				f.do(&allmende.React{Act: act, Object: f.objects[n.key], Kind: allmende.Boost})
			}
		}
	}
	for title, id := range f.objects {
		if id != 0 && len(title)%2 == 0 {
			f.do(&allmende.React{Act: f.as("tom", 1), Object: id, Kind: allmende.Bookmark})
		}
	}
	f.do(&allmende.Pin{Act: f.as("marta", 1), Object: f.objects["welcome"], On: true})
}

// rest is what is not published: drafts, something for next week, a report.
func (f *filler) rest() {
	f.do(&allmende.Publish{Act: f.as("marta", 0.5), Kind: allmende.Article, State: allmende.Draft, Title: "Rückblick auf das Gartenjahr", Source: "Stichworte: Hagel im Mai, die neue Pumpe, 41 Gläser Honig …"})
	f.do(&allmende.Publish{Act: f.as("stadtbuecherei", 0.4), Kind: allmende.Note, State: allmende.Scheduled, Lang: "de", PublishAt: f.Now().Add(5 * 24 * time.Hour),
		Source: "Morgen liest Tom im Lesegarten aus seinen Reisenotizen. Beginn 16 Uhr, bei Regen im Foyer."})
	f.do(&allmende.ReportTo{Act: f.as("ines", 0.3), Actor: f.people["rudi"].As, Objects: []allmende.ID{f.objects["angebot"]}, Category: "spam",
		Text: "Das sieht nach Werbung aus, schon zum dritten Mal diese Woche."})
	f.do(&allmende.SignUp{Act: allmende.Act{Via: "web", At: f.Now().Add(-2 * time.Hour)}, Name: "neuehier", Email: "neue@wiesental.example", PasswordHash: "-",
		DisplayName: "Neue Nachbarin", Reason: "Ich bin letzten Monat in die Mühlgasse gezogen und möchte beim Garten mithelfen.", Lang: "de", Rules: 1})
}
