package read

import (
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"allmende"
	"allmende/internal/live"
)

// fill gives every field of a struct a value of its own.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString("text " + time.Duration(*n).String())
	case reflect.Int, reflect.Int64:
		v.SetInt(*n + 1_700_000_000_000)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMilli(1_790_000_000_123 + *n).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	}
}

func onShelf(t *testing.T) *Reader {
	t.Helper()
	shelf, err := live.NewShelf(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shelf.Close() })
	r := New(nil, &live.Hub{}, slog.New(slog.DiscardHandler), time.Now)
	r.UseShelf(shelf)
	return r
}

func TestAnObjectComesFromTheShelfAsItWasPutThere(t *testing.T) {
	r := onShelf(t)
	var full allmende.Object
	var n int64
	fill(reflect.ValueOf(&full).Elem(), &n)
	for _, o := range []*allmende.Object{&full, {ID: 7, HTML: "<p>ä</p>"}} {
		r.shelved.put(o, r.shelved.places.Ticket(o.ID))
		if got := r.shelved.get(o.ID); got == nil {
			t.Errorf("%d does not stand there", o.ID)
		} else if diff := cmp.Diff(o, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWhatChangedIsNoLongerTakenFromTheShelf(t *testing.T) {
	r := onShelf(t)
	o := &allmende.Object{ID: 7}
	r.shelved.put(o, r.shelved.places.Ticket(7))
	r.hear(live.News{Objects: []allmende.ID{7}})
	if r.shelved.get(7) != nil {
		t.Error("after a change the old state still stands there")
	}
	late := r.shelved.places.Ticket(7)
	r.hear(live.News{Objects: []allmende.ID{7}})
	r.shelved.put(o, late)
	if r.shelved.get(7) != nil {
		t.Error("what was loaded before a change is shelved after it")
	}
}

func BenchmarkFromTheShelf(b *testing.B) {
	shelf, err := live.NewShelf(b.TempDir(), 1<<20)
	if err != nil {
		b.Fatal(err)
	}
	defer shelf.Close()
	s := newObjectShelf()
	s.shelf = shelf
	s.put(&allmende.Object{ID: 7, Kind: allmende.Note, State: allmende.Published, Authors: []allmende.ID{3}, Owner: 3, Format: allmende.Markdown, Lang: "en",
		HTML: "<p>A note of some length, like those that people write about gardens and what grows in them.</p>", PublishedAt: time.Now(), ChangedAt: time.Now()}, 0)
	for b.Loop() {
		if s.get(7) == nil {
			b.Fatal("gone")
		}
	}
}
