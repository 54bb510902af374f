package live_test

import (
	"bytes"
	"fmt"
	"os"
	"sync"
	"testing"

	"allmende/internal/live"
)

func shelf(t *testing.T, size int64) *live.Shelf {
	t.Helper()
	s, err := live.NewShelf(t.TempDir(), size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestAFullShelfForgetsTheOldestAndNeverMixesThings(t *testing.T) {
	s := shelf(t, 1000)
	var places []live.Place
	text := func(i int) []byte { return bytes.Repeat([]byte{byte('a' + i%26)}, 90+i%7) }
	for i := range 200 {
		p, ok := s.Put(text(i))
		if !ok {
			t.Fatalf("thing %d was not taken", i)
		}
		places = append(places, p)
		there := 0
		for j, p := range places {
			got, ok := s.Read([]byte("before:"), p)
			if ok {
				there++
				if want := "before:" + string(text(j)); string(got) != want {
					t.Fatalf("after %d, thing %d reads %q instead of %q", i, j, got, want)
				}
			} else if j > i-9 {
				t.Fatalf("after %d, thing %d has gone", i, j)
			}
		}
		if there > 11 {
			t.Fatalf("%d things of 90 bytes stand on 1,000", there)
		}
	}
}

func TestWhoReadsWhileOthersWriteGetsTheWholeThingOrNothing(t *testing.T) {
	s := shelf(t, 1<<16)
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			var recent []live.Place
			var texts [][]byte
			for i := range 3000 {
				text := bytes.Repeat([]byte(fmt.Sprintf("%d/%d ", worker, i)), 40)
				p, ok := s.Put(text)
				if !ok {
					t.Error("not taken")
					return
				}
				recent, texts = append(recent, p), append(texts, text)
				for j := max(0, len(recent)-60); j < len(recent); j += 7 {
					if got, ok := s.Read(nil, recent[j]); ok && !bytes.Equal(got, texts[j]) {
						t.Errorf("read %.20q instead of %.20q", got, texts[j])
						return
					}
				}
			}
		})
	}
	wait.Wait()
}

func TestAShelfRefusesWhatItCannotHoldAndLeavesNoFileBehind(t *testing.T) {
	dir := t.TempDir()
	s, err := live.NewShelf(dir, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Put(make([]byte, 251)); ok {
		t.Error("it took more than a quarter of itself")
	}
	if _, ok := s.Put(nil); ok {
		t.Error("it took nothing at all")
	}
	if _, ok := s.Read(nil, live.Place{}); ok {
		t.Error("nowhere reads as something")
	}
	p, ok := s.Put([]byte("Wiese"))
	if !ok {
		t.Fatal("it did not take a word")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("files left: %v, %v", left, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Put([]byte("Wiese")); ok {
		t.Error("a closed one takes things")
	}
	if _, ok := s.Read(nil, p); ok {
		t.Error("a closed one gives things")
	}
}
