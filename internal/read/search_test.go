package read_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/outlet/search"
	"allmende/internal/read"
	"allmende/internal/store"
)

// village is a house with its index and a few people.
type village struct {
	*testing.T
	db     *db.DB
	core   *core.Core
	read   *read.Reader
	index  *search.Outlet
	people map[string]allmende.Act
}

func newVillage(t *testing.T, names ...string) *village {
	t.Helper()
	d := dbtest.Open(t)
	hub := &live.Hub{}
	r := read.New(d, hub, slog.Default(), time.Now)
	c := core.New(d, r, hub, slog.Default(), time.Now, core.Settings{BaseURL: "https://wiese.example", Registration: "open",
		NoteMax: 5000, ArticleMax: 1 << 20, MediaPerPost: 16})
	v := &village{t, d, c, r, search.New(d), map[string]allmende.Act{}}
	for _, name := range names {
		res := v.do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: name, Email: name + "@wiese.example", PasswordHash: "x",
			Confirmed: true, Approved: true})
		v.people[name] = allmende.Act{By: res.Account, As: res.Actor, Via: "web"}
	}
	return v
}

func (v *village) do(cmd allmende.Command) allmende.Result {
	v.Helper()
	res, err := v.core.Do(context.Background(), cmd)
	if err != nil {
		v.Fatalf("%s: %v", cmd.Verb(), err)
	}
	return res
}

// catchUp runs the index's waiting jobs.
func (v *village) catchUp() {
	v.Helper()
	ctx := context.Background()
	var jobs []allmende.Job
	err := v.db.WriteJobs(ctx, func(tx *db.Tx) (err error) {
		jobs, err = store.ClaimJobs(ctx, tx, "search", time.Now().Add(time.Hour), time.Now().Add(2*time.Hour), 5000)
		return err
	})
	if err != nil {
		v.Fatal(err)
	}
	for i, err := range v.index.RunBatch(ctx, jobs) {
		if err != nil {
			v.Fatalf("indexing %s: %v", jobs[i].Key, err)
		}
	}
	err = v.db.WriteJobs(ctx, func(tx *db.Tx) error {
		for _, j := range jobs {
			if err := store.DoneJob(ctx, tx, j); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		v.Fatal(err)
	}
}

func (v *village) note(who, source string, more ...func(*allmende.Publish)) allmende.ID {
	v.Helper()
	p := &allmende.Publish{Act: v.people[who], Kind: allmende.Note, Source: source}
	for _, f := range more {
		f(p)
	}
	return v.do(p).Object
}

func to(kind allmende.AudienceKind, actors ...allmende.ID) func(*allmende.Publish) {
	return func(p *allmende.Publish) { p.Audience = allmende.AudienceChoice{Kind: kind, Actors: actors} }
}

func titled(kind allmende.ObjectKind, title string) func(*allmende.Publish) {
	return func(p *allmende.Publish) { p.Kind, p.Title = kind, title }
}

func inLang(lang string) func(*allmende.Publish) {
	return func(p *allmende.Publish) { p.Lang = lang }
}

// viewer is someone by name; "" is nobody.
func (v *village) viewer(name string) allmende.Viewer {
	a := v.people[name]
	return allmende.Viewer{Account: a.By, Actor: a.As, Rank: allmende.Member, Role: allmende.RoleOwner}
}

func (v *village) search(who, query string) *read.SearchResult {
	v.Helper()
	res, err := v.read.Search(context.Background(), v.viewer(who), read.SearchQuery{Text: query, Home: "allmende.example"})
	if err != nil {
		v.Fatalf("searching for %q: %v", query, err)
	}
	return res
}

func ids(res *read.SearchResult) []allmende.ID {
	var out []allmende.ID
	for _, h := range res.Hits {
		out = append(out, h.Object)
	}
	return out
}

// finds says which objects a search must give, in whatever order.
func (v *village) finds(who, query string, want ...allmende.ID) {
	v.Helper()
	v.catchUp()
	got := ids(v.search(who, query))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		v.Errorf("%q searches for %q and finds %v, should be %v", who, query, got, want)
	}
}

// findsInOrder says which objects a search must give, the best first.
func (v *village) findsInOrder(who, query string, want ...allmende.ID) {
	v.Helper()
	v.catchUp()
	if got := ids(v.search(who, query)); !slices.Equal(got, want) {
		v.Errorf("%q searches for %q and finds %v in this order, should be %v", who, query, got, want)
	}
}

func TestWordsAreFoundByStemAndFoldedForm(t *testing.T) {
	v := newVillage(t, "ada")
	trees := v.note("ada", "Die alten Bäume stehen an der Straße.", inLang("de"))
	running := v.note("ada", "We were running along the river.", inLang("en"))
	v.finds("", "baum", trees)
	v.finds("", "BÄUMEN", trees)
	v.finds("", "baeume", trees)
	v.finds("", "strasse", trees)
	v.finds("", "straße alt", trees)
	v.finds("", "runs", running)
	v.finds("", "rivers run", running)
	v.finds("", "we gardening", v.note("ada", "We love gardens.", inLang("de")))
	v.finds("", "bäume river")
	v.finds("", "nirgends")
}

func TestTheLastWordMayBeBegunOnly(t *testing.T) {
	v := newVillage(t, "ada")
	n := v.note("ada", "Gemeinschaftsgarten am Bahnhof")
	v.finds("", "gemeinsch", n)
	v.finds("", "bahnhof gemeinsch", n)
	v.finds("", "gemeinsch bahnhof")
	v.finds("", `"gemeinsch"`)
}

func TestPhrasesStandAsTheyAre(t *testing.T) {
	v := newVillage(t, "ada")
	a := v.note("ada", "Der alte Apfelbaum **blüht** wieder.")
	b := v.note("ada", "Blüht der Apfelbaum, der alte?")
	v.finds("", "apfelbaum blüht", a, b)
	v.finds("", `"apfelbaum blüht"`, a)
	v.finds("", `„Apfelbaum bluht“ alte`, a)
	v.finds("", `alte -"apfelbaum blüht"`, b)
	v.finds("", `"apfelbaums blüht"`)
}

func TestT9_SearchOperators(t *testing.T) {
	v := newVillage(t, "ada", "ben")
	at := func(day string) func(*allmende.Publish) {
		return func(p *allmende.Publish) {
			when, err := time.Parse("2006-01-02", day)
			if err != nil {
				t.Fatal(err)
			}
			p.Via, p.At, p.ID = "import", when.Add(12*time.Hour), allmende.IDAt(when.Add(12*time.Hour))+allmende.ID(len(day))
		}
	}
	old := v.note("ada", "Ein Apfel im Herbst", at("2024-10-03"))
	young := v.note("ben", "Ein Apfel im Frühling #Obst", at("2025-05-01"))
	picture := v.do(&allmende.AddMedia{Act: v.people["ben"], Kind: "image", Blob: strings.Repeat("ab", 32), MIME: "image/png", Size: 9,
		Name: "a.png", Width: 4, Height: 4, Alt: "Birnen im Korb"}).Media
	pic := v.note("ben", "Ein Apfel im Bild", func(p *allmende.Publish) { p.Media = []allmende.ID{picture} })
	article := v.note("ada", "Vom Apfel", titled(allmende.Article, "Obstwiesen"))
	foreign := v.note("ben", "A cherry", inLang("en"))
	page := v.note("ben", "Der Apfel ist rund.", titled(allmende.Page, "Apfel"))
	v.finds("", "apfel from:ada", old, article)
	v.finds("", "apfel von:@BEN -has:media", young, page)
	v.finds("ben", "from:me apfel", young, pic, page)
	v.finds("", "apfel from:@ada@allmende.example", old, article)
	v.finds("", "apfel from:@ada@elsewhere.example")
	v.finds("", "apfel from:niemand")
	v.finds("", "apfel -from:ada", young, pic, page)
	v.finds("", "apfel before:2025", old)
	v.finds("", "apfel before:2025-05-01", old)
	v.finds("", "apfel after:2025-05-01", pic, article, page)
	v.finds("", "apfel after:2024-10-03 before:1.6.2025", young)
	v.finds("", "apfel during:2025-05", young)
	v.finds("", "has:media", pic)
	v.finds("", "hat:bild birnen", pic)
	v.finds("", "has:video")
	v.finds("", "in:wiki", page)
	v.finds("", "apfel in:blog", article)
	v.finds("", "apfel kind:article", article)
	v.finds("", "sprache:en", foreign)
	v.finds("", "#obst", young)
	v.finds("", "apfel -herbst -#obst -rund", pic, article)
	v.finds("", "apfel unbekannt:wert")
	v.finds("", "")
}

func TestANewDescriptionOfAPictureIsFound(t *testing.T) {
	v := newVillage(t, "ada")
	picture := v.do(&allmende.AddMedia{Act: v.people["ada"], Kind: "image", Blob: strings.Repeat("ab", 32), MIME: "image/png", Size: 9,
		Name: "a.png", Width: 4, Height: 4, Alt: "Birnen im Korb"}).Media
	note := v.note("ada", "Ernte", func(p *allmende.Publish) { p.Media = []allmende.ID{picture} })
	v.finds("", "birnen", note)
	words := "Quitten in der Kiste"
	v.do(&allmende.SetMedia{Act: v.people["ada"], Media: picture, Alt: &words})
	v.finds("", "quitten", note)
	v.finds("", "birnen")
}

func TestOnlyTheAudienceFinds(t *testing.T) {
	v := newVillage(t, "ada", "ben", "cem")
	ada, ben := v.people["ada"], v.people["ben"]
	v.do(&allmende.Relate{Act: ben, Kind: allmende.Follow, Target: ada.As})
	public := v.note("ada", "Quitte für alle")
	quiet := v.note("ada", "Quitte am Rand", to(allmende.AudUnlisted))
	local := v.note("ada", "Quitte im Dorf", to(allmende.AudLocal))
	followers := v.note("ada", "Quitte für Freunde", to(allmende.AudFollowers))
	letter := v.note("ada", "Quitte, @cem?", to(allmende.AudDirect, v.people["cem"].As))
	v.finds("", "quitte", public)
	v.finds("ada", "quitte", public, quiet, local, followers, letter)
	v.finds("ben", "quitte", public, quiet, local, followers)
	v.finds("cem", "quitte", public, local, letter)
	v.do(&allmende.Relate{Act: ben, Kind: allmende.Follow, Target: ada.As, Off: true})
	v.finds("ben", "quitte", public, local)
	v.do(&allmende.Relate{Act: ada, Kind: allmende.Block, Target: ben.As})
	v.finds("ben", "quitte")
	v.finds("cem", "quitte", public, local, letter)
}

func TestEditedAndDeletedThingsVanish(t *testing.T) {
	v := newVillage(t, "ada")
	n := v.note("ada", "Hier stand Mirabelle")
	v.finds("", "mirabelle", n)
	source := "Jetzt steht hier Zwetschge"
	v.do(&allmende.Edit{Act: v.people["ada"], Object: n, Base: 1, Source: &source})
	v.finds("", "mirabelle")
	v.finds("", "zwetschge", n)
	v.do(&allmende.Delete{Act: v.people["ada"], Object: n})
	if got := ids(v.search("", "zwetschge")); len(got) > 0 {
		t.Errorf("found before the index heard of the deletion: %v", got)
	}
	v.finds("", "zwetschge")
	v.do(&allmende.Undelete{Act: v.people["ada"], Object: n})
	v.finds("", "zwetschge", n)
	draft := v.note("ada", "Entwurf mit Zwetschge", func(p *allmende.Publish) { p.State = allmende.Draft })
	v.finds("ada", "zwetschge", n)
	v.do(&allmende.Release{Act: v.people["ada"], Object: draft})
	v.catchUp()
	if got := ids(v.search("", "zwetschge")); len(got) != 2 {
		t.Errorf("after the draft was published %v are found, should be 2", got)
	}
}

func TestW15_SearchRanksAndShowsSnippets(t *testing.T) {
	v := newVillage(t, "ada", "ben")
	page := v.note("ada", "Ein Kraut mit vielen Namen.", titled(allmende.Page, "Giersch"))
	inTitle := v.note("ada", "Rezepte", titled(allmende.Article, "Giersch in der Küche"))
	apart := v.note("ada", "Suppe kochen wir; Giersch und Kerbel kommen hinein.")
	row := v.note("ada", "Heute gibt es Giersch Suppe.")
	v.findsInOrder("", "giersch", page, inTitle, row, apart)
	v.findsInOrder("", "giersch suppe", row, apart)
	for range 3 {
		v.note("ben", "Noch einmal Giersch")
	}
	v.catchUp()
	if got := ids(v.search("", "Giersch")); got[0] != page || got[1] != inTitle {
		t.Errorf("newer notes come before the page of that title: %v", got)
	}
	var marked []string
	for _, p := range v.search("", "Kerbels").Hits[0].Parts {
		if p.Hit {
			marked = append(marked, p.Text)
		}
	}
	if !slices.Equal(marked, []string{"Kerbel"}) {
		t.Errorf("the snippet marks %q", marked)
	}
	got, err := v.read.Suggest(context.Background(), allmende.Viewer{}, "gie")
	if err != nil || len(got) != 2 || got[0].Object == nil || got[1].Object == nil {
		t.Fatalf("suggestions for gie: %+v %v", got, err)
	}
}

func TestPeopleAndTagsAreFoundBesideObjects(t *testing.T) {
	v := newVillage(t, "grete", "gregor", "ada")
	v.do(&allmende.SetProfile{Act: v.people["ada"], DisplayName: ptr("Ada Grünspecht")})
	v.note("grete", "Es regnet #Grünland #grünkohl")
	v.note("gregor", "Mehr #grünland")
	v.note("gregor", "Geheim #grüngeheim", to(allmende.AudFollowers))
	v.catchUp()
	names := func(res *read.SearchResult) (out []string) {
		for _, a := range res.Actors {
			out = append(out, a.Name)
		}
		slices.Sort(out)
		return out
	}
	if got := names(v.search("", "gre")); !slices.Equal(got, []string{"gregor", "grete"}) {
		t.Errorf("gre finds %v", got)
	}
	if got := names(v.search("", "@grete")); !slices.Equal(got, []string{"grete"}) {
		t.Errorf("@grete finds %v", got)
	}
	if got := names(v.search("", "grün")); !slices.Equal(got, []string{"ada"}) {
		t.Errorf("grün finds %v", got)
	}
	if got := v.search("", "grün").Tags; !slices.Equal(got, []string{"grünland", "grünkohl"}) {
		t.Errorf("tags that begin with grün: %v", got)
	}
	got, err := v.read.Suggest(context.Background(), allmende.Viewer{}, "grün")
	if err != nil || len(got) != 3 || got[0].Actor == nil || got[1].Tag != "grünland" || got[2].Tag != "grünkohl" {
		t.Errorf("suggestions for grün: %+v %v", got, err)
	}
}

func ptr[T any](v T) *T { return &v }

func TestLongListsArePaged(t *testing.T) {
	v := newVillage(t, "ada", "ben")
	want := map[allmende.ID]bool{}
	for i := range 30 {
		who := "ada"
		if i%3 == 0 {
			who = "ben"
		}
		want[v.note(who, "Regen und Sonne")] = true
	}
	v.catchUp()
	v.do(&allmende.Relate{Act: v.people["ada"], Kind: allmende.Mute, Target: v.people["ben"].As})
	seen := map[allmende.ID]bool{}
	offset := 0
	for range 10 {
		res, err := v.read.Search(context.Background(), v.viewer("ada"), read.SearchQuery{Text: "sonne", Offset: offset,
			Span: allmende.Span{Limit: 7}})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids(res) {
			if seen[id] || !want[id] {
				t.Errorf("%d comes twice or was not asked for", id)
			}
			seen[id] = true
		}
		if offset = res.Next; offset == 0 {
			break
		}
	}
	if len(seen) != 20 || offset != 0 {
		t.Errorf("%d found on all pages, should be 20; the last page goes on at %d", len(seen), offset)
	}
}

func TestTheIndexIsMadeAnew(t *testing.T) {
	v := newVillage(t, "ada")
	n := v.note("ada", "Holunder")
	v.finds("", "holunder", n)
	if err := v.db.WriteJobs(t.Context(), func(tx *db.Tx) error { return store.ClearSearch(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	v.finds("", "holunder")
	done := 0
	if err := v.index.Rebuild(t.Context(), func(n, _ int) { done = n }); err != nil || done != 1 {
		t.Fatalf("%d indexed: %v", done, err)
	}
	v.finds("", "holunder", n)
}
