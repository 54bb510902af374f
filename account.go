package allmende

import "time"

// Account is who signs in: mail address, password, keys and settings. What
// others see of a person is its Actor.
type Account struct {
	ID         ID
	Actor      ID // its person
	Email      string
	EmailNew   string // asked for and not yet confirmed
	Confirmed  bool   // the mail address was proved, or an admin vouched
	State      AccountState
	Rank       Rank
	Lang       string // "de", "en", "de-formal"; empty: as the browser says
	Theme      string // "auto", "light", "dark", "contrast"
	Settings   AccountSettings
	Reason     string // why they would like to join
	InvitedBy  ID
	CreatedAt  time.Time
	SeenAt     time.Time // last sign-in or use, to the day
	DeletedAt  time.Time
	RulesAgree int // version of the rules agreed to
}

// AccountState is where an account stands on its way.
type AccountState string

// The states of an account.
const (
	AccountPending     AccountState = "pending"     // waits for approval
	AccountActive      AccountState = "active"      //
	AccountSuspended   AccountState = "suspended"   // by a decision; may read the reason and complain
	AccountDeactivated AccountState = "deactivated" // by its person; signing in again wakes it
	AccountDeleted     AccountState = "deleted"     //
	AccountRejected    AccountState = "rejected"    //
)

// MayAct tells why an account may do nothing at present; nil: it may.
func (a *Account) MayAct() error {
	switch a.State {
	case AccountActive:
		if !a.Confirmed {
			return E(Forbidden, "error.account_unconfirmed")
		}
		return nil
	case AccountPending:
		return E(Forbidden, "error.account_pending")
	case AccountSuspended:
		return E(Forbidden, "error.account_suspended")
	}
	return E(SignIn, "error.sign_in")
}

// Rank is what an account may do for the whole community.
type Rank string

// The ranks.
const (
	Member    Rank = "member"
	Moderator Rank = "moderator"
	Admin     Rank = "admin"
)

// CanModerate tells whether the rank may open the moderation queue.
func (r Rank) CanModerate() bool { return r == Moderator || r == Admin }

// AccountSettings are the person's own choices; unknown keys are kept.
type AccountSettings struct {
	Audience      string `json:"audience,omitempty"`  // default audience of new notes
	PostLang      string `json:"post_lang,omitempty"` // default language of new notes
	Sensitive     bool   `json:"sensitive,omitempty"`
	QuotePolicy   string `json:"quote_policy,omitempty"`
	ReplyPolicy   string `json:"reply_policy,omitempty"`
	AltReminder   bool   `json:"alt_reminder,omitempty"`
	ShowPlaceEXIF bool   `json:"show_place_exif,omitempty"`
	MailNotify    bool   `json:"mail_notify,omitempty"`
	ExpandCW      bool   `json:"expand_cw,omitempty"`
}

// Role is what an account may do as an actor that is not its own person
// (organisations, groups).
type Role string

// The roles, strongest first (rows O2, T15).
const (
	RoleOwner     Role = "owner"     // everything, and who else has a role
	RolePublisher Role = "publisher" // publishes, edits, deletes, follows
	RoleAnswerer  Role = "answerer"  // replies only
	RoleAnalyst   Role = "analyst"   // reads only
)

// May tells whether a role is at least as strong as the one needed.
func (r Role) May(need Role) bool {
	order := map[Role]int{RoleOwner: 4, RolePublisher: 3, RoleAnswerer: 2, RoleAnalyst: 1}
	return order[r] >= order[need] && order[r] > 0
}
