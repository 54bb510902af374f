package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/door/web"
	"allmende/internal/door/web/ui"
	"allmende/internal/door/web/webtest"
	"allmende/internal/httpx"
	"allmende/internal/read"
)

// unsubscribeToken is what a mail's link holds when the secret is "sesame".
func unsubscribeToken(account allmende.ID) string { return read.UnsubscribeToken("sesame", account) }

func TestR1_FromReportToDecisionWithReasons(t *testing.T) {
	h := webtest.New(t)
	mod, ada, ben := h.Ranked("mod", allmende.Moderator), h.Member("ada"), h.Member("ben")
	note := h.Note(ada, "Buy my miracle soil!")
	b, m, a := h.SignedIn(ben), h.SignedIn(mod), h.SignedIn(ada)

	b.Open("/report?object=" + note.String()).WantText("Buy my miracle soil!")
	b.Submit("/report", "category", "rules").Want(http.StatusUnprocessableEntity)
	b.Submit("/report", "category", "rules", "text", "This is <i>advertising</i>.").Want(http.StatusSeeOther)
	receipt := b.Last.Location
	b.Follow().WantText("Open", "Against our rules")

	m.Open("/moderation").WantText("This is <i>advertising</i>.", "@ada", "Buy my miracle soil!")
	m.Open(m.Last.Attr("main .notice a", "href")).WantText("Buy my miracle soil!", "@ben", "Nothing was decided before")
	page := m.Last.Path
	m.Submit(page, "kind", "hide", "reason", "").Want(http.StatusUnprocessableEntity).WantHas("a[href=#f-reason]")
	m.Submit(page, "kind", "hide", "reason", "No advertising, please. <b>Rule 5.</b>", "rule", "Rule 5").WantTo("/moderation")
	m.Follow().WantText("Nothing to do")
	h.Visitor().Get("/o/" + note.String()).Want(http.StatusNotFound)

	decisions, err := h.Read.DecisionsOn(context.Background(), ada.Actor, 1)
	if err != nil || len(decisions) != 1 {
		t.Fatal(decisions, err)
	}
	decision := "/decisions/" + decisions[0].ID.String()
	a.Open(decision).WantText("Post hidden", "No advertising, please. <b>Rule 5.</b>", "Rule 5", "Buy my miracle soil!").WantNoText("@mod", "@ben")
	b.Get(decision).Want(http.StatusNotFound)
	h.Visitor().Get(decision).Want(http.StatusNotFound)
	h.Visitor().Open(strings.Split(receipt, "?")[0]).WantText("Decided", "Post hidden").WantNoText("No advertising, please")
	m.Open("/moderation/log").WantText("Post hidden", "No advertising, please")

	m.Open("/moderation/object/" + note.String())
	m.Submit(m.Last.Path, "kind", "show", "reason", "It was a joke after all.").WantTo("/moderation/log")
	h.Visitor().Open("/o/" + note.String())
}

func TestR1_ReportsWithoutAnAccountHaveAReceipt(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	note := h.Note(ada, "Something bad.")
	v := h.Visitor()
	v.Open("/report?object=" + note.String())
	v.Submit("/report", "category", "illegal", "text", "Against the law.", "email", "not an address").Want(http.StatusUnprocessableEntity)
	if v.Last.Text("textarea[name=text]") != "Against the law." || !v.Last.Has("input[value=illegal][checked]") {
		t.Error("the refused report forgot what was typed")
	}
	v.Submit("/report", "email", "vera@example.org").Want(http.StatusSeeOther)
	code := strings.TrimSuffix(v.Last.Location, "?new=1")
	v.Follow().WantText("Thank you!", "Open")
	if v.Last.Attr("meta[name=robots]", "content") != "noindex" {
		t.Error("search engines may list a receipt")
	}
	h.Visitor().Open(code).WantNoText("vera@example.org", "Against the law.")
	h.Visitor().Get("/report/0123456789").Want(http.StatusNotFound)

	hidden := h.Do(&allmende.Publish{Act: ada.Act(), Source: "For followers", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object
	v.Get("/report?object=" + hidden.String()).Want(http.StatusNotFound)
}

func TestR1_WhatIsReportedMayBeNamedByItsAddress(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Old mill", Source: "Something bad."})
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Who pays?", Source: "Something bad."})
	h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, Title: "My year", Source: "Something bad."})
	note := h.Note(ada, "Something bad.")
	v := h.Visitor()
	v.Open("/")
	v.Open("/report")
	for _, wrong := range []string{"", "nonsense", "https://elsewhere.example/o/" + note.String(), webtest.Base + "/wiki/Nothing", "@nobody", "/o/12", "%zz"} {
		v.Submit("/report", "address", wrong, "category", "rules", "text", "Rude.").Want(http.StatusUnprocessableEntity).WantText("Nothing of this community")
		if got := v.Last.Attr("input[name=address]", "value"); got != wrong {
			t.Errorf("%q came back as %q", wrong, got)
		}
	}
	for _, right := range []string{webtest.Base + "/o/" + note.String() + "#top", "/o/" + note.String() + "/history", webtest.Base + "/wiki/Old_mill", "/wiki/Who_pays%3F?from=1", "/@ada/my-year", "@ada", webtest.Base + "/@ada"} {
		v.Open("/report")
		v.Submit("/report", "address", right, "category", "rules", "text", "Rude.").Want(http.StatusSeeOther)
	}
	if n := h.Count("report where actor = $1", int64(ada.Actor)); n != 7 {
		t.Errorf("%d of 7 reports are about ada", n)
	}
}

func TestR1_ASuspendedPersonReadsTheReasonAndMayLeave(t *testing.T) {
	h := webtest.New(t)
	m, ada := h.SignedIn(h.Ranked("mod", allmende.Moderator)), h.Member("ada")
	a := h.SignedIn(ada)
	m.Open("/moderation/actor/" + ada.Actor.String())
	m.Submit(m.Last.Path, "kind", "suspend", "reason", "Three warnings were enough.").Want(http.StatusSeeOther)
	m.Follow().WantText("Suspended", "Three warnings were enough.")
	a.Open("/").WantText("suspended", "Three warnings were enough.")
	decisions, err := h.Read.DecisionsOn(context.Background(), ada.Actor, 1)
	if err != nil || len(decisions) == 0 {
		t.Fatal(err)
	}
	a.Open("/decisions/" + decisions[0].ID.String()).WantText("Three warnings were enough.")
	a.Get("/write").Want(http.StatusSeeOther)
	h.Visitor().Get("/@ada").Want(http.StatusNotFound)
	a.Open("/settings/data")
	a.Submit("/settings/data/delete", "own_name", "ada", "password", webtest.Password).WantTo("/login?said=deleted")
}

func TestStaffPagesAreNotThereForOthers(t *testing.T) {
	h := webtest.New(t)
	member, mod := h.SignedIn(h.Member("ada")), h.SignedIn(h.Ranked("mod", allmende.Moderator))
	for _, page := range []string{"/moderation", "/moderation/log", "/moderation/report/7", "/moderation/actor/1", "/moderation/object/1", "/settings/invites"} {
		member.Get(page).Want(http.StatusNotFound)
		h.Visitor().Get(page).Want(http.StatusNotFound)
	}
	for _, page := range []string{"/admin", "/admin/members", "/admin/legal", "/admin/legal/rules/en", "/admin/jobs", "/admin/system"} {
		member.Get(page).Want(http.StatusNotFound)
		mod.Get(page).Want(http.StatusNotFound)
	}
	ben := h.Member("ben")
	member.Open("/")
	for path, fields := range map[string][]string{"/moderation/actor/" + ben.Actor.String(): {"kind", "suspend", "reason", "Because."},
		"/admin/members/" + ben.Account.String() + "/rank": {"rank", "admin"}, "/admin": {"site_name", "Mine"}, "/admin/legal/rules/en": {"source", "Mine"},
		"/settings/invites": {"max_uses", "1"}} {
		member.Post(path, fields...).Want(http.StatusNotFound)
		member.Open("/")
	}
	if h.Actor(ben.Actor).State != allmende.ActorActive {
		t.Error("a member suspended another one")
	}
}

func TestFormsWithoutTokenAndFromElsewhereAreRefused(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	b := h.SignedIn(ada)
	for _, form := range []string{"/settings/profile", "/settings/account", "/settings/posting", "/settings/data/pause", "/session/actor", "/settings/security/end-others", "/logout"} {
		b.Open("/")
		b.Post(form, "csrf", "").Want(http.StatusForbidden)
		b.Post(form, "csrf", strings.Repeat("00", 64)).Want(http.StatusForbidden)
	}
	other := h.SignedIn(h.Member("ben"))
	foreign := other.Open("/").Attr("input[name=csrf]", "value")
	b.Post("/settings/data/pause", "csrf", foreign).Want(http.StatusForbidden)
	for _, path := range []string{"/login", "/join", "/report", "/settings/data/pause"} {
		b.Open("/")
		b.Header.Set("Origin", "https://evil.example")
		b.Header.Set("Sec-Fetch-Site", "cross-site")
		b.Post(path, "email", "ada", "password", webtest.Password).Want(http.StatusForbidden)
	}
	if h.Account(ada.Account).State != allmende.AccountActive {
		t.Error("a foreign form paused an account")
	}
}

func TestAdminsChangeTheSiteAndRanks(t *testing.T) {
	h := webtest.New(t)
	boss, ada := h.Ranked("boss", allmende.Admin), h.Member("ada")
	b := h.SignedIn(boss)
	b.Open("/admin")
	b.Submit("/admin", "site_name", "").Want(http.StatusUnprocessableEntity).WantHas("a[href=#f-site_name]")
	b.Submit("/admin", "site_name", "Flussgarten", "tagline", "Growing together", "registration", "invite", "contact", "team@example.org").WantTo("/admin")
	if title := h.Visitor().Open("/").Text("title"); title != "Flussgarten" {
		t.Errorf("the front page is called %q", title)
	}
	b.Open("/admin/members?q=ada").WantText("ada@example.org").WantNoText("boss@example.org")
	b.Submit("/admin/members/"+ada.Account.String()+"/rank", "rank", "moderator").WantTo("/admin/members")
	if h.Account(ada.Account).Rank != allmende.Moderator {
		t.Error("ada is no moderator")
	}
	b.Open("/admin/members?q=boss")
	b.Submit("/admin/members/"+boss.Account.String()+"/rank", "rank", "member").Want(http.StatusSeeOther)
	b.Follow().WantText("at least one admin")
	b.Open("/admin/members?q=ada@example.org").WantText("@ada")
	b.Open("/admin/members?state=suspended").WantText("Nobody found")
}

func TestFailedJobsAreShownAndTriedAgain(t *testing.T) {
	var again allmende.Job
	h := webtest.New(t, func(d *web.Deps, _ *core.Settings) {
		d.Retry = func(_ context.Context, j allmende.Job) error { again = j; return nil }
		d.System = func(context.Context) []ui.PairView { return []ui.PairView{{Name: "Database", Value: "SQLite"}} }
	})
	b := h.SignedIn(h.Ranked("boss", allmende.Admin))
	h.Exec(`insert into job (outlet, key, data, run_at, attempts, reason, failed) values ('federate', 'to:far', '{}', 0, 9, 'error.busy', true)`)
	b.Open("/admin/jobs").WantText("federate to:far", "9 attempts")
	b.Press("/admin/jobs/retry").WantTo("/admin/jobs")
	if again.Key != "to:far" || again.Data != "{}" {
		t.Errorf("tried again: %+v", again)
	}
	b.Follow()
	b.Post("/admin/jobs/retry", "job", "federate none").Want(http.StatusNotFound)
	b.Open("/admin/system").WantText("https://allmende.example", "SQLite")
}

func TestR5_LegalTextsAreProposedThenWrittenAndKeepTheirVersions(t *testing.T) {
	h := webtest.New(t, func(d *web.Deps, _ *core.Settings) { d.Federation, d.Mail = "open", true })
	v := h.Visitor()
	boss := h.Ranked("boss", allmende.Admin)
	b := h.SignedIn(boss)
	for _, page := range []string{"/about", "/rules", "/imprint", "/privacy", "/accessibility"} {
		v.Lang = "en"
		if p := v.Open(page); p.Has("main script") || len(p.Text("main")) < 60 {
			t.Errorf("%s says little: %s", page, p)
		}
		v.Lang = "de"
		if p := v.Open(page); p.Attr("html", "lang") != "de" {
			t.Errorf("%s is not in German", page)
		}
		b.Open(page).WantText("This is a proposal").WantHas("main a[href=/admin/legal]")
	}
	b.Open("/privacy").WantText("no advertising", "One cookie", "Other servers", "after seven days")
	b.Open("/admin/legal/rules/en").WantText("This is a proposal")
	b.Submit(b.Last.Path, "source", "# Rules\n\nBe *kind*. <script>alert(1)</script>").WantTo("/admin/legal")
	b.Open("/admin/legal/rules/en")
	b.Submit(b.Last.Path, "source", "Be kinder.")
	v.Lang = "en"
	v.Open("/rules").WantText("Be kinder.", "Version 2").WantHas("a[href=/rules?version=1]")
	p := v.Open("/rules?version=1").WantText("Be kind.").WantHas("main em")
	if strings.Contains(p.Body, "<script>alert") {
		t.Error("a script of the rules is on the page")
	}
	v.Get("/rules?version=9").Want(http.StatusNotFound)
	v.Lang = "de"
	v.Open("/rules").WantText("Be kinder.")
}

func TestR5_WhatOnlyTheCommunityCanWriteIsNotShownAsOurProposal(t *testing.T) {
	h := webtest.New(t)
	boss := h.SignedIn(h.Ranked("boss", allmende.Admin))
	boss.Open("/admin")
	boss.Submit("/admin", "contact", "team@example.org").WantTo("/admin")
	others := []*webtest.Browser{h.Visitor(), h.SignedIn(h.Member("ada"))}
	for _, page := range []string{"/imprint", "/privacy"} {
		for _, b := range others {
			b.Open(page).WantText("Not published yet").WantHas("main a[href=mailto:team@example.org]", "meta[name=robots]").WantHasNot("main .prose")
		}
		boss.Open("/admin/legal" + page + "/en")
		boss.Submit(boss.Last.Path, "source", "Ada Auwald, Wiesenweg 1.").WantTo("/admin/legal")
		for _, b := range others {
			b.Open(page).WantText("Wiesenweg 1").WantNoText("Not published yet")
		}
		boss.Open(page).WantNoText("This is a proposal")
	}
}

func TestR5_AServerThatIsAloneSaysSo(t *testing.T) {
	h := webtest.New(t, func(d *web.Deps, _ *core.Settings) { d.Federation = "off" })
	h.SignedIn(h.Ranked("boss", allmende.Admin)).Open("/privacy").WantText("exchanges no posts").WantNoText("We send you mails")
}

func TestWhatAnybodyMayPostIsCounted(t *testing.T) {
	h := webtest.New(t, func(d *web.Deps, _ *core.Settings) { d.Guests = httpx.NewLimiter(4) })
	note := h.Note(h.Member("ada"), "Hello.")
	v := h.Visitor()
	for range 2 {
		v.Open("/report?object=" + note.String())
		v.Submit("/report", "category", "spam").Want(http.StatusSeeOther)
	}
	v.Open("/report?object=" + note.String())
	v.Submit("/report", "category", "spam").Want(http.StatusTooManyRequests)
}

func TestR1_TheQueueShowsHowAPostBeginsButNothingBehindAWarning(t *testing.T) {
	h := webtest.New(t)
	ada, ben := h.Member("ada"), h.Member("ben")
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Place: allmende.Server, Title: "Ponds", Source: "## Frogs\n\nThey **sing** at night.", Lang: "en"}).Object
	grim := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Note, Summary: "Wounds", Source: "It bled for an hour."}).Object
	gone := h.Note(ada, "Thrown away soon.")
	for _, o := range []allmende.ID{page, grim, gone} {
		h.Do(&allmende.ReportTo{Act: ben.Act(), Actor: ada.Actor, Objects: []allmende.ID{o}, Category: "rules", Text: "Look at this."})
	}
	h.Do(&allmende.Delete{Act: ada.Act(), Object: gone})
	m := h.SignedIn(h.Ranked("mod", allmende.Moderator)).Open("/moderation")
	m.WantText("Ponds: ", "They sing at night.", "Behind a warning: Wounds", "not there any more").WantNoText("It bled", "Thrown away soon").WantHas("main .notice blockquote[lang=en]")
	if n := len(m.All("main .notice blockquote")); n != 3 {
		t.Errorf("%d beginnings for three reports", n)
	}
}
