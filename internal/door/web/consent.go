package web

import (
	"net/http"

	"allmende"
	"allmende/internal/door/web/ui"
)

// ConsentPage, CodePage and ProblemPage draw, in the house's look, what people
// see who let in an app. The door that speaks with the apps decides; app
// connects the two.

// ConsentPage asks whether an app may act for somebody; me is that person.
func (w *Web) ConsentPage(rw http.ResponseWriter, r *http.Request, v ui.ConsentView, me *allmende.Actor, acting []*allmende.Actor) {
	w.page(func(q *req) error {
		v.Me = q.actorView(me, nil)
		for _, a := range acting {
			v.Acting = append(v.Acting, ui.OptionView{Value: a.ID.String(), Text: a.Label() + " (@" + a.Handle() + ")"})
		}
		return q.draw(q.signBase(q.t("ui.consent_title", "app", v.App)), v, ui.Consent(v))
	})(rw, r)
}

// CodePage shows a code that the person copies into the app.
func (w *Web) CodePage(rw http.ResponseWriter, r *http.Request, app, code string) {
	w.page(func(q *req) error {
		base := q.signBase(q.t("app.code_title", "app", app))
		return q.draw(base, map[string]string{"code": code}, ui.AppCode(base.Title, q.t("app.code_text", "app", app), code))
	})(rw, r)
}

// ProblemPage draws a refusal.
func (w *Web) ProblemPage(rw http.ResponseWriter, r *http.Request, err error) {
	w.page(func(*req) error { return err })(rw, r)
}
