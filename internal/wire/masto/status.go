package masto

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/text"
)

// StatusInput is what drawing the fixed part of a status needs. Maps may lack
// what could not be loaded; it is left out.
type StatusInput struct {
	Object  *allmende.Object
	ReplyTo *allmende.Object // what it answers; nil when unknown
	Actors  map[allmende.ID]*allmende.Actor
	Media   map[allmende.ID]*allmende.Media
	Preview *allmende.Preview // nil: no link preview
}

// longest is how much of an article or page goes into a status, in bytes of
// HTML; more becomes an excerpt with a link.
const longest = 6000

// AppendFixed writes what of a status is the same for everyone and changes
// only with the object: everything up to counters, account, boost and quote,
// without the closing brace. Status puts the pieces together.
func (s Site) AppendFixed(b []byte, in StatusInput) []byte {
	o := in.Object
	visibility, local := Visibility(o.Audience.Kind)
	b = append(b, `{"id":`...)
	b = appendID(b, o.ID)
	b = appendTime(append(b, `,"created_at":`...), published(o))
	b = appendNullID(append(b, `,"in_reply_to_id":`...), o.ReplyTo)
	var answered allmende.ID
	if in.ReplyTo != nil {
		answered = in.ReplyTo.Owner
	}
	b = appendNullID(append(b, `,"in_reply_to_account_id":`...), answered)
	b = appendBool(b, `,"sensitive":`, o.Sensitive || !o.Kind.Titled() && o.Summary != "")
	b = appendText(b, `,"spoiler_text":`, spoiler(o))
	b = appendText(b, `,"visibility":`, visibility)
	b = appendBool(b, `,"local_only":`, local)
	b = appendNullText(b, `,"language":`, o.Lang)
	b = appendText(b, `,"uri":`, s.objectURI(o))
	b = appendText(b, `,"url":`, s.ObjectURL(o))
	b = appendOptional(append(b, `,"edited_at":`...), o.EditedAt)
	b = appendText(b, `,"content":`, s.content(o, in.Media))
	b = append(b, `,"application":null,"poll":null,"emojis":[],"filtered":[],"media_attachments":[`...)
	b = s.appendAll(b, o.Media, in.Media)
	b = append(b, `],"mentions":[`...)
	b = s.appendMentions(b, in)
	b = append(b, `],"tags":[`...)
	for i, tag := range o.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, `{"name":`, strings.ToLower(tag))
		b = appendText(b, `,"url":`, s.TagURL(tag))
		b = append(b, '}')
	}
	b = append(b, `],"card":`...)
	if in.Preview == nil || len(o.Media) > 0 {
		return append(b, "null"...)
	}
	return s.AppendCard(b, in.Preview, in.Media[in.Preview.Image])
}

func published(o *allmende.Object) time.Time {
	switch {
	case !o.PublishedAt.IsZero():
		return o.PublishedAt
	case !o.PublishAt.IsZero():
		return o.PublishAt
	}
	return o.ChangedAt
}

// spoiler is the content warning; an article's summary is a teaser, no warning.
func spoiler(o *allmende.Object) string {
	if o.Kind.Titled() {
		return ""
	}
	return o.Summary
}

// Visibility is Mastodon's word for an audience, and whether the object stays
// on this server (glitch-soc's local_only; those see "unlisted").
func Visibility(k allmende.AudienceKind) (word string, local bool) {
	switch k {
	case allmende.AudUnlisted:
		return "unlisted", false
	case allmende.AudLocal:
		return "unlisted", true
	case allmende.AudFollowers:
		return "private", false
	case allmende.AudDirect:
		return "direct", false
	}
	return "public", false
}

// ObjectURL is the address of an object's page for people.
func (s Site) ObjectURL(o *allmende.Object) string {
	if o.Origin == allmende.OriginRemote {
		if o.URL != "" {
			return o.URL
		}
		return o.URI
	}
	return s.Base + o.Path()
}

func (s Site) objectURI(o *allmende.Object) string {
	if o.Origin == allmende.OriginRemote && o.URI != "" {
		return o.URI
	}
	return s.Base + o.Path()
}

// TagURL is the address of a tag's page.
func (s Site) TagURL(tag string) string { return s.Base + "/tags/" + url.PathEscape(text.Fold(tag)) }

// content is the text as HTML. Articles and wiki pages begin with their title;
// long ones are cut to an excerpt with a link, as apps have no page for them.
func (s Site) content(o *allmende.Object, media map[allmende.ID]*allmende.Media) string {
	if !o.Kind.Titled() {
		return s.markup(o.HTML)
	}
	title := `<p><strong><a href="` + escape(s.ObjectURL(o)) + `">` + escape(o.Title) + `</a></strong></p>`
	if len(o.HTML) <= longest {
		return title + s.markup(figures(o.HTML, o.Media, media))
	}
	teaser := o.Summary
	if teaser == "" {
		teaser = text.Teaser(o.HTML, 500)
	}
	return title + `<p>` + escape(teaser) + `</p><p><a href="` + escape(s.ObjectURL(o)) + `">` + escape(s.ObjectURL(o)) + `</a></p>`
}

// markup is stored HTML for apps: with whole addresses.
func (s Site) markup(html string) string { return text.Absolute(strings.TrimRight(html, "\n"), s.Base) }

// figures draws the media that stand in a text, those that are its own.
func figures(html string, own []allmende.ID, media map[allmende.ID]*allmende.Media) string {
	return text.SimpleFigures(html, func(id allmende.ID) *allmende.Media {
		if !slices.Contains(own, id) {
			return nil
		}
		return media[id]
	})
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")

func escape(s string) string { return escaper.Replace(s) }

func (s Site) appendAll(b []byte, ids []allmende.ID, media map[allmende.ID]*allmende.Media) []byte {
	first := true
	for _, id := range ids {
		m := media[id]
		if m == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = s.AppendMedia(b, m)
	}
	return b
}

// appendMentions: apps find the mentioned by comparing addresses with the
// links in the text, which lead to this server in texts from here, and to the
// mentioned one's own server in texts from elsewhere.
func (s Site) appendMentions(b []byte, in StatusInput) []byte {
	first := true
	for _, id := range in.Object.Mentions {
		a := in.Actors[id]
		if a == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		address := s.Base + a.Path()
		if in.Object.Origin == allmende.OriginRemote {
			address = s.ActorURL(a)
		}
		b = append(b, `{"id":`...)
		b = appendID(b, a.ID)
		b = appendText(b, `,"username":`, a.Name)
		b = appendText(b, `,"acct":`, a.Handle())
		b = appendText(b, `,"url":`, address)
		b = append(b, '}')
	}
	return b
}

// AppendCard writes a PreviewCard.
func (s Site) AppendCard(b []byte, p *allmende.Preview, image *allmende.Media) []byte {
	kind := p.Kind
	if kind != "photo" && kind != "video" {
		kind = "link"
	}
	b = appendText(b, `{"url":`, p.URL)
	b = appendText(b, `,"title":`, p.Title)
	b = appendText(b, `,"description":`, p.Description)
	b = appendText(b, `,"type":`, kind)
	b = appendText(b, `,"author_name":`, p.Author)
	b = append(b, `,"author_url":"","authors":[],"language":null,"published_at":null,"html":"","embed_url":"","provider_url":""`...)
	b = appendText(b, `,"provider_name":`, p.Site)
	w, h, blurhash, alt := 0, 0, "", ""
	if image != nil {
		w, h, blurhash, alt = image.Width, image.Height, image.Blurhash, image.Alt
	}
	b = appendInt(b, `,"width":`, w)
	b = appendInt(b, `,"height":`, h)
	b = appendNullText(b, `,"image":`, s.pictureURL(image, 640))
	b = appendText(b, `,"image_description":`, alt)
	b = appendNullText(b, `,"blurhash":`, blurhash)
	return append(b, '}')
}

// Overlay is what of a status changes often or belongs to the viewer.
type Overlay struct {
	Stat                                      allmende.Stat
	Signed                                    bool // someone looks; nobody's marks are left out
	Liked, Boosted, Bookmarked, Muted, Pinned bool
	Quote                                     string // may the viewer quote it: "automatic" or "denied"
	QuoteBy                                   string // who may: "public", "followers" or empty
}

// Status is a status as one viewer sees it, put together from its pieces.
type Status struct {
	Fixed   []byte // of AppendFixed
	Account []byte // of AppendAccount
	Over    Overlay
	Quote   *Quote // nil: it quotes nothing
}

// Quote is what a status quotes.
type Quote struct {
	State  string  // "accepted", "deleted", "unauthorized"
	Status *Status // nil unless accepted
	ID     allmende.ID
}

// Append writes the status.
func (t *Status) Append(b []byte) []byte { return t.append(b, true) }

func (t *Status) append(b []byte, deep bool) []byte {
	b = append(b, t.Fixed...)
	b = append(append(b, `,"account":`...), t.Account...)
	b = t.Over.append(b)
	b = append(b, `,"reblog":null,"quote":`...)
	return append(t.Quote.append(b, deep), '}')
}

func (o *Overlay) append(b []byte) []byte {
	b = appendInt(b, `,"replies_count":`, o.Stat.Replies)
	b = appendInt(b, `,"reblogs_count":`, o.Stat.Boosts)
	b = appendInt(b, `,"favourites_count":`, o.Stat.Likes)
	b = appendInt(b, `,"quotes_count":`, o.Stat.Quotes)
	if o.Signed {
		b = appendBool(b, `,"favourited":`, o.Liked)
		b = appendBool(b, `,"reblogged":`, o.Boosted)
		b = appendBool(b, `,"bookmarked":`, o.Bookmarked)
		b = appendBool(b, `,"muted":`, o.Muted)
		b = appendBool(b, `,"pinned":`, o.Pinned)
	}
	b = append(b, `,"quote_approval":{"automatic":[`...)
	if o.QuoteBy != "" {
		b = appendString(b, o.QuoteBy)
	}
	b = append(b, `],"manual":[]`...)
	b = appendText(b, `,"current_user":`, o.Quote)
	return append(b, '}')
}

// append writes the quote; a quote within a quote is only named.
func (q *Quote) append(b []byte, deep bool) []byte {
	if q == nil {
		return append(b, "null"...)
	}
	b = appendText(b, `{"state":`, q.State)
	if !deep {
		b = append(b, `,"quoted_status_id":`...)
		if q.State != "accepted" {
			return append(b, "null}"...)
		}
		return append(appendID(b, q.ID), '}')
	}
	b = append(b, `,"quoted_status":`...)
	if q.Status == nil {
		return append(b, "null}"...)
	}
	return append(q.Status.append(b, false), '}')
}

// WithText adds the source to a drawn status, as deleting one answers.
func WithText(status []byte, source string) []byte {
	return append(appendText(status[:len(status)-1], `,"text":`, source), '}')
}

// Boost is someone's boost of a status: a status of its own around the other.
type Boost struct {
	Site    Site
	ID      allmende.ID
	By      *allmende.Actor
	Account []byte // of AppendAccount
	Kind    allmende.AudienceKind
	URL     string // page of the boosted object
	Of      *Status
}

// Append writes the boost. Its own text is empty: apps show the boosted one.
func (t *Boost) Append(b []byte) []byte {
	visibility, local := Visibility(t.Kind)
	address := t.Site.Base + t.By.Permanent() + "/boosts/" + t.ID.String()
	b = append(b, `{"id":`...)
	b = appendID(b, t.ID)
	b = appendTime(append(b, `,"created_at":`...), t.ID.Time())
	b = append(b, `,"in_reply_to_id":null,"in_reply_to_account_id":null,"sensitive":false,"spoiler_text":""`...)
	b = appendText(b, `,"visibility":`, visibility)
	b = appendBool(b, `,"local_only":`, local)
	b = appendText(b, `,"language":null,"uri":`, address)
	b = appendText(b, `,"url":`, t.URL)
	b = append(b, `,"edited_at":null,"content":"","application":null,"poll":null,"emojis":[],"filtered":[],`...)
	b = append(b, `"media_attachments":[],"mentions":[],"tags":[],"card":null,"account":`...)
	b = append(b, t.Account...)
	b = t.Of.Over.append(b)
	b = append(b, `,"quote":null,"reblog":`...)
	return append(t.Of.Append(b), '}')
}
