package mastodon

import (
	"context"
	"strings"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/live"
	"allmende/internal/read"
	"allmende/internal/text"
)

// event is one message to an open connection.
type event struct {
	streams []string // which subscription it belongs to: ["hashtag", "garten"]
	name    string   // "update", "status.update", "delete", "notification"
	payload string   // JSON, or an id
}

// subscription is one stream that a connection listens to.
type subscription struct {
	names   []string // as the client named it
	user    bool     // the home and notifications
	notices bool     // notifications only
	source  allmende.ID
	filter  read.StreamFilter
	replies bool // replies belong in as well
}

// subscribe reads which stream is wanted: "user", "public:local", "hashtag" …
func subscribe(stream, tag string) (subscription, error) {
	base, rest, _ := strings.Cut(stream, ":")
	s := subscription{names: []string{stream}}
	switch base {
	case "user":
		s.user, s.notices = true, rest == "notification"
		return s, nil
	case "public":
		s.source = allmende.PublicStream
	case "hashtag":
		if tag = strings.TrimPrefix(tag, "#"); tag == "" {
			return s, allmende.Wrong("tag", "error.tag")
		}
		s.names, s.source, s.replies = append(s.names, tag), allmende.TagStream(text.Fold(tag)), true
	case "list", "direct":
		return s, nil // there are no lists, and direct posts come through the home
	default:
		return s, allmende.Wrong("stream", "app.stream_unknown")
	}
	for part := range strings.SplitSeq(rest, ":") {
		switch part {
		case "local":
			s.filter.Local = true
		case "remote":
			s.filter.Remote = true
		case "media":
			s.filter.MediaOnly = true
		}
	}
	if base == "public" && s.filter.Local {
		s.source = allmende.LocalStream
	}
	return s, nil
}

// needs is the scope that a token must have for a stream.
func (s *subscription) needs() string {
	if s.notices {
		return "read:notifications"
	}
	return "read:statuses"
}

// listener turns news into what one connection is told.
type listener struct {
	door   *Door
	viewer allmende.Viewer
	token  *auth.Token
}

// events are what a subscription hears of one commit.
func (l *listener) events(ctx context.Context, s *subscription, n live.News) ([]event, error) {
	if s.user {
		return l.userEvents(ctx, s, n)
	}
	if s.source == 0 {
		return nil, nil
	}
	var out []event
	fresh := ofSource(n.Entries, s.source)
	keep := func(e allmende.Entry, o *allmende.Object) bool {
		return (s.replies || o.ReplyTo == 0) && s.filter.Keeps(o)
	}
	if len(fresh) > 0 {
		b, err := l.door.Read.Lines(ctx, l.viewer, fresh, keep)
		if err != nil {
			return nil, err
		}
		out = l.drawn(out, s, "update", b)
	}
	return append(out, gone(s, ofSource(n.Dropped, s.source))...), nil
}

func (l *listener) userEvents(ctx context.Context, s *subscription, n live.News) ([]event, error) {
	var out []event
	r := l.door.Read
	if !s.notices {
		b, err := r.HomeNews(ctx, l.viewer, n.Entries)
		if err != nil {
			return nil, err
		}
		out = l.drawn(out, s, "update", b)
		if len(n.Objects) > 0 {
			changed, err := r.Changed(ctx, n)
			if err != nil {
				return nil, err
			}
			if b, err = r.HomeNews(ctx, l.viewer, changed); err != nil {
				return nil, err
			}
			out = l.drawn(out, s, "status.update", b)
		}
		dropped, err := r.HomeLines(ctx, l.viewer, n.Dropped)
		if err != nil {
			return nil, err
		}
		out = append(out, gone(s, dropped)...)
	}
	if !auth.Allows(l.token.Scopes, "read:notifications") {
		return out, nil
	}
	for _, told := range n.Notified {
		if told.To != l.viewer.Actor {
			continue
		}
		page, err := r.Notification(ctx, l.viewer, told.ID)
		if allmende.IsKind(err, allmende.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p := canvas{Bundle: page.Bundle, door: l.door}
		if b, ok := p.notification(nil, page.List[0]); ok {
			out = append(out, event{s.names, "notification", string(b)})
		}
	}
	return out, nil
}

// drawn appends an event for each line of a bundle.
func (l *listener) drawn(out []event, s *subscription, name string, b *read.Bundle) []event {
	p := canvas{Bundle: b, door: l.door}
	for _, e := range b.Entries {
		if status, ok := p.entry(nil, e); ok {
			out = append(out, event{s.names, name, string(status)})
		}
	}
	return out
}

func ofSource(lines []allmende.Entry, source allmende.ID) []allmende.Entry {
	var out []allmende.Entry
	for _, e := range lines {
		if e.Source == source {
			out = append(out, e)
		}
	}
	return out
}

// gone names statuses that are no longer there; a deleted object's lines hold
// no ids of their own.
func gone(s *subscription, dropped []allmende.Entry) []event {
	var out []event
	seen := map[allmende.ID]bool{}
	for _, e := range dropped {
		id := e.Object
		if e.Boost {
			id = e.ID
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, event{s.names, "delete", id.String()})
		}
	}
	return out
}
