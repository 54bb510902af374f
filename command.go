package allmende

import "time"

// Command is something a person, a remote actor, an import or the clock wants
// done. core.Do carries it out. Each verb is a struct of its own; doors only
// decode into it.
type Command interface {
	// From tells who asks, as whom, through which door and when.
	From() *Act
	// Verb is the name in activities, jobs and the address of the own API.
	Verb() string
}

// Act is who asks, as whom, through which door and when. Doors fill it in.
type Act struct {
	By    ID        `json:"-"` // account; zero for remote actors and the clock
	As    ID        `json:"-"` // actor
	Via   string    `json:"-"` // "web", "api", "mastodon", "activitypub", "import", "cli", "clock", "outlet"
	At    time.Time `json:"-"` // zero: now
	Quiet bool      `json:"-"` // imports: no notices, no federation
}

// From returns the act itself; embedding Act makes a struct half a Command.
func (a *Act) From() *Act { return a }

// Result is what a command changed, for the door to ask read about.
type Result struct {
	Object   ID     `json:"object,omitempty"`   // made or changed object
	Actor    ID     `json:"actor,omitempty"`    // concerned actor
	Account  ID     `json:"account,omitempty"`  // made account
	Reaction ID     `json:"reaction,omitempty"` // made boost
	Media    ID     `json:"media,omitempty"`    // made medium
	Revision int    `json:"revision,omitempty"` // number of the revision made
	Text     string `json:"text,omitempty"`     // code or secret made by the command (invite code, report receipt)
	// Merged is the newest revision by others that an edit was merged with; zero: nobody saved meanwhile.
	Merged int `json:"merged,omitempty"`
	// Conflict holds both texts of an edit that could not be merged; nothing was saved.
	Conflict *EditConflict `json:"conflict,omitempty"`
}

// EditConflict is what an editor needs to mend an edit that clashes with one
// made meanwhile (row W3).
type EditConflict struct {
	Base    string      `json:"base"` // whole texts
	Ours    string      `json:"ours"`
	Theirs  string      `json:"theirs"`
	Merged  string      `json:"merged"`  // merge with both versions of the clashing lines
	Current int         `json:"current"` // revision that Theirs is
	Places  []EditClash `json:"places"`
}

// EditClash is one place where both changed the same lines.
type EditClash struct {
	Line   int    `json:"line"`
	Ours   string `json:"ours"`
	Theirs string `json:"theirs"`
}

// AudienceChoice is the audience a writer chooses.
type AudienceChoice struct {
	Kind   AudienceKind `json:"kind"`
	Actors []ID         `json:"actors,omitempty"` // for direct; the mentioned are added
}

// Publish makes a new object, or a draft of one. With State Draft or Scheduled
// nobody but its authors sees it.
type Publish struct {
	Act
	ID        ID             `json:"-"` // an imported or remote object's id in time order; zero: minted now
	Kind      ObjectKind     `json:"kind"`
	State     State          `json:"state,omitempty"` // Draft, Scheduled, Held; empty: Published
	Title     string         `json:"title,omitempty"`
	Slug      string         `json:"slug,omitempty"`
	Summary   string         `json:"summary,omitempty"`
	Sensitive bool           `json:"sensitive,omitempty"`
	Format    Format         `json:"format,omitempty"`
	Source    string         `json:"source"`
	Lang      string         `json:"lang,omitempty"`
	ReplyTo   ID             `json:"reply_to,omitempty"`
	Quote     ID             `json:"quote,omitempty"`
	Audience  AudienceChoice `json:"audience"`
	Policy    Policy         `json:"policy"`
	Media     []ID           `json:"media,omitempty"`
	Licence   string         `json:"licence,omitempty"`
	Place     ID             `json:"place,omitempty"` // Server for the community's wiki
	Authors   []ID           `json:"authors,omitempty"`
	Tags      []string       `json:"tags,omitempty"` // beside those in the text
	Why       string         `json:"why,omitempty"`  // edit summary of the first revision
	PublishAt time.Time      `json:"publish_at,omitempty"`
	Key       string         `json:"-"` // idempotency key: the same key of the same actor makes one object
	Remote    *RemoteObject  `json:"-"`
	Origin    *ImportOrigin  `json:"-"` // imports only
}

// ImportOrigin is where an imported object came from. The same URI again makes
// nothing new.
type ImportOrigin struct {
	URI string // "import:…", unique
	URL string // its old address, for people
}

// RemoteObject is what a remote server says of its object beyond the text.
type RemoteObject struct {
	URI, URL     string
	Published    time.Time
	Mentions     []ID
	Tags         []string
	Media        []Media // addresses and descriptions, not fetched
	FollowersURI string
}

// Edit changes an object's text or properties. Nil fields stay as they are.
// Base is the revision that the writer started from; when others saved
// meanwhile the texts are merged, or the result holds the conflict.
type Edit struct {
	Act
	Object    ID              `json:"object"`
	Base      int             `json:"base,omitempty"`
	Title     *string         `json:"title,omitempty"`
	Slug      *string         `json:"slug,omitempty"`
	Summary   *string         `json:"summary,omitempty"`
	Sensitive *bool           `json:"sensitive,omitempty"`
	Format    *Format         `json:"format,omitempty"`
	Source    *string         `json:"source,omitempty"`
	Lang      *string         `json:"lang,omitempty"`
	Media     *[]ID           `json:"media,omitempty"`
	Licence   *string         `json:"licence,omitempty"`
	Policy    *Policy         `json:"policy,omitempty"`
	Tags      *[]string       `json:"tags,omitempty"`     // beside those in the text
	Audience  *AudienceChoice `json:"audience,omitempty"` // drafts only
	PublishAt *time.Time      `json:"publish_at,omitempty"`
	Why       string          `json:"why,omitempty"`
	Minor     bool            `json:"minor,omitempty"`
	Autosave  bool            `json:"autosave,omitempty"` // of a draft: folds into the last revision
	Remote    *RemoteObject   `json:"-"`
}

// Release publishes a draft, a scheduled or a held object now, or (with At set
// in PublishAt) schedules it.
type Release struct {
	Act
	Object    ID        `json:"object"`
	PublishAt time.Time `json:"publish_at,omitempty"`
}

// Revert makes an older revision the current one again; history stays.
type Revert struct {
	Act
	Object ID     `json:"object"`
	To     int    `json:"to"`
	Why    string `json:"why,omitempty"`
}

// Move renames a wiki page or an article; the old address redirects.
type Move struct {
	Act
	Object ID     `json:"object"`
	Title  string `json:"title"`
	Why    string `json:"why,omitempty"`
}

// Grow turns an object into another kind (row N1): a note into an article, an
// article into a wiki page. Address, comments, authors and likes stay. Becoming
// a wiki page asks every other author for consent first.
type Grow struct {
	Act
	Object  ID         `json:"object"`
	Kind    ObjectKind `json:"kind"`
	Title   string     `json:"title"`
	Licence string     `json:"licence,omitempty"` // agreed to for a wiki page
}

// Consent answers a Grow that needs every author's yes.
type Consent struct {
	Act
	Object ID   `json:"object"`
	Yes    bool `json:"yes"`
}

// Delete takes an object away: 410 and tombstone at once.
type Delete struct {
	Act
	Object ID `json:"object"`
}

// Undelete brings an object back within the undo time (ten seconds in the web).
type Undelete struct {
	Act
	Object ID `json:"object"`
}

// Pin shows an object first on its owner's profile, or no longer.
type Pin struct {
	Act
	Object ID   `json:"object"`
	On     bool `json:"on"`
}

// InviteAuthor asks an actor to become co-author (row N3), or withdraws that.
type InviteAuthor struct {
	Act
	Object ID   `json:"object"`
	Actor  ID   `json:"actor"`
	Off    bool `json:"off,omitempty"`
}

// AnswerInvite says yes or no to co-authorship, or leaves it later.
type AnswerInvite struct {
	Act
	Object ID   `json:"object"`
	Yes    bool `json:"yes"`
}

// React likes, boosts or bookmarks, or (Off) takes that back. A like may carry
// an emoji; another one replaces it.
type React struct {
	Act
	Object   ID           `json:"object"`
	Kind     ReactionKind `json:"kind"`
	Off      bool         `json:"off,omitempty"`
	Emoji    string       `json:"emoji,omitempty"`    // of a like; empty: the plain like
	Audience AudienceKind `json:"audience,omitempty"` // of a boost
}

// Relate follows, blocks or mutes an actor, or (Off) no longer.
type Relate struct {
	Act
	Kind    RelationKind `json:"kind"`
	Target  ID           `json:"target"`
	Off     bool         `json:"off,omitempty"`
	Notify  *bool        `json:"notify,omitempty"`
	Boosts  *bool        `json:"boosts,omitempty"`
	Quiet   *bool        `json:"quiet,omitempty"`
	Expires time.Time    `json:"expires,omitempty"`
}

// AnswerFollow accepts or rejects a follow that was asked for, or (Yes false
// on an accepted one) removes a follower.
type AnswerFollow struct {
	Act
	Follower ID   `json:"follower"`
	Yes      bool `json:"yes"`
}

// FollowTag follows a hashtag, or (Off) no longer.
type FollowTag struct {
	Act
	Tag string `json:"tag"`
	Off bool   `json:"off,omitempty"`
}

// MuteThread stops notifications of a conversation, or (Off) starts them again.
type MuteThread struct {
	Act
	Thread ID   `json:"thread"`
	Off    bool `json:"off,omitempty"`
}

// MarkRead keeps how far someone has read a list (row T22), and marks
// notifications up to there as read.
type MarkRead struct {
	Act
	List string `json:"list"` // "home", "notifications"
	Last ID     `json:"last"`
}

// Dismiss takes away one of the acting actor's notifications, or (All) every one.
type Dismiss struct {
	Act
	Notification ID   `json:"notification,omitempty"`
	All          bool `json:"all,omitempty"`
}

// SignUp makes an account with its person. Registration settings decide
// whether it may act at once.
type SignUp struct {
	Act
	Name         string `json:"name"`
	Email        string `json:"email"`
	PasswordHash string `json:"-"` // made by the door with auth.Hash
	DisplayName  string `json:"display_name,omitempty"`
	Reason       string `json:"reason,omitempty"`
	InviteCode   string `json:"invite,omitempty"`
	Lang         string `json:"lang,omitempty"`
	Rules        int    `json:"rules"` // version agreed to
	Rank         Rank   `json:"-"`     // command line and set-up only
	Confirmed    bool   `json:"-"`
	Approved     bool   `json:"-"`
}

// ConfirmMail marks the account's address (or the new one asked for) as proved.
type ConfirmMail struct {
	Act
	Account ID `json:"-"`
}

// SetAccount changes the person's own account. Nil stays.
type SetAccount struct {
	Act
	Email        *string          `json:"-"` // must be confirmed before it counts; doors ask for the password first
	PasswordHash *string          `json:"-"`
	Lang         *string          `json:"lang,omitempty"`
	Theme        *string          `json:"theme,omitempty"`
	Settings     *AccountSettings `json:"settings,omitempty"`
}

// SetProfile changes what others see of the acting actor. Nil stays.
type SetProfile struct {
	Act
	DisplayName *string         `json:"display_name,omitempty"`
	Bio         *string         `json:"bio,omitempty"`
	Fields      *[]ProfileField `json:"fields,omitempty"`
	Avatar      *ID             `json:"avatar,omitempty"`
	Header      *ID             `json:"header,omitempty"`
	Locked      *bool           `json:"locked,omitempty"`
	Bot         *bool           `json:"bot,omitempty"`
	Discover    *bool           `json:"discover,omitempty"`
}

// Leave deactivates (sign in again to wake it) or deletes the account.
type Leave struct {
	Act
	Delete bool `json:"delete"`
	Wake   bool `json:"-"` // back from deactivation
}

// NewActor makes an organisation, group or service that the account owns.
type NewActor struct {
	Act
	Kind        ActorKind `json:"kind"`
	Name        string    `json:"name"`
	DisplayName string    `json:"display_name,omitempty"`
	Bio         string    `json:"bio,omitempty"`
}

// SetRole gives an account's person a role in the acting actor, or (Off) takes it.
type SetRole struct {
	Act
	Actor  ID   `json:"actor"`  // the organisation
	Member ID   `json:"member"` // the person
	Role   Role `json:"role"`
	Off    bool `json:"off,omitempty"`
}

// KnowActor stores or refreshes what a remote server says of its actor.
type KnowActor struct {
	Act
	Remote Actor  `json:"-"`
	Gone   bool   `json:"-"`
	Key    string `json:"-"` // public key, PEM
}

// AddMedia records an uploaded file; the outlet makes its variants.
type AddMedia struct {
	Act
	Kind      string  `json:"-"`
	Blob      string  `json:"-"`
	MIME      string  `json:"-"`
	Size      int64   `json:"-"`
	Name      string  `json:"-"`
	Width     int     `json:"-"`
	Height    int     `json:"-"`
	Duration  int64   `json:"-"`
	Animated  bool    `json:"-"`
	Exif      string  `json:"-"`
	Alt       string  `json:"alt,omitempty"`
	FocusX    float64 `json:"focus_x,omitempty"`
	FocusY    float64 `json:"focus_y,omitempty"`
	RemoteURL string  `json:"-"`
	ShowPlace bool    `json:"-"` // by the uploader's settings
}

// SetMedia changes what its owner says of a medium.
type SetMedia struct {
	Act
	Media     ID       `json:"media"`
	Alt       *string  `json:"alt,omitempty"`
	FocusX    *float64 `json:"focus_x,omitempty"`
	FocusY    *float64 `json:"focus_y,omitempty"`
	Licence   *string  `json:"licence,omitempty"`
	ShowPlace *bool    `json:"show_place,omitempty"`
}

// MediaMade is what the media outlet learned: variants, measures, or why not.
type MediaMade struct {
	Act
	Media    ID
	State    MediaState
	Progress int
	Reason   string
	Width    int
	Height   int
	Duration int64
	Blurhash string
	Peaks    string
	Animated bool
	Kind     string // a GIF becomes a film
	Variants []Variant
}

// PreviewMade is what the preview outlet learned of a linked page.
type PreviewMade struct {
	Act
	Preview Preview
}

// ReportTo complains about an actor or objects, with or without an account.
type ReportTo struct {
	Act
	Actor    ID     `json:"actor,omitempty"`
	Objects  []ID   `json:"objects,omitempty"`
	Category string `json:"category"`
	Text     string `json:"text"`
	Mail     string `json:"mail,omitempty"` // without account
	Lang     string `json:"lang,omitempty"`
}

// Decide closes a report or acts on one's own account, with a reason that the
// author is told.
type Decide struct {
	Act
	Report ID           `json:"report,omitempty"`
	Actor  ID           `json:"actor,omitempty"`
	Object ID           `json:"object,omitempty"`
	Kind   DecisionKind `json:"kind"`
	Reason string       `json:"reason"`
	Rule   string       `json:"rule,omitempty"`
}

// Admit approves or rejects a sign-up that waits.
type Admit struct {
	Act
	Account ID     `json:"account"`
	Yes     bool   `json:"yes"`
	Reason  string `json:"reason,omitempty"`
}

// SetRank makes someone moderator or admin, or member again.
type SetRank struct {
	Act
	Account ID   `json:"account"`
	Rank    Rank `json:"rank"`
}

// NewInvite makes an invite code; Off with Code withdraws one.
type NewInvite struct {
	Act
	Code    string    `json:"code,omitempty"`
	Off     bool      `json:"off,omitempty"`
	MaxUses int       `json:"max_uses,omitempty"`
	Expires time.Time `json:"expires,omitempty"`
}

// SetSite changes what the community says of itself.
type SetSite struct {
	Act
	Site Site `json:"site"`
}

// SetLegal saves a new version of imprint, privacy notice, rules or about.
type SetLegal struct {
	Act
	Name   string `json:"name"`
	Lang   string `json:"lang"`
	Source string `json:"source"`
}
