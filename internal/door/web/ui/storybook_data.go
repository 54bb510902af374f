package ui

import (
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"

	"allmende/internal/door/web/assets"
)

// public is the audience most samples have.
func public(ctx context.Context) AudienceView {
	return AudienceView{Key: "public", Label: T(ctx, "audience.public")}
}

func sampleCan() CanView {
	return CanView{Act: true, Reply: true, Boost: true, Quote: true, Edit: true, Delete: true, Pin: true, Grow: true, Report: true}
}

func sampleCard(ctx context.Context, id string, kind Kind, by ...ActorView) CardView {
	return CardView{
		ID: id, Kind: kind, Path: "/o/" + id, Authors: by, Now: sampleNow, Published: sampleNow.Add(-20 * time.Minute),
		Audience: public(ctx), Lang: "de", Can: sampleCan(), History: "/o/" + id + "/history",
	}
}

func sampleCards(ctx context.Context) []CardView {
	return []CardView{
		sampleNote(ctx), sampleBoost(ctx), samplePhotoCard(ctx), sampleArticleCard(ctx), sampleWarned(ctx),
		samplePollCard(ctx), sampleSoundCard(ctx), sampleFilmCard(ctx), sampleLong(ctx),
	}
}

func sampleNote(ctx context.Context) CardView {
	c := sampleCard(ctx, "101", Note, samplePeople()[0])
	c.HTML = `<p>Heute früh die ersten Kirschblüten im Hof – und zwei Hummeln, die noch nicht ganz wach waren. Wer mag am Sonntag beim <a class="hashtag" href="/tags/obstschnitt">#Obstschnitt</a> helfen? <a class="mention" href="/@ben">@ben</a> bringt Brot mit.</p>`
	c.Edited = sampleNow.Add(-5 * time.Minute)
	c.Counts = CountsView{Replies: 4, Boosts: 12, Likes: 38}
	c.Quick = []SaidView{{Emoji: "👍"}, {Emoji: "❤️", Mine: true}, {Emoji: "😄"}, {Emoji: "🎉"}, {Emoji: "😮"}, {Emoji: "😢"}}
	c.Mine = MineView{Liked: true}
	return c
}

func sampleBoost(ctx context.Context) CardView {
	c := sampleCard(ctx, "102", Note, samplePeople()[3])
	c.Lang, c.BoostedBy = "en", samplePeople()[1:2]
	c.Published = sampleNow.Add(-3 * time.Hour)
	c.HTML = `<p>The ferry was late, so I finally read the whole notice board. Three lost gloves, one found accordion.</p>`
	quoted := sampleCard(ctx, "103", Note, samplePeople()[1])
	quoted.Published = sampleNow.Add(-26 * time.Hour)
	quoted.HTML = `<p>Somebody left an accordion at the pier. It still smells of salt and somehow of cinnamon.</p>`
	c.Quote = &quoted
	c.Counts = CountsView{Replies: 1, Boosts: 1240, Likes: 3200}
	return c
}

func samplePhotoCard(ctx context.Context) CardView {
	c := sampleCard(ctx, "104", Photo, samplePeople()[3])
	c.Title, c.Lang = "Low tide, half past four", "en"
	c.Published = sampleNow.Add(-50 * time.Hour)
	c.Media = samplePictures(3)
	c.Counts = CountsView{Replies: 2, Boosts: 3, Likes: 51}
	return c
}

func sampleArticleCard(ctx context.Context) CardView {
	c := sampleCard(ctx, "105", Article, samplePeople()[0], samplePeople()[1])
	c.Title = "Was eine Streuobstwiese im Mai braucht"
	c.HTML = "<p>Zwischen Blüte und Junifall entscheidet sich, wie das Jahr wird. Ein Rundgang mit Säge, Eimer und Geduld.</p>"
	c.ReadTime = 7
	c.Tags = []Link{{"obst", "#"}, {"garten", "#"}}
	c.Audience = AudienceView{Key: "circle", Label: T(ctx, "audience.circle_name", "name", "Hofgruppe")}
	c.Link = &LinkView{Href: "#", Host: "obst.example", Title: "Alte Sorten der Börde", Text: "Ein Verzeichnis von 214 Apfelsorten mit Bildern und Standorten.", Image: assets.URL("mark.svg")}
	c.Counts = CountsView{Replies: 9, Boosts: 6, Likes: 77}
	c.Reactions = []SaidView{{Emoji: "❤️", Count: 48}, {Emoji: "👍", Count: 22, Mine: true}, {Emoji: "🎉", Count: 7}}
	c.Mine = MineView{Saved: true, Liked: true}
	return c
}

func sampleWarned(ctx context.Context) CardView {
	c := sampleCard(ctx, "106", Note, samplePeople()[2])
	c.Warning = "Säge, Finger, glimpflich"
	c.HTML = "<p>Alles gut gegangen. Ab sofort hängt neben der Bandsäge ein zweiter Verbandskasten.</p>"
	c.ReplyTo = &ReplyView{Name: "Ada Brandt", Href: "#"}
	c.Audience = AudienceView{Key: "followers", Label: T(ctx, "audience.followers")}
	return c
}

func samplePollCard(ctx context.Context) CardView {
	c := sampleCard(ctx, "107", Note, samplePeople()[2])
	c.HTML = "<p>Wann soll der Lötkurs sein?</p>"
	c.Poll = &PollView{Voted: true, Voters: 41, Ends: sampleNow.Add(48 * time.Hour), Options: []PollOption{{"Dienstagabend", 9, false}, {"Sonnabend früh", 26, true}, {"Sonntag", 6, false}}}
	c.Pinned = true
	return c
}

func sampleSoundCard(ctx context.Context) CardView {
	c := sampleCard(ctx, "108", Sound, samplePeople()[1])
	c.Media = []MediaView{{ID: "9", Kind: "audio", Title: "Under the old bridge", By: "Ben Okafor", Length: 252 * time.Second, Wave: "0,50 50,20 100,70 150,35 200,60 250,10 300,85 350,40 400,55 450,25 500,75 550,30 600,65 650,45 700,55 750,20 800,80 850,35 900,60 950,40 1000,50"}}
	return c
}

func sampleFilmCard(ctx context.Context) CardView {
	c := sampleCard(ctx, "109", Film, samplePeople()[2])
	c.Title = "Ein Stuhl in vier Minuten"
	c.Media = []MediaView{{Kind: "video", State: "working", Progress: 64}}
	return c
}

func sampleLong(ctx context.Context) CardView {
	c := sampleCard(ctx, "110", WikiPage, samplePeople()[0])
	c.Title, c.Long = "Komposthaufen", true
	c.Place = &Link{"Wiki", "/wiki"}
	c.HTML = SafeHTML("<p>" + strings.Repeat("Ein guter Komposthaufen steht im Halbschatten, ruht auf offener Erde und bekommt abwechselnd Grünes und Braunes. ", 16) + "</p>")
	return c
}

func sampleThread(ctx context.Context) []CardView {
	root, answer := sampleNote(ctx), sampleWarned(ctx)
	root.ID, root.Focused = "201", true
	answer.ID, answer.Warning = "202", ""
	return []CardView{root, answer}
}

func samplePictures(n int) []MediaView {
	sizes := [][2]int{{1600, 1067}, {1067, 1600}, {1600, 1000}, {1200, 1200}, {2000, 1000}, {1600, 1067}, {1000, 1400}, {1600, 900}, {1500, 1000}}
	mark := assets.URL("mark.svg")
	var out []MediaView
	for i := range n {
		s := sizes[i%len(sizes)]
		m := MediaView{Kind: "image", Src: mark, Full: mark, W: s[0], H: s[1]}
		if i == 0 {
			m.Alt = "Zwei grüne Blätter und eine kleine Sonne"
			m.Title, m.By = "Blatt und Sonne", "Mira Solberg"
		}
		out = append(out, m)
	}
	return out
}

func sampleAudiences() []OptionView {
	return []OptionView{{"public", "Alle", "Auch auf anderen Servern zu sehen"}, {"followers", "Wer mir folgt", ""}, {"circle:3", "Hofgruppe", "7 Leute"}}
}

func sampleLangs() []OptionView {
	return []OptionView{{"de", "Deutsch", ""}, {"en", "English", ""}}
}

func sampleComposer(ctx context.Context) ComposerView {
	return ComposerView{
		Action: "/write", CSRF: "sample", Me: samplePeople()[0], Audience: "public", Audiences: sampleAudiences(), Lang: "de", Langs: sampleLangs(),
		Policies: sampleAudiences(), Max: 5000, AltReminder: true, GrowHref: "/write/article",
		Media: []AttachView{{ID: "7", Src: assets.URL("mark.svg"), Kind: "image", Name: "blatt.svg"}},
	}
}

func samplePerson(ctx context.Context) PersonView {
	return PersonView{
		Actor: samplePeople()[1], FullHandle: "ben@auwiesen.example", Tie: TieView{State: "none", FollowsYou: true}, Posts: 1312, Followers: 248, Following: 97,
		Bio:    `<p>I mend bridges by day and bake on Sundays. Ask me about rivets, rye and the slow lane.</p>`,
		Fields: []FactView{{Name: "Website", Value: `<a href="#">okafor.example</a>`, Proved: true}, {Name: "Stadt", Value: "Auwiesen"}, {Name: "Brot", Value: "Roggen"}},
		Tabs:   []TabView{{Text: T(ctx, "ui.kind_note"), Href: "#", Current: true}, {Text: T(ctx, "ui.kind_article"), Href: "#", Count: 12}, {Text: T(ctx, "ui.kind_photo"), Href: "#", Count: 340}, {Text: T(ctx, "ui.about"), Href: "#"}},
	}
}

func sampleTOC() []TOCEntry {
	return []TOCEntry{{2, "Standort", "standort"}, {2, "Schichten", "schichten"}, {3, "Grünes", "gruenes"}, {3, "Braunes", "braunes"}, {2, "Wann er reif ist", "reif"}}
}

func sampleReader(ctx context.Context) ReaderView {
	c := sampleCard(ctx, "301", WikiPage, samplePeople()[:2]...)
	return ReaderView{
		Card: c, Title: "Komposthaufen", Lang: "de", TOC: sampleTOC(), Changed: sampleNow.Add(-4 * time.Hour),
		Lead:    "Wie aus Küchenresten, Laub und Zeit gute Erde wird.",
		Tabs:    []TabView{{Text: "Lesen", Icon: "book-open", Href: "#", Current: true}, {Text: T(ctx, "ui.edit"), Icon: "pencil", Href: "#"}, {Text: T(ctx, "ui.history"), Icon: "history", Href: "#"}},
		HTML:    `<p>Ein <a href="#">Komposthaufen</a> ist ein Ort, an dem Pflanzenreste zu Erde werden. Er braucht Luft, Feuchte und Gesellschaft: Asseln, Würmer und Pilze tun die Arbeit, Menschen schichten nur. Wer noch nie einen gebaut hat, fängt mit einer <a class="new" href="#">Miete</a> an.</p><h2 id="standort">Standort</h2><p>Im Halbschatten, windgeschützt, auf offenem Boden. Ein Deckel ist nicht nötig, ein Baum in der Nähe angenehm.</p><blockquote><p>Kompost ist Geduld, die man riechen kann.</p></blockquote><h2 id="schichten">Schichten</h2><table><tr><th>Was</th><th>Wie viel</th></tr><tr><td>Grünes</td><td>ein Teil</td></tr><tr><td>Braunes</td><td>zwei Teile</td></tr></table><h3 id="gruenes">Grünes</h3><ul><li>Rasenschnitt, dünn</li><li>Kaffeesatz</li></ul>`,
		Links:   []Link{{"Garten", "#"}, {"Boden", "#"}},
		Licence: `Text unter <a href="#">CC BY-SA 4.0</a>, von Ada Brandt, Ben Okafor und 3 weiteren.`,
	}
}

func sampleHistory() HistoryView {
	p := samplePeople()
	return HistoryView{Compare: "#", Now: sampleNow, Pager: PagerView{Older: "#"}, Rows: []RevisionView{
		{Number: 7, Href: "#", Diff: "#", By: p[0], At: sampleNow.Add(-4 * time.Hour), Why: "Schichten genauer beschrieben", Size: 412, Current: true, Undo: "#"},
		{Number: 6, Href: "#", Diff: "#", By: p[1], At: sampleNow.Add(-28 * time.Hour), Why: "Tippfehler", Size: -3, Minor: true, Undo: "#", Restore: "/restore"},
		{Number: 5, Href: "#", Diff: "#", By: p[3], At: sampleNow.Add(-300 * time.Hour), Size: 0, Restore: "/restore"},
	}}
}

func sampleDiff() DiffView {
	h := sampleHistory()
	part := func(s string, hit bool) DiffPart { return DiffPart{s, hit} }
	return DiffView{Old: h.Rows[1], New: h.Rows[0], Now: sampleNow, Rows: []DiffRow{
		{Kind: "same", LeftLine: 11, RightLine: 11, LeftParts: []DiffPart{part("## Schichten", false)}, RightParts: []DiffPart{part("## Schichten", false)}},
		{Kind: "change", LeftLine: 12, RightLine: 12, LeftParts: []DiffPart{part("Abwechselnd Grünes und ", false), part("Trockenes", true), part(".", false)}, RightParts: []DiffPart{part("Abwechselnd Grünes und ", false), part("Braunes, zwei zu eins", true), part(".", false)}},
		{Kind: "add", RightLine: 13, RightParts: []DiffPart{part("Rasenschnitt nur dünn, sonst fault er.", true)}},
		{Kind: "skip", LeftLine: 24},
	}}
}

func sampleConflict(ctx context.Context) ConflictView {
	return ConflictView{
		Mine: "Zwei Teile Braunes, ein Teil Grünes.", Theirs: "Halb Grünes, halb Braunes.", Who: samplePeople()[1], Diff: "#",
		Editor: EditorView{
			Action: "#", CSRF: "sample", Kind: WikiPage, Heading: "Komposthaufen", Title: "Komposthaufen", Text: "## Schichten\n\nZwei Teile Braunes, ein Teil Grünes.", Cancel: "#", Wait: true,
			Licence: `Mit dem Speichern gibst du den Text unter <a href="#">CC BY-SA 4.0</a> frei.`, Preview: "<p>Zwei Teile Braunes, ein Teil Grünes.</p>",
		},
	}
}

func sampleNotices(ctx context.Context) []NoticeView {
	p := samplePeople()
	reply := sampleWarned(ctx)
	reply.ID, reply.Warning = "401", ""
	return []NoticeView{
		{Kind: "like", Actors: []ActorView{p[1], p[3], p[2], p[0], p[1]}, Text: T(ctx, "ui.like"), Excerpt: "Heute früh die ersten Kirschblüten im Hof – und zwei Hummeln …", Href: "#", At: sampleNow.Add(-8 * time.Minute), Now: sampleNow, Unread: true},
		{Kind: "reply", Actors: p[2:3], Text: T(ctx, "ui.reply"), Card: &reply, At: sampleNow.Add(-2 * time.Hour), Now: sampleNow},
		{Kind: "follow", Actors: p[3:4], Text: T(ctx, "ui.follows_you"), At: sampleNow.Add(-25 * time.Hour), Now: sampleNow, Action: FollowButton(p[3], TieView{State: "none"})},
	}
}

func sampleSearch(ctx context.Context) SearchView {
	p := samplePeople()
	return SearchView{
		Query: "kompost", Total: 14, Now: sampleNow, Pager: PagerView{Older: "#"},
		Pills: []TabView{{Text: T(ctx, "ui.kind_note"), Href: "#", Count: 9, Current: true}, {Text: T(ctx, "ui.kind_page"), Href: "#", Count: 4}, {Text: T(ctx, "ui.kind_photo"), Href: "#", Count: 1}},
		Hits: []HitView{
			{Kind: WikiPage, Title: "Komposthaufen", Href: "#", Snippet: "Ein <mark>Komposthaufen</mark> ist ein Ort, an dem Pflanzenreste zu Erde werden …", By: p[:2], At: sampleNow.Add(-4 * time.Hour)},
			{Kind: Photo, Title: "Dampf am Morgen", Href: "#", Snippet: "Der <mark>Kompost</mark> bei minus vier Grad.", By: p[3:4], At: sampleNow.Add(-400 * time.Hour), Image: assets.URL("mark.svg")},
		},
	}
}

func sampleTable(ctx context.Context) TableView {
	row := func(a ActorView, word, n string) []templ.Component {
		return []templ.Component{ActorLine(a, nil), Text(word), Text(n)}
	}
	p := samplePeople()
	return TableView{
		Caption: T(ctx, "ui.moderation"), Heads: []HeadView{{Text: T(ctx, "ui.people")}, {Text: T(ctx, "ui.report")}, {Text: T(ctx, "ui.replies"), Number: true}},
		Rows: [][]templ.Component{row(p[3], "Werbung", "3"), row(p[1], "Rau im Ton", "1")},
	}
}

func sampleDecision(ctx context.Context) DecisionView {
	return DecisionView{
		Title: T(ctx, "ui.hide"), Reason: "Der Beitrag nennt die Anschrift einer Person, die das nicht möchte.", At: sampleNow.Add(-30 * time.Hour), Now: sampleNow, Complain: "#",
		Facts: []PairView{{T(ctx, "ui.rules"), "3. Privates bleibt privat"}},
	}
}
