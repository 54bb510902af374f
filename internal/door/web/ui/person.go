package ui

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"allmende/internal/lang"
)

// TieView is how the viewer stands to an actor. State is "self", "none",
// "asked", "following", "blocked", or "apart" for whom the actor has blocked;
// those get no button, and neither do visitors, for whom it is empty.
type TieView struct {
	State      string
	FollowsYou bool
	Muted      bool
	MutedUntil time.Time // zero: until it is taken back
}

// mutedText says who is muted, and until when.
func (p PersonView) mutedText(ctx context.Context) string {
	if p.Tie.MutedUntil.IsZero() {
		return T(ctx, "ui.muted", "name", p.Actor.Name)
	}
	return T(ctx, "ui.muted_until", "name", p.Actor.Name, "date", lang.DateTime(lang.From(ctx), p.Tie.MutedUntil))
}

// ActorRow is an actor in a list with the viewer's tie. Action, when set,
// stands in place of the follow button (accept, remove …).
type ActorRow struct {
	Actor  ActorView
	Tie    TieView
	Action templ.Component
	Said   string // the emoji of a like; empty: none
}

func rowAction(r ActorRow) templ.Component {
	if r.Action != nil {
		return r.Action
	}
	return FollowButton(r.Actor, r.Tie)
}

// PersonView is the head of an actor's page. The address of every button is
// the actor's path and the verb: POST /@ada/follow, /unfollow, /mute, /unmute,
// /block, /unblock.
type PersonView struct {
	Actor      ActorView
	FullHandle string // with the host, for local actors too
	Cover      string
	Bio        SafeHTML
	Fields     []FactView
	Tie        TieView
	Locked     bool
	RemoteURL  string // of a remote actor
	Posts      int
	Followers  int
	Following  int
	Feed       string // for feed readers; empty: none
	Tabs       []TabView
	Moderate   string          // where moderators decide about them; empty: not for this viewer
	Actions    templ.Component // further buttons before "follow"
}

// FactView is one line of facts on a profile.
type FactView struct {
	Name   string
	Value  SafeHTML
	Proved bool // the link points back
}

// TabView is one tab; Count is drawn when above zero.
type TabView struct {
	Text, Href, Icon string
	Current          bool
	Count            int
}
