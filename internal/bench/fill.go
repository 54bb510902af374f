package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"allmende"
	"allmende/internal/app"
	"allmende/internal/db"
	"allmende/internal/outlet/search"
	"allmende/internal/store"
	"allmende/internal/text"
)

// world is what the driver needs to know of the data.
type world struct {
	Members  []member
	Notes    []thing // public ones
	Pages    []thing // of the wiki
	Articles []thing
	Cookie   string // of the second member's browser
}

type member struct {
	Account, Actor allmende.ID
	Name, Token    string
}

// thing is an object with its path and the number of the member who made it.
type thing struct {
	ID   allmende.ID
	Path string
	By   int
}

// fill makes members, follows by a power law, and objects of all kinds. It
// writes through the store in large transactions, as an import would.
func fill(ctx context.Context, h *app.House, o options) (*world, error) {
	w := &world{}
	random := rand.New(rand.NewPCG(1, 2))
	if err := fillMembers(ctx, h, o, w, random); err != nil {
		return nil, err
	}
	if err := fillObjects(ctx, h, o, w, random); err != nil {
		return nil, err
	}
	for i := range min(tokens, len(w.Members)) {
		m := &w.Members[i]
		issued, err := h.Auth.Issue(ctx, m.Account, m.Actor, "read write follow")
		if err != nil {
			return nil, err
		}
		m.Token = issued.Secret
	}
	var err error
	w.Cookie, _, err = h.Auth.Start(ctx, w.Members[1].Account, "bench", "127.0.0.1")
	return w, err
}

func fillMembers(ctx context.Context, h *app.House, o options, w *world, random *rand.Rand) error {
	var minter allmende.Minter
	begin := time.Now().Add(-400 * 24 * time.Hour)
	for i := range o.members {
		w.Members = append(w.Members, member{Account: minter.New(begin), Actor: minter.New(begin), Name: fmt.Sprintf("member%d", i)})
	}
	return h.DB.WriteJobs(ctx, func(tx *db.Tx) error {
		for _, m := range w.Members {
			a := allmende.Actor{ID: m.Actor, Kind: allmende.Person, Name: m.Name, DisplayName: "Member " + m.Name, State: allmende.ActorActive,
				Discover: true, BioHTML: "<p>Gardener, reader, neighbour.</p>", CreatedAt: begin, ChangedAt: begin}
			if err := store.InsertActor(ctx, tx, &a, "", text.Fold(m.Name)); err != nil {
				return err
			}
			account := allmende.Account{ID: m.Account, Actor: m.Actor, Email: m.Name + "@bench.example", Confirmed: true, State: allmende.AccountActive,
				Rank: allmende.Member, CreatedAt: begin}
			if err := store.InsertAccount(ctx, tx, &account, account.Email, ""); err != nil {
				return err
			}
		}
		for i, m := range w.Members {
			for range min(o.follows, o.members-1) {
				target := zipf(random, o.members)
				if i == 0 {
					break
				}
				x := allmende.Relation{ID: minter.New(begin), Actor: m.Actor, Kind: allmende.Follow, Target: w.Members[target].Actor, State: allmende.Accepted, At: begin, Boosts: true}
				if target != i {
					if err := store.PutRelation(ctx, tx, &x); err != nil {
						return err
					}
				}
			}
			if i > 0 { // everyone follows the first, whose posts are timed
				x := allmende.Relation{ID: minter.New(begin), Actor: m.Actor, Kind: allmende.Follow, Target: w.Members[0].Actor, State: allmende.Accepted, At: begin, Boosts: true}
				if err := store.PutRelation(ctx, tx, &x); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// zipf is a number below n, small ones far more often.
func zipf(random *rand.Rand, n int) int {
	return int(rand.NewZipf(random, 1.2, 8, uint64(n-1)).Uint64())
}

func fillObjects(ctx context.Context, h *app.House, o options, w *world, random *rand.Rand) error {
	var minter allmende.Minter
	begin := time.Now().Add(-365 * 24 * time.Hour)
	step := 364 * 24 * time.Hour / time.Duration(o.objects)
	index := search.New(h.DB)
	const chunk = 2000
	for from := 0; from < o.objects; from += chunk {
		var jobs []allmende.Job
		err := h.DB.WriteJobs(ctx, func(tx *db.Tx) error {
			jobs = jobs[:0]
			for i := from; i < min(from+chunk, o.objects); i++ {
				at := begin.Add(time.Duration(i) * step)
				by := zipf(random, len(w.Members))
				object := makeObject(i, minter.New(at), at, w.Members[by], random)
				if err := putObject(ctx, tx, &object); err != nil {
					return err
				}
				jobs = append(jobs, allmende.Job{Outlet: "search", Key: object.ID.String(), Object: object.ID, Round: 1})
				w.remember(&object, by)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, err := range index.RunBatch(ctx, jobs) {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) remember(o *allmende.Object, by int) {
	x := thing{ID: o.ID, Path: "/o/" + o.ID.String(), By: by}
	switch {
	case o.Kind == allmende.Page:
		x.Path = "/wiki/" + o.Slug
		w.Pages = append(w.Pages, x)
	case o.Kind == allmende.Article:
		x.Path = "/@" + w.Members[by].Name + "/" + o.Slug
		w.Articles = append(w.Articles, x)
	case o.Audience.Kind == allmende.AudPublic:
		w.Notes = append(w.Notes, x)
	}
}

// words are the vocabulary, the first ones far more frequent than the last.
var words = strings.Fields(`the and garden meadow tree wasser holunder bee hive commons village library book reading river mill bread market
song evening morning summer winter apple pear honey path bridge school workshop bicycle repair seed soil compost tool shed neighbour council meeting
idea plan picture light shadow rain cloud wind fire stone wood paper letter story history map street house roof window door kitchen table chair
lavendel salbei thymian rosmarin minze kamille ringelblume malve distel klee`)

func sentence(random *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[zipf(random, len(words))])
		if random.IntN(40) == 0 {
			fmt.Fprintf(&b, " rare%d", random.IntN(100000))
		}
	}
	return b.String()
}

// makeObject: of a hundred objects 92 are notes, 4 articles, 4 wiki pages.
func makeObject(i int, id allmende.ID, at time.Time, by member, random *rand.Rand) allmende.Object {
	o := allmende.Object{ID: id, Kind: allmende.Note, State: allmende.Published, Origin: allmende.OriginLocal, Owner: by.Actor, Authors: []allmende.ID{by.Actor},
		Audience: allmende.Audience{ID: allmende.PublicAudience, Kind: allmende.AudPublic}, Format: allmende.Markdown, Lang: "en", Thread: id, Revision: 1,
		PublishedAt: at, ChangedAt: at, Source: sentence(random, 12+random.IntN(30))}
	switch i % 25 {
	case 7:
		o.Kind, o.Place, o.Section = allmende.Article, by.Actor, "blog"
		o.Title, o.Slug = fmt.Sprintf("Article %d about %s", i, words[i%len(words)]), fmt.Sprintf("article-%d", i)
		o.Source = long(random, 12)
	case 13:
		o.Kind, o.Place, o.Section = allmende.Page, allmende.Server, "wiki"
		o.Title, o.Slug = fmt.Sprintf("Page %d", i), fmt.Sprintf("Page_%d", i)
		o.Source = long(random, 20)
	}
	if i%50 == 3 {
		o.Audience = allmende.Audience{ID: allmende.LocalAudience, Kind: allmende.AudLocal}
	}
	doc, err := text.Render(text.Markdown, o.Source, text.Options{Wiki: o.Kind.Titled(), Heading: o.Kind.Titled(), SoftBreaks: o.Kind.Titled()})
	if err != nil {
		panic(err) // the text is our own
	}
	o.HTML = doc.HTML
	return o
}

func long(random *rand.Rand, paragraphs int) string {
	var b strings.Builder
	for i := range paragraphs {
		if i%4 == 0 {
			b.WriteString("## " + sentence(random, 3) + "\n\n")
		}
		b.WriteString(sentence(random, 60) + ".\n\n")
	}
	return b.String()
}

func putObject(ctx context.Context, tx *db.Tx, o *allmende.Object) error {
	if err := store.InsertObject(ctx, tx, o); err != nil {
		return err
	}
	if err := store.SetAuthor(ctx, tx, o.ID, o.Owner, 0, allmende.AuthorAccepted, o.PublishedAt.UnixMilli()); err != nil {
		return err
	}
	r := allmende.Revision{Object: o.ID, Number: 1, Format: o.Format, Title: o.Title, Source: o.Source, As: o.Owner, State: allmende.Taken, At: o.PublishedAt, Size: len(o.Source)}
	if err := store.InsertRevision(ctx, tx, &r); err != nil {
		return err
	}
	if o.Kind.Titled() {
		slug := o.Slug
		if o.Section == "wiki" {
			slug = text.Fold(o.Title)
		}
		if err := store.TakeAddress(ctx, tx, store.Address{Place: o.Place, Section: o.Section, Slug: slug, Object: o.ID}, o.PublishedAt.UnixMilli()); err != nil {
			return err
		}
	}
	sources := []allmende.ID{o.Owner, allmende.LocalStream}
	if o.Audience.Kind == allmende.AudPublic {
		sources = append(sources, allmende.PublicStream)
	}
	for _, s := range sources {
		if err := store.InsertEntry(ctx, tx, allmende.Entry{Source: s, ID: o.ID, Object: o.ID, Kind: o.Kind}); err != nil {
			return err
		}
	}
	return nil
}
