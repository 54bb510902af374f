package read_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/store"
	"allmende/internal/text"
)

var vocabulary = []string{"apfel", "Äpfel", "Birne", "Wiese", "Gärten", "garden", "gardens", "walking", "Fluss", "Flüsse", "über", "naïve", "漢字", "2025", "don't", "ß"}

// TestTheIndexFindsWhatTheRuleAllows compares the index with a plain look at
// every object, for random texts, audiences, viewers and searches. It runs on
// both databases with the same seed, so both give the same answers.
func TestTheIndexFindsWhatTheRuleAllows(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 11))
	names := []string{"ada", "ben", "cem", "dora"}
	v := newVillage(t, names...)
	var all []allmende.ID
	for range 120 {
		all = append(all, v.randomObject(rnd, names))
	}
	v.shake(rnd, names, all)
	v.catchUp()
	objects, err := store.ObjectsByID(t.Context(), v.db.Read(), all)
	if err != nil {
		t.Fatal(err)
	}
	for range 400 {
		who := append(names, "")[rnd.IntN(len(names)+1)]
		q := randomSearch(rnd, names)
		res, err := v.read.Search(t.Context(), v.viewer(who), read.SearchQuery{Text: q.String(), Span: allmende.Span{Limit: 80}, NoPeople: true})
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		got := ids(res)
		if res.Next != 0 {
			more, err := v.read.Search(t.Context(), v.viewer(who), read.SearchQuery{Text: q.String(), Span: allmende.Span{Limit: 80}, Offset: res.Next, NoPeople: true})
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, ids(more)...)
		}
		want := v.lookAtAll(who, q, objects)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%q searches for %q and finds %v, should be %v", who, q, got, want)
		}
	}
}

func (v *village) randomObject(rnd *rand.Rand, names []string) allmende.ID {
	v.Helper()
	who := names[rnd.IntN(len(names))]
	p := &allmende.Publish{Act: v.people[who], Kind: allmende.Note, Source: randomWords(rnd, 1+rnd.IntN(6))}
	p.Audience.Kind = []allmende.AudienceKind{allmende.AudPublic, allmende.AudUnlisted, allmende.AudLocal, allmende.AudFollowers, allmende.AudDirect}[rnd.IntN(5)]
	if p.Audience.Kind == allmende.AudDirect {
		p.Audience.Actors = []allmende.ID{v.people[names[rnd.IntN(len(names))]].As}
	}
	if rnd.IntN(4) == 0 {
		p.Kind, p.Title = allmende.Article, randomWords(rnd, 2)
	}
	if rnd.IntN(3) == 0 {
		p.Source += " #" + []string{"Obst", "grün", "x_y"}[rnd.IntN(3)]
	}
	return v.do(p).Object
}

func randomWords(rnd *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = vocabulary[rnd.IntN(len(vocabulary))]
	}
	return strings.Join(out, " ")
}

// shake follows, blocks, mutes, edits and deletes at random.
func (v *village) shake(rnd *rand.Rand, names []string, all []allmende.ID) {
	v.Helper()
	for _, a := range names {
		for _, b := range names {
			if a == b {
				continue
			}
			switch rnd.IntN(8) {
			case 0, 1, 2:
				v.do(&allmende.Relate{Act: v.people[a], Kind: allmende.Follow, Target: v.people[b].As})
			case 3:
				v.do(&allmende.Relate{Act: v.people[a], Kind: allmende.Mute, Target: v.people[b].As})
			}
		}
	}
	v.do(&allmende.Relate{Act: v.people[names[0]], Kind: allmende.Block, Target: v.people[names[3]].As})
	v.catchUp()
	for _, id := range all {
		o, err := store.ObjectByID(context.Background(), v.db.Read(), id)
		if err != nil {
			v.Fatal(err)
		}
		var owner allmende.Act
		for _, act := range v.people {
			if act.As == o.Owner {
				owner = act
			}
		}
		switch rnd.IntN(8) {
		case 0:
			v.do(&allmende.Delete{Act: owner, Object: id})
		case 1:
			source := randomWords(rnd, 3)
			v.do(&allmende.Edit{Act: owner, Object: id, Base: 1, Source: &source})
		}
	}
}

// question is a random search.
type question struct {
	words, not  []string
	from, kind  string
	phrase, tag string
}

func (q question) String() string {
	parts := slices.Clone(q.words)
	for _, w := range q.not {
		parts = append(parts, "-"+w)
	}
	if q.from != "" {
		parts = append(parts, "from:"+q.from)
	}
	if q.kind != "" {
		parts = append(parts, "kind:"+q.kind)
	}
	if q.tag != "" {
		parts = append(parts, "#"+q.tag)
	}
	if q.phrase != "" {
		parts = append(parts, `"`+q.phrase+`"`)
	}
	return strings.Join(parts, " ") + " " // the space: no word is begun only
}

func randomSearch(rnd *rand.Rand, names []string) question {
	q := question{words: strings.Fields(randomWords(rnd, 1+rnd.IntN(2)))}
	if rnd.IntN(3) == 0 {
		q.not = strings.Fields(randomWords(rnd, 1))
	}
	if rnd.IntN(4) == 0 {
		q.from = names[rnd.IntN(len(names))]
	}
	if rnd.IntN(4) == 0 {
		q.kind = "article"
	}
	if rnd.IntN(5) == 0 {
		q.tag = "obst"
	}
	if rnd.IntN(5) == 0 {
		q.words, q.phrase = nil, randomWords(rnd, 2)
	}
	return q
}

// lookAtAll is the search without an index.
func (v *village) lookAtAll(who string, q question, objects []allmende.Object) []allmende.ID {
	v.Helper()
	keys, err := v.read.Keys(context.Background(), v.viewer(who))
	if err != nil {
		v.Fatal(err)
	}
	var out []allmende.ID
	for i := range objects {
		o := &objects[i]
		if o.State != allmende.Published || keys.Rule(o, allmende.ActorActive) != nil || !keys.Lists(o, time.Now()) {
			continue
		}
		_, follows := keys.Following[o.Owner]
		if o.Audience.Kind == allmende.AudUnlisted && !follows && !keys.IsAuthor(o) {
			continue
		}
		if v.holds(q, o) {
			out = append(out, o.ID)
		}
	}
	slices.Sort(out)
	return out
}

func (v *village) holds(q question, o *allmende.Object) bool {
	there := map[string]bool{}
	whole := o.Title + "\n" + text.PlainText(o.HTML)
	for _, word := range text.Tokens(whole, "") {
		there[word] = true
	}
	has := func(word string) bool {
		// A word that falls into pairs must be there with each of them.
		for _, term := range text.QueryTokens(word+" ", "") {
			if !slices.ContainsFunc(term.Alternatives, func(a string) bool { return there[a] }) {
				return false
			}
		}
		return true
	}
	for _, w := range q.words {
		if !has(w) {
			return false
		}
	}
	for _, w := range q.not {
		if has(w) {
			return false
		}
	}
	if q.phrase != "" && !inOrder(o.Title, q.phrase) && !inOrder(text.PlainText(o.HTML), q.phrase) {
		return false
	}
	tagged := slices.ContainsFunc(o.Tags, func(tag string) bool { return text.Fold(tag) == q.tag })
	return (q.tag == "" || tagged) && (q.kind == "" || o.Kind == allmende.Article) && (q.from == "" || v.people[q.from].As == o.Owner)
}

func inOrder(plain, phrase string) bool {
	row := func(s string) string { return " " + strings.Join(text.Tokens(s, "none"), " ") + " " }
	return strings.Contains(row(plain), row(phrase))
}
