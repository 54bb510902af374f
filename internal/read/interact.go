package read

import "allmende"

// Allows tells whether an authors' rule lets the viewer reply, quote or boost
// (row T10).
func (k *Keys) Allows(rule string, o *allmende.Object) bool {
	if k.IsAuthor(o) {
		return true
	}
	mentioned := false
	for _, m := range o.Mentions {
		mentioned = mentioned || m == k.Viewer.Actor
	}
	switch rule {
	case "", allmende.Anyone:
		return true
	case allmende.Followers:
		_, follows := k.Following[o.Owner]
		return follows || mentioned
	case allmende.Mentioned:
		return mentioned
	}
	return false
}

// MayQuote: only what anyone, or any member, may see can be quoted, and only
// by the authors' rule (row T2).
func (k *Keys) MayQuote(o *allmende.Object) bool {
	if k.Viewer.Anonymous() || o.State != allmende.Published || k.Apart(o.Owner) {
		return false
	}
	if !o.Audience.Public() && o.Audience.Kind != allmende.AudLocal && !k.IsAuthor(o) {
		return false
	}
	return k.Allows(o.Policy.Quote, o)
}
