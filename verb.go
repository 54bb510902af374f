package allmende

// Verb is "publish".
func (*Publish) Verb() string { return "publish" }

// Verb is "edit".
func (*Edit) Verb() string { return "edit" }

// Verb is "release".
func (*Release) Verb() string { return "release" }

// Verb is "revert".
func (*Revert) Verb() string { return "revert" }

// Verb is "move".
func (*Move) Verb() string { return "move" }

// Verb is "grow".
func (*Grow) Verb() string { return "grow" }

// Verb is "consent".
func (*Consent) Verb() string { return "consent" }

// Verb is "delete".
func (*Delete) Verb() string { return "delete" }

// Verb is "undelete".
func (*Undelete) Verb() string { return "undelete" }

// Verb is "pin".
func (*Pin) Verb() string { return "pin" }

// Verb is "invite_author".
func (*InviteAuthor) Verb() string { return "invite_author" }

// Verb is "answer_invite".
func (*AnswerInvite) Verb() string { return "answer_invite" }

// Verb is "react".
func (*React) Verb() string { return "react" }

// Verb is "relate".
func (*Relate) Verb() string { return "relate" }

// Verb is "answer_follow".
func (*AnswerFollow) Verb() string { return "answer_follow" }

// Verb is "follow_tag".
func (*FollowTag) Verb() string { return "follow_tag" }

// Verb is "mute_thread".
func (*MuteThread) Verb() string { return "mute_thread" }

// Verb is "mark_read".
func (*MarkRead) Verb() string { return "mark_read" }

// Verb is "dismiss".
func (*Dismiss) Verb() string { return "dismiss" }

// Verb is "sign_up".
func (*SignUp) Verb() string { return "sign_up" }

// Verb is "confirm_mail".
func (*ConfirmMail) Verb() string { return "confirm_mail" }

// Verb is "set_account".
func (*SetAccount) Verb() string { return "set_account" }

// Verb is "set_profile".
func (*SetProfile) Verb() string { return "set_profile" }

// Verb is "leave".
func (*Leave) Verb() string { return "leave" }

// Verb is "new_actor".
func (*NewActor) Verb() string { return "new_actor" }

// Verb is "set_role".
func (*SetRole) Verb() string { return "set_role" }

// Verb is "know_actor".
func (*KnowActor) Verb() string { return "know_actor" }

// Verb is "add_media".
func (*AddMedia) Verb() string { return "add_media" }

// Verb is "set_media".
func (*SetMedia) Verb() string { return "set_media" }

// Verb is "media_made".
func (*MediaMade) Verb() string { return "media_made" }

// Verb is "preview_made".
func (*PreviewMade) Verb() string { return "preview_made" }

// Verb is "report_to".
func (*ReportTo) Verb() string { return "report_to" }

// Verb is "decide".
func (*Decide) Verb() string { return "decide" }

// Verb is "admit".
func (*Admit) Verb() string { return "admit" }

// Verb is "set_rank".
func (*SetRank) Verb() string { return "set_rank" }

// Verb is "new_invite".
func (*NewInvite) Verb() string { return "new_invite" }

// Verb is "set_site".
func (*SetSite) Verb() string { return "set_site" }

// Verb is "set_legal".
func (*SetLegal) Verb() string { return "set_legal" }

// Commands is one empty command of each verb, by name; the own API decodes into them.
var Commands = map[string]func() Command{
	"publish":       func() Command { return &Publish{} },
	"edit":          func() Command { return &Edit{} },
	"release":       func() Command { return &Release{} },
	"revert":        func() Command { return &Revert{} },
	"move":          func() Command { return &Move{} },
	"grow":          func() Command { return &Grow{} },
	"consent":       func() Command { return &Consent{} },
	"delete":        func() Command { return &Delete{} },
	"undelete":      func() Command { return &Undelete{} },
	"pin":           func() Command { return &Pin{} },
	"invite_author": func() Command { return &InviteAuthor{} },
	"answer_invite": func() Command { return &AnswerInvite{} },
	"react":         func() Command { return &React{} },
	"relate":        func() Command { return &Relate{} },
	"answer_follow": func() Command { return &AnswerFollow{} },
	"follow_tag":    func() Command { return &FollowTag{} },
	"mute_thread":   func() Command { return &MuteThread{} },
	"mark_read":     func() Command { return &MarkRead{} },
	"dismiss":       func() Command { return &Dismiss{} },
	"sign_up":       func() Command { return &SignUp{} },
	"confirm_mail":  func() Command { return &ConfirmMail{} },
	"set_account":   func() Command { return &SetAccount{} },
	"set_profile":   func() Command { return &SetProfile{} },
	"leave":         func() Command { return &Leave{} },
	"new_actor":     func() Command { return &NewActor{} },
	"set_role":      func() Command { return &SetRole{} },
	"know_actor":    func() Command { return &KnowActor{} },
	"add_media":     func() Command { return &AddMedia{} },
	"set_media":     func() Command { return &SetMedia{} },
	"media_made":    func() Command { return &MediaMade{} },
	"preview_made":  func() Command { return &PreviewMade{} },
	"report_to":     func() Command { return &ReportTo{} },
	"decide":        func() Command { return &Decide{} },
	"admit":         func() Command { return &Admit{} },
	"set_rank":      func() Command { return &SetRank{} },
	"new_invite":    func() Command { return &NewInvite{} },
	"set_site":      func() Command { return &SetSite{} },
	"set_legal":     func() Command { return &SetLegal{} },
}
