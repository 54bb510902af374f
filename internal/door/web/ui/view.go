package ui

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/lang"
)

// Base is what every page has besides its content.
type Base struct {
	Title       string // without the site's name; empty on the front page
	Description string
	Canonical   string // full address
	Path        string // of this page, to come back to after an action without script
	Lang        lang.Tag
	Theme       string // "auto", "light", "dark", "contrast"
	Site        SiteView
	Viewer      *ViewerView // nil: not signed in
	Known       bool        // signed in, though perhaps not yet allowed to act: no way to join is offered
	CSRF        string
	Nav         string // key of the rail's current entry: "home", "wiki" …
	Crumbs      []Link
	Flash       *FlashView
	Feeds       []FeedLink
	OG          OGView
	NoIndex     bool
	Query       string          // what stands in the search box
	Aside       templ.Component // right column; nil: none
	Broad       bool            // no right column, full width (tables, galleries)
	Plain       bool            // no rail and no search: sign-in, set-up, errors before a session
	Stream      string          // address of live updates for this page; empty: none
}

// SiteView is the community itself.
type SiteView struct {
	Name, Tagline string
	Source        string // address of the program's source
	Groups        bool   // show what exists only
	Events        bool
	Messages      bool
}

// ViewerView is who looks, acting as whom.
type ViewerView struct {
	Actor     ActorView
	Others    []ActorView // other actors the account may act as
	Moderator bool
	Admin     bool
	Unread    int // notifications
	Queue     int // open reports, for moderators
}

// Link is a word with an address.
type Link struct{ Text, Href string }

// FeedLink is announced in the page's head.
type FeedLink struct{ Title, Href, Type string }

// OGView is how other sites draw a link to this page.
type OGView struct {
	Type, Image, ImageAlt, Author string
	Published                     time.Time
}

// FlashView is one message after an action. Kind is "ok", "warn" or "danger".
type FlashView struct {
	Kind, Text string
	Undo       string // address that takes the action back by POST; empty: none
	Link       Link   // where more of it is to be read; empty: nowhere
}

// ActorView is a person, organisation, group or service in a line.
type ActorView struct {
	ID      string
	Name    string // display name
	Handle  string // "ada" or "ada@example.org", without the first @
	Path    string // "/@ada"
	Avatar  string // address; empty: initials
	Line    string // headline or first words of the bio
	Square  bool   // organisations and groups have a square face
	Bot     bool
	Flag    string // a word beside the name: "Organisation", "Moderation"
	FlagWhy string
}

// Kind is what a card holds; its mark and tint follow from it.
type Kind string

// The kinds as people call them.
const (
	Note     Kind = "note"
	Article  Kind = "article"
	WikiPage Kind = "page"
	Photo    Kind = "photo"
	Film     Kind = "film"
	Sound    Kind = "sound"
	Event    Kind = "event"
	Question Kind = "question"
	Idea     Kind = "idea"
	Job      Kind = "job"
)

func (k Kind) icon() string {
	switch k {
	case Article:
		return "newspaper"
	case WikiPage:
		return "book-open"
	case Photo:
		return "image"
	case Film:
		return "film"
	case Sound:
		return "music"
	case Event:
		return "calendar"
	case Question:
		return "circle-question-mark"
	case Idea:
		return "lightbulb"
	case Job:
		return "briefcase"
	}
	return "sticky-note"
}

// AudienceView is who may see a thing: a key of ours for the icon ("public",
// "unlisted", "local", "followers", "connections", "circle", "group", "role",
// "named") and the words, which name the circle or group.
type AudienceView struct{ Key, Label string }

func (a AudienceView) icon() string {
	switch a.Key {
	case "public":
		return "globe"
	case "unlisted":
		return "link"
	case "local":
		return "house"
	case "followers", "connections":
		return "users"
	case "circle", "group", "role":
		return "users-round"
	}
	return "at-sign"
}

// FieldNote is one complaint about a form field.
type FieldNote struct{ Field, Text string }

// Notes are the complaints about a form, in its order.
type Notes []FieldNote

// For is what is wrong with a field; empty when nothing is.
func (n Notes) For(field string) string {
	for _, note := range n {
		if note.Field == field {
			return note.Text
		}
	}
	return ""
}

// NotesOf turns a refused command's complaints into words. An error without
// fields becomes one note about the form as a whole (Field empty).
func NotesOf(tag lang.Tag, err error) Notes {
	if err == nil {
		return nil
	}
	var e *allmende.Error
	if !errors.As(err, &e) {
		return Notes{{Text: lang.T(tag, "ui.error_internal")}}
	}
	var out Notes
	for _, f := range e.Fields {
		out = append(out, FieldNote{f.Name, lang.T(tag, f.Key, f.Args...)})
	}
	if out == nil {
		out = Notes{{Text: lang.T(tag, e.Key, e.Args...)}}
	}
	return out
}

// T is the text of a key in the reader's language.
func T(ctx context.Context, key string, args ...any) string {
	return lang.T(lang.From(ctx), key, args...)
}

// Page draws a whole page in the base's language.
func Page(b Base, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page(b, content).Render(lang.With(ctx, b.Lang), w)
	})
}

// Column puts components below each other.
func Column(parts ...templ.Component) templ.Component { return templ.Join(parts...) }

func (b Base) fullTitle() string {
	if b.Title == "" || b.Title == b.Site.Name {
		return b.Site.Name
	}
	return b.Title + " · " + b.Site.Name
}

// describe falls back to what the community says of itself.
func (b Base) describe() string {
	if b.Description != "" {
		return b.Description
	}
	return b.Site.Tagline
}

func (b Base) theme() string {
	if b.Theme == "" {
		return "auto"
	}
	return b.Theme
}

func (b Base) bodyClass() string {
	if b.Viewer != nil {
		return "frame signed-in"
	}
	return "frame"
}

func (b Base) colsClass() string {
	if b.Broad {
		return "wrap cols broad"
	}
	return "wrap cols"
}

// initials are one or two letters that stand for a missing face.
func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		r := []rune(word)[0]
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, unicode.ToUpper(r))
		}
	}
	switch len(out) {
	case 0:
		return "?"
	case 1:
		return string(out)
	}
	return string([]rune{out[0], out[len(out)-1]})
}

func (a ActorView) faceClass(size string) string {
	class := "face"
	if size != "" {
		class += " " + size
	}
	if a.Square {
		class += " square"
	}
	if a.Avatar == "" {
		h := fnv.New32a()
		_, _ = h.Write([]byte(a.Handle))
		class += " f" + strconv.Itoa(int(h.Sum32()%8))
	}
	return class
}

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func short(ctx context.Context, n int) string { return lang.Short(lang.From(ctx), int64(n)) }

func number(ctx context.Context, n int) string { return lang.Number(lang.From(ctx), int64(n)) }

func itoa(n int) string { return strconv.Itoa(n) }

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}
