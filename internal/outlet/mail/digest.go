package mail

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/outlet"
	"allmende/internal/read"
	"allmende/internal/store"
	"allmende/internal/text"
)

const (
	notifyEvery = 15 * time.Minute // at most one mail about notifications per account
	notifyOld   = 24 * time.Hour   // what is older than this is no news
	notifyMost  = 20               // lines in a mail
)

// Lists of reading positions that are this outlet's bookkeeping: up to which
// notification an actor was mailed, and when.
const (
	notifyMarker = "mail"
	existsMarker = "mail:exists"
)

// notByMail come in letters of their own.
var notByMail = []allmende.NotificationKind{allmende.NotifyDecision, allmende.NotifyReport, allmende.NotifyReportClosed,
	allmende.NotifySignUp, allmende.NotifyHeld}

// notify sends one mail about everything that an account, and the
// organisations it answers for, were told since the last one and have not read.
func (o *Outlet) notify(ctx context.Context, l allmende.Letter) error {
	a, err := o.account(ctx, l.Account)
	if err != nil || a == nil || a.State != allmende.AccountActive || !a.Confirmed || !a.Settings.MailNotify || o.server == nil {
		return err
	}
	sent, _, err := o.lastSent(ctx, a.Actor, notifyMarker)
	if err != nil {
		return err
	}
	if next := sent.Add(notifyEvery); next.After(o.now()) {
		return outlet.Later(next)
	}
	m, err := o.open(ctx, l, a)
	if err != nil {
		return err
	}
	positions, err := o.gather(ctx, m, a)
	if err != nil || len(m.Items) == 0 {
		return err
	}
	if err := o.addressNotify(ctx, m, a); err != nil {
		return err
	}
	if err := o.send(ctx, m); err != nil {
		return err
	}
	now := o.now()
	return o.db.WriteJobs(ctx, func(tx *db.Tx) error {
		for actor, last := range positions {
			if err := store.SetMarker(ctx, tx, actor, notifyMarkerOf(a, actor), last, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// notifyMarkerOf keeps apart several accounts that answer for one organisation.
func notifyMarkerOf(a *allmende.Account, actor allmende.ID) string {
	if actor == a.Actor {
		return notifyMarker
	}
	return notifyMarker + ":" + a.ID.String()
}

// gather adds what is new for each actor of the account, and tells up to where.
func (o *Outlet) gather(ctx context.Context, m *message, a *allmende.Account) (map[allmende.ID]allmende.ID, error) {
	actors := []allmende.ID{a.Actor}
	roles, err := store.RolesOf(ctx, o.db.Read(), a.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		if r.Role.May(allmende.RoleAnswerer) {
			actors = append(actors, r.Actor)
		}
	}
	positions, count := map[allmende.ID]allmende.ID{}, 0
	for _, actor := range actors {
		_, last, err := o.lastSent(ctx, actor, notifyMarkerOf(a, actor))
		if err != nil {
			return nil, err
		}
		last = max(last, allmende.IDAt(o.now().Add(-notifyOld)))
		p, err := o.read.Notifications(ctx, allmende.Viewer{Account: a.ID, Actor: actor, Role: allmende.RoleAnalyst},
			allmende.Span{Since: last, Limit: 80}, nil, notByMail)
		if err != nil {
			return nil, err
		}
		positions[actor] = last
		for _, n := range p.List {
			positions[actor] = max(positions[actor], n.ID)
			if n.Read {
				continue
			}
			if count++; count <= notifyMost {
				m.Items = append(m.Items, o.item(m, n, p.Bundle))
			}
		}
	}
	m.say(string(allmende.LetterNotify), "count", count)
	m.After = nil
	if count > notifyMost {
		m.After = []string{m.t("mail.notify.more", "count", count-notifyMost)}
	}
	if count == 1 {
		m.Subject = m.Items[0].Text
	}
	m.Link = o.set.BaseURL + "/notifications"
	return positions, nil
}

// item says one thing that happened. The words of what is not for everyone
// here stay out of the mail: it travels further than our rules reach.
func (o *Outlet) item(m *message, n allmende.Notification, b *read.Bundle) item {
	it := item{Link: o.set.BaseURL + "/notifications"}
	name := m.Site
	if from := b.Actors[n.From]; from != nil {
		name, it.Link = from.Label(), o.set.BaseURL+from.Path()
	}
	if n.Kind == allmende.NotifyRole {
		return o.roleItem(m, it, n, b)
	}
	it.Text = m.t("mail.item."+itemKey(n), "name", name, "emoji", n.Emoji)
	about := b.Objects[n.Object]
	if about == nil {
		return it
	}
	it.Link = o.set.BaseURL + about.Path()
	if about.Audience.Kind == allmende.AudDirect || about.Audience.Kind == allmende.AudFollowers || about.State != allmende.Published {
		return it
	}
	switch {
	case about.Title != "":
		it.Excerpt = text.Excerpt(about.Title, 200)
	case about.Summary != "":
		it.Excerpt = text.Excerpt(about.Summary, 200)
	default:
		it.Excerpt = text.Teaser(about.HTML, 200)
	}
	return it
}

// roleItem says who gave which role, and where one acts in it.
func (o *Outlet) roleItem(m *message, it item, n allmende.Notification, b *read.Bundle) item {
	name, organisation := m.Site, m.Site
	if a := b.Actors[n.Report]; a != nil {
		organisation = a.Label()
	}
	if from := b.Actors[n.From]; from != nil {
		name = from.Label()
	}
	it.Text = m.t("mail.item.role", "name", name, "organisation", organisation, "role", m.t("settings.role_"+string(n.Role)))
	it.Link = o.set.BaseURL + "/settings/organisations/" + n.Report.String()
	return it
}

// itemKey is the part of a message key for a notification.
func itemKey(n allmende.Notification) string {
	switch n.Kind {
	case allmende.NotifyBoost:
		return "boost"
	case allmende.NotifyLike:
		if n.Emoji != "" {
			return "reaction"
		}
		return "like"
	case allmende.NotifyPost:
		return "post"
	case allmende.NotifyEdit:
		return "edit"
	case allmende.NotifyMention, allmende.NotifyReply, allmende.NotifyQuote, allmende.NotifyFollow, allmende.NotifyFollowAsked,
		allmende.NotifyFollowed, allmende.NotifyInvite, allmende.NotifyInviteAnswer, allmende.NotifyConsentWanted:
		return string(n.Kind)
	}
	return "other"
}

// addressNotify adds how to end these mails, in the text and for mail programs (RFC 8058).
func (o *Outlet) addressNotify(ctx context.Context, m *message, a *allmende.Account) error {
	secret, err := store.SiteValue(ctx, o.db.Read(), read.UnsubscribeSecret)
	if err == nil && secret == "" {
		err = o.db.WriteJobs(ctx, func(tx *db.Tx) error {
			var err error
			secret, err = store.InitSiteValue(ctx, tx, read.UnsubscribeSecret, allmende.Secret(32))
			return err
		})
	}
	m.unsubscribe = o.set.BaseURL + allmende.PathUnsubscribe + read.UnsubscribeToken(secret, a.ID)
	m.Leave, m.LeaveAt = m.t("mail.notify.leave"), m.unsubscribe
	return err
}

// lastSent tells when, and up to what, mails of a sort were sent.
func (o *Outlet) lastSent(ctx context.Context, actor allmende.ID, list string) (time.Time, allmende.ID, error) {
	markers, err := store.Markers(ctx, o.db.Read(), actor)
	for _, x := range markers {
		if x.List == list {
			return x.At, x.Last, err
		}
	}
	return time.Time{}, 0, err
}

// noteSent remembers letters that must not come too often.
func (o *Outlet) noteSent(ctx context.Context, l allmende.Letter) error {
	if l.Kind != allmende.LetterExists {
		return nil
	}
	a, err := o.account(ctx, l.Account)
	if err != nil || a == nil {
		return err
	}
	return o.db.WriteJobs(ctx, func(tx *db.Tx) error {
		return store.SetMarker(ctx, tx, a.Actor, existsMarker, 1, o.now())
	})
}
