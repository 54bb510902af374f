package allmende

// Span asks for a part of a list ordered by id, newest first. Max and Since
// are exclusive; Min asks for the part just above it.
type Span struct {
	Max, Since, Min ID
	Limit           int
}

// Bounded is the span with a limit between 1 and most; zero becomes usual.
func (s Span) Bounded(usual, most int) Span {
	if s.Limit <= 0 {
		s.Limit = usual
	}
	if s.Limit > most {
		s.Limit = most
	}
	return s
}

// Admits tells whether an id lies in the span.
func (s Span) Admits(id ID) bool {
	return (s.Max == 0 || id < s.Max) && (s.Since == 0 || id > s.Since) && (s.Min == 0 || id > s.Min)
}

// Viewer is who looks: an account acting as an actor, or nobody.
type Viewer struct {
	Account ID
	Actor   ID
	Rank    Rank
	Role    Role   // in Actor; RoleOwner for one's own person
	Lang    string // language of texts for this viewer
	Scopes  string // of the token; empty for browser sessions, which may do all
}

// Anonymous tells that nobody is signed in.
func (v Viewer) Anonymous() bool { return v.Actor == 0 }
