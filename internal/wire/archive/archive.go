// Package archive is the form of a member's "download everything" (rows R3,
// F16): what its files hold. The exporter writes it and the importer reads it.
//
//	allmende.json    who, when, from where
//	objects.jsonl    one object a line, oldest first, with its revisions
//	relations.json   whom they follow, block, mute, and who follows them
//	reactions.json   what they liked, boosted and saved
//	media.json       what the files are
//	media/           the originals
//	index.html       all of it to read, without a server
package archive

import "time"

// Format and Version stand in allmende.json; an importer refuses newer versions.
const (
	Format  = "allmende-archive"
	Version = 1
)

// The names of the files.
const (
	HeadFile      = "allmende.json"
	ObjectsFile   = "objects.jsonl"
	RelationsFile = "relations.json"
	ReactionsFile = "reactions.json"
	MediaFile     = "media.json"
	MediaDir      = "media/"
	IndexFile     = "index.html"
	StyleFile     = "style.css"
)

// Head says whose archive it is.
type Head struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Program string    `json:"program"`
	Made    time.Time `json:"made"`
	URL     string    `json:"url"` // of the server
	Actor   Actor     `json:"actor"`
	Account *Account  `json:"account,omitempty"` // of people
}

// Actor is a profile.
type Actor struct {
	Handle      string    `json:"handle"` // "ada@example.org"
	URL         string    `json:"url"`
	Kind        string    `json:"kind"`
	DisplayName string    `json:"display_name"`
	Bio         string    `json:"bio"`
	Fields      []Field   `json:"fields,omitempty"`
	Avatar      string    `json:"avatar,omitempty"` // id in media.json
	Header      string    `json:"header,omitempty"`
	Locked      bool      `json:"locked"`
	Discover    bool      `json:"discover"`
	Created     time.Time `json:"created"`
}

// Field is a line of facts on a profile.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Account is what only the person knows.
type Account struct {
	Email    string    `json:"email"`
	Lang     string    `json:"lang"`
	Created  time.Time `json:"created"`
	Settings any       `json:"settings"`
}

// Object is one made thing.
type Object struct {
	URL       string     `json:"url"` // permanent address; its name in this archive
	Kind      string     `json:"kind"`
	State     string     `json:"state"`
	Title     string     `json:"title,omitempty"`
	Slug      string     `json:"slug,omitempty"`
	Summary   string     `json:"summary,omitempty"`
	Sensitive bool       `json:"sensitive,omitempty"`
	Format    string     `json:"format"`
	Source    string     `json:"source"`
	HTML      string     `json:"html"`
	Lang      string     `json:"lang,omitempty"`
	Licence   string     `json:"licence,omitempty"`
	Audience  Audience   `json:"audience"`
	Policy    Policy     `json:"policy"`
	ReplyTo   string     `json:"reply_to,omitempty"` // address
	Quote     string     `json:"quote,omitempty"`    // address
	Owner     string     `json:"owner"`              // handle
	Authors   []string   `json:"authors"`            // handles
	Tags      []string   `json:"tags,omitempty"`
	Media     []string   `json:"media,omitempty"` // ids in media.json
	Pinned    bool       `json:"pinned,omitempty"`
	Published time.Time  `json:"published,omitzero"`
	Edited    time.Time  `json:"edited,omitzero"`
	Changed   time.Time  `json:"changed"`
	PublishAt time.Time  `json:"publish_at,omitzero"`
	Replies   int        `json:"replies,omitempty"`
	Boosts    int        `json:"boosts,omitempty"`
	Likes     int        `json:"likes,omitempty"`
	Revisions []Revision `json:"revisions,omitempty"` // oldest first; the last is the current one
}

// Audience is for whom an object is.
type Audience struct {
	Kind   string   `json:"kind"`
	Actors []string `json:"actors,omitempty"` // handles, of a direct one
}

// Policy is who may answer, quote and boost.
type Policy struct {
	Reply string `json:"reply,omitempty"`
	Quote string `json:"quote,omitempty"`
	Boost string `json:"boost,omitempty"`
}

// Revision is one saved state of a text.
type Revision struct {
	Number  int       `json:"number"`
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"` // handle
	Title   string    `json:"title,omitempty"`
	Summary string    `json:"summary,omitempty"`
	Format  string    `json:"format"`
	Source  string    `json:"source"`
	Lang    string    `json:"lang,omitempty"`
	Why     string    `json:"why,omitempty"`
	Minor   bool      `json:"minor,omitempty"`
}

// Media is one file.
type Media struct {
	ID      string  `json:"id"`
	File    string  `json:"file,omitempty"` // in the archive; empty: not there any more
	Name    string  `json:"name,omitempty"`
	Kind    string  `json:"kind"`
	MIME    string  `json:"mime"`
	Alt     string  `json:"alt,omitempty"`
	Licence string  `json:"licence,omitempty"`
	FocusX  float64 `json:"focus_x,omitempty"`
	FocusY  float64 `json:"focus_y,omitempty"`
	Width   int     `json:"width,omitempty"`
	Height  int     `json:"height,omitempty"`
}

// Relations are handles.
type Relations struct {
	Following []string `json:"following"`
	Followers []string `json:"followers"`
	Blocking  []string `json:"blocking"`
	Muting    []string `json:"muting"`
}

// Reactions are addresses of objects.
type Reactions struct {
	Likes     []string          `json:"likes"`
	Emoji     map[string]string `json:"emoji,omitempty"` // what likes say that say more than a heart
	Boosts    []string          `json:"boosts"`
	Bookmarks []string          `json:"bookmarks"`
}
