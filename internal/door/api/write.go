package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/httpx"
	"allmende/internal/live"
	"allmende/internal/read"
	"allmende/internal/text"
)

// draft keeps what stands in the composer while it is typed. It takes the
// composer's own form and answers the draft's id.
func (d *Door) draft(c *call) error {
	f, err := httpx.ReadForm(c.w, c.Request, httpx.SmallForm)
	if err != nil {
		return err
	}
	if err := d.writes(c, "write:statuses", f.Raw("csrf")); err != nil {
		return err
	}
	if f.Raw("edit") != "" {
		return c.answer(map[string]string{}) // a published note is not saved while it is typed
	}
	var media []allmende.ID
	for _, s := range f.Values["media"] {
		if id, err := allmende.ParseID(s); err == nil {
			media = append(media, id)
		}
	}
	act := allmende.Act{By: c.viewer.Account, As: c.viewer.Actor, Via: "api", At: d.Now()}
	source, summary, language := f.Text("text"), f.Line("warning"), f.Line("lang")
	audience := allmende.AudienceChoice{Kind: allmende.AudienceKind(f.Raw("audience"))}
	policy := allmende.Policy{Reply: f.Raw("reply_policy"), Quote: f.Raw("quote_policy")}
	if known, err := allmende.ParseID(f.Raw("draft")); err == nil {
		res, err := d.Core.Do(c.Context(), &allmende.Edit{Act: act, Object: known, Source: &source, Summary: &summary, Lang: &language, Media: &media,
			Audience: &audience, Policy: &policy, Autosave: true})
		if err != nil {
			return err
		}
		return c.answer(map[string]allmende.ID{"id": res.Object})
	}
	cmd := &allmende.Publish{Act: act, Kind: allmende.Note, State: allmende.Draft, Source: source, Summary: summary, Lang: language, Media: media,
		Audience: audience, Policy: policy}
	cmd.ReplyTo, _ = allmende.ParseID(f.Raw("reply"))
	cmd.Quote, _ = allmende.ParseID(f.Raw("quote"))
	res, err := d.Core.Do(c.Context(), cmd)
	if err != nil {
		return err
	}
	return c.answer(map[string]allmende.ID{"id": res.Object})
}

// preview draws a text as readers would see it; nothing is kept.
func (d *Door) preview(c *call) error {
	f, err := httpx.ReadForm(c.w, c.Request, httpx.SmallForm)
	if err != nil {
		return err
	}
	if err := d.writes(c, "write:statuses", f.Raw("csrf")); err != nil {
		return err
	}
	note := f.Raw("kind") == "note"
	doc, err := text.Render(text.Markdown, f.Text("text"), text.Options{Wiki: !note, Heading: !note, SoftBreaks: !note, Figures: !note,
		ResolveMention: func(handle string) (string, bool) {
			a, err := d.Read.ActorByHandle(c.Context(), handle, d.AccountDomain)
			if err != nil {
				return "", false
			}
			return a.Path(), true
		},
		ResolveWiki: func(title string) (string, bool) {
			id, err := d.Read.Address(c.Context(), allmende.Server, "wiki", text.Fold(title))
			return "/wiki/" + text.TitlePath(title), err == nil && id != 0
		}})
	if err != nil {
		return allmende.Wrong("text", "error.text_large", "max", text.MaxSource).Because(err)
	}
	html, err := d.previewed(c, doc.HTML)
	if err != nil {
		return err
	}
	return c.answer(map[string]string{"html": html})
}

// previewed draws the media in a text that is being written: one's own, and
// those of the object that ?object= names.
func (d *Door) previewed(c *call, html string) (string, error) {
	ids := text.FiguresIn(html)
	if len(ids) == 0 {
		return html, nil
	}
	media, err := d.Read.Media(c.Context(), ids)
	if err != nil {
		return "", err
	}
	person, err := d.Read.Account(c.Context(), c.viewer)
	if err != nil {
		return "", err
	}
	var edited []allmende.ID
	if id, err := allmende.ParseID(c.URL.Query().Get("object")); err == nil {
		o, err := d.Read.Object(c.Context(), c.viewer, id)
		if err != nil {
			return "", err
		}
		edited = o.Media
	}
	return text.SimpleFigures(html, func(id allmende.ID) *allmende.Media {
		m := media[id]
		if m == nil || m.Owner != c.viewer.Actor && m.Owner != person.Actor && !slices.Contains(edited, id) {
			return nil
		}
		return m
	}), nil
}

// beat keeps a silent stream alive through proxies.
const beat = 25 * time.Second

// catchUp is how many lines a page that comes back is told of at most.
const catchUp = 40

// stream tells an open page what is new: "news" with the id of each line that
// the list would now show, "badge" with the number of unread notifications
// (row T18). Whoever reads too slowly is cut off and comes again; a browser that
// comes again says which news it heard last, and hears what it missed.
func (d *Door) stream(c *call) error {
	list := c.URL.Query().Get("list")
	if list != "public" && c.viewer.Anonymous() {
		return allmende.E(allmende.SignIn, "error.sign_in")
	}
	if err := c.reads("read:statuses"); err != nil {
		return err
	}
	news := d.Hub.Subscribe(c.Context(), 256)
	missed, err := d.missed(c, list)
	if err != nil {
		return err
	}
	out := http.NewResponseController(c.w)
	c.w.Header().Set("Content-Type", "text/event-stream")
	c.w.Header().Set("X-Accel-Buffering", "no")
	if _, err := fmt.Fprint(c.w, "retry: 3000\n\n"+missed); err != nil {
		return nil // the page was closed
	}
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		if err := out.Flush(); err != nil {
			return nil
		}
		select {
		case <-c.Context().Done():
			return nil
		case <-httpx.Stopping(c.Context()):
			return nil
		case <-ticker.C:
			if _, err := fmt.Fprint(c.w, ": still here\n\n"); err != nil {
				return nil
			}
		case n, open := <-news:
			if !open {
				return nil
			}
			if err := d.tell(c, list, n); err != nil {
				return nil
			}
		}
	}
}

// missed is what a page that comes back has not heard of, oldest first.
func (d *Door) missed(c *call, list string) (string, error) {
	last, err := allmende.ParseID(c.Header.Get("Last-Event-ID"))
	if err != nil {
		return "", nil // it comes for the first time
	}
	span := allmende.Span{Since: last, Limit: catchUp}
	var b *read.Bundle
	switch list {
	case "notifications":
		b = &read.Bundle{}
	case "public":
		b, err = d.Read.Public(c.Context(), c.viewer, true, span)
	default:
		b, err = d.Read.Home(c.Context(), c.viewer, span)
	}
	if err != nil {
		return "", err
	}
	var events strings.Builder
	for _, e := range slices.Backward(b.Entries) {
		if e.Source != c.viewer.Actor {
			writeNews(&events, e)
		}
	}
	if !c.viewer.Anonymous() {
		if err := d.writeBadge(c, &events); err != nil {
			return "", err
		}
	}
	return events.String(), nil
}

// writeNews names the line, also as what a browser says when it comes again.
func writeNews(to *strings.Builder, e allmende.Entry) {
	fmt.Fprintf(to, "id: %s\nevent: news\ndata: %s\n\n", e.ID, e.ID)
}

func (d *Door) writeBadge(c *call, to *strings.Builder) error {
	unread, err := d.Read.Unread(c.Context(), c.viewer)
	if err == nil {
		fmt.Fprintf(to, "event: badge\ndata: %d\n\n", unread)
	}
	return err
}

// tell writes what of some news concerns this page.
func (d *Door) tell(c *call, list string, n live.News) error {
	var events strings.Builder
	for _, e := range d.lines(c, list, n) {
		writeNews(&events, e)
	}
	for _, to := range n.Notified {
		if to.To == c.viewer.Actor {
			if err := d.writeBadge(c, &events); err != nil {
				return err
			}
			break
		}
	}
	if events.Len() == 0 {
		return nil
	}
	_, err := fmt.Fprint(c.w, events.String())
	return err
}

// lines are those new lines that the list would show this viewer, without
// their own.
func (d *Door) lines(c *call, list string, n live.News) []allmende.Entry {
	var mine []allmende.Entry
	switch {
	case len(n.Entries) == 0 || list == "notifications":
		return nil
	case list == "public":
		var public []allmende.Entry
		for _, e := range n.Entries {
			if e.Source == allmende.LocalStream {
				public = append(public, e)
			}
		}
		b, err := d.Read.Lines(c.Context(), c.viewer, public, nil)
		if err != nil {
			return nil
		}
		mine = b.Entries
	default:
		b, err := d.Read.HomeNews(c.Context(), c.viewer, n.Entries)
		if err != nil {
			return nil
		}
		mine = b.Entries
	}
	out := mine[:0]
	for _, e := range mine {
		if e.Source != c.viewer.Actor {
			out = append(out, e)
		}
	}
	return out
}
