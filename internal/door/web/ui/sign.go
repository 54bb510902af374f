package ui

import "context"

// SignInView is the sign-in page.
type SignInView struct {
	Action  string // POST email, password, next
	CSRF    string
	Email   string
	Next    string
	Notes   Notes
	Passkey bool   // offer passkeys
	JoinAt  string // address of the sign-up; empty: closed
	Site    string
	OIDC    []Link // other houses to sign in with
	Focus   bool   // the cursor waits in the first field
}

// CodeView asks for the second factor: POST code, ticket, next.
type CodeView struct {
	Action   string
	CSRF     string
	Ticket   string // of the sign-in that waits for the code
	Next     string
	Notes    Notes
	Recovery string // address that draws the form for recovery codes; empty: this is it
	Focus    bool
}

// ConsentView asks whether an app may act for the person: POST to Action with
// the hidden fields and do "allow" or "deny".
type ConsentView struct {
	Action string
	CSRF   string
	App    string
	Site   string // the app's own page
	Me     ActorView
	Scopes []ScopeView
	Hidden []PairView
	Acting []OptionView // actors the app may act as; one: not asked
}

// ScopeView is one right an app asks for, in words.
type ScopeView struct {
	Text   string
	Strong bool // it can change or delete
}

// StepsView shows how far a longer form is.
type StepsView struct {
	Names   []string
	Current int
}

func (s StepsView) class(i int) string {
	if i < s.Current {
		return "done"
	}
	return ""
}

// mode is the keyboard that phones offer.
func (c CodeView) mode() string {
	if c.Recovery == "" {
		return "text"
	}
	return "numeric"
}

func (c CodeView) label() (label, hint string) {
	if c.Recovery == "" {
		return "ui.recovery_code", "ui.recovery_code_hint"
	}
	return "ui.code", "ui.code_hint"
}

func scopeIcon(strong bool) string {
	if strong {
		return "pencil"
	}
	return "check"
}

// ProblemView is a refusal in words. Status is the HTTP status.
type ProblemView struct {
	Status      int
	Title, Text string
	Back        Link // where to go from here; empty: the front page
	RequestID   string
}

func (p ProblemView) icon() string {
	switch p.Status {
	case 401, 403:
		return "lock-keyhole"
	case 404, 410:
		return "leaf"
	}
	return "triangle-alert"
}

func (p ProblemView) backHref() string {
	if p.Back.Href == "" {
		return "/"
	}
	return p.Back.Href
}

func (p ProblemView) backText(ctx context.Context) string {
	if p.Back.Text == "" {
		return T(ctx, "ui.to_front")
	}
	return p.Back.Text
}

// TileView is a figure, or an entry that leads further.
type TileView struct{ Icon, Value, Text, Hint, Href string }
