package core

import (
	"context"
	"strconv"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// marked is what was found in a text and is kept beside the object.
type marked struct {
	tags  []string          // folded
	links map[string]string // folded wiki title → title
	place allmende.ID       // whose wiki the links lead into

	figures []allmende.ID // media that stand in the text
}

// checkText tells what is wrong with an object's text and properties.
func (c *Core) checkText(o *allmende.Object) error {
	var f allmende.Faults
	if !o.Kind.Valid() {
		f.Add("kind", "error.kind")
	}
	switch o.Format {
	case allmende.Markdown, allmende.HTML, allmende.Plain:
	default:
		f.Add("format", "error.format")
	}
	o.Source = text.CleanSource(o.Source)
	c.checkLength(o, &f)
	if strings.TrimSpace(o.Source) == "" && len(o.Media) == 0 && o.State != allmende.Draft && o.Origin != allmende.OriginRemote {
		f.Add("source", "error.text_empty")
	}
	if o.Kind.Titled() && o.State != allmende.Draft && o.Title == "" {
		f.Add("title", "error.title_empty")
	}
	if len([]rune(o.Title)) > 200 {
		f.Add("title", "error.title_long", "max", 200)
	}
	if len([]rune(o.Summary)) > 1000 {
		f.Add("summary", "error.summary_long", "max", 1000)
	}
	if len(o.Lang) > 12 || strings.ContainsAny(o.Lang, " <>\"'") {
		f.Add("lang", "error.lang")
	}
	if !allmende.ValidPolicy(o.Policy.Reply) || !allmende.ValidPolicy(o.Policy.Quote) || !allmende.ValidPolicy(o.Policy.Boost) {
		f.Add("policy", "error.policy")
	}
	if c.set.MediaPerPost > 0 && len(o.Media) > c.set.MediaPerPost && o.Kind == allmende.Note {
		f.Add("media", "error.media_many", "max", c.set.MediaPerPost)
	}
	if len(o.Licence) > 64 {
		f.Add("licence", "error.licence")
	}
	return f.Err()
}

// checkWhy tells whether an edit summary is short enough.
func checkWhy(why string) error {
	if len([]rune(why)) > 500 {
		return allmende.Wrong("why", "error.field_long", "max", 500)
	}
	return nil
}

func (c *Core) checkLength(o *allmende.Object, f *allmende.Faults) {
	if o.Kind == allmende.Note && o.Origin == allmende.OriginLocal {
		if n := text.CountChars(o.Source) + len([]rune(o.Summary)); n > c.set.NoteMax {
			f.Add("source", "error.text_long", "max", c.set.NoteMax, "length", n)
		}
	} else if len(o.Source) > min(c.set.ArticleMax, text.MaxSource) {
		f.Add("source", "error.text_large", "max", min(c.set.ArticleMax, text.MaxSource))
	}
}

// render makes the sanitised HTML and finds mentions, tags and links. A remote
// object's HTML is sanitised; its mentions and tags come with it.
func (c *Core) render(ctx context.Context, w who, o *allmende.Object, remote *allmende.RemoteObject) (marked, error) {
	m := marked{place: allmende.Server}
	if o.Section == "wiki" && o.Place != 0 {
		m.place = o.Place
	}
	mentioned := map[string]*allmende.Actor{}
	options := text.Options{
		Wiki:       o.Kind.Titled(),
		Heading:    o.Kind.Titled(),
		SoftBreaks: o.Kind.Titled(),
		Figures:    o.Kind.Titled(),
		ResolveWiki: func(title string) (string, bool) {
			return c.wikiPath(ctx, m.place) + text.TitlePath(title), true
		},
		ResolveMention: func(handle string) (string, bool) {
			a := c.mention(ctx, handle, mentioned)
			if a == nil {
				return "", false
			}
			return a.Path(), true
		},
	}
	doc, err := text.Render(text.Format(o.Format), o.Source, options)
	if err != nil {
		return m, allmende.Wrong("source", "error.text_large", "max", text.MaxSource).Because(err)
	}
	o.HTML = doc.HTML
	if remote != nil {
		return m, nil
	}
	if o.Kind.Titled() {
		m.figures = text.FiguresIn(o.HTML)
	}
	o.Mentions = nil
	for _, handle := range doc.Mentions {
		if a := mentioned[strings.ToLower(handle)]; a != nil && a.ID != w.actor.ID && !contains(o.Mentions, a.ID) && len(o.Mentions) < 50 {
			o.Mentions = append(o.Mentions, a.ID)
		}
	}
	o.Tags = withTags(doc.Tags, o.Tags)
	m.tags = foldAll(o.Tags)
	m.links = map[string]string{}
	for _, title := range doc.WikiLinks {
		m.links[WikiSlug(title)] = title
	}
	o.Preview = ""
	if o.Kind == allmende.Note && len(doc.URLs) > 0 && len(o.Media) == 0 {
		o.Preview = doc.URLs[0]
	}
	return m, nil
}

// withTags are the tags of a text and those named beside it, each once.
func withTags(inText, beside []string) []string {
	out := inText
	for _, t := range beside {
		t = strings.Trim(strings.TrimSpace(text.CleanSource(t)), "#")
		t = strings.Join(strings.Fields(t), "_")
		folded := text.Fold(t)
		known := folded == "" || len(t) > 100 || strings.ContainsAny(t, "<>&\"'/")
		for _, other := range out {
			known = known || text.Fold(other) == folded
		}
		if !known {
			out = append(out, t)
		}
	}
	return out[:min(len(out), 60)]
}

// besideTags are those tags of an object that do not stand in its text.
func besideTags(o *allmende.Object) []string {
	if len(o.Tags) == 0 {
		return nil
	}
	folded := text.Fold(o.Source)
	var out []string
	for _, t := range o.Tags {
		if !strings.Contains(folded, "#"+text.Fold(t)) {
			out = append(out, t)
		}
	}
	return out
}

// wikiPath is the address below which a place's wiki pages stand.
func (c *Core) wikiPath(ctx context.Context, place allmende.ID) string {
	if place == allmende.Server {
		return "/wiki/"
	}
	a, err := c.read.Actor(ctx, place)
	if err != nil {
		return "/wiki/"
	}
	return a.Path() + "/wiki/"
}

// mention finds the actor behind a handle; nil when nobody by that name may be mentioned.
func (c *Core) mention(ctx context.Context, handle string, known map[string]*allmende.Actor) *allmende.Actor {
	key := strings.ToLower(handle)
	if a, asked := known[key]; asked {
		return a
	}
	known[key] = nil
	if len(known) > 200 {
		return nil
	}
	name, host := allmende.SplitHandle(key)
	if host == c.host() {
		host = ""
	}
	a, err := store.ActorByName(ctx, c.db.Read(), name, host)
	if err != nil || a.State != allmende.ActorActive || a.ID == allmende.Server {
		return nil
	}
	known[key] = &a
	return &a
}

// host is the part after @ of our own people.
func (c *Core) host() string {
	host := c.set.BaseURL
	if _, after, ok := strings.Cut(host, "://"); ok {
		host = after
	}
	return host
}

// WikiSlug is the key of a wiki title: "Über uns" and "über Uns" are one page.
func WikiSlug(title string) string { return text.Fold(title) }

func foldAll(tags []string) []string {
	out := make([]string, 0, len(tags))
	for _, t := range tags {
		if f := text.Fold(t); f != "" && !contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func contains[T comparable](list []T, x T) bool {
	for _, v := range list {
		if v == x {
			return true
		}
	}
	return false
}

// putMarks keeps tags and wiki links beside the object.
func (ch *change) putMarks(o *allmende.Object, m marked) error {
	if len(m.tags) > 0 || o.Revision > 1 {
		if err := store.SetTags(ch.ctx, ch, o.ID, m.tags); err != nil {
			return err
		}
	}
	if len(m.figures) > 0 || o.Revision > 1 && o.Kind.Titled() {
		if err := store.SetFigures(ch.ctx, ch, o.ID, m.figures); err != nil {
			return err
		}
	}
	if len(m.links) > 0 || o.Revision > 1 {
		return store.SetLinks(ch.ctx, ch, o.ID, m.place, m.links)
	}
	return nil
}

// address gives a titled object its human address, and notes former ones as redirects.
func (ch *change) address(o *allmende.Object) error {
	if o.State != allmende.Published || !o.Kind.Titled() {
		return nil
	}
	slug, err := ch.slug(o)
	if err != nil {
		return err
	}
	o.Slug = slug
	key := slug
	if o.Section == "wiki" {
		key = WikiSlug(o.Title)
	}
	err = store.TakeAddress(ch.ctx, ch, store.Address{Place: o.Place, Section: o.Section, Slug: key, Object: o.ID}, ch.at.UnixMilli())
	if allmende.IsKind(err, allmende.Conflict) {
		return allmende.Wrong("title", "error.address_taken", "slug", o.Slug)
	}
	return err
}

// slug is the human address an object should have: the wiki title, or for an
// article the wish or the title made fit, with a number when another article
// of the place has it.
func (ch *change) slug(o *allmende.Object) (string, error) {
	if o.Section == "wiki" {
		return text.TitlePath(o.Title), nil
	}
	wish := text.Slug(o.Slug)
	if wish == "" {
		wish = text.Slug(o.Title)
	}
	if wish == "" {
		wish = "o" + o.ID.String()
	}
	for n := 1; n < 100; n++ {
		slug := wish
		if n > 1 {
			slug += "-" + strconv.Itoa(n)
		}
		taken, err := store.AddressOf(ch.ctx, ch, o.Place, o.Section, slug)
		if err != nil {
			return "", err
		}
		if taken == nil || taken.Object == o.ID {
			return slug, nil
		}
	}
	return wish + "-" + o.ID.String(), nil
}
