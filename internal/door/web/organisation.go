package web

import (
	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
)

// roles from the strongest on, as a team's page offers them.
var roles = []string{string(allmende.RoleOwner), string(allmende.RolePublisher), string(allmende.RoleAnswerer), string(allmende.RoleAnalyst)}

// organisations lists what the account may act as, and makes more.
func (w *Web) organisations(q *req) error { return w.drawOrganisations(q, nil) }

func (w *Web) drawOrganisations(q *req, failure error) error {
	actors, err := w.Read.ActsAs(q.Context(), q.account.ID)
	if err != nil {
		return err
	}
	var rows []ui.ActorRow
	for _, a := range actors {
		if a.ID == q.account.Actor && len(actors) == 1 {
			continue
		}
		row := ui.ActorRow{Actor: q.introduced(a, nil)}
		var buttons []templ.Component
		if a.ID != q.viewer.Actor {
			buttons = append(buttons, ui.Button(ui.ButtonView{Text: q.t("settings.act_as"), Post: "/session/actor", Name: "actor", Value: a.ID.String(), Style: "primary"}))
		}
		if a.ID != q.account.Actor {
			buttons = append(buttons, ui.Button(ui.ButtonView{Text: q.t("settings.team"), Href: "/settings/organisations/" + a.ID.String(), Style: "quiet"}))
		}
		row.Action = ui.Buttons(buttons...)
		rows = append(rows, row)
	}
	s := q.sheet("settings", failure)
	s.radios(ui.SelectView{Name: "kind", Value: string(allmende.Organization), Options: s.options("kind", string(allmende.Organization), string(allmende.Service))}).
		field(ui.FieldView{Name: "name", Max: 30}).field(ui.FieldView{Name: "display_name", Max: 60}).
		field(ui.FieldView{Name: "bio", Label: q.t("settings.organisation_bio"), Type: "textarea", Max: 5000, Optional: true})
	base := q.settingsBase("organisations")
	return q.drawStatus(statusOf(failure), base, rows, ui.Column(ui.PageHead(base.Title, q.t("settings.organisations_text"), nil), people(rows),
		ui.Section(q.t("settings.organisation_new"), s.form(ui.FormView{Action: "/settings/organisations"}, "organisation_do"))))
}

// people is a list of people, or nothing.
func people(rows []ui.ActorRow) templ.Component {
	if len(rows) == 0 {
		return ui.Column()
	}
	return ui.ActorList(rows)
}

func (w *Web) postOrganisation(q *req) error {
	made, err := q.do(&allmende.NewActor{Act: q.self(), Kind: allmende.ActorKind(q.form.Line("kind")), Name: q.form.Line("name"),
		DisplayName: q.form.Line("display_name"), Bio: q.form.Text("bio")})
	if err != nil {
		if redrawn(err) {
			return w.drawOrganisations(q, err)
		}
		return err
	}
	return q.savedAt("/settings/organisations/" + made.Actor.String())
}

// team shows who runs an organisation; its owners change that (rows O2, T15).
func (w *Web) team(q *req) error { return w.drawTeam(q, nil) }

// teamOf finds the organisation and the asker's role in it.
func (w *Web) teamOf(q *req) (*allmende.Actor, allmende.Role, error) {
	id, err := q.id("id")
	if err != nil {
		return nil, "", err
	}
	a, err := w.Read.Actor(q.Context(), id)
	if err != nil {
		return nil, "", err
	}
	members, err := w.Read.Team(q.Context(), id)
	if err != nil {
		return nil, "", err
	}
	for _, m := range members {
		if m.Account == q.account.ID {
			return a, m.Role, nil
		}
	}
	return nil, "", allmende.E(allmende.NotFound, "error.actor_not_found")
}

func (w *Web) drawTeam(q *req, failure error) error {
	org, role, err := w.teamOf(q)
	if err != nil {
		return err
	}
	owner := role == allmende.RoleOwner
	lines, err := w.teamLines(q, org, owner)
	if err != nil {
		return err
	}
	base := q.settingsBase("team")
	base.Crumbs = []ui.Link{{Text: q.t("ui.settings"), Href: "/settings"}, {Text: q.t("settings.organisations"), Href: "/settings/organisations"}, {Text: org.Label()}}
	parts := []templ.Component{ui.PageHead(org.Label(), "", nil), ui.Section(q.t("settings.team"), ui.Lines(lines))}
	if owner {
		s := q.sheet("settings", failure)
		s.field(ui.FieldView{Name: "member", Placeholder: "@name"}).
			radios(ui.SelectView{Name: "role", Value: string(allmende.RolePublisher), Options: s.options("role", roles...)})
		parts = append(parts, ui.Section(q.t("settings.team_add"), s.form(ui.FormView{Action: q.URL.Path}, "team_do")))
	}
	return q.drawStatus(statusOf(failure), base, lines, ui.Column(parts...))
}

func (w *Web) teamLines(q *req, org *allmende.Actor, owner bool) ([]ui.LineView, error) {
	members, err := w.Read.Team(q.Context(), org.ID)
	if err != nil {
		return nil, err
	}
	var lines []ui.LineView
	for _, m := range members {
		person, err := w.Read.Actor(q.Context(), m.Person)
		if err != nil {
			return nil, err
		}
		l := ui.LineView{Icon: "user", Title: person.Label(), Note: q.t("settings.role_" + string(m.Role)), Href: person.Path()}
		word := ""
		switch {
		case m.Account == q.account.ID:
			word = "settings.team_leave"
		case owner:
			word = "ui.remove"
		}
		if word != "" {
			l.Actions = []templ.Component{ui.Button(ui.ButtonView{Text: q.t(word), Post: "/settings/organisations/" + org.ID.String() + "/remove",
				Name: "person", Value: m.Person.String(), Style: "quiet"})}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (w *Web) postTeam(q *req) error {
	org, _, err := w.teamOf(q)
	if err != nil {
		return err
	}
	person, err := w.handleOf(q, q.form.Line("member"), "member")
	if err == nil {
		_, err = q.do(&allmende.SetRole{Act: q.self(), Actor: org.ID, Member: person.ID, Role: allmende.Role(q.form.Line("role"))})
	}
	if err != nil {
		if redrawn(err) {
			return w.drawTeam(q, err)
		}
		return err
	}
	return q.savedAt(q.URL.Path)
}

// removeRole takes somebody from the team; everybody may leave.
func (w *Web) removeRole(q *req) error {
	org, _, err := w.teamOf(q)
	if err != nil {
		return err
	}
	person, err := q.form.ID("person")
	if err != nil {
		return err
	}
	if _, err := q.do(&allmende.SetRole{Act: q.self(), Actor: org.ID, Member: person, Off: true}); err != nil {
		return q.complain(err, "/settings/organisations/"+org.ID.String())
	}
	to := "/settings/organisations"
	if person != q.account.Actor {
		to += "/" + org.ID.String()
	}
	return q.savedAt(to)
}
