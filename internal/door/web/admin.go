package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/read"
)

// adminOnly answers for admins; for everybody else there is no such page.
func (w *Web) adminOnly(h handler) handler {
	return func(q *req) error {
		if q.account == nil || q.viewer.Rank != allmende.Admin {
			return allmende.E(allmende.NotFound, "error.page_not_found")
		}
		return h(q)
	}
}

// adminPages are the tabs of the administration.
var adminPages = [][2]string{{"site", "/admin"}, {"members", "/admin/members"}, {"legal", "/admin/legal"}, {"jobs", "/admin/jobs"}, {"system", "/admin/system"}}

// adminPage frames one page of the administration.
func (q *req) adminPage(page string, parts ...templ.Component) (ui.Base, templ.Component) {
	b := q.base(q.t("admin." + page))
	b.Nav, b.NoIndex, b.Broad = "admin", true, true
	var tabs []ui.TabView
	for _, p := range adminPages {
		tabs = append(tabs, ui.TabView{Text: q.t("admin." + p[0]), Href: p[1], Current: p[0] == page})
	}
	return b, ui.Column(append([]templ.Component{ui.PageHead(q.t("ui.admin"), "", nil), ui.Tabs(q.t("ui.admin"), tabs)}, parts...)...)
}

// wikiLicences are those a community may choose for its wiki.
var wikiLicences = []string{"CC-BY-SA-4.0", "CC-BY-4.0", "CC0-1.0"}

func (w *Web) admin(q *req) error { return w.drawAdmin(q, nil) }

func (w *Web) drawAdmin(q *req, failure error) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	s := q.sheet("admin", failure)
	s.field(ui.FieldView{Name: "site_name", Value: site.Name, Max: 60}).
		field(ui.FieldView{Name: "tagline", Value: site.Tagline, Max: 120, Optional: true}).
		field(ui.FieldView{Name: "description", Type: "textarea", Value: site.Description, Max: 2000, Full: true, Optional: true}).
		field(ui.FieldView{Name: "contact", Type: "email", Value: site.Contact, Mode: "email"}).
		radios(ui.SelectView{Name: "registration", Value: w.registration(site), Options: s.options("registration", registrations...)}).
		list(ui.SelectView{Name: "lang", Value: site.Lang, Options: languages(q, true)}).
		list(ui.SelectView{Name: "wiki_licence", Value: site.WikiLicence, Options: licenceOptions(site.WikiLicence)})
	parts := []templ.Component{s.form(ui.FormView{Action: "/admin"}, "save")}
	owed, err := w.owed(q)
	if err != nil {
		return err
	}
	if len(owed) > 0 {
		parts = append([]templ.Component{ui.Hint("warn", q.t("legal.owed", "names", strings.Join(owed, ", "))),
			ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("legal.owed_do"), Href: "/admin/legal", Style: "quiet"}))}, parts...)
	}
	base, content := q.adminPage("site", parts...)
	return q.drawStatus(statusOf(failure), base, site, content)
}

func licenceOptions(own string) []ui.OptionView {
	list := wikiLicences
	if own != "" && !slices.Contains(list, own) {
		list = append([]string{own}, list...)
	}
	var out []ui.OptionView
	for _, l := range list {
		out = append(out, ui.OptionView{Value: l, Text: licenceLabel(l)})
	}
	return out
}

func (w *Web) postAdmin(q *req) error {
	site, err := w.Read.Site(q.Context())
	if err != nil {
		return err
	}
	site.Name, site.Tagline, site.Description = q.form.Line("site_name"), q.form.Line("tagline"), q.form.Text("description")
	site.Contact, site.Registration, site.Lang = q.form.Line("contact"), q.form.Line("registration"), q.form.Line("lang")
	site.WikiLicence = q.form.Line("wiki_licence")
	if _, err := q.do(&allmende.SetSite{Act: q.self(), Site: site}); err != nil {
		if err = renamed(err, "name", "site_name"); redrawn(err) {
			return w.drawAdmin(q, err)
		}
		return err
	}
	return q.savedAt("/admin")
}

// members lists and finds accounts.
func (w *Web) members(q *req) error {
	query := q.URL.Query()
	typed, state := strings.TrimSpace(query.Get("q")), allmende.AccountState(query.Get("state"))
	var list []read.MemberLine
	var next allmende.ID
	var err error
	if typed != "" {
		list, err = w.Read.FindMembers(q.Context(), q.viewer, typed)
	} else {
		list, next, err = w.Read.Members(q.Context(), q.viewer, state, q.span(1).Max)
	}
	if err != nil {
		return err
	}
	var pills []ui.TabView
	for _, s := range []allmende.AccountState{"", allmende.AccountActive, allmende.AccountPending, allmende.AccountSuspended, allmende.AccountDeactivated, allmende.AccountDeleted} {
		word, href := string(s), "/admin/members?state="+string(s)
		if s == "" {
			word, href = "all", "/admin/members"
		}
		pills = append(pills, ui.TabView{Text: q.t("admin.state_" + word), Href: href, Current: s == state && typed == ""})
	}
	var pager ui.PagerView
	if next != 0 {
		pager.Older = q.with("max", next.String())
	}
	heads := []ui.HeadView{{Text: q.t("admin.member")}, {Text: q.t("admin.member_state")}, {Text: q.t("admin.since")}, {Text: q.t("admin.rank")}, {Text: q.t("admin.change_rank"), Quiet: true}}
	table := ui.TableView{Caption: q.t("admin.members"), Heads: heads, Empty: q.t("admin.members_none")}
	for _, m := range list {
		table.Rows = append(table.Rows, q.memberRow(m))
	}
	base, content := q.adminPage("members", ui.Buttons(ui.Button(ui.ButtonView{Text: q.t("settings.invite_people"), Icon: "user-plus", Href: "/settings/invites", Style: "quiet"})),
		ui.FindBox("/admin/members", q.t("admin.find_member"), typed), ui.Pills(q.t("ui.filter"), pills), ui.Table(table), ui.Pager(pager))
	return q.draw(base, membersView{len(list)}, content)
}

// membersView is what the page answers programs.
type membersView struct{ Count int }

func (q *req) memberRow(m read.MemberLine) []templ.Component {
	state := q.t("admin.state_" + string(m.Account.State))
	if !m.Account.Confirmed && m.Account.State == allmende.AccountActive {
		state = q.t("admin.state_unconfirmed")
	}
	var rank templ.Component = ui.Text(q.t("admin.rank_" + string(m.Account.Rank)))
	if m.Account.State == allmende.AccountActive {
		rank = ui.RankForm("/admin/members/"+m.Account.ID.String()+"/rank", q.csrf(), ui.SelectView{Name: "rank", Label: q.t("admin.rank"), Value: string(m.Account.Rank),
			Options: q.options("admin.rank", string(allmende.Member), string(allmende.Moderator), string(allmende.Admin))}, q.t("admin.rank_do"), m.Account.ID.String())
	}
	return []templ.Component{ui.MemberCell(m.Actor.Path(), m.Actor.Label()+" @"+m.Actor.Handle(), m.Account.Email), ui.Text(state), ui.Text(lang.Date(q.lang, m.Account.CreatedAt)), rank,
		ui.Button(ui.ButtonView{Text: q.t("ui.moderate"), Href: "/moderation/actor/" + m.Actor.ID.String(), Style: "quiet"})}
}

func (w *Web) postRank(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.SetRank{Act: q.self(), Account: id, Rank: allmende.Rank(q.form.Line("rank"))}); err != nil {
		return q.complain(err, "/admin/members")
	}
	return q.savedAt("/admin/members")
}

// jobs shows how the work in the background stands, and what was given up.
func (w *Web) jobs(q *req) error {
	queues, err := w.Read.Queues(q.Context(), q.viewer)
	if err != nil {
		return err
	}
	failed, err := w.Read.FailedJobs(q.Context(), q.viewer, 100)
	if err != nil {
		return err
	}
	table := ui.TableView{Caption: q.t("admin.queues"), Empty: q.t("admin.queues_none"),
		Heads: []ui.HeadView{{Text: q.t("admin.queue")}, {Text: q.t("admin.waiting"), Number: true}, {Text: q.t("admin.busy"), Number: true}, {Text: q.t("admin.failed"), Number: true}, {Text: q.t("admin.oldest")}}}
	for _, x := range queues {
		oldest := ""
		if !x.Oldest.IsZero() {
			oldest = lang.DateTime(q.lang, x.Oldest)
		}
		table.Rows = append(table.Rows, []templ.Component{ui.Text(x.Outlet), ui.Text(strconv.Itoa(x.Waiting)), ui.Text(strconv.Itoa(x.Busy)), ui.Text(strconv.Itoa(x.Failed)), ui.Text(oldest)})
	}
	var lines []ui.LineView
	for _, j := range failed {
		lines = append(lines, w.jobLine(q, j))
	}
	parts := []templ.Component{ui.Table(table)}
	if len(lines) > 0 {
		parts = append(parts, ui.Section(q.t("admin.given_up"), ui.Lines(lines)))
	}
	base, content := q.adminPage("jobs", parts...)
	return q.draw(base, queues, content)
}

func (w *Web) jobLine(q *req, j allmende.Job) ui.LineView {
	l := ui.LineView{Icon: "triangle-alert", Title: j.Outlet + " " + j.Key, Note: q.t("admin.tried", "count", j.Attempts)}
	if j.Reason != "" {
		l.Text = q.t(j.Reason)
	}
	if w.Retry != nil {
		l.Actions = []templ.Component{ui.Button(ui.ButtonView{Text: q.t("admin.retry"), Icon: "refresh-cw", Post: "/admin/jobs/retry", Name: "job", Value: j.Outlet + " " + j.Key, Style: "quiet"})}
	}
	return l
}

func (w *Web) retryJob(q *req) error {
	failed, err := w.Read.FailedJobs(q.Context(), q.viewer, 500)
	if err != nil {
		return err
	}
	for _, j := range failed {
		if j.Outlet+" "+j.Key != q.form.Raw("job") || w.Retry == nil {
			continue
		}
		j.RunAt = w.Now()
		if err := w.Retry(q.Context(), j); err != nil {
			return err
		}
		q.flash("ok", q.t("admin.retried"), "")
		return q.redirect("/admin/jobs")
	}
	return allmende.E(allmende.NotFound, "error.job_not_found")
}

// systemPage tells admins what runs here.
func (w *Web) systemPage(q *req) error {
	facts := []ui.PairView{{Name: q.t("admin.address"), Value: w.BaseURL}}
	if w.System == nil {
		facts = append(facts, ui.PairView{Name: q.t("admin.version"), Value: w.Version})
	} else {
		facts = append(facts, w.System(lang.With(q.Context(), q.lang))...)
	}
	base, content := q.adminPage("system", ui.Facts(facts), q.unsentMail())
	return q.draw(base, facts, content)
}

// unsentMail lists the mails with links that a server without mail could not
// send, so that an admin can hand them on.
func (q *req) unsentMail() templ.Component {
	if q.web.Unsent == nil || q.web.Mail {
		return ui.Column()
	}
	var lines []ui.LineView
	for _, u := range q.web.Unsent.List() {
		lines = append(lines, ui.LineView{Icon: "mail", Title: u.Subject, Note: u.To + ", " + lang.DateTime(q.lang, u.At), Text: u.Link})
	}
	return ui.Section(q.t("admin.unsent_mail"), ui.Soft(q.t("admin.unsent_mail_text")), ui.Lines(lines))
}
