package masto

import (
	"allmende"
)

// NotificationType is Mastodon's word for a kind of notification; false for
// those that its apps do not know.
func NotificationType(k allmende.NotificationKind) (string, bool) {
	switch k {
	case allmende.NotifyMention, allmende.NotifyReply:
		return "mention", true
	case allmende.NotifyBoost, allmende.NotifyLike, allmende.NotifyFollow, allmende.NotifyFollowAsked,
		allmende.NotifyQuote, allmende.NotifyPost, allmende.NotifySignUp:
		return string(k), true
	case allmende.NotifyEdit:
		return "update", true
	}
	return "", false
}

// NotificationKinds are the kinds that a word of Mastodon's stands for; none
// for words of things that do not exist here ("poll").
func NotificationKinds(word string) []allmende.NotificationKind {
	if word == "mention" {
		return []allmende.NotificationKind{allmende.NotifyMention, allmende.NotifyReply}
	}
	for _, k := range KnownNotifications {
		if w, _ := NotificationType(k); w == word {
			return []allmende.NotificationKind{k}
		}
	}
	return nil
}

// KnownNotifications are all kinds that Mastodon's apps can draw.
var KnownNotifications = []allmende.NotificationKind{allmende.NotifyMention, allmende.NotifyReply, allmende.NotifyBoost,
	allmende.NotifyLike, allmende.NotifyFollow, allmende.NotifyFollowAsked, allmende.NotifyQuote, allmende.NotifyEdit,
	allmende.NotifyPost, allmende.NotifySignUp}

// Notification is one notification with its drawn pieces.
type Notification struct {
	Of      allmende.Notification
	Account []byte
	Status  *Status // nil: about no status
}

// GroupKey names what a notification is grouped under: likes and boosts of one
// object, and follows, belong together.
func GroupKey(n allmende.Notification) string {
	switch n.Kind {
	case allmende.NotifyLike, allmende.NotifyBoost:
		return string(n.Kind) + "-" + n.Object.String()
	case allmende.NotifyFollow:
		return "follow-" + n.At.UTC().Format("2006-01-02")
	}
	return "ungrouped-" + n.ID.String()
}

// Append writes a Notification.
func (n *Notification) Append(b []byte) []byte {
	word, _ := NotificationType(n.Of.Kind)
	b = append(b, `{"id":`...)
	b = appendID(b, n.Of.ID)
	b = appendText(b, `,"type":`, word)
	b = appendText(b, `,"group_key":`, GroupKey(n.Of))
	b = appendTime(append(b, `,"created_at":`...), n.Of.At)
	b = append(append(b, `,"account":`...), n.Account...)
	if n.Status != nil {
		b = n.Status.Append(append(b, `,"status":`...))
	}
	return append(b, '}')
}

// NotificationGroup is several notifications of one kind about one thing.
type NotificationGroup struct {
	Key       string   `json:"group_key"`
	Count     int      `json:"notifications_count"`
	Type      string   `json:"type"`
	Newest    string   `json:"most_recent_notification_id"`
	PageMin   string   `json:"page_min_id"`
	PageMax   string   `json:"page_max_id"`
	LatestAt  string   `json:"latest_page_notification_at"`
	Accounts  []string `json:"sample_account_ids"`
	StatusID  string   `json:"status_id,omitempty"`
	sampledAt map[allmende.ID]bool
}

// sample is how many faces a group names.
const sample = 8

// GroupNotifications groups a page of notifications, newest first. Kinds that
// Mastodon's apps do not know are left out.
func GroupNotifications(page []allmende.Notification) []NotificationGroup {
	groups := []NotificationGroup{}
	at := map[string]int{}
	for _, n := range page {
		word, known := NotificationType(n.Kind)
		if !known {
			continue
		}
		key := GroupKey(n)
		i, seen := at[key]
		if !seen {
			i = len(groups)
			at[key] = i
			g := NotificationGroup{Key: key, Type: word, Newest: n.ID.String(), PageMax: n.ID.String(), LatestAt: Time(n.At),
				Accounts: []string{}, sampledAt: map[allmende.ID]bool{}}
			if n.Object != 0 {
				g.StatusID = n.Object.String()
			}
			groups = append(groups, g)
		}
		g := &groups[i]
		g.Count++
		g.PageMin = n.ID.String()
		if !g.sampledAt[n.From] && len(g.Accounts) < sample {
			g.sampledAt[n.From] = true
			g.Accounts = append(g.Accounts, n.From.String())
		}
	}
	return groups
}
