package allmende

import (
	"regexp"
	"strings"
	"time"
)

// ActorKind is an ActivityStreams actor type.
type ActorKind string

// The kinds of actor.
const (
	Person       ActorKind = "Person"
	Organization ActorKind = "Organization"
	Group        ActorKind = "Group"
	Service      ActorKind = "Service"
	Application  ActorKind = "Application" // the server itself; owns the community's wiki
)

// Server is the id of the community's own actor, made by the first migration.
const Server ID = 1

// Actor is who is seen: a person, an organisation, a group, a service or the
// server, here or elsewhere. (Name, Host) is unique and a name is never given
// again; Host is empty for local actors.
type Actor struct {
	ID          ID
	Kind        ActorKind
	Name        string // "ada"
	Host        string // "example.org"; empty: local
	URI         string // ActivityPub id; empty for local actors, who are /a/{id}
	URL         string // page of a remote actor for people
	DisplayName string
	Bio         string // source, Markdown for local actors
	BioHTML     string // sanitised
	Fields      []ProfileField
	Avatar      ID // media, zero: none
	Header      ID
	Locked      bool // follows must be accepted
	Bot         bool
	Discover    bool // may be listed in the directory and found by search engines
	Inbox       string
	SharedInbox string
	State       ActorState
	Limited     bool // shown only to followers by a moderator's decision
	CreatedAt   time.Time
	ChangedAt   time.Time
	Version     int // grows with each change that is visible
	Posts       int
	Followers   int
	Following   int
	LastPostAt  time.Time
}

// ProfileField is a line of facts on a profile.
type ProfileField struct {
	Name  string `json:"name"`
	Value string `json:"value"` // Markdown source
	HTML  string `json:"html"`  // sanitised
}

// ActorState tells whether an actor may act and be seen.
type ActorState string

// The states of an actor.
const (
	ActorPending   ActorState = "pending" // its account waits for approval; nobody sees it
	ActorActive    ActorState = "active"
	ActorSuspended ActorState = "suspended"
	ActorAway      ActorState = "away"    // deactivated by its person
	ActorDeleted   ActorState = "deleted" // gone; the name stays taken
)

// Local tells whether the actor lives on this server.
func (a *Actor) Local() bool { return a.Host == "" }

// Handle is "ada" here and "ada@example.org" elsewhere.
func (a *Actor) Handle() string {
	if a.Host == "" {
		return a.Name
	}
	return a.Name + "@" + a.Host
}

// Label is the display name, or the name when there is none.
func (a *Actor) Label() string {
	if a.DisplayName != "" {
		return a.DisplayName
	}
	return a.Name
}

// Path is the human address without the host: "/@ada", "/@ada@example.org".
func (a *Actor) Path() string { return "/@" + a.Handle() }

// Permanent is the address that never changes: "/a/{id}".
func (a *Actor) Permanent() string { return "/a/" + a.ID.String() }

var nameShape = regexp.MustCompile(`^[a-z0-9]([a-z0-9_.]*[a-z0-9])?$`)

// reserved names would collide with routes or mislead people.
var reserved = map[string]bool{
	"admin": true, "administrator": true, "moderator": true, "root": true, "support": true,
	"server": true, "system": true, "allmende": true, "wiki": true, "api": true, "me": true,
	"everyone": true, "all": true, "here": true, "anonymous": true, "deleted": true, "null": true,
	"postmaster": true, "abuse": true, "webmaster": true, "hostmaster": true, "security": true,
}

// CheckName tells what is wrong with a new local name: 1 to 30 of a-z, 0-9,
// underscore and inner dots, not reserved. The name is expected in lower case.
func CheckName(name string) error {
	switch {
	case name == "":
		return Wrong("name", "error.name_empty")
	case len(name) > 30:
		return Wrong("name", "error.name_long", "max", 30)
	case !nameShape.MatchString(name):
		return Wrong("name", "error.name_shape")
	case reserved[name]:
		return Wrong("name", "error.name_reserved")
	}
	return nil
}

// SplitHandle reads "ada", "@ada", "ada@example.org" or "@ada@example.org".
func SplitHandle(s string) (name, host string) {
	name, host, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(s), "@"), "@")
	return strings.ToLower(name), strings.ToLower(host)
}
