package core

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// publication is an object made ready outside the transaction.
type publication struct {
	object  allmende.Object
	authors []allmende.ID // asked to be co-authors
	parent  *allmende.Object
	quoted  *allmende.Object
	media   []allmende.Media
	remote  []allmende.Media
	marked  marked
	why     string
	key     string
}

func (c *Core) publish(ctx context.Context, cmd *allmende.Publish) (step, error) {
	need := allmende.RolePublisher
	if cmd.ReplyTo != 0 && !cmd.Kind.Titled() {
		need = allmende.RoleAnswerer
	}
	w, err := c.who(ctx, &cmd.Act, need)
	if err != nil {
		return nil, err
	}
	p := &publication{why: oneLine(cmd.Why), key: cmd.Key, authors: cmd.Authors}
	p.object = allmende.Object{Kind: cmd.Kind, State: cmd.State, Origin: allmende.OriginLocal, Owner: cmd.As,
		Authors: []allmende.ID{cmd.As}, Title: oneLine(cmd.Title), Summary: strings.TrimSpace(text.CleanSource(cmd.Summary)),
		Sensitive: cmd.Sensitive, Format: cmd.Format, Source: cmd.Source, Lang: cmd.Lang,
		Policy: cmd.Policy, Licence: cmd.Licence, Media: cmd.Media, Place: cmd.Place, Slug: text.Slug(cmd.Slug),
		PublishAt: cmd.PublishAt, Revision: 1, Tags: cmd.Tags}
	if cmd.Act.Via == "import" {
		p.object.Origin = allmende.OriginImported
		if cmd.Origin != nil {
			p.object.URI, p.object.URL = cmd.Origin.URI, cmd.Origin.URL
		}
	}
	p.defaults()
	if p.object.Section == "wiki" && p.object.Title != "" {
		if p.object.Title, err = wikiTitle(p.object.Title); err != nil {
			return nil, err
		}
	}
	if err := c.checkNew(cmd, p); err != nil {
		return nil, err
	}
	if err := c.guests(ctx, w, cmd.Authors); err != nil {
		return nil, err
	}
	if err := c.connect(ctx, w, cmd, p); err != nil {
		return nil, err
	}
	if err := c.prepareMedia(ctx, w, p); err != nil {
		return nil, err
	}
	if p.marked, err = c.render(ctx, w, &p.object, cmd.Remote); err != nil {
		return nil, err
	}
	if err := c.placeFigures(ctx, w, nil, &p.object, &p.marked); err != nil {
		return nil, err
	}
	if err := p.direct(cmd); err != nil {
		return nil, err
	}
	if cmd.Remote != nil {
		p.fromRemote(cmd.Remote)
	}
	if w.account != nil {
		if err := c.pace.step(w.account.ID, c.now()); err != nil {
			return nil, err
		}
	}
	return func(ch *change) error { return ch.putPublication(*p, cmd.ID) }, nil
}

// defaults fills in what the writer left open.
func (p *publication) defaults() {
	o := &p.object
	if o.Kind == "" {
		o.Kind = allmende.Note
	}
	if o.Kind == allmende.Note && o.Summary != "" && len(o.Media) > 0 {
		o.Sensitive = true // the warning covers the pictures too
	}
	if o.Format == "" {
		o.Format = allmende.Markdown
	}
	if o.State == "" {
		o.State = allmende.Published
	}
	switch o.Kind {
	case allmende.Article:
		o.Place, o.Section = o.Owner, "blog"
	case allmende.Page:
		if o.Place == 0 {
			o.Place = allmende.Server
		}
		o.Section = "wiki"
	default:
		o.Place, o.Section = 0, ""
	}
	if o.Lang == "" {
		o.Lang = text.Detect(o.Source)
	}
}

// checkNew tells what is wrong with a new object's text, state and place.
func (c *Core) checkNew(cmd *allmende.Publish, p *publication) error {
	var f allmende.Faults
	o := &p.object
	gather(&f, c.checkText(o))
	gather(&f, checkWhy(p.why))
	switch o.State {
	case allmende.Published, allmende.Draft, allmende.Held:
	case allmende.Scheduled:
		if cmd.PublishAt.Before(c.now().Add(time.Minute)) && cmd.Via != "import" {
			f.Add("publish_at", "error.schedule_past")
		}
	default:
		f.Add("state", "error.state")
	}
	if o.Place != 0 && o.Place != allmende.Server && o.Place != o.Owner && !trusted(&cmd.Act) {
		f.Add("place", "error.place")
	}
	if len(cmd.Key) > 255 {
		f.Add("key", "error.field_long", "max", 255)
	}
	return f.Err()
}

// guests checks whom a new object's writer asks to be co-authors.
func (c *Core) guests(ctx context.Context, w who, ids []allmende.ID) error {
	if len(ids) == 0 {
		return nil
	}
	if len(ids) > maxAuthors {
		return allmende.Wrong("authors", "error.authors_many", "max", maxAuthors)
	}
	keys, err := c.read.Keys(ctx, w.viewer())
	if err != nil {
		return err
	}
	for _, id := range ids {
		guest, err := c.read.Actor(ctx, id)
		if err != nil && !allmende.IsKind(err, allmende.NotFound) {
			return err
		}
		if err != nil || !mayWriteAlong(guest, keys) {
			return allmende.Wrong("authors", "error.coauthor")
		}
	}
	return nil
}

// connect looks up what the object replies to and quotes, and settles the audience.
func (c *Core) connect(ctx context.Context, w who, cmd *allmende.Publish, p *publication) error {
	o := &p.object
	kind, err := allmende.ParseAudience(string(cmd.Audience.Kind))
	if err != nil {
		return err
	}
	if o.Kind == allmende.Page && kind != allmende.AudLocal {
		kind = allmende.AudPublic
	}
	if cmd.ReplyTo != 0 {
		parent, keys, err := c.seen(ctx, w, cmd.ReplyTo)
		if err != nil {
			return err
		}
		if parent.State != allmende.Published {
			return allmende.E(allmende.Invalid, "error.reply_unpublished")
		}
		if cmd.Remote == nil && (keys.Apart(parent.Owner) || !keys.Allows(parent.Policy.Reply, parent)) {
			return allmende.E(allmende.Forbidden, "error.reply_not_allowed")
		}
		p.parent = parent
		o.ReplyTo, o.Thread = parent.ID, parent.Thread
		kind = clip(kind, parent.Audience.Kind)
		if parent.Audience.Kind == allmende.AudDirect {
			cmd.Audience.Actors = append(slices.Clone(cmd.Audience.Actors), append(parent.Audience.Actors, parent.Owner)...)
		}
	}
	if cmd.Quote != 0 {
		quoted, keys, err := c.seen(ctx, w, cmd.Quote)
		if err != nil {
			return err
		}
		if !keys.MayQuote(quoted) {
			return allmende.E(allmende.Forbidden, "error.quote_not_allowed")
		}
		p.quoted, o.Quote, o.QuoteOK = quoted, quoted.ID, true
	}
	o.Audience = allmende.Audience{Kind: kind}
	if kind == allmende.AudFollowers {
		o.Audience.Target = o.Owner
	}
	return nil
}

// clip narrows a reply to its parent's audience. Followers stays the reply
// owner's own followers: nobody else is promised to see it.
func clip(kind, parent allmende.AudienceKind) allmende.AudienceKind {
	return allmende.Narrower(kind, parent)
}

// maxNamed is how many a direct audience may name.
const maxNamed = 50

// direct names the actors of a direct audience: the mentioned, the chosen and the writer.
func (p *publication) direct(cmd *allmende.Publish) error {
	o := &p.object
	if o.Audience.Kind != allmende.AudDirect {
		return nil
	}
	actors := append([]allmende.ID{o.Owner}, o.Mentions...)
	actors = append(actors, cmd.Audience.Actors...)
	slices.Sort(actors)
	o.Audience.Actors = slices.Compact(actors)
	if len(o.Audience.Actors) > maxNamed {
		return allmende.Wrong("audience", "error.audience_many", "max", maxNamed)
	}
	return nil
}

// fromRemote takes over what a remote server says of its object.
func (p *publication) fromRemote(r *allmende.RemoteObject) {
	o := &p.object
	o.Origin, o.URI, o.URL = allmende.OriginRemote, r.URI, r.URL
	o.Mentions, o.Tags, o.PublishedAt = r.Mentions, r.Tags, r.Published
	p.marked.tags = foldAll(r.Tags)
	p.remote = r.Media
	if o.Audience.Kind == allmende.AudDirect {
		actors := append([]allmende.ID{o.Owner}, r.Mentions...)
		slices.Sort(actors)
		o.Audience.Actors = slices.Compact(actors)
	}
}

// putPublication stores a prepared object; it changes only its own copy.
func (ch *change) putPublication(p publication, id allmende.ID) error {
	o := p.object
	o.Authors, o.Media = slices.Clone(o.Authors), slices.Clone(o.Media)
	if known, err := ch.knownURI(o.URI); err != nil || known != 0 {
		ch.result.Object, ch.quiet = known, true
		return err
	}
	o.ID, o.ChangedAt = id, ch.at
	if o.PublishedAt.IsZero() || o.Origin == allmende.OriginLocal {
		o.PublishedAt = ch.at
	}
	if o.ID == 0 {
		o.ID = ch.core.ids.New(o.PublishedAt)
	}
	if o.State != allmende.Published {
		o.PublishedAt = time.Time{}
	}
	if p.key != "" {
		earlier, err := store.Once(ch.ctx, ch, o.Owner, p.key, o.ID, ch.at)
		if err != nil || earlier != 0 {
			ch.result.Object, ch.quiet = earlier, true
			return err
		}
	}
	if o.Thread == 0 {
		o.Thread = o.ID
	}
	if err := ch.putAudience(&o); err != nil {
		return err
	}
	if err := ch.remoteMedia(&o, p.remote); err != nil {
		return err
	}
	if err := ch.address(&o); err != nil {
		return err
	}
	if err := store.InsertObject(ch.ctx, ch, &o); err != nil {
		return err
	}
	if err := ch.putRevision(&o, nil, p.why, false); err != nil {
		return err
	}
	if err := store.SetAuthor(ch.ctx, ch, o.ID, o.Owner, 0, allmende.AuthorAccepted, ch.at.UnixMilli()); err != nil {
		return err
	}
	for i, a := range p.authors {
		if err := ch.inviteAuthor(&o, a, i+1); err != nil {
			return err
		}
	}
	if err := ch.putMarks(&o, p.marked); err != nil {
		return err
	}
	ch.result.Object, ch.record.Object = o.ID, o.ID
	if o.State == allmende.Published {
		return ch.appear(&o)
	}
	return ch.waits(&o)
}

// waits tells publishers that something is held for them.
func (ch *change) waits(o *allmende.Object) error {
	if err := ch.attachMedia(o); err != nil {
		return err
	}
	if o.State == allmende.Held {
		return ch.notify("held:"+o.ID.String(), o.ID, o.Owner, "")
	}
	return nil
}

func (ch *change) knownURI(uri string) (allmende.ID, error) {
	if uri == "" {
		return 0, nil
	}
	o, err := store.ObjectByURI(ch.ctx, ch, uri)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return o.ID, err
}

func (ch *change) putAudience(o *allmende.Object) error {
	switch o.Audience.Kind {
	case allmende.AudPublic:
		o.Audience.ID = allmende.PublicAudience
	case allmende.AudUnlisted:
		o.Audience.ID = allmende.UnlistedAudience
	case allmende.AudLocal:
		o.Audience.ID = allmende.LocalAudience
	default:
		return store.PutAudience(ch.ctx, ch, &o.Audience, ch.core.ids.New(ch.at))
	}
	return nil
}

// appear is everything that happens when an object becomes visible: streams,
// counters, media, notices, search, link preview.
func (ch *change) appear(o *allmende.Object) error {
	if err := ch.attachMedia(o); err != nil {
		return err
	}
	if err := ch.enterStreams(o); err != nil {
		return err
	}
	if err := store.CountActors(ch.ctx, ch, o.Owner, 1, 0, 0, o.PublishedAt.UnixMilli()); err != nil {
		return err
	}
	if o.ReplyTo != 0 {
		if err := store.CountObject(ch.ctx, ch, o.ReplyTo, allmende.Stat{Replies: 1}); err != nil {
			return err
		}
	}
	if o.Quote != 0 && o.QuoteOK {
		if err := store.CountObject(ch.ctx, ch, o.Quote, allmende.Stat{Quotes: 1}); err != nil {
			return err
		}
	}
	if o.Section == "wiki" {
		if err := ch.touchLinkers(o); err != nil {
			return err
		}
	}
	ch.news.Objects = append(ch.news.Objects, o.ID)
	ch.news.Stats = append(ch.news.Stats, o.ReplyTo, o.Quote)
	ch.news.Actors = append(ch.news.Actors, o.Owner)
	return ch.tellOutlets(o)
}

// tellOutlets queues what follows from an object that appeared or changed.
func (ch *change) tellOutlets(o *allmende.Object) error {
	if err := ch.job("search", o.ID.String(), o.ID, 0, "", 0); err != nil {
		return err
	}
	if err := ch.notify("object:"+o.ID.String(), o.ID, o.Owner, ""); err != nil {
		return err
	}
	if o.Preview != "" && !ch.act.Quiet {
		return ch.job("preview", o.Preview, o.ID, 0, "", 0)
	}
	return nil
}

// enterStreams adds an object to the streams of its authors, its place and the server.
func (ch *change) enterStreams(o *allmende.Object) error {
	sources := slices.Clone(o.Authors)
	if !slices.Contains(sources, o.Owner) {
		sources = append(sources, o.Owner)
	}
	if o.Place != 0 && !slices.Contains(sources, o.Place) {
		sources = append(sources, o.Place)
	}
	own, err := ch.core.read.Actor(ch.ctx, o.Owner)
	if err != nil {
		return err
	}
	for _, s := range append(sources, serverStreams(o, own)...) {
		if err := ch.entry(allmende.Entry{Source: s, ID: o.ID, Object: o.ID, Reply: o.ReplyTo != 0, Kind: o.Kind}); err != nil {
			return err
		}
	}
	return nil
}

// tagStreams are the streams of the tags of what anyone, or any member, may see.
func tagStreams(o *allmende.Object) []allmende.ID {
	if o.Audience.Kind != allmende.AudPublic && o.Audience.Kind != allmende.AudLocal {
		return nil
	}
	var out []allmende.ID
	for _, tag := range foldAll(o.Tags) {
		out = append(out, allmende.TagStream(tag))
	}
	return out
}

// retag moves a published object between tag streams after an edit.
func (ch *change) retag(before, o *allmende.Object) error {
	was, is := tagStreams(before), tagStreams(o)
	for _, s := range was {
		if !contains(is, s) {
			ch.news.Dropped = append(ch.news.Dropped, allmende.Entry{Source: s, ID: o.ID, Object: o.ID})
			if err := store.DeleteEntry(ch.ctx, ch, s, o.ID); err != nil {
				return err
			}
		}
	}
	for _, s := range is {
		if !contains(was, s) {
			if err := ch.entry(allmende.Entry{Source: s, ID: o.ID, Object: o.ID, Reply: o.ReplyTo != 0, Kind: o.Kind}); err != nil {
				return err
			}
		}
	}
	return nil
}

// putRevision records the object's text as its newest revision.
func (ch *change) putRevision(o, before *allmende.Object, why string, minor bool) error {
	r := allmende.Revision{Object: o.ID, Number: o.Revision, Format: o.Format, Lang: o.Lang, Title: o.Title, Summary: o.Summary,
		Source: o.Source, Media: o.Media, By: ch.act.By, As: ch.act.As, Why: why, Minor: minor, State: allmende.Taken,
		At: ch.at, Size: len(o.Source), Delta: len(o.Source)}
	if before != nil {
		r.Delta -= len(before.Source)
	}
	return store.InsertRevision(ch.ctx, ch, &r)
}

// touchLinkers makes pages that link to a wiki page be drawn anew: the link is
// no longer (or now) marked as missing.
func (ch *change) touchLinkers(o *allmende.Object) error {
	addresses, err := store.AddressesOf(ch.ctx, ch, o.ID)
	if err != nil {
		return err
	}
	var slugs []string
	for _, a := range addresses {
		if a.Section == "wiki" {
			slugs = append(slugs, a.Slug)
		}
	}
	ids, err := store.LinksTo(ch.ctx, ch, o.Place, slugs, 0, 500)
	if err != nil {
		return err
	}
	ch.news.Objects = append(ch.news.Objects, ids...)
	return store.TouchObject(ch.ctx, ch, ids...)
}
