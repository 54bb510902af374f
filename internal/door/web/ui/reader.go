package ui

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// ReaderView is an article or wiki page as it is read.
type ReaderView struct {
	Card    CardView // authors (of a wiki page: who changed it last), times, audience, actions; its HTML is not used
	Title   string
	Lead    string
	HTML    SafeHTML
	Lang    string
	TOC     []TOCEntry
	Tabs    []TabView // Read · Edit · History · Discussion
	Notes   []FlashView
	Cover   *MediaView
	Licence SafeHTML
	Links   []Link // categories, series, other languages
	NoActs  bool   // wiki pages without reactions
	Changed time.Time
}

// TOCEntry is a heading of the text; Level counts from 2.
type TOCEntry struct {
	Level    int
	Text, ID string
}

// RevisionView is a line of a history.
type RevisionView struct {
	Number  int
	Href    string // its permanent address
	Diff    string // address of the change it made
	By      ActorView
	At      time.Time
	Why     string
	Minor   bool
	Size    int // change in characters
	Tags    []string
	Undo    string // address of the undo form; empty: not possible
	Restore string // POST; empty: not possible
	Hidden  bool
	Current bool
}

// HistoryView is who changed what, newest first. Choosing two compares them
// with GET Compare?from=&to=.
type HistoryView struct {
	Rows    []RevisionView
	Now     time.Time
	Compare string
	Pager   PagerView
}

// DiffView compares two revisions, word by word.
type DiffView struct {
	Old, New RevisionView
	Now      time.Time
	Rows     []DiffRow
	Title    string // when it changed: both titles in words
}

// DiffRow is a pair of lines. Kind is "same", "change", "add", "del" or "skip"
// (a gap; Text of the left side says how long).
type DiffRow struct {
	Kind       string
	LeftLine   int
	RightLine  int
	LeftParts  []DiffPart
	RightParts []DiffPart
}

// DiffPart is a run of text; Hit marks what changed within the line.
type DiffPart struct {
	Text string
	Hit  bool
}

// ConflictView shows both texts when two people changed the same lines.
type ConflictView struct {
	Editor EditorView // holds the merged proposal; nothing typed is lost
	Mine   string
	Theirs string
	Who    ActorView
	Diff   string // address of what the other changed
}

func (r RevisionView) sizeClass() string {
	switch {
	case r.Size > 0:
		return "size plus"
	case r.Size < 0:
		return "size minus"
	}
	return "size"
}

func (r RevisionView) sizeText() string {
	if r.Size > 0 {
		return "+" + strconv.Itoa(r.Size)
	}
	return strconv.Itoa(r.Size)
}

func lineNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func leftClass(kind string) string {
	switch kind {
	case "change", "del":
		return "del"
	case "add":
		return "blank"
	}
	return "same"
}

func rightClass(kind string) string {
	switch kind {
	case "change", "add":
		return "add"
	case "del":
		return "blank"
	}
	return "same right"
}

// PagerView leads to older and newer things; empty addresses are not drawn.
type PagerView struct{ Older, Newer string }

// EmptyView says what belongs here and offers one next step.
type EmptyView struct {
	Icon, Title, Text string
	Button            *ButtonView
}

// NoticeView is one line of the notifications; Kind is "like", "boost",
// "reply", "mention", "follow", "ask", "edit", "poll", "report", "decision",
// "quote", "join", "welcome".
type NoticeView struct {
	ID      string // of all that the line tells of, with commas
	Kind    string
	Actors  []ActorView
	Text    string // after the names: "liked your post"
	Href    string
	Excerpt string
	At, Now time.Time
	Unread  bool
	Action  templ.Component
	Card    *CardView // for replies and mentions: the whole card
}

func (n NoticeView) icon() string {
	icons := map[string]string{
		"like": "heart", "boost": "repeat-2", "reply": "reply", "mention": "at-sign", "follow": "user-plus",
		"ask": "user-plus", "edit": "pencil", "poll": "chart-column", "report": "flag", "decision": "gavel", "quote": "quote", "join": "user-check", "welcome": "sprout",
	}
	if i, ok := icons[n.Kind]; ok {
		return i
	}
	return "bell"
}

// SearchView is the result page over all kinds.
type SearchView struct {
	Query  string
	Action string
	Pills  []TabView // kinds, with counts
	People []ActorRow
	Hits   []HitView
	Total  int
	Many   bool // there are more than Total
	Now    time.Time
	Pager  PagerView
	Hint   string // "did you mean", operators that were not understood
}

// HitView is one result with its snippet, where found words are marked.
type HitView struct {
	Kind    Kind
	Title   string
	Lang    string // of title and snippet
	Href    string
	Snippet SafeHTML
	By      []ActorView
	At      time.Time
	Image   string
}

// TableView is a table for administration and moderation.
type TableView struct {
	Caption string
	Heads   []HeadView
	Rows    [][]templ.Component
	Empty   string
}

// HeadView is a column's head; Number aligns its cells to the end.
type HeadView struct {
	Text   string
	Number bool
	Quiet  bool // said to screen readers only
}

// head is what stands before a cell where rows are drawn as blocks, on phones.
func (t TableView) head(i int) string {
	if i >= len(t.Heads) || t.Heads[i].Quiet {
		return ""
	}
	return t.Heads[i].Text
}

// DecisionView is an act of moderation as those concerned may read it.
type DecisionView struct {
	Title    string
	Facts    []PairView
	Reason   string
	At, Now  time.Time
	Complain string // address of the complaint form; empty: no longer possible
	Quote    *CardView
}

// Text is a plain, escaped text as a component, for cells of tables.
func Text(s string) templ.Component { return textCell(s) }
