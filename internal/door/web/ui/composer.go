package ui

// ComposerView is the one field that makes notes. Names of what it posts:
// text, warning, audience, lang, reply_policy, quote_policy, reply, quote,
// media (an id, once per file), alt.<id>, files (without script), at (local
// date and time), edit, and do: "publish", "draft", "upload" (redraws with the
// files attached) or "remove.<id>".
type ComposerView struct {
	Action       string // POST
	CSRF         string
	Me           ActorView
	Text         string
	Warning      string
	Audience     string
	Audiences    []OptionView // Value: "public", "circle:12" …; Text names it
	Lang         string
	Langs        []OptionView
	ReplyPolicy  string
	QuotePolicy  string
	Policies     []OptionView // who may reply or quote
	Media        []AttachView
	ReplyTo      *CardView
	Quote        *CardView
	At           string // "2026-11-22T18:00", empty: now
	Draft        string // id of the draft on the server
	Edit         string // id of the object being edited
	Cancel       string // leaves without saving; empty: not offered
	Max          int    // characters
	Notes        Notes
	GrowHref     string // "make it an article"; empty: not offered
	Placeholder  string
	AltReminder  bool   // asks once before files without description are published
	SaveEndpoint string // where drafts are kept while typing; empty: nowhere
	Compact      bool   // at the top of a stream: choices show once one writes
	Focus        bool
}

// AttachView is a file attached to the composer.
type AttachView struct {
	ID, Src, Kind, Name, Alt string
	State                    string // "", "working", "failed"
	Focus                    string // of a picture: one of focusParts (field "focus.<ID>")
}

// focusParts are the parts of a picture that may matter most.
var focusParts = []string{"middle", "top", "bottom", "left", "right"}

// EditorView is the page that writes articles and wiki pages. It posts title,
// summary, text, why, minor, audience, tags, at, base (revision the edit
// started from), section and do: "publish", "draft", "preview",
// "insert".
type EditorView struct {
	Action    string
	CSRF      string
	Kind      Kind
	Heading   string // "Edit “Seven herbs”"
	Title     string
	Summary   string
	Text      string
	Why       string
	Minor     bool
	Base      string
	Section   string
	Tags      string
	Slug      string // the last part of the address
	SlugAfter string // what stands before it; empty: the address is not offered
	At        string
	Audience  string
	Audiences []OptionView
	Authors   []ActorView
	Licence   SafeHTML // the sentence agreed to by saving; empty: none
	Preview   SafeHTML // drawn below; empty: none
	PreviewAt string   // address of the live preview (POST text, answers HTML); empty: none
	Notes     Notes
	Cancel    string
	New       bool
	Wait      bool   // the edit will wait for review
	Alt       string // of the file chosen to stand in the text (fields "file", "alt", "caption"; do: "insert")
	Caption   string
	Inserted  bool // a file was just put at the end of the text
	// AltReminder asks once before pictures without description are published.
	AltReminder bool
	Settling    bool // the text came with marks of a conflict, which have to go (field "settling")
}
