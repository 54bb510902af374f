package allmende

// AudienceKind is the sort of an audience.
type AudienceKind string

// The audiences built so far; circles, groups, connections and roles follow.
const (
	AudPublic    AudienceKind = "public"    // everyone, listed everywhere
	AudUnlisted  AudienceKind = "unlisted"  // everyone, but not in public lists
	AudLocal     AudienceKind = "local"     // members of this server (row T16)
	AudFollowers AudienceKind = "followers" // followers of the target
	AudDirect    AudienceKind = "direct"    // the named actors
)

// The ids of the audiences that every instance has.
const (
	PublicAudience   ID = 1
	UnlistedAudience ID = 2
	LocalAudience    ID = 3
)

// Audience is for whom an object is: one row (kind + target). Objects point to
// it by ID; equal audiences are one row.
type Audience struct {
	ID     ID
	Kind   AudienceKind
	Target ID   // the actor whose followers are meant
	Actors []ID // the named ones of a direct audience
}

// Public tells whether anyone may see it without signing in.
func (a Audience) Public() bool { return a.Kind == AudPublic || a.Kind == AudUnlisted }

// ParseAudience reads the kinds people choose from; empty is public.
func ParseAudience(s string) (AudienceKind, error) {
	switch AudienceKind(s) {
	case "":
		return AudPublic, nil
	case AudPublic, AudUnlisted, AudLocal, AudFollowers, AudDirect:
		return AudienceKind(s), nil
	case "private": // Mastodon's word for followers
		return AudFollowers, nil
	}
	return "", Wrong("audience", "error.audience")
}

// width orders audiences from narrow to wide for clipping.
var width = map[AudienceKind]int{AudDirect: 1, AudFollowers: 2, AudLocal: 3, AudUnlisted: 4, AudPublic: 5}

// Narrower is the narrower of two kinds; a reply is never wider than its root.
func Narrower(a, b AudienceKind) AudienceKind {
	if width[a] < width[b] {
		return a
	}
	return b
}
