package mastodon

import (
	"context"
	"strconv"
	"strings"

	"allmende"
	"allmende/internal/text"
	"allmende/internal/wire/masto"
)

// longestAlt is how long a description may be, as core checks it.
const longestAlt = 1500

// mimeTypes are the files that are taken.
var mimeTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif",
	"video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus",
	"audio/flac", "audio/wav"}

func (d *Door) instance(q *req) error {
	in, err := q.facts()
	if err != nil {
		return err
	}
	return q.json(d.site.Instance(in))
}

func (d *Door) instanceV1(q *req) error {
	in, err := q.facts()
	if err != nil {
		return err
	}
	return q.json(d.site.InstanceV1(in))
}

// facts gathers what the server says of itself.
func (q *req) facts() (masto.InstanceInput, error) {
	d := q.door
	in := masto.InstanceInput{Version: d.Version, Languages: d.Languages, Registration: d.Registration, NoteMax: d.Limits.Note,
		MediaMax: d.Limits.Media, AltMax: longestAlt, ImageBytes: d.Limits.ImageBytes, VideoBytes: d.Limits.VideoBytes,
		ImagePixels: d.Limits.ImagePixels, VideoPixels: 3840 * 2160, MIMETypes: mimeTypes, Thumbnail: d.BaseURL + masto.MissingHeaderPath}
	site, err := d.Read.Site(q.Context())
	if err != nil {
		return in, err
	}
	in.Title, in.Tagline, in.Mail = site.Name, site.Tagline, site.Contact
	if in.Title == "" {
		in.Title = "Allmende"
	}
	if site.Registration != "" {
		in.Registration = site.Registration
	}
	if doc, err := text.Render(text.Markdown, site.Description, text.Options{}); err == nil {
		in.Description = text.Absolute(doc.HTML, d.BaseURL)
	}
	totals, err := d.Read.Totals(q.Context())
	if err != nil {
		return in, err
	}
	in.Accounts, in.ActiveMonth, in.Statuses, in.Domains = totals.Accounts, totals.Month, totals.Posts, totals.Hosts
	if in.Rules, err = q.ruleList(); err != nil {
		return in, err
	}
	in.Contact, err = d.contact(q.Context(), site)
	return in, err
}

// contact is the account to write to, if there is one.
func (d *Door) contact(ctx context.Context, site allmende.Site) (rawMessage, error) {
	if site.ContactActor == 0 {
		return nil, nil
	}
	a, err := d.Read.Actor(ctx, site.ContactActor)
	if allmende.IsKind(err, allmende.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	media, err := d.Read.Media(ctx, []allmende.ID{a.Avatar, a.Header})
	return rawMessage(d.account(a, media)), err
}

func (q *req) ruleList() ([]masto.Rule, error) {
	rules, err := q.door.Read.Legal(q.Context(), "rules", q.lang.HTML())
	if err != nil || rules == nil {
		return []masto.Rule{}, err
	}
	return rulesOf(rules.Source), nil
}

// rulesOf makes a list of rules from a text: its list items, or without any its
// paragraphs.
func rulesOf(source string) []masto.Rule {
	var items, paragraphs []string
	for line := range strings.SplitSeq(source, "\n") {
		line = strings.TrimSpace(line)
		item, is := listItem(line)
		switch {
		case is:
			items = append(items, item)
		case line != "" && !strings.HasPrefix(line, "#"):
			paragraphs = append(paragraphs, line)
		}
	}
	if len(items) == 0 {
		items = paragraphs
	}
	out := make([]masto.Rule, 0, len(items))
	for i, item := range items[:min(len(items), 50)] {
		doc, err := text.Render(text.Markdown, item, text.Options{})
		if err == nil {
			item = strings.TrimSpace(text.PlainText(doc.HTML))
		}
		out = append(out, masto.Rule{ID: strconv.Itoa(i + 1), Text: item})
	}
	return out
}

// listItem is the text behind "- ", "* ", "+ " or "1. ".
func listItem(line string) (string, bool) {
	for _, mark := range []string{"- ", "* ", "+ "} {
		if item, ok := strings.CutPrefix(line, mark); ok {
			return strings.TrimSpace(item), true
		}
	}
	number, item, ok := strings.Cut(line, ". ")
	if _, err := strconv.Atoi(number); ok && err == nil {
		return strings.TrimSpace(item), true
	}
	return "", false
}

func (d *Door) rules(q *req) error {
	list, err := q.ruleList()
	if err != nil {
		return err
	}
	return q.json(list)
}

func (d *Door) peers(q *req) error {
	hosts, err := d.Read.Hosts(q.Context())
	if err != nil {
		return err
	}
	if hosts == nil {
		hosts = []string{}
	}
	return q.json(hosts)
}

// legal makes the handler that shows one of the community's own texts.
func legal(name string) handler {
	return func(q *req) error {
		t, err := q.door.Read.Legal(q.Context(), name, q.lang.HTML())
		if err != nil {
			return err
		}
		out := map[string]any{"updated_at": nil, "content": ""}
		if t != nil {
			out["updated_at"], out["content"] = masto.Time(t.At), text.Absolute(t.HTML, q.door.BaseURL)
		}
		return q.json(out)
	}
}
