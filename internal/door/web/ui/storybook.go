package ui

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"allmende/internal/lang"
)

// Storybook is a page with every component and invented data, for looking at
// the whole visual language at once. The data do not come from a database, so
// links and buttons lead nowhere.
func Storybook(tag lang.Tag, theme string) templ.Component {
	me := samplePeople()[0]
	b := Base{
		Title: "Storybook", Lang: tag, Theme: theme, Nav: "home", NoIndex: true, CSRF: "sample", Path: "/",
		Site:   SiteView{Name: "Auwiesen", Source: "/source"},
		Viewer: &ViewerView{Actor: me, Moderator: true, Unread: 3, Queue: 1, Others: samplePeople()[2:3]},
		Crumbs: []Link{{lang.T(tag, "ui.home"), "/"}, {"Storybook", ""}},
		Flash:  &FlashView{Kind: "ok", Text: lang.T(tag, "ui.draft_saved"), Undo: "/undo"},
		Aside:  storyAside(),
	}
	return Page(b, stories())
}

// stories are named as their components are.
func stories() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, s := range sampleStories(ctx) {
			if err := story(s.name, s.part).Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

type namedPart struct {
	name string
	part templ.Component
}

func sampleStories(ctx context.Context) []namedPart {
	people := samplePeople()
	cards := sampleCards(ctx)
	return []namedPart{
		{"Welcome", Welcome("Auwiesen", T(ctx, "ui.search_all"), T(ctx, "ui.search_help"), "#", "#")},
		{"Composer", Composer(sampleComposer(ctx))},
		{"Stream", Stream(cards)},
		{"Thread", Thread(sampleThread(ctx))},
		{"Gallery", Gallery(samplePictures(9))},
		{"PersonHeader", PersonHeader(samplePerson(ctx))},
		{"ActorList", ActorList([]ActorRow{{Actor: people[1], Tie: TieView{State: "none"}}, {Actor: people[2], Tie: TieView{State: "following"}}, {Actor: people[3], Tie: TieView{State: "asked"}}})},
		{"Reader", Reader(sampleReader(ctx))},
		{"History", History(sampleHistory())},
		{"Diff", Diff(sampleDiff())},
		{"Conflict", Conflict(sampleConflict(ctx))},
		{"Notices", Notices(sampleNotices(ctx))},
		{"Search", Search(sampleSearch(ctx))},
		{"Forms", storyFields()},
		{"Table", Table(sampleTable(ctx))},
		{"Decision", Decision(sampleDecision(ctx))},
		{"Tiles", Tiles([]TileView{{Icon: "users", Value: "1,204", Text: T(ctx, "ui.people")}, {Icon: "book-open", Value: "312", Text: T(ctx, "ui.wiki"), Href: "#"}, {Icon: "images", Value: "4,830", Text: T(ctx, "ui.library"), Href: "#"}})},
		{"Empty", Empty(EmptyView{Icon: "bookmark", Title: T(ctx, "ui.saved"), Text: T(ctx, "ui.nothing_found_text"), Button: &ButtonView{Text: T(ctx, "ui.explore"), Href: "#", Style: "primary"}})},
		{"Problem", Problem(ProblemView{Status: 404, Title: T(ctx, "ui.nothing_found"), Text: T(ctx, "ui.nothing_found_text"), RequestID: "7f3a"})},
		{"SignIn", SignIn(SignInView{Action: "#", CSRF: "sample", Site: "Auwiesen", Passkey: true, JoinAt: "#"})},
		{"Code", Code(CodeView{Action: "#", CSRF: "sample", Recovery: "#"})},
		{"RecoveryCodes", RecoveryCodes([]string{"k7m2-pq4x", "w9d3-ht6b", "z2r8-nc5v", "f4j6-ys1g"})},
		{"Consent", Consent(ConsentView{Action: "#", CSRF: "sample", App: "Feldstecher", Me: people[0], Scopes: []ScopeView{{Text: T(ctx, "ui.notifications")}, {Text: T(ctx, "ui.write"), Strong: true}}})},
		{"NewPasskey", NewPasskey("Firefox, Linux")},
		{"Steps", Steps(StepsView{Names: []string{"1", T(ctx, "ui.rules"), T(ctx, "ui.settings")}, Current: 1})},
		{"Pager", Pager(PagerView{Older: "#", Newer: "#"})},
	}
}

var sampleNow = time.Date(2026, 5, 16, 14, 30, 0, 0, time.UTC)

func samplePeople() []ActorView {
	return []ActorView{
		{ID: "11", Name: "Ada Brandt", Handle: "ada", Path: "/@ada", Line: "Gärtnerin, sammelt alte Apfelsorten"},
		{ID: "12", Name: "Ben Okafor", Handle: "ben", Path: "/@ben", Line: "Bridges, bicycles and bread"},
		{ID: "13", Name: "Werkstatt Nord", Handle: "werkstatt", Path: "/@werkstatt", Square: true, Flag: "Organisation", Line: "Offene Werkstatt am Hafen, dienstags bis sonnabends"},
		{ID: "14", Name: "Mira Solberg", Handle: "mira@fjord.example", Path: "/@mira@fjord.example", Line: "Photos from the north"},
	}
}
