package masto

import (
	"strconv"

	"allmende"
)

// AccountInput is what drawing an account needs.
type AccountInput struct {
	Actor          *allmende.Actor
	Avatar, Header *allmende.Media // nil: none, or not loaded
}

// AppendAccount writes an Account.
func (s Site) AppendAccount(b []byte, in AccountInput) []byte {
	return append(s.appendAccount(b, in), '}')
}

// appendAccount writes an Account without its closing brace.
func (s Site) appendAccount(b []byte, in AccountInput) []byte {
	a := in.Actor
	gone := a.State == allmende.ActorSuspended || a.State == allmende.ActorDeleted
	b = append(b, `{"id":`...)
	b = appendID(b, a.ID)
	b = appendText(b, `,"username":`, a.Name)
	b = appendText(b, `,"acct":`, a.Handle())
	b = appendText(b, `,"display_name":`, orEmpty(a.DisplayName, gone))
	b = appendBool(b, `,"locked":`, a.Locked)
	b = appendBool(b, `,"bot":`, a.Bot || a.Kind == allmende.Service || a.Kind == allmende.Application)
	b = appendBool(b, `,"discoverable":`, a.Discover)
	b = appendBool(b, `,"indexable":`, a.Discover)
	b = appendBool(b, `,"group":`, a.Kind == allmende.Group)
	b = appendTime(append(b, `,"created_at":`...), a.CreatedAt.UTC().Truncate(day))
	b = appendText(b, `,"note":`, s.markup(orEmpty(a.BioHTML, gone)))
	b = appendText(b, `,"url":`, s.ActorURL(a))
	b = appendText(b, `,"uri":`, s.actorURI(a))
	b = s.appendPictures(b, in, gone)
	b = appendInt(b, `,"followers_count":`, a.Followers)
	b = appendInt(b, `,"following_count":`, a.Following)
	b = appendInt(b, `,"statuses_count":`, a.Posts)
	b = append(b, `,"last_status_at":`...)
	if a.LastPostAt.IsZero() {
		b = append(b, "null"...)
	} else {
		b = append(a.LastPostAt.UTC().AppendFormat(append(b, '"'), "2006-01-02"), '"')
	}
	b = appendBool(b, `,"hide_collections":`, false)
	b = appendBool(b, `,"noindex":`, !a.Discover)
	if gone {
		b = append(b, `,"suspended":true`...)
	}
	if a.Limited {
		b = append(b, `,"limited":true`...)
	}
	b = append(b, `,"emojis":[],"roles":[],"fields":[`...)
	for i, f := range a.Fields {
		if gone {
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, `{"name":`, f.Name)
		b = appendText(b, `,"value":`, s.markup(f.HTML))
		b = append(b, `,"verified_at":null}`...)
	}
	return append(b, ']')
}

func orEmpty(s string, empty bool) string {
	if empty {
		return ""
	}
	return s
}

// ActorURL is the address of an actor's page for people.
func (s Site) ActorURL(a *allmende.Actor) string {
	switch {
	case a.Local():
		return s.Base + a.Path()
	case a.URL != "":
		return a.URL
	}
	return a.URI
}

func (s Site) actorURI(a *allmende.Actor) string {
	if a.Local() {
		return s.Base + a.Permanent()
	}
	return a.URI
}

// appendPictures writes face and header; there are always addresses, since
// apps draw whatever stands there.
func (s Site) appendPictures(b []byte, in AccountInput, gone bool) []byte {
	avatar, header := s.AvatarURL(in.Actor, in.Avatar), s.Base+MissingHeaderPath
	if u := s.pictureURL(in.Header, 1280); u != "" && !gone {
		header = u
	}
	b = appendText(b, `,"avatar":`, avatar)
	b = appendText(b, `,"avatar_static":`, avatar)
	b = appendText(b, `,"header":`, header)
	return appendText(b, `,"header_static":`, header)
}

// Where the pictures of actors without pictures are served.
const (
	MissingAvatarPath = "/missing/avatar-" // and a number below MissingAvatars, and ".png"
	MissingHeaderPath = "/missing/header.png"
	MissingAvatars    = 12
)

// AvatarURL is the address of an actor's face; there is one for those without.
func (s Site) AvatarURL(a *allmende.Actor, avatar *allmende.Media) string {
	if a.State != allmende.ActorSuspended && a.State != allmende.ActorDeleted {
		if u := s.pictureURL(avatar, 400); u != "" {
			return u
		}
	}
	return s.Base + MissingAvatarPath + strconv.Itoa(int(uint64(a.ID)%MissingAvatars)) + ".png"
}

// CredentialInput is what one sees of one's own account besides the rest.
type CredentialInput struct {
	Settings allmende.AccountSettings
	Rank     allmende.Rank
	Asked    int // follow requests that wait
}

// AppendCredential writes a CredentialAccount.
func (s Site) AppendCredential(b []byte, in AccountInput, c CredentialInput) []byte {
	a := in.Actor
	b = s.appendAccount(b, in)
	b = appendText(b, `,"source":{"note":`, a.Bio)
	b = append(b, `,"fields":[`...)
	for i, f := range a.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, `{"name":`, f.Name)
		b = appendText(b, `,"value":`, f.Value)
		b = append(b, `,"verified_at":null}`...)
	}
	visibility, _ := Visibility(allmende.AudienceKind(c.Settings.Audience))
	b = appendText(b, `],"privacy":`, visibility)
	b = appendBool(b, `,"sensitive":`, c.Settings.Sensitive)
	b = appendText(b, `,"language":`, c.Settings.PostLang)
	b = appendInt(b, `,"follow_requests_count":`, c.Asked)
	b = appendText(b, `,"quote_policy":`, QuotePolicy(c.Settings.QuotePolicy))
	b = appendBool(b, `,"hide_collections":`, false)
	b = appendBool(b, `,"discoverable":`, a.Discover)
	b = appendBool(b, `,"indexable":`, a.Discover)
	b = append(b, `},"role":`...)
	b = appendRole(b, c.Rank)
	return append(b, '}')
}

// appendRole writes the rank as Mastodon's role with its bits of permission.
func appendRole(b []byte, r allmende.Rank) []byte {
	id, name, bits := "-99", "", "65536" // may invite
	switch r {
	case allmende.Admin:
		id, name, bits = "3", "Admin", "1048575"
	case allmende.Moderator:
		id, name, bits = "1", "Moderator", "1308"
	}
	b = appendText(b, `{"id":`, id)
	b = appendText(b, `,"name":`, name)
	b = appendText(b, `,"color":"","permissions":`, bits)
	b = appendBool(b, `,"highlighted":`, name != "")
	return append(b, '}')
}

// Relationship is how the viewer stands to one account.
type Relationship struct {
	ID                  string   `json:"id"`
	Following           bool     `json:"following"`
	ShowingReblogs      bool     `json:"showing_reblogs"`
	Notifying           bool     `json:"notifying"`
	Languages           []string `json:"languages"`
	FollowedBy          bool     `json:"followed_by"`
	Blocking            bool     `json:"blocking"`
	BlockedBy           bool     `json:"blocked_by"`
	Muting              bool     `json:"muting"`
	MutingNotifications bool     `json:"muting_notifications"`
	MuteExpiresAt       *string  `json:"muting_expires_at"`
	Requested           bool     `json:"requested"`
	RequestedBy         bool     `json:"requested_by"`
	DomainBlocking      bool     `json:"domain_blocking"`
	Endorsed            bool     `json:"endorsed"`
	Note                string   `json:"note"`
}

// DrawRelationship writes a relationship in Mastodon's words.
func DrawRelationship(r allmende.Relationship) Relationship {
	return Relationship{ID: r.Actor.String(), Following: r.Following, ShowingReblogs: r.ShowBoosts, Notifying: r.Notify,
		Languages: []string{}, FollowedBy: r.FollowedBy, Blocking: r.Blocking, BlockedBy: r.BlockedBy, Muting: r.Muting,
		MutingNotifications: r.MutingNotifications, MuteExpiresAt: optional(r.MuteExpires), Requested: r.Asked, RequestedBy: r.AskedBy}
}
