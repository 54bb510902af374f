package read_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"allmende"
	"allmende/internal/core/coretest"
	"allmende/internal/outlet/search"
	"allmende/internal/read"
)

// kinds are the audiences that objects get in turn.
var kinds = []allmende.AudienceKind{allmende.AudPublic, allmende.AudUnlisted, allmende.AudLocal, allmende.AudFollowers, allmende.AudDirect}

// TestTheRuleInGoAndTheKeysInSQLAgree makes random communities and asks, for
// every viewer and every object, the visibility rule (Go) and the search index
// (audience keys in SQL). Both must give the same answer.
func TestTheRuleInGoAndTheKeysInSQLAgree(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := coretest.New(t)
			random := rand.New(rand.NewPCG(seed, 7))
			members := make([]coretest.Member, 6)
			for i := range members {
				members[i] = h.Member(fmt.Sprintf("member%d", i))
			}
			relate(h, random, members)
			objects := publish(h, random, members)
			drafts := write(h, random, members)
			index(t, h, append(slices.Clone(objects), drafts.ids...))
			viewers := []allmende.Viewer{{}}
			for _, m := range members {
				viewers = append(viewers, allmende.Viewer{Account: m.Account, Actor: m.Actor, Rank: allmende.Member, Role: allmende.RoleOwner})
			}
			seen := 0
			for _, v := range viewers {
				for i, id := range objects {
					byRule := admitted(t, h, v, id)
					byKeys := found(t, h, v, id, fmt.Sprintf("wort%dx", i))
					unlisted := kinds[i%len(kinds)] == allmende.AudUnlisted // seen by all who have the address, found by few
					if byRule != byKeys && !(unlisted && byRule) {
						t.Errorf("viewer %v, object %d: the rule says %v, the keys say %v", v.Actor, i, byRule, byKeys)
					}
					if byRule {
						seen++
					}
				}
			}
			drafts.check(t, h, viewers)
			if all := len(viewers) * len(objects); seen == 0 || seen == all {
				t.Errorf("%d of %d were seen; the graph does not test the rule", seen, all)
			}
		})
	}
}

func relate(h *coretest.House, random *rand.Rand, members []coretest.Member) {
	for _, a := range members {
		for _, b := range members {
			if a.Actor != b.Actor && random.IntN(3) == 0 {
				h.Do(&allmende.Relate{Act: a.Act(), Kind: allmende.Follow, Target: b.Actor})
			}
		}
	}
	for range 2 {
		a, b := members[random.IntN(len(members))], members[random.IntN(len(members))]
		if a.Actor != b.Actor {
			h.Do(&allmende.Relate{Act: a.Act(), Kind: allmende.Block, Target: b.Actor})
		}
	}
}

func publish(h *coretest.House, random *rand.Rand, members []coretest.Member) []allmende.ID {
	var out []allmende.ID
	for i := range 25 {
		by := members[random.IntN(len(members))]
		choice := allmende.AudienceChoice{Kind: kinds[i%len(kinds)]}
		if choice.Kind == allmende.AudDirect {
			choice.Actors = []allmende.ID{members[random.IntN(len(members))].Actor}
		}
		out = append(out, h.Do(&allmende.Publish{Act: by.Act(), Kind: allmende.Note, Source: fmt.Sprintf("wort%dx", i), Audience: choice}).Object)
	}
	return out
}

// unpublished are drafts, of each who wrote it and who is asked to write along.
type unpublished struct {
	ids            []allmende.ID
	writer, guests []allmende.ID
}

func write(h *coretest.House, random *rand.Rand, members []coretest.Member) unpublished {
	var u unpublished
	for i := range 8 {
		by, guest := members[random.IntN(len(members))], members[random.IntN(len(members))]
		id := h.Do(&allmende.Publish{Act: by.Act(), Kind: allmende.Note, State: allmende.Draft, Source: fmt.Sprintf("entwurf%dx", i),
			Audience: allmende.AudienceChoice{Kind: kinds[i%len(kinds)]}}).Object
		if _, err := h.Try(&allmende.InviteAuthor{Act: by.Act(), Object: id, Actor: guest.Actor}); err != nil {
			guest.Actor = 0 // oneself, or apart
		}
		u.ids, u.writer, u.guests = append(u.ids, id), append(u.writer, by.Actor), append(u.guests, guest.Actor)
	}
	return u
}

// check holds both to this: a draft is read by who wrote it and by who is
// asked to write along, and nobody finds it.
func (u unpublished) check(t *testing.T, h *coretest.House, viewers []allmende.Viewer) {
	t.Helper()
	for _, v := range viewers {
		for i, id := range u.ids {
			_, _, err := h.Read.One(context.Background(), v, id)
			if err != nil && !allmende.IsKind(err, allmende.NotFound) {
				t.Fatal(err)
			}
			wanted := v.Actor != 0 && (v.Actor == u.writer[i] || v.Actor == u.guests[i])
			if seen := err == nil; seen != wanted {
				t.Errorf("viewer %v reads draft %d: %v, should be %v", v.Actor, i, seen, wanted)
			}
			if found(t, h, v, id, fmt.Sprintf("entwurf%dx", i)) || admitted(t, h, v, id) {
				t.Errorf("viewer %v finds draft %d in a list", v.Actor, i)
			}
		}
	}
}

func index(t *testing.T, h *coretest.House, objects []allmende.ID) {
	t.Helper()
	outlet := search.New(h.DB)
	for _, id := range objects {
		if err := outlet.Run(context.Background(), allmende.Job{Outlet: "search", Key: id.String(), Object: id, Round: 1}); err != nil {
			t.Fatal(err)
		}
	}
}

// admitted asks the rule, and whether lists of this viewer show it: who blocked
// someone does not find them either.
func admitted(t *testing.T, h *coretest.House, v allmende.Viewer, id allmende.ID) bool {
	t.Helper()
	b, err := h.Read.List(context.Background(), v, []allmende.ID{id}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return len(b.Entries) == 1
}

func found(t *testing.T, h *coretest.House, v allmende.Viewer, id allmende.ID, word string) bool {
	t.Helper()
	got, err := h.Read.Search(context.Background(), v, read.SearchQuery{Text: word, NoPeople: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, hit := range got.Hits {
		if hit.Object == id {
			return true
		}
	}
	return false
}
