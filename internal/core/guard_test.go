package core_test

import (
	"context"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core/coretest"
)

// Whoever deletes what was hidden and takes the deletion back gets what was
// there before: something hidden.
func TestTakingADeletionBackDoesNotUndoAHiding(t *testing.T) {
	h := coretest.New(t)
	mod, ada, bob := h.Ranked("mod", allmende.Moderator), h.Member("ada"), h.Member("bob")
	note := h.Note(ada, "bad words")
	decide := func(kind allmende.DecisionKind) *allmende.Decide {
		return &allmende.Decide{Act: mod.Act(), Object: note, Kind: kind, Reason: "because"}
	}
	h.Do(decide(allmende.DecideHide))
	h.Do(&allmende.Delete{Act: ada.Act(), Object: note})
	h.Do(&allmende.Undelete{Act: ada.Act(), Object: note})
	if state := h.Object(note).State; state != allmende.Hidden || h.Sees(&bob, note) {
		t.Errorf("the hidden note is %s again", state)
	}
	if got := h.Stream(allmende.PublicStream); len(got) != 0 {
		t.Errorf("it stands in the public stream: %v", got)
	}
	h.Do(decide(allmende.DecideShow))
	h.Do(&allmende.Delete{Act: ada.Act(), Object: note})
	h.Do(&allmende.Undelete{Act: ada.Act(), Object: note})
	if !h.Sees(&bob, note) {
		t.Error("what was shown again does not come back")
	}
}

// An invitation to write along does not outlast a block.
func TestWhoeverIsBlockedDoesNotBecomeCoauthor(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	draft := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Article, State: allmende.Draft, Title: "Plans", Source: "Ours",
		Authors: []allmende.ID{bob.Actor}}).Object
	h.Do(&allmende.Relate{Act: ada.Act(), Kind: allmende.Block, Target: bob.Actor})
	h.Refused(&allmende.AnswerInvite{Act: bob.Act(), Object: draft, Yes: true}, allmende.NotFound, "error.object_not_found")
	if h.Sees(&bob, draft) {
		t.Error("the blocked reads the draft")
	}
	h.Do(&allmende.AnswerInvite{Act: bob.Act(), Object: draft, Yes: false})
}

// A draft of an answer keeps to what it answers as a published answer does.
func TestADraftOfAnAnswerIsNoWiderThanWhatItAnswers(t *testing.T) {
	h := coretest.New(t)
	ada, bob, cem := h.Member("ada"), h.Member("bob"), h.Member("cem")
	h.Do(&allmende.Relate{Act: bob.Act(), Kind: allmende.Follow, Target: ada.Actor})
	closed := h.Do(&allmende.Publish{Act: ada.Act(), Source: "among us", Audience: allmende.AudienceChoice{Kind: allmende.AudFollowers}}).Object
	draft := h.Do(&allmende.Publish{Act: bob.Act(), Source: "yes", ReplyTo: closed, State: allmende.Draft}).Object
	h.Do(&allmende.Edit{Act: bob.Act(), Object: draft, Audience: &allmende.AudienceChoice{Kind: allmende.AudPublic}})
	answer := h.Do(&allmende.Release{Act: bob.Act(), Object: draft}).Object
	if kind := h.Object(answer).Audience.Kind; kind != allmende.AudFollowers || h.Sees(&cem, answer) {
		t.Errorf("the answer to something for followers is %s", kind)
	}

	direct := h.Do(&allmende.Publish{Act: ada.Act(), Source: "psst @bob", Audience: allmende.AudienceChoice{Kind: allmende.AudDirect}}).Object
	draft = h.Do(&allmende.Publish{Act: bob.Act(), Source: "aha", ReplyTo: direct, State: allmende.Draft}).Object
	h.Do(&allmende.Edit{Act: bob.Act(), Object: draft, Audience: &allmende.AudienceChoice{Kind: allmende.AudDirect}})
	answer = h.Do(&allmende.Release{Act: bob.Act(), Object: draft}).Object
	if !h.Sees(&ada, answer) || h.Sees(&cem, answer) {
		t.Error("the answer to a direct message does not reach, or not only, who wrote it")
	}
}

// What its writer may no longer answer or quote when a draft appears is not
// answered or quoted.
func TestAPlannedPostKeepsToTheRulesOfTheDayItAppears(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	note := h.Note(ada, "talk to me")
	answer := h.Do(&allmende.Publish{Act: bob.Act(), Source: "later", ReplyTo: note, State: allmende.Draft}).Object
	quote := h.Do(&allmende.Publish{Act: bob.Act(), Source: "look", Quote: note, State: allmende.Draft}).Object
	h.Do(&allmende.Edit{Act: ada.Act(), Object: note, Policy: &allmende.Policy{Reply: allmende.Nobody, Quote: allmende.Nobody}})
	if o := h.Object(h.Do(&allmende.Release{Act: bob.Act(), Object: answer}).Object); o.ReplyTo != 0 {
		t.Error("it answers what nobody may answer any more")
	}
	if o := h.Object(h.Do(&allmende.Release{Act: bob.Act(), Object: quote}).Object); o.Quote != 0 {
		t.Error("it quotes what nobody may quote any more")
	}
	if s := h.Object(note).Stat; s.Replies != 0 || s.Quotes != 0 {
		t.Errorf("%d replies and %d quotes are counted", s.Replies, s.Quotes)
	}
}

// Who may only answer in an organisation's name writes no articles or pages in
// it by calling them answers.
func TestAnAnswererAnswersWithNotesOnly(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	org := h.Do(&allmende.NewActor{Act: ada.Act(), Kind: allmende.Organization, Name: "verein"}).Actor
	h.Do(&allmende.SetRole{Act: ada.Act(), Actor: org, Member: bob.Actor, Role: allmende.RoleAnswerer})
	note := h.Note(ada, "question")
	as := allmende.Act{By: bob.Account, As: org, Via: "web"}
	for _, kind := range []allmende.ObjectKind{allmende.Article, allmende.Page} {
		h.Refused(&allmende.Publish{Act: as, Kind: kind, Title: "Ours", Source: "text", ReplyTo: note, Licence: "CC0-1.0"}, allmende.Forbidden, "error.role")
	}
	h.Do(&allmende.Publish{Act: as, Source: "an answer", ReplyTo: note})
}

// What somebody wrote and threw away before publishing is nobody else's.
func TestTheHistoryBeginsWithWhatWasPublished(t *testing.T) {
	h := coretest.New(t)
	ada, bob := h.Member("ada"), h.Member("bob")
	edit := func(id allmende.ID, source string) {
		h.Do(&allmende.Edit{Act: ada.Act(), Object: id, Source: &source})
	}
	draft := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, State: allmende.Draft, Title: "Compost", Source: "My boss is a fool", Licence: "CC0-1.0"}).Object
	edit(draft, "My boss is no help")
	edit(draft, "Compost wants air")
	page := h.Do(&allmende.Release{Act: ada.Act(), Object: draft}).Object
	edit(page, "Compost wants air and water")
	numbers := func(m coretest.Member) (out []int) {
		o := h.Object(page)
		list, err := h.Read.Revisions(context.Background(), m.Viewer(), &o, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			out = append(out, r.Number)
		}
		return out
	}
	if got := numbers(bob); len(got) != 2 || got[0] != 4 || got[1] != 3 {
		t.Errorf("others see the states %v", got)
	}
	if got := numbers(ada); len(got) != 4 {
		t.Errorf("the author sees the states %v", got)
	}
	o := h.Object(page)
	if _, err := h.Read.Revision(context.Background(), bob.Viewer(), &o, 1); !allmende.IsKind(err, allmende.NotFound) {
		t.Errorf("others read the first draft: %v", err)
	}
	h.Refused(&allmende.Revert{Act: bob.Act(), Object: page, To: 1}, allmende.Invalid, "error.revision_not_found")
	mine := "Something else"
	h.Refused(&allmende.Edit{Act: bob.Act(), Object: page, Base: 1, Source: &mine}, allmende.Invalid, "error.base")
	h.Do(&allmende.Revert{Act: bob.Act(), Object: page, To: 3})
	h.Do(&allmende.Revert{Act: ada.Act(), Object: page, To: 2})
}

// A page's title is a page's title by whatever way it is changed.
func TestAPageKeepsATitleThatLinksCanName(t *testing.T) {
	h := coretest.New(t)
	ada := h.Member("ada")
	page := h.Do(&allmende.Publish{Act: ada.Act(), Kind: allmende.Page, Title: "Compost", Source: "Air", Licence: "CC0-1.0"}).Object
	bad := "Com[[post|x]]"
	h.Refused(&allmende.Edit{Act: ada.Act(), Object: page, Title: &bad}, allmende.Invalid, "error.title_wiki")
}

// Nobody floods the community, in their own name or an organisation's.
func TestAnAccountPublishesSoMuchAnHour(t *testing.T) {
	set := coretest.Settings()
	set.PerHour = 3
	h := coretest.NewWith(t, set)
	ada, bob := h.Member("ada"), h.Member("bob")
	org := h.Do(&allmende.NewActor{Act: ada.Act(), Kind: allmende.Organization, Name: "verein"}).Actor
	h.Note(ada, "one")
	h.Note(ada, "two")
	h.Do(&allmende.Publish{Act: allmende.Act{By: ada.Account, As: org, Via: "web"}, Source: "three"})
	h.Refused(&allmende.Publish{Act: ada.Act(), Source: "four"}, allmende.TooMany, "error.publish_often")
	h.Note(bob, "somebody else")
	h.Do(&allmende.Publish{Act: allmende.Act{As: ada.Actor, Via: "import"}, Source: "from an archive"})
	h.Pass(time.Hour)
	h.Note(ada, "later")
}
