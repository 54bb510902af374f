package web

import (
	"github.com/go-chi/chi/v5"

	"allmende/internal/auth"
)

// accountRoutes are the ways in: set-up, joining, signing in, and what mails
// lead to.
func (w *Web) accountRoutes(r chi.Router) {
	r.Get("/setup/{code}", w.page(w.setup))
	r.Post("/setup/{code}", w.post(w.postSetup))
	r.Get("/join", w.page(w.join))
	r.Get("/join/{code}", w.page(w.join))
	r.Post("/join", w.post(w.postJoin))
	r.Get("/confirm", w.page(w.confirmForm))
	r.Post("/confirm", w.post(w.postConfirm))
	r.Post("/confirm/again", w.post(w.confirmAgain))
	r.Get("/confirm/{token}", w.page(w.proveLink(auth.ConfirmMail)))
	r.Post("/confirm/{token}", w.post(w.takeLink(auth.ConfirmMail)))
	r.Get("/change/{token}", w.page(w.proveLink(auth.ChangeMail)))
	r.Post("/change/{token}", w.post(w.takeLink(auth.ChangeMail)))
	r.Get("/login", w.page(w.login))
	r.Post("/login", w.post(w.postLogin))
	r.Post("/login/code", w.post(w.postCode))
	r.Post("/login/recovery", w.post(w.recovery))
	r.Post("/login/passkey/begin", w.post(w.beginPasskeySignIn))
	r.Post("/login/passkey/finish", w.post(w.finishPasskeySignIn))
	r.Post("/logout", w.post(w.logout))
	r.Get("/forgotten", w.page(w.forgotten))
	r.Post("/forgotten", w.post(w.postForgotten))
	r.Post("/forgotten/code", w.post(w.postPasswordCode))
	r.Get("/password/{token}", w.page(w.passwordLink))
	r.Post("/password/{token}", w.post(w.postPasswordLink))
	r.Get("/unsubscribe/{token}", w.page(w.unsubscribe))
	r.Post("/unsubscribe/{token}", w.page(w.postUnsubscribe)) // mail programs have no token for forms
}

// settingsRoutes are what members set for themselves.
func (w *Web) settingsRoutes(r chi.Router) {
	r.Get("/notifications", w.member(w.notifications))
	r.Post("/notifications/{what:dismiss|clear}", w.act(w.dismissNotices))
	r.Post("/notifications/read", w.act(w.readNotices))
	r.Post("/session/actor", w.act(w.actAs))
	r.Get("/settings", w.member(w.settings))
	r.Post("/settings/theme", w.act(w.theme))
	r.Get("/settings/prove", w.member(w.prove))
	r.Post("/settings/prove", w.act(w.postProve))
	r.Get("/settings/profile", w.member(w.profile))
	r.Post("/settings/profile", w.act(w.postProfile))
	r.Get("/settings/account", w.page(w.own(w.accountSettings)))
	r.Post("/settings/account", w.post(w.own(w.postAccount)))
	r.Post("/settings/account/mail", w.post(w.own(w.postMail)))
	r.Post("/settings/account/code", w.post(w.own(w.postMailCode)))
	r.Post("/settings/account/password", w.post(w.own(w.postPassword)))
	r.Get("/settings/posting", w.member(w.posting))
	r.Post("/settings/posting", w.act(w.postPosting))
	r.Get("/settings/notifications", w.member(w.notificationSettings))
	r.Post("/settings/notifications", w.act(w.postNotificationSettings))
	r.Get("/settings/security", w.member(w.fresh(w.security)))
	r.Post("/settings/security/end", w.act(w.endSession))
	r.Post("/settings/security/end-others", w.act(w.endOthers))
	r.Post("/settings/passkeys/begin", w.act(w.fresh(w.beginPasskey)))
	r.Post("/settings/passkeys/finish", w.act(w.fresh(w.finishPasskey)))
	r.Post("/settings/passkeys/drop", w.act(w.fresh(w.dropPasskey)))
	r.Get("/settings/passkeys/name", w.member(w.passkeyName))
	r.Post("/settings/passkeys/name", w.act(w.postPasskeyName))
	r.Get("/settings/factor", w.member(w.fresh(w.factor)))
	r.Get("/settings/factor.png", w.member(w.fresh(w.factorPicture)))
	r.Post("/settings/factor", w.act(w.fresh(w.postFactor)))
	r.Post("/settings/factor/begin", w.act(w.fresh(w.beginFactor)))
	r.Post("/settings/factor/drop", w.act(w.fresh(w.dropFactor)))
	r.Post("/settings/factor/recovery", w.act(w.fresh(w.newRecovery)))
	r.Get("/settings/apps", w.member(w.apps))
	r.Post("/settings/apps/end", w.act(w.endApp))
	r.Get("/settings/relations", w.member(w.relations))
	r.Get("/settings/data", w.page(w.own(w.data)))
	r.Get(exportPath, w.member(w.fresh(w.exportData)))
	r.Post("/settings/data/pause", w.act(w.pause))
	r.Post("/settings/data/delete", w.post(w.own(w.deleteAccount)))
	r.Get("/settings/organisations", w.member(w.organisations))
	r.Post("/settings/organisations", w.act(w.postOrganisation))
	r.Get("/settings/organisations/{id:[0-9]+}", w.member(w.team))
	r.Post("/settings/organisations/{id:[0-9]+}", w.act(w.postTeam))
	r.Post("/settings/organisations/{id:[0-9]+}/remove", w.act(w.removeRole))
	r.Get("/settings/invites", w.page(w.staff(w.invites)))
	r.Post("/settings/invites", w.act(w.staff(w.postInvite)))
	r.Post("/settings/invites/withdraw", w.act(w.staff(w.withdrawInvite)))
}

// moderationRoutes are complaints, for everybody, and their queue, for the staff.
func (w *Web) moderationRoutes(r chi.Router) {
	r.Get("/report", w.page(w.report))
	r.Post("/report", w.post(w.postReport))
	r.Get("/report/{code}", w.page(w.receipt))
	r.Get("/decisions/{id:[0-9]+}", w.page(w.decision))
	r.Get("/moderation", w.page(w.staff(w.queue)))
	r.Get("/moderation/log", w.page(w.staff(w.decisionLog)))
	r.Post("/moderation/admit/{id:[0-9]+}/{answer:yes|no}", w.act(w.staff(w.admit)))
	r.Get("/moderation/report/{id:[0-9]+}", w.page(w.staff(w.reportPage)))
	r.Post("/moderation/report/{id:[0-9]+}", w.act(w.staff(w.decideReport)))
	r.Get("/moderation/object/{id:[0-9]+}", w.page(w.staff(w.objectCase)))
	r.Post("/moderation/object/{id:[0-9]+}", w.act(w.staff(w.decideObject)))
	r.Get("/moderation/actor/{id:[0-9]+}", w.page(w.staff(w.actorCase)))
	r.Post("/moderation/actor/{id:[0-9]+}", w.act(w.staff(w.decideActor)))
}

// adminRoutes are for admins.
func (w *Web) adminRoutes(r chi.Router) {
	r.Get("/admin", w.page(w.adminOnly(w.admin)))
	r.Post("/admin", w.act(w.adminOnly(w.postAdmin)))
	r.Get("/admin/members", w.page(w.adminOnly(w.members)))
	r.Post("/admin/members/{id:[0-9]+}/rank", w.act(w.adminOnly(w.postRank)))
	r.Get("/admin/legal", w.page(w.adminOnly(w.adminLegal)))
	r.Get("/admin/legal/{name}/{lang}", w.page(w.adminOnly(w.editLegal)))
	r.Post("/admin/legal/{name}/{lang}", w.act(w.adminOnly(w.postLegal)))
	r.Get("/admin/jobs", w.page(w.adminOnly(w.jobs)))
	r.Post("/admin/jobs/retry", w.act(w.adminOnly(w.retryJob)))
	r.Get("/admin/system", w.page(w.adminOnly(w.systemPage)))
}

// legalRoutes are what the footer leads to, the search, and what programs look for.
func (w *Web) legalRoutes(r chi.Router) {
	for _, name := range legalNames {
		r.Get("/"+name, w.page(w.legal(name)))
	}
	r.Get("/search", w.page(w.search))
	r.Get("/opensearch.xml", w.page(w.openSearch))
	r.Get("/manifest.webmanifest", w.page(w.manifest))
	r.Get("/robots.txt", w.robots)
}
