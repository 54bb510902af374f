package api

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/text"
)

// Actor is an actor as programs read it.
type Actor struct {
	ID        allmende.ID        `json:"id"`
	Kind      allmende.ActorKind `json:"kind"`
	Handle    string             `json:"handle"`
	Name      string             `json:"name"`
	Bio       string             `json:"bio_html,omitempty"`
	URL       string             `json:"url"`
	Locked    bool               `json:"locked,omitempty"`
	Posts     int                `json:"posts"`
	Followers int                `json:"followers"`
	Following int                `json:"following"`
}

// Object is an object as programs read it.
type Object struct {
	ID        allmende.ID           `json:"id"`
	Kind      allmende.ObjectKind   `json:"kind"`
	State     allmende.State        `json:"state"`
	URL       string                `json:"url"`
	Owner     Actor                 `json:"owner"`
	Authors   []allmende.ID         `json:"authors"`
	Audience  string                `json:"audience"`
	Title     string                `json:"title,omitempty"`
	Summary   string                `json:"summary,omitempty"`
	Sensitive bool                  `json:"sensitive,omitempty"`
	HTML      string                `json:"html"`
	Lang      string                `json:"lang,omitempty"`
	ReplyTo   allmende.ID           `json:"reply_to,omitempty"`
	Quote     allmende.ID           `json:"quote,omitempty"`
	Tags      []string              `json:"tags,omitempty"`
	Media     []Medium              `json:"media,omitempty"`
	Licence   string                `json:"licence,omitempty"`
	Revision  int                   `json:"revision"`
	Published time.Time             `json:"published,omitzero"`
	Edited    time.Time             `json:"edited,omitzero"`
	Replies   int                   `json:"replies"`
	Boosts    int                   `json:"boosts"`
	Likes     int                   `json:"likes"`
	Reactions []allmende.EmojiCount `json:"reactions,omitempty"` // likes by what they say, when any says more than a heart
	Liked     bool                  `json:"liked,omitempty"`
	Emoji     string                `json:"emoji,omitempty"` // what the viewer's like says
	Boosted   bool                  `json:"boosted,omitempty"`
	Saved     bool                  `json:"saved,omitempty"`
	BoostedBy *Actor                `json:"boosted_by,omitempty"`
}

// Medium is a picture, film or sound as programs read it.
type Medium struct {
	ID     allmende.ID         `json:"id"`
	Kind   string              `json:"kind"`
	State  allmende.MediaState `json:"state"`
	Alt    string              `json:"alt"`
	Width  int                 `json:"width,omitempty"`
	Height int                 `json:"height,omitempty"`
	Files  map[string]string   `json:"files"` // address by the variant's name
}

// List is a part of a list; Next is the `max` of the following part.
type List struct {
	Items []Object    `json:"items"`
	Next  allmende.ID `json:"next,omitempty"`
}

func (d *Door) actorView(a *allmende.Actor) Actor {
	if a == nil {
		return Actor{}
	}
	return Actor{ID: a.ID, Kind: a.Kind, Handle: a.Handle(), Name: a.Label(), Bio: a.BioHTML, URL: d.BaseURL + a.Path(), Locked: a.Locked,
		Posts: a.Posts, Followers: a.Followers, Following: a.Following}
}

func (d *Door) objectView(b *read.Bundle, o *allmende.Object) Object {
	s, m := b.Stats[o.ID], b.Mine[o.ID]
	v := Object{ID: o.ID, Kind: o.Kind, State: o.State, URL: d.BaseURL + o.Path(), Owner: d.actorView(b.Actors[o.Owner]), Authors: o.Authors,
		Audience: string(o.Audience.Kind), Title: o.Title, Summary: o.Summary, Sensitive: o.Sensitive, HTML: d.html(b, o), Lang: o.Lang, ReplyTo: o.ReplyTo,
		Quote: o.Quote, Tags: o.Tags, Licence: o.Licence, Revision: o.Revision, Published: o.PublishedAt, Edited: o.EditedAt,
		Replies: s.Replies, Boosts: s.Boosts, Likes: s.Likes, Reactions: s.Reactions(), Liked: m.Liked, Emoji: m.Emoji, Boosted: m.Boosted, Saved: m.Bookmarked}
	for _, id := range o.Media {
		medium := b.Media[id]
		if medium == nil {
			continue
		}
		mv := Medium{ID: id, Kind: medium.Kind, State: medium.State, Alt: medium.Alt, Width: medium.Width, Height: medium.Height, Files: map[string]string{}}
		for _, variant := range medium.Variants {
			mv.Files[variant.Name] = d.BaseURL + medium.Path(variant.Name)
		}
		v.Media = append(v.Media, mv)
	}
	return v
}

// html is an object's text with the media that stand in it, its addresses whole.
func (d *Door) html(b *read.Bundle, o *allmende.Object) string {
	return text.Absolute(text.SimpleFigures(o.HTML, func(id allmende.ID) *allmende.Media {
		if !slices.Contains(o.Media, id) {
			return nil
		}
		return b.Media[id]
	}), d.BaseURL)
}

func (d *Door) list(b *read.Bundle) List {
	l := List{Items: []Object{}, Next: b.Next}
	for _, e := range b.Entries {
		o := b.Objects[e.Object]
		if o == nil {
			continue
		}
		v := d.objectView(b, o)
		if e.Boost {
			by := d.actorView(b.Actors[e.Source])
			v.BoostedBy = &by
		}
		l.Items = append(l.Items, v)
	}
	return l
}

// span reads which part of a list is asked for.
func (c *call) span() (allmende.Span, error) {
	var s allmende.Span
	for name, to := range map[string]*allmende.ID{"max": &s.Max, "since": &s.Since, "min": &s.Min} {
		if v := c.URL.Query().Get(name); v != "" {
			id, err := allmende.ParseID(v)
			if err != nil {
				return s, allmende.Wrong(name, "error.id", "value", "")
			}
			*to = id
		}
	}
	if v := c.URL.Query().Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return s, allmende.Wrong("limit", "error.number")
		}
		s.Limit = n
	}
	return s.Bounded(20, 80), nil
}

func (d *Door) me(c *call) error {
	if c.viewer.Anonymous() {
		return allmende.E(allmende.SignIn, "error.sign_in")
	}
	if err := c.reads("profile"); err != nil {
		return err
	}
	a, err := d.Read.Actor(c.Context(), c.viewer.Actor)
	if err != nil {
		return err
	}
	return c.answer(d.actorView(a))
}

func (d *Door) home(c *call) error {
	span, err := c.span()
	if err == nil {
		err = c.reads("read:statuses")
	}
	if err != nil {
		return err
	}
	b, err := d.Read.Home(c.Context(), c.viewer, span)
	if err != nil {
		return err
	}
	return c.answer(d.list(b))
}

func (d *Door) public(c *call) error {
	span, err := c.span()
	if err == nil {
		err = c.reads("read:statuses")
	}
	if err != nil {
		return err
	}
	b, err := d.Read.Public(c.Context(), c.viewer, c.URL.Query().Get("from") != "everywhere", span)
	if err != nil {
		return err
	}
	return c.answer(d.list(b))
}

func (c *call) id() (allmende.ID, error) {
	id, err := allmende.ParseID(chi.URLParam(c.Request, "id"))
	if err != nil {
		return 0, allmende.E(allmende.NotFound, "error.object_not_found")
	}
	return id, c.reads("read:statuses")
}

func (d *Door) object(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	b, o, err := d.Read.One(c.Context(), c.viewer, id)
	if err != nil {
		return err
	}
	return c.answer(d.objectView(b, o))
}

func (d *Door) context(c *call) error {
	id, err := c.id()
	if err != nil {
		return err
	}
	b, above, below, err := d.Read.Context(c.Context(), c.viewer, id)
	if err != nil {
		return err
	}
	draw := func(ids []allmende.ID) []Object {
		out := []Object{}
		for _, id := range ids {
			if o := b.Objects[id]; o != nil {
				out = append(out, d.objectView(b, o))
			}
		}
		return out
	}
	return c.answer(map[string][]Object{"above": draw(above), "below": draw(below)})
}

func (d *Door) actor(c *call) error {
	a, err := d.Read.ActorByHandle(c.Context(), chi.URLParam(c.Request, "handle"), d.AccountDomain)
	if err != nil {
		return err
	}
	switch {
	case a.State == allmende.ActorDeleted:
		return allmende.E(allmende.Gone, "error.actor_gone")
	case a.State != allmende.ActorActive && !c.viewer.Rank.CanModerate():
		return allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	return c.answer(d.actorView(a))
}

// Notice is a notification as programs read it.
type Notice struct {
	ID     allmende.ID               `json:"id"`
	Kind   allmende.NotificationKind `json:"kind"`
	From   *Actor                    `json:"from,omitempty"`
	Object *Object                   `json:"object,omitempty"`
	Emoji  string                    `json:"emoji,omitempty"` // what a like says
	At     time.Time                 `json:"at"`
}

func (d *Door) notifications(c *call) error {
	if c.viewer.Anonymous() {
		return allmende.E(allmende.SignIn, "error.sign_in")
	}
	span, err := c.span()
	if err == nil {
		err = c.reads("read:notifications")
	}
	if err != nil {
		return err
	}
	page, err := d.Read.Notifications(c.Context(), c.viewer, span, nil, nil)
	if err != nil {
		return err
	}
	out := []Notice{}
	for _, n := range page.List {
		v := Notice{ID: n.ID, Kind: n.Kind, Emoji: n.Emoji, At: n.At}
		if a := page.Bundle.Actors[n.From]; a != nil {
			from := d.actorView(a)
			v.From = &from
		}
		if o := page.Bundle.Objects[n.Object]; o != nil {
			object := d.objectView(page.Bundle, o)
			v.Object = &object
		}
		out = append(out, v)
	}
	return c.answer(map[string]any{"items": out, "unread": page.Unread, "next": page.Next})
}

// Suggestion is an offer for what someone is typing.
type Suggestion struct {
	Kind string `json:"kind"` // "actor", "object", "tag"
	Text string `json:"text"`
	Href string `json:"href"`
}

func (d *Door) suggest(c *call) error {
	if err := c.reads("read:search"); err != nil {
		return err
	}
	list, err := d.Read.Suggest(c.Context(), c.viewer, c.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	out := []Suggestion{}
	for _, s := range list {
		switch {
		case s.Actor != nil:
			out = append(out, Suggestion{"actor", s.Actor.Label(), s.Actor.Path()})
		case s.Object != nil:
			out = append(out, Suggestion{"object", s.Object.Title, s.Object.Path()})
		case s.Tag != "":
			out = append(out, Suggestion{"tag", "#" + s.Tag, "/tags/" + s.Tag})
		}
	}
	return c.answer(out)
}
