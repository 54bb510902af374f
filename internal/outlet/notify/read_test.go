package notify_test

import (
	"fmt"
	"slices"
	"testing"

	"allmende"
)

func TestUnreadCountsUntilTheyAreRead(t *testing.T) {
	w := newTown(t, "ada", "ben")
	unread := func(want int) {
		t.Helper()
		if n, err := w.read.Unread(ctx, w.viewer("ada")); err != nil || n != want {
			t.Errorf("%d unread, want %d (%v)", n, want, err)
		}
	}
	unread(0)
	w.note("ben", "@ada eins")
	w.run()
	unread(1)
	id := w.note("ben", "@ada zwei")
	w.run()
	unread(2)
	p := w.page("ada", allmende.Span{})
	w.do(&allmende.MarkRead{Act: w.people["ada"], List: "notifications", Last: p.List[1].ID})
	unread(1)
	p = w.page("ada", allmende.Span{})
	if p.Unread != 1 || p.List[0].Read || !p.List[1].Read || p.LastRead != p.List[1].ID {
		t.Errorf("the page says %d unread, read %v and %v", p.Unread, p.List[0].Read, p.List[1].Read)
	}
	w.do(&allmende.Delete{Act: w.people["ben"], Object: id})
	w.run()
	unread(0)
}

func TestPagesGoOnWhereTheLastOneEnded(t *testing.T) {
	w := newTown(t, "ada", "ben", "cem")
	for i := range 9 {
		who := "ben"
		if i%3 == 1 {
			who = "cem"
		}
		w.note(who, fmt.Sprintf("@ada %d", i))
		w.run()
	}
	w.do(&allmende.Relate{Act: w.people["ada"], Kind: allmende.Block, Target: w.people["cem"].As})
	var ids []allmende.ID
	span := allmende.Span{Limit: 2}
	for pages := 0; pages < 10; pages++ {
		p := w.page("ada", span)
		for _, n := range p.List {
			if p.Bundle.Objects[n.Object] == nil || p.Bundle.Actors[n.From] == nil {
				t.Errorf("notification %s lacks its object or sender", n.ID)
			}
			ids = append(ids, n.ID)
		}
		if p.Next == 0 {
			break
		}
		span.Max = p.Next
	}
	if len(ids) != 6 || !slices.IsSortedFunc(ids, func(a, b allmende.ID) int { return int(b>>16 - a>>16) }) {
		t.Fatalf("walked over %v", ids)
	}
	newer := w.page("ada", allmende.Span{Limit: 2, Min: ids[5]})
	if len(newer.List) != 2 || newer.List[0].ID != ids[3] || newer.List[1].ID != ids[4] {
		t.Errorf("newer than the oldest: %v of %v", newer.List, ids)
	}
	one, err := w.read.Notification(ctx, w.viewer("ada"), ids[2])
	if err != nil || one.List[0].ID != ids[2] {
		t.Errorf("one: %v", err)
	}
	if _, err := w.read.Notification(ctx, w.viewer("ben"), ids[2]); !allmende.IsKind(err, allmende.NotFound) {
		t.Errorf("somebody else's: %v", err)
	}
	only, err := w.read.Notifications(ctx, w.viewer("ada"), allmende.Span{}, []allmende.NotificationKind{allmende.NotifyLike}, nil)
	if err != nil || len(only.List) != 0 {
		t.Errorf("only likes: %v %v", only, err)
	}
}
