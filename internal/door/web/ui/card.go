package ui

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"allmende/internal/lang"
)

// CardView is any object in a stream: note, article teaser, wiki page teaser,
// picture, film, sound. Actions are POSTs to /o/{ID}/like, /boost, /save with
// undo=1 when they take back; they answer JSON {"on":bool,"count":n} to those
// who ask for it and otherwise redirect to "back".
type CardView struct {
	ID        string
	Kind      Kind
	Path      string // human or permanent address
	Authors   []ActorView
	Published time.Time
	Edited    time.Time // zero: never
	History   string    // address of the history
	Drawn     *Drawn    `json:"-"` // as it was drawn before; then nothing else needs to be there but the ID
	Now       time.Time
	Audience  AudienceView
	Lang      string // of the text, BCP 47
	Title     string
	Warning   string // content warning; folds everything below it
	Open      bool   // the viewer wants warnings open
	HTML      SafeHTML
	Long      bool // folded with "read on"
	Media     []MediaView
	Link      *LinkView
	Quote     *CardView
	Poll      *PollView
	Tags      []Link
	ReplyTo   *ReplyView
	BoostedBy []ActorView
	Pinned    bool
	Place     *Link // wiki, blog or group it stands in
	Counts    CountsView
	Reactions []SaidView // likes by what they say; empty when all are plain
	Quick     []SaidView // reactions offered
	Mine      MineView
	Can       CanView
	Focused   bool // the object of its own page: larger, with facts
	Depth     int  // of an answer: how many answers stand between it and the page's object
	ReadTime  int  // minutes; articles
	Remote    string
	Foot      templ.Component `json:"-"` // in place of the actions
}

// CountsView are the public figures of an object.
type CountsView struct{ Replies, Boosts, Likes, Quotes int }

// SaidView is one reaction and how many gave it.
type SaidView struct {
	Emoji string
	Count int
	Mine  bool
}

// field is what its button sends: the emoji, or that it is taken back.
func (s SaidView) field() templ.Attributes {
	if s.Mine {
		return templ.Attributes{"name": "undo", "value": "1", "data-emoji": s.Emoji}
	}
	return templ.Attributes{"name": "emoji", "value": s.Emoji, "data-emoji": s.Emoji}
}

// MineView is what the viewer did with it.
type MineView struct{ Liked, Boosted, Saved, Muted, Pinned bool }

// CanView is what the viewer may do with it; what is false is not drawn, or
// drawn as plain number.
type CanView struct{ Act, Reply, Boost, Quote, Edit, Delete, Pin, Grow, Report, Moderate bool }

// ReplyView is what an object answers.
type ReplyView struct{ Name, Href string }

// LinkView is the preview of the first address in a text.
type LinkView struct{ Href, Title, Text, Host, Image string }

// PollView is a question with choices. Voted or Closed show the result.
type PollView struct {
	Action   string // POST, fields "choice.<object id>" with the option's number
	Options  []PollOption
	Multiple bool
	Voted    bool
	Closed   bool
	Voters   int
	Ends     time.Time
	Now      time.Time
}

// PollOption is one choice.
type PollOption struct {
	Text  string
	Votes int
	Mine  bool
}

func (p PollView) percent(o PollOption) string {
	if p.Voters == 0 {
		return "0"
	}
	return strconv.Itoa((o.Votes*100 + p.Voters/2) / p.Voters)
}

// MediaView is one picture, film or sound.
type MediaView struct {
	ID       string
	Kind     string // "image", "video", "audio", "gif"
	Src      string // a size fit for a stream
	SrcSet   string
	Full     string // for the viewer
	Poster   string
	Alt      string
	W, H     int
	FocusX   float64 // what matters most: -1 left … 1 right
	FocusY   float64 // -1 bottom … 1 top
	Length   time.Duration
	Tracks   []TrackView
	Sources  []SourceView // films and sounds, best first
	Title    string       // of a sound or film
	By       string
	State    string // "": ready, "working", "failed"
	Progress int    // per cent, while working
	Reason   string // why it failed
	Href     string // page of the object, in galleries
	Wave     string // points of an SVG polyline, 0..1000 by 0..100; empty: none
}

// FigureView is a medium that stands in a text. Its state may also be "gone".
type FigureView struct {
	Media   MediaView
	Caption string
	Inline  bool // among words
}

// goneText says that there was something, and what.
func (f FigureView) goneText(ctx context.Context) string {
	if f.Media.Alt == "" {
		return T(ctx, "ui.figure_gone")
	}
	return T(ctx, "ui.figure_gone_alt", "alt", f.Media.Alt)
}

// TrackView is captions in one language.
type TrackView struct{ Src, Lang, Label string }

// SourceView is one encoding.
type SourceView struct{ Src, Type string }

// ratio is the class that carries the aspect ratio in twentieths.
func (m MediaView) ratio() string {
	n := 30
	if m.W > 0 && m.H > 0 {
		n = (m.W*20 + m.H/2) / m.H
	}
	return "ar" + strconv.Itoa(min(60, max(6, n)))
}

func (m MediaView) size(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// pictures are those media that stand in the grid.
func (c CardView) pictures() []MediaView {
	var out []MediaView
	for _, m := range c.Media {
		if m.State == "" && (m.Kind == "image" || m.Kind == "gif") {
			out = append(out, m)
		}
	}
	return out
}

func (c CardView) others() []MediaView {
	var out []MediaView
	for _, m := range c.Media {
		if m.State != "" || m.Kind == "video" || m.Kind == "audio" {
			out = append(out, m)
		}
	}
	return out
}

// focus is the class that keeps what matters in sight when a picture is
// cropped: five steps each way.
func (m MediaView) focus() string {
	if m.FocusX == 0 && m.FocusY == 0 {
		return ""
	}
	step := func(v float64) string { return strconv.Itoa(int(math.Round((min(max(v, -1), 1) + 1) * 2))) }
	return "fx" + step(m.FocusX) + " fy" + step(-m.FocusY)
}

func gridClass(n int) string { return "media n" + strconv.Itoa(n) }

func (c CardView) act(verb string) string { return "/o/" + c.ID + "/" + verb }

func (c CardView) textLang(reader lang.Tag) string {
	if c.Lang == "" || c.Lang == reader.HTML() {
		return ""
	}
	return c.Lang
}

func (c CardView) class() string {
	class := "card k-" + string(c.Kind)
	if c.Focused {
		class += " focused"
	}
	if c.Depth > 0 {
		class += " deep deep" + strconv.Itoa(min(c.Depth, 4))
	}
	return class
}

// ChapterView is a named time of a film or sound.
type ChapterView struct {
	At    time.Duration
	Title string
}

// PairView is a name with a value, in plain words.
type PairView struct{ Name, Value string }

// heartCount is the number beside the heart. Where likes say something, each
// with its number, it would only count the same again.
func (c CardView) heartCount() int {
	if len(c.Reactions) > 0 {
		return 0
	}
	return c.Counts.Likes
}
