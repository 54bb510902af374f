package allmende

import "time"

// Activity is the record of what happened: one per carried-out Command. State
// is not rebuilt from it; it is kept for a limited time and erased with its
// person.
type Activity struct {
	ID     ID
	Verb   string
	By     ID // account, zero for remote actors and the clock
	As     ID // actor
	Object ID
	Actor  ID // whom it concerns: the followed, blocked, invited …
	Via    string
	At     time.Time
	Data   string // JSON, small, opaque
}

// NotificationKind says why someone is told something.
type NotificationKind string

// The kinds of notification; the names are Mastodon's where it has them.
const (
	NotifyMention       NotificationKind = "mention"
	NotifyReply         NotificationKind = "reply" // drawn as mention by Mastodon's API
	NotifyBoost         NotificationKind = "reblog"
	NotifyLike          NotificationKind = "favourite"
	NotifyFollow        NotificationKind = "follow"
	NotifyFollowAsked   NotificationKind = "follow_request"
	NotifyFollowed      NotificationKind = "follow_accepted"
	NotifyQuote         NotificationKind = "quote"
	NotifyEdit          NotificationKind = "update"       // something I boosted or own was edited by another
	NotifyPost          NotificationKind = "status"       // someone I asked to hear about posted
	NotifyInvite        NotificationKind = "coauthor"     // asked to be co-author
	NotifyInviteAnswer  NotificationKind = "coauthor_yes" // said yes
	NotifyDecision      NotificationKind = "moderation_warning"
	NotifyReport        NotificationKind = "admin.report"
	NotifyReportClosed  NotificationKind = "report_closed" // what you reported was decided
	NotifySignUp        NotificationKind = "admin.sign_up"
	NotifyHeld          NotificationKind = "held"
	NotifyConsentWanted NotificationKind = "consent" // an object is to become a wiki page
	NotifyRole          NotificationKind = "role"    // given a role in an organisation
)

// Notification tells one actor one thing. (To, Kind, From, Object, Report) is unique,
// so that telling twice is telling once.
type Notification struct {
	ID     ID
	To     ID
	Kind   NotificationKind
	From   ID // actor; zero: the server
	Object ID
	Report ID // of NotifyReport and NotifyReportClosed; of NotifyDecision the decision, of NotifyRole the organisation
	At     time.Time
	Read   bool
	Emoji  string // of NotifyLike: what the like says now; it is not kept with the notification
	Role   Role   // of NotifyRole: the role as it is now; not kept with the notification either
}

// Job is one piece of work for an outlet, kept until done. (Outlet, Key) is
// unique: the same work waits once.
type Job struct {
	Outlet   string
	Key      string
	Object   ID
	Actor    ID
	Data     string // JSON, small
	Host     string
	RunAt    time.Time
	Round    int // grows when asked for again
	Attempts int
	Progress int    // percent
	Reason   string // message key of why the last attempt failed
	Failed   bool   // gave up; owner and admin may ask for another try
}
