package allmende

// LetterKind says which mail is to be written.
type LetterKind string

// The mails the server writes.
const (
	LetterConfirm         LetterKind = "confirm"          // prove your address; the outlet mints the code
	LetterWelcome         LetterKind = "welcome"          // confirmed, may begin
	LetterExists          LetterKind = "exists"           // someone signed up with the address of an account
	LetterSignUp          LetterKind = "sign_up"          // to staff: someone waits for approval (About)
	LetterApproved        LetterKind = "approved"         //
	LetterRejected        LetterKind = "rejected"         // with Reason
	LetterPassword        LetterKind = "password"         // choose a new one; the outlet mints the code
	LetterPasswordChanged LetterKind = "password_changed" // for your safety
	LetterMailChange      LetterKind = "mail_change"      // to the new address; the outlet mints the code
	LetterMailChanged     LetterKind = "mail_changed"     // to the old address, for your safety
	LetterDecision        LetterKind = "decision"         // to whom a decision concerns
	LetterReportReceipt   LetterKind = "report_receipt"   // to who reported without an account
	LetterReportDecision  LetterKind = "report_decision"  // to who reported
	LetterNotify          LetterKind = "notify"           // what happened since the last one, to who asked for it
)

// Letter is what a job of the mail outlet carries as its data (JSON). It holds
// no codes: those are minted while the mail is written. Without To the mail
// goes to the account's address (LetterMailChange: to the new one).
type Letter struct {
	Kind     LetterKind `json:"kind"`
	Account  ID         `json:"account,omitempty"` // whom it is for; zero: someone without account
	To       string     `json:"to,omitempty"`      // when the account's address is not, or no longer, the one
	Lang     string     `json:"lang,omitempty"`
	Name     string     `json:"name,omitempty"`   // of the person, when there is no account left to ask
	About    ID         `json:"about,omitempty"`  // the account it is about, for staff
	Report   ID         `json:"report,omitempty"` // its receipt stands in the report
	Decision ID         `json:"decision,omitempty"`
	Reason   string     `json:"reason,omitempty"`
}

// Where the links of letters lead; a code or token follows.
const (
	PathConfirm     = "/confirm/"     // prove the address of a new account
	PathPassword    = "/password/"    // choose a new password
	PathChange      = "/change/"      // prove a new address
	PathReport      = "/report/"      // the state of a report, by its receipt
	PathUnsubscribe = "/unsubscribe/" // no more notification mails; GET asks, POST does it (RFC 8058)
)
