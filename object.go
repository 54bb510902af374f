package allmende

import (
	"crypto/subtle"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ObjectKind is what sort of thing an object is.
type ObjectKind string

// The kinds of object built so far. A picture, film or sound published alone
// is a Note with media until it has its own facets.
const (
	Note    ObjectKind = "Note"
	Article ObjectKind = "Article"
	Page    ObjectKind = "Page" // a wiki page
	Image   ObjectKind = "Image"
	Audio   ObjectKind = "Audio"
	Video   ObjectKind = "Video"
)

// ObjectKinds are all kinds, in the order filters show them.
var ObjectKinds = []ObjectKind{Note, Article, Page, Image, Video, Audio}

// Valid tells whether it is a kind we know.
func (k ObjectKind) Valid() bool {
	for _, known := range ObjectKinds {
		if k == known {
			return true
		}
	}
	return false
}

// Titled tells whether things of this kind have a title and an address of their own.
func (k ObjectKind) Titled() bool { return k == Article || k == Page }

// Format is how a source text is written.
type Format string

// The formats. The editor offers Markdown; HTML comes from doors whose clients
// write it; wikitext from dumps until converted.
const (
	Markdown Format = "markdown"
	HTML     Format = "html"
	Wikitext Format = "wikitext"
	Plain    Format = "plain"
)

// State is where an object stands on its way.
type State string

// The states of an object.
const (
	Draft     State = "draft"     // only its authors see it; it has a passing id
	Scheduled State = "scheduled" // a draft that publishes itself at PublishAt
	Held      State = "held"      // waits for someone who may publish it
	Published State = "published"
	Hidden    State = "hidden"  // taken from view by a decision; authors see it and the reason
	Deleted   State = "deleted" // a tombstone: 410
)

// Origin is where an object came from.
type Origin string

// The origins.
const (
	OriginLocal    Origin = "local"
	OriginRemote   Origin = "remote"
	OriginImported Origin = "imported"
)

// Object is one made thing: note, article, wiki page, picture, film, sound.
type Object struct {
	ID          ID
	Kind        ObjectKind
	State       State
	Origin      Origin
	URI         string // ActivityPub id of a remote object; empty for ours, which are /o/{id}
	URL         string // a remote object's page for people, or an import's old address
	Owner       ID     // one actor
	Authors     []ID   // all who are shown, the owner first unless it only hosts
	Place       ID     // container actor: the server or a group for a wiki page, the owner for a blog article; zero for notes
	Section     string // "blog", "wiki"
	Slug        string // current human address within place and section
	Audience    Audience
	Title       string
	Summary     string // content warning of a note, teaser of an article
	Sensitive   bool   // media are covered until asked for
	Format      Format
	Source      string
	HTML        string // sanitised, mentions and links resolved
	Lang        string // BCP 47, "de"
	ReplyTo     ID
	Thread      ID // the root of the conversation; its own id when it is the root
	Quote       ID
	QuoteOK     bool // the quoted author's rule allowed it at the time
	Tags        []string
	Mentions    []ID
	Media       []ID
	Preview     string // address whose link preview is shown
	Licence     string // SPDX id or "" for all rights reserved
	Policy      Policy
	Pinned      bool
	Revision    int // number of the current revision, from 1
	Version     int // grows with everything that changes how it is drawn
	PublishAt   time.Time
	PublishedAt time.Time
	EditedAt    time.Time // zero: never edited since publication
	ChangedAt   time.Time
	DeletedAt   time.Time
	Stat        Stat
}

// Stat counts what others did with an object.
type Stat struct {
	Replies, Boosts, Likes, Quotes, Bookmarks int
	// Emoji are the commonest likes that carry one, with their number, most
	// first: "👍 3 😄 1". A text, so that two counts can be compared.
	Emoji string
}

// Reactions are the likes by what they say, the plain one as a heart, most
// first; none when there are only plain ones.
func (s Stat) Reactions() []EmojiCount {
	words := strings.Fields(s.Emoji)
	if len(words) < 2 {
		return nil
	}
	out := make([]EmojiCount, 0, 1+len(words)/2)
	rest := s.Likes
	for i := 0; i+1 < len(words); i += 2 {
		n, _ := strconv.Atoi(words[i+1]) // written by us
		out, rest = append(out, EmojiCount{words[i], n}), rest-n
	}
	if rest > 0 {
		out = append(out, EmojiCount{Heart, rest})
	}
	slices.SortStableFunc(out, func(a, b EmojiCount) int { return b.Count - a.Count })
	return out
}

// Path is the permanent address without the host.
func (o *Object) Path() string { return "/o/" + o.ID.String() }

// Who may reply, quote or boost.
const (
	Anyone    = "anyone"    // who can see it
	Followers = "followers" // followers of the owner, and who is mentioned
	Mentioned = "mentioned" // only who is mentioned
	Nobody    = "nobody"    // only the authors
)

// Policy is the authors' rule on interaction (row T10). Empty means Anyone.
type Policy struct {
	Reply string `json:"reply,omitempty"`
	Quote string `json:"quote,omitempty"`
	Boost string `json:"boost,omitempty"`
}

// ValidPolicy tells whether s is one of the rules, or empty.
func ValidPolicy(s string) bool {
	switch s {
	case "", Anyone, Followers, Mentioned, Nobody:
		return true
	}
	return false
}

// Revision is one saved state of an object's text (row W1). Its permanent
// address is /o/{object}/r/{number}.
type Revision struct {
	Object  ID
	Number  int
	Format  Format
	Lang    string
	Title   string
	Summary string // the object's summary or content warning at that time
	Source  string
	HTML    string
	Media   []ID
	By      ID // account; zero for remote and imported
	As      ID // actor
	Why     string
	Minor   bool
	State   RevisionState
	At      time.Time
	Size    int // bytes of source
	Delta   int // bytes against the one before
}

// RevisionState tells what became of a revision.
type RevisionState string

// The states of a revision.
const (
	Taken     RevisionState = "taken" // as the text; the newest of these is the text now
	Suggested RevisionState = "suggested"
	Waiting   RevisionState = "waiting"
	Withheld  RevisionState = "hidden"
)

// AuthorState tells whether an invited co-author said yes (row N3).
type AuthorState string

// The states of authorship.
const (
	AuthorInvited  AuthorState = "invited"
	AuthorAccepted AuthorState = "accepted"
	AuthorDeclined AuthorState = "declined"
)

// Coauthor is one author of an object or one who was asked to be.
type Coauthor struct {
	Actor ID
	State AuthorState
}

// Media is one uploaded picture, film or sound with what was made of it.
type Media struct {
	ID         ID
	Owner      ID // actor
	Kind       string
	State      MediaState
	Reason     string // message key of a failure
	Progress   int    // percent of the work under way
	Name       string // the file's own name, for downloads
	Blob       string // SHA-256 of the original; empty for remote media not fetched
	MIME       string
	Size       int64
	Width      int
	Height     int
	DurationMS int64
	Blurhash   string
	FocusX     float64 // -1 left … 1 right
	FocusY     float64 // -1 bottom … 1 top
	Alt        string
	Licence    string
	RemoteURL  string
	Secret     string // part of the address of media that are not public
	Public     bool   // some object with a public audience shows it
	ShowPlace  bool   // the owner allows place and serial numbers in downloads
	Exif       string // JSON of what may be shown
	Peaks      string // JSON of a sound's 0…255 peaks
	Variants   []Variant
	CreatedAt  time.Time
	AttachedAt time.Time // zero: not part of anything yet; swept after a day
	Animated   bool
	Version    int
}

// MediaState tells how far processing has come.
type MediaState string

// The states of media.
const (
	MediaQueued  MediaState = "queued"
	MediaRunning MediaState = "running"
	MediaUsable  MediaState = "usable" // can be shown; more is being made
	MediaDone    MediaState = "done"
	MediaFailed  MediaState = "failed"
)

// Variant is one file made from a medium: a size, a format, a poster.
type Variant struct {
	Name   string `json:"name"` // "webp640", "jpeg1280", "poster", "mp4", "opus"
	Blob   string `json:"blob"`
	MIME   string `json:"mime"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Size   int64  `json:"size"`
}

// Variant finds a variant by name.
func (m *Media) Variant(name string) (Variant, bool) {
	for _, v := range m.Variants {
		if v.Name == name {
			return v, true
		}
	}
	return Variant{}, false
}

// Preview is what a linked page says of itself (row F15).
type Preview struct {
	URL         string
	Title       string
	Description string
	Site        string
	Author      string
	Kind        string // "link", "photo", "video"
	Image       ID     // media, zero: none
	State       string // "wanted", "done", "none"
	FetchedAt   time.Time
}

// Path is the address, without the host, under which a variant (or "original")
// is served. Its key is a part of the content's hash for media that anyone may
// see, otherwise an unguessable secret: a hash is not a permission. Empty when
// there is no such variant.
func (m *Media) Path(variant string) string {
	mime, hash := m.MIME, m.Blob
	if variant != "original" {
		v, ok := m.Variant(variant)
		if !ok {
			return ""
		}
		mime, hash = v.MIME, v.Blob
	}
	if len(hash) < 16 {
		return ""
	}
	return "/media/" + m.ID.String() + "/" + m.key(hash) + "/" + variant + extension(mime)
}

// Opens tells whether the key of an address opens the file with that hash.
func (m *Media) Opens(key, hash string) bool {
	return len(hash) >= 16 && subtle.ConstantTimeCompare([]byte(key), []byte(m.key(hash))) == 1
}

func (m *Media) key(hash string) string {
	if m.Public {
		return hash[:16]
	}
	return m.Secret
}

// extension is the usual ending of a file of this type.
func extension(mime string) string {
	switch mime {
	case "image/jpeg":
		return ".jpg"
	case "image/svg+xml":
		return ".svg"
	case "audio/ogg", "audio/opus", "audio/ogg; codecs=opus":
		return ".opus"
	case "audio/mp4", "audio/x-m4a":
		return ".m4a"
	case "audio/mpeg":
		return ".mp3"
	case "video/quicktime":
		return ".mov"
	case "video/x-matroska":
		return ".mkv"
	}
	if _, sub, ok := strings.Cut(mime, "/"); ok && sub != "" && !strings.ContainsAny(sub, "/+.;") {
		return "." + sub
	}
	return ""
}
