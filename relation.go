package allmende

import (
	"hash/fnv"
	"time"
)

// RelationKind is how one actor stands to another.
type RelationKind string

// The kinds of relation built so far.
const (
	Follow RelationKind = "follow"
	Block  RelationKind = "block"
	Mute   RelationKind = "mute"
)

// RelationState tells whether a relation holds yet.
type RelationState string

// The states of a relation.
const (
	Asked    RelationState = "asked"
	Accepted RelationState = "accepted"
)

// Relation is one actor's relation to another. At most one of each kind.
type Relation struct {
	ID      ID
	Actor   ID
	Kind    RelationKind
	Target  ID
	State   RelationState
	At      time.Time
	Expires time.Time // of a mute; zero: never
	Notify  bool      // of a follow: tell me of each post
	Boosts  bool      // of a follow: show boosts
	Quiet   bool      // of a mute: also no notifications
}

// Relationship is everything that holds between a viewer and one other actor.
type Relationship struct {
	Actor                        ID
	Following, Asked, FollowedBy bool
	AskedBy                      bool
	Blocking, BlockedBy          bool
	Muting, MutingNotifications  bool
	ShowBoosts, Notify           bool
	MuteExpires                  time.Time
}

// ReactionKind is what an actor did with an object.
type ReactionKind string

// The kinds of reaction built so far.
const (
	Like     ReactionKind = "like"
	Boost    ReactionKind = "boost"
	Bookmark ReactionKind = "bookmark"
)

// Reaction is one actor's reaction to an object; at most one of each kind. A
// boost appears in homes under its own ID.
type Reaction struct {
	ID       ID
	Actor    ID
	Object   ID
	Kind     ReactionKind
	Emoji    string       // of a like: what it says; "" is the plain like, a heart
	Audience AudienceKind // of a boost: public, unlisted or followers
	At       time.Time
}

// Heart is how the plain like is drawn beside other emoji.
const Heart = "❤️"

// QuickEmoji are the reactions offered without looking for one.
var QuickEmoji = []string{"👍", Heart, "😄", "🎉", "😮", "😢"}

// EmojiCount is how many gave one reaction to an object.
type EmojiCount struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
}

// Entry is one line of a stream: an object, or someone's boost of it. Streams
// of actors, of places and of the server are kept by (source, ID); homes are
// merged from them.
type Entry struct {
	Source ID // whose stream; for homes: who brought it
	ID     ID // the object's id, or the boost's
	Object ID
	Boost  bool
	Reply  bool
	Kind   ObjectKind
}

// Streams that belong to the server, not to an actor.
const (
	PublicStream ID = -1 // everything public, from here and elsewhere
	LocalStream  ID = -2 // public or local, from here
)

// TagStream is the stream of public things with a tag, named by its folded form.
func TagStream(folded string) ID {
	h := fnv.New64a()
	_, _ = h.Write([]byte(folded)) // a hash never fails
	return -ID(h.Sum64()>>2) - 100
}
