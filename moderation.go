package allmende

import "time"

// Report is someone's complaint about an object or an actor (row R1). Reports
// may come without an account; then Mail says where the receipt and the
// decision go, and is erased with the closing.
type Report struct {
	ID       ID
	Code     string // receipt: shows the state at /report/{code}
	By       ID     // actor, zero: without account
	Mail     string
	Actor    ID // who is complained about
	Objects  []ID
	Category string // "spam", "illegal", "rules", "other"
	Text     string
	Lang     string
	State    string // "open", "closed"
	Assigned ID     // account
	At       time.Time
	ClosedAt time.Time
	Decision ID
}

// ReportCategories are the reasons offered.
var ReportCategories = []string{"spam", "illegal", "rules", "other"}

// DecisionKind is what was decided.
type DecisionKind string

// The kinds of decision built so far.
const (
	DecideNothing   DecisionKind = "nothing" // the report was unfounded
	DecideHide      DecisionKind = "hide"
	DecideShow      DecisionKind = "show" // hide taken back
	DecideSuspend   DecisionKind = "suspend"
	DecideUnsuspend DecisionKind = "unsuspend"
	DecideLimit     DecisionKind = "limit"
	DecideUnlimit   DecisionKind = "unlimit"
	DecideWarn      DecisionKind = "warn"
	DecideDelete    DecisionKind = "delete"
)

// DecisionKinds are all kinds of decision.
var DecisionKinds = []DecisionKind{DecideNothing, DecideHide, DecideShow, DecideSuspend, DecideUnsuspend,
	DecideLimit, DecideUnlimit, DecideWarn, DecideDelete}

// Decision is one act of moderation with its reason, shown to whom it concerns.
type Decision struct {
	ID     ID
	Kind   DecisionKind
	Actor  ID // whom it concerns
	Object ID
	Report ID
	Reason string // for the author, in their words; never empty unless nothing was done
	Rule   string
	By     ID // account of the moderator; not shown to the author
	At     time.Time
}

// LegalText is imprint, privacy notice, rules or about, in one language, with
// its version (row R5).
type LegalText struct {
	Name    string // "imprint", "privacy", "rules", "about", "accessibility"
	Lang    string
	Version int
	Source  string
	HTML    string
	By      ID
	At      time.Time
}

// Site is what an admin says of the community.
type Site struct {
	Name         string `json:"name"`
	Tagline      string `json:"tagline"`
	Description  string `json:"description"`
	Lang         string `json:"lang"`
	Contact      string `json:"contact"`      // mail address
	Registration string `json:"registration"` // open, approval, invite, closed; empty: as set in the settings
	Ready        bool   `json:"ready"`        // set-up has ended
	WikiLicence  string `json:"wiki_licence"`
	ContactActor ID     `json:"contact_actor"`
}

// Invite is a code that lets people in (row R2).
type Invite struct {
	Code    string
	By      ID // account
	Uses    int
	MaxUses int
	Expires time.Time
	At      time.Time
}
