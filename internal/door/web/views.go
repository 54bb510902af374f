package web

import (
	"cmp"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/read"
	"allmende/internal/text"
)

// viewerView is who looks, for the frame.
func (q *req) viewerView() *ui.ViewerView {
	actor, err := q.web.Read.Actor(q.Context(), q.viewer.Actor)
	if err != nil {
		return nil
	}
	v := &ui.ViewerView{Actor: q.actorView(actor, nil), Moderator: q.account.Rank.CanModerate(), Admin: q.account.Rank == allmende.Admin}
	if n, err := q.web.Read.Unread(q.Context(), q.viewer); err == nil {
		v.Unread = n
	}
	if v.Moderator {
		v.Queue = q.queueLength()
	}
	others, err := q.web.Read.ActsAs(q.Context(), q.viewer.Account)
	if err == nil {
		for _, a := range others {
			if a.ID != q.viewer.Actor {
				v.Others = append(v.Others, q.actorView(a, nil))
			}
		}
	}
	return v
}

// actorView is an actor in a line; media may be nil when its face is loaded elsewhere.
func (q *req) actorView(a *allmende.Actor, media map[allmende.ID]*allmende.Media) ui.ActorView {
	v := ui.ActorView{ID: a.ID.String(), Name: a.Label(), Handle: a.Handle(), Path: a.Path(), Bot: a.Bot,
		Square: a.Kind == allmende.Organization || a.Kind == allmende.Group}
	if a.State == allmende.ActorDeleted {
		v.Name, v.Path = q.t("ui.former_member"), a.Permanent()
	}
	if a.Kind == allmende.Organization {
		v.Flag = q.t("ui.organisation")
	}
	if a.Avatar != 0 {
		v.Avatar = q.face(a.Avatar, media)
	}
	return v
}

// introduced is an actor in a list of people, with what they say of themselves.
func (q *req) introduced(a *allmende.Actor, media map[allmende.ID]*allmende.Media) ui.ActorView {
	v := q.actorView(a, media)
	v.Line = text.Teaser(a.BioHTML, 90)
	return v
}

// face is the address of an avatar or cover.
func (q *req) face(id allmende.ID, media map[allmende.ID]*allmende.Media) string {
	m := media[id]
	if m == nil {
		got, err := q.web.Read.Media(q.Context(), []allmende.ID{id})
		if err != nil || got[id] == nil {
			return ""
		}
		m = got[id]
	}
	return firstPath(m, "avatar", "webp320", "jpeg640", "webp640", "webp")
}

// firstPath is the address of the first variant there is.
func firstPath(m *allmende.Media, names ...string) string {
	for _, n := range names {
		if p := m.Path(n); p != "" {
			return p
		}
	}
	return ""
}

// cards draws a bundle's entries.
func (q *req) cards(b *read.Bundle) []ui.CardView {
	out := make([]ui.CardView, 0, len(b.Entries))
	for _, e := range b.Entries {
		if o := b.Objects[e.Object]; o != nil {
			c := q.card(b, o)
			if e.Boost {
				if a := b.Actors[e.Source]; a != nil {
					c.BoostedBy = []ui.ActorView{q.actorView(a, b.Media)}
				}
			}
			out = append(out, c)
		}
	}
	return out
}

// kindOf is the kind as people call it: a note with one picture is a photo.
func kindOf(b *read.Bundle, o *allmende.Object) ui.Kind {
	switch o.Kind {
	case allmende.Article:
		return ui.Article
	case allmende.Page:
		return ui.WikiPage
	case allmende.Image:
		return ui.Photo
	case allmende.Video:
		return ui.Film
	case allmende.Audio:
		return ui.Sound
	}
	if len(o.Media) > 0 && b.Media[o.Media[0]] != nil {
		switch b.Media[o.Media[0]].Kind {
		case "image":
			return ui.Photo
		case "video":
			return ui.Film
		case "audio":
			return ui.Sound
		}
	}
	return ui.Note
}

// PathOf is the address people should see of an object.
func PathOf(o *allmende.Object, actors map[allmende.ID]*allmende.Actor) string {
	if o.State != allmende.Published || o.Slug == "" {
		return o.Path()
	}
	switch {
	case o.Section == "wiki" && o.Place == allmende.Server:
		return "/wiki/" + o.Slug
	case o.Section == "wiki" && actors[o.Place] != nil:
		return actors[o.Place].Path() + "/wiki/" + o.Slug
	case o.Section == "blog" && actors[o.Place] != nil:
		return actors[o.Place].Path() + "/" + o.Slug
	}
	return o.Path()
}

// card draws one object for this viewer.
func (q *req) card(b *read.Bundle, o *allmende.Object) ui.CardView {
	c := ui.CardView{ID: o.ID.String(), Kind: kindOf(b, o), Path: PathOf(o, b.Actors), Published: o.PublishedAt, Edited: o.EditedAt,
		Now: q.web.Now(), Audience: q.audienceView(o.Audience), Lang: o.Lang, Title: o.Title, HTML: ui.SafeHTML(o.HTML), Pinned: o.Pinned}
	for _, id := range authorsOf(o) {
		if a := b.Actors[id]; a != nil {
			c.Authors = append(c.Authors, q.actorView(a, b.Media))
		}
	}
	if o.PublishedAt.IsZero() {
		c.Published = o.ChangedAt
	}
	q.youngest = latest(q.youngest, latest(o.PublishedAt, o.ChangedAt))
	if !o.EditedAt.IsZero() || o.Revision > 1 {
		c.History = o.Path() + "/history"
	}
	c.Long = len(o.HTML) > 1800 && !o.Kind.Titled()
	if o.Kind.Titled() {
		c.ReadTime = 1 + text.Words(o.HTML)/220
		c.HTML = ui.SafeHTML("<p>" + html.EscapeString(teaser(o)) + "</p>")
	} else {
		c.Warning = o.Summary
	}
	c.Open = q.account != nil && q.account.Settings.ExpandCW
	c.Media = q.leadMedia(b, o)
	if o.Sensitive && c.Warning == "" && len(c.Media) > 0 {
		c.Warning = q.t("ui.sensitive")
	}
	for _, t := range tagsBeside(o) {
		c.Tags = append(c.Tags, ui.Link{Text: t, Href: "/tags/" + url.PathEscape(text.Fold(t))})
	}
	if o.URL != "" && o.Origin == allmende.OriginRemote {
		c.Remote = o.URL
	}
	q.cardRelations(b, o, &c)
	s := b.Stats[o.ID]
	c.Counts = ui.CountsView{Replies: s.Replies, Boosts: s.Boosts, Likes: s.Likes, Quotes: s.Quotes}
	m := b.Mine[o.ID]
	c.Mine = ui.MineView{Liked: m.Liked && m.Emoji == "", Boosted: m.Boosted, Saved: m.Bookmarked, Pinned: o.Pinned}
	c.Can = q.can(b, o)
	q.cardReactions(&c, s, m)
	return c
}

// cardReactions fills in what likes say, and what is offered to be said.
func (q *req) cardReactions(c *ui.CardView, s allmende.Stat, m read.Mine) {
	own := ""
	if m.Liked {
		own = cmp.Or(m.Emoji, allmende.Heart)
	}
	for _, r := range s.Reactions() {
		c.Reactions = append(c.Reactions, ui.SaidView{Emoji: r.Emoji, Count: r.Count, Mine: r.Emoji == own})
	}
	if !c.Can.Act {
		return
	}
	for _, emoji := range allmende.QuickEmoji {
		c.Quick = append(c.Quick, ui.SaidView{Emoji: emoji, Mine: emoji == own})
	}
}

// tagsBeside are the tags that do not stand in the text anyway.
func tagsBeside(o *allmende.Object) []string {
	if o.Kind.Titled() {
		return o.Tags
	}
	var out []string
	for _, t := range o.Tags {
		if !strings.Contains(o.HTML, "<span>"+html.EscapeString(t)+"</span>") {
			out = append(out, t)
		}
	}
	return out
}

// teaser is what a stream shows of an article or page.
func teaser(o *allmende.Object) string {
	if o.Summary != "" {
		return o.Summary
	}
	return text.Teaser(opening(o.HTML), 280)
}

// authorsOf lists who is shown as author.
func authorsOf(o *allmende.Object) []allmende.ID {
	if len(o.Authors) == 0 {
		return []allmende.ID{o.Owner}
	}
	return o.Authors
}

// cardRelations fills in what the object answers, quotes and links to.
func (q *req) cardRelations(b *read.Bundle, o *allmende.Object, c *ui.CardView) {
	if parent := b.Objects[o.ReplyTo]; parent != nil {
		if a := b.Actors[parent.Owner]; a != nil {
			c.ReplyTo = &ui.ReplyView{Name: a.Label(), Href: parent.Path()}
		}
	}
	if quoted := b.Quoted(o); quoted != nil {
		inner := *b
		quote := q.card(&inner, quoted)
		quote.Quote = nil
		c.Quote = &quote
	}
	if p := b.Previews[o.Preview]; p != nil && o.Preview != "" {
		link := &ui.LinkView{Href: p.URL, Title: p.Title, Text: p.Description, Host: hostOf(p.URL)}
		if p.Image != 0 {
			link.Image = q.face(p.Image, b.Media)
		}
		c.Link = link
	}
	switch {
	case o.Section == "wiki" && o.Place == allmende.Server:
		c.Place = &ui.Link{Text: q.t("ui.wiki"), Href: "/wiki"}
	case o.Section == "wiki" && b.Actors[o.Place] != nil:
		c.Place = &ui.Link{Text: b.Actors[o.Place].Label(), Href: b.Actors[o.Place].Path() + "/wiki"}
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// can is what the viewer may do with an object.
func (q *req) can(b *read.Bundle, o *allmende.Object) ui.CanView {
	author := b.Keys.IsAuthor(o)
	can := ui.CanView{Report: !author, Moderate: q.viewer.Rank.CanModerate()}
	if q.account == nil || o.State != allmende.Published {
		can.Edit, can.Delete = author, author && o.Owner == q.viewer.Actor
		return can
	}
	apart := b.Keys.Apart(o.Owner)
	open := o.Audience.Public() || o.Audience.Kind == allmende.AudLocal
	can.Act = !apart
	can.Reply = !apart && q.allowed(o.Policy.Reply, b, o)
	can.Boost = !apart && (open || o.Owner == q.viewer.Actor && o.Audience.Kind == allmende.AudFollowers) && q.allowed(o.Policy.Boost, b, o)
	can.Quote = !apart && (open || author) && q.allowed(o.Policy.Quote, b, o)
	can.Edit = o.Origin != allmende.OriginRemote && (author || o.Section == "wiki" && b.Keys.Local)
	can.Delete = o.Owner == q.viewer.Actor
	can.Pin = can.Delete && o.Audience.Kind != allmende.AudDirect
	can.Grow = author && o.Origin != allmende.OriginRemote && (o.Kind == allmende.Note || o.Kind == allmende.Article)
	return can
}

// allowed repeats core's rule so that no button is drawn that would be refused.
func (q *req) allowed(rule string, b *read.Bundle, o *allmende.Object) bool {
	if b.Keys.IsAuthor(o) {
		return true
	}
	mentioned := slices.Contains(o.Mentions, q.viewer.Actor)
	switch rule {
	case "", allmende.Anyone:
		return true
	case allmende.Followers:
		_, follows := b.Keys.Following[o.Owner]
		return follows || mentioned
	case allmende.Mentioned:
		return mentioned
	}
	return false
}

// audienceView is who may see a thing, in words.
func (q *req) audienceView(a allmende.Audience) ui.AudienceView {
	key := map[allmende.AudienceKind]string{allmende.AudPublic: "public", allmende.AudUnlisted: "unlisted", allmende.AudLocal: "local",
		allmende.AudFollowers: "followers", allmende.AudDirect: "named"}[a.Kind]
	return ui.AudienceView{Key: key, Label: q.t("ui.audience_" + key)}
}

// mediaViews draws an object's pictures, films and sounds.
func (q *req) mediaViews(b *read.Bundle, o *allmende.Object) []ui.MediaView {
	var out []ui.MediaView
	for _, id := range o.Media {
		if m := b.Media[id]; m != nil {
			out = append(out, q.oneMedium(m))
		}
	}
	return out
}

// oneMedium draws one medium, and why it could not be prepared.
func (q *req) oneMedium(m *allmende.Media) ui.MediaView {
	v := mediaView(m)
	if m.State == allmende.MediaFailed && m.Reason != "" {
		v.Reason = q.t(m.Reason)
	}
	return v
}

// mediaView draws one medium.
func mediaView(m *allmende.Media) ui.MediaView {
	v := ui.MediaView{ID: m.ID.String(), Kind: m.Kind, Alt: m.Alt, W: m.Width, H: m.Height, FocusX: m.FocusX, FocusY: m.FocusY, Progress: m.Progress,
		Length: time.Duration(m.DurationMS) * time.Millisecond, Title: m.Name}
	switch m.State {
	case allmende.MediaQueued, allmende.MediaRunning:
		v.State = "working"
	case allmende.MediaFailed:
		v.State = "failed"
	}
	if m.Kind == "image" {
		v.Src = firstPath(m, "webp640", "webp", "jpeg640", "webp320", "jpeg1280", "jpeg")
		v.Full = firstPath(m, "webp2048", "webp1280", "webp640", "webp", "webp320", "jpeg1280", "jpeg640", "jpeg")
		var set []string
		for _, variant := range m.Variants {
			if strings.HasPrefix(variant.Name, "webp") && variant.Width > 0 {
				set = append(set, m.Path(variant.Name)+" "+strconv.Itoa(variant.Width)+"w")
			}
		}
		v.SrcSet = strings.Join(set, ", ")
		if v.Src == "" && v.State == "" {
			v.Src, v.Full = m.RemoteURL, m.RemoteURL
		}
		return v
	}
	if m.Animated {
		v.Kind = "gif"
	}
	v.Poster = firstPath(m, "poster", "cover")
	for _, variant := range m.Variants {
		if strings.HasPrefix(variant.MIME, "video/") || strings.HasPrefix(variant.MIME, "audio/") {
			v.Sources = append(v.Sources, ui.SourceView{Src: m.Path(variant.Name), Type: variant.MIME})
		}
	}
	if len(v.Sources) > 0 {
		v.Src = v.Sources[0].Src
	}
	v.Wave = wave(m.Peaks)
	return v
}

// wave turns a sound's peaks (JSON numbers 0 to 255) into points of a line.
func wave(peaks string) string {
	peaks = strings.Trim(peaks, "[] \n")
	if peaks == "" {
		return ""
	}
	parts := strings.Split(peaks, ",")
	if len(parts) > 2000 {
		return ""
	}
	var points strings.Builder
	for i, p := range parts {
		n, err := strconv.Atoi(strings.TrimSpace(p))
		if err != nil || n < 0 || n > 255 {
			return ""
		}
		if i > 0 {
			points.WriteByte(' ')
		}
		points.WriteString(strconv.Itoa(i * 1000 / len(parts)))
		points.WriteByte(',')
		points.WriteString(strconv.Itoa(100 - n*100/255))
	}
	return points.String()
}
