package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/httpx"
	"allmende/internal/live"
)

// Open connections: how many commits one may lag behind before it is cut off,
// how long one write may take, and how often the line and the token are tried.
const (
	streamBuffer = 512
	writeTime    = 10 * time.Second
	beat         = 20 * time.Second
	mostStreams  = 30
)

// stream answers a connection to /api/v1/streaming: a web socket on which the
// client says what it listens to, or, without one, an event stream.
func (d *Door) stream(q *req) error {
	if strings.EqualFold(q.Request.Header.Get("Upgrade"), "websocket") {
		return d.socket(q)
	}
	return d.eventStream(q, q.form.Line("stream"))
}

// streamPath makes the handler of an event stream with its own address.
func streamPath(name string) handler {
	return func(q *req) error { return q.door.eventStream(q, name) }
}

// protocolToken is the token that browsers' sockets carry as their protocol.
func (q *req) protocolToken() string {
	first, _, _ := strings.Cut(q.Request.Header.Get("Sec-WebSocket-Protocol"), ",")
	return strings.TrimSpace(first)
}

// listener checks who listens. Streams are for those with a token only.
func (q *req) listener() (*listener, error) {
	if q.token == nil {
		if err := q.identify(q.protocolToken()); err != nil {
			return nil, err
		}
	}
	if q.token == nil {
		return nil, allmende.E(allmende.SignIn, "oauth.invalid_token")
	}
	return &listener{door: q.door, viewer: q.viewer, token: q.token}, nil
}

// may tells whether a listener may hear a stream.
func (l *listener) may(s *subscription) error {
	if s.user && l.viewer.Anonymous() {
		return allmende.E(allmende.Forbidden, "app.person_needed")
	}
	if !auth.Allows(l.token.Scopes, s.needs()) {
		return allmende.E(allmende.Forbidden, "oauth.insufficient_scope")
	}
	return nil
}

// holds tells whether the token still counts.
func (l *listener) holds(ctx context.Context, bearer string) bool {
	if bearer == "" {
		return true
	}
	token, err := l.door.Auth.FindToken(ctx, bearer)
	if err != nil {
		return false
	}
	viewer, _, err := l.door.Auth.TokenViewer(ctx, token)
	return err == nil && viewer.Actor == l.viewer.Actor
}

// socket is one web socket. The listening goroutine owns subs; the reading one
// hands it what the client wants.
type socket struct {
	*listener
	conn *websocket.Conn
	subs map[string]*subscription
}

// wish is what a client sends.
type wish struct {
	Type   string `json:"type"` // subscribe, unsubscribe
	Stream string `json:"stream"`
	Tag    string `json:"tag"`
}

func (d *Door) socket(q *req) error {
	l, err := q.listener()
	if err != nil {
		return err
	}
	s := &socket{listener: l, subs: map[string]*subscription{}}
	if name := q.form.Line("stream"); name != "" {
		if err := s.add(name, q.form.Line("tag")); err != nil {
			return err
		}
	}
	options := &websocket.AcceptOptions{InsecureSkipVerify: true} // the token proves the client; cookies count for nothing
	if p := q.protocolToken(); p != "" {
		options.Subprotocols = []string{p}
	}
	if s.conn, err = websocket.Accept(q.ResponseWriter, q.Request, options); err != nil {
		return nil // it has been answered
	}
	defer s.conn.CloseNow() // after a proper close this does nothing
	bearer := q.bearer()
	if bearer == "" {
		bearer = q.protocolToken()
	}
	s.run(q.Context(), bearer)
	return nil
}

func (s *socket) add(name, tag string) error {
	sub, err := subscribe(name, tag)
	if err != nil {
		return err
	}
	if err := s.may(&sub); err != nil {
		return err
	}
	if len(s.subs) >= mostStreams {
		return allmende.E(allmende.TooMany, "app.streams_many")
	}
	s.subs[strings.Join(sub.names, " ")] = &sub
	return nil
}

// run listens until one of both ends: the client, the token, or the server. A
// client that reads too slowly loses its place among the listeners.
func (s *socket) run(ctx context.Context, bearer string) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.door.stop, cancel)()
	news := s.door.Hub.Subscribe(ctx, streamBuffer)
	wishes := make(chan wish)
	go s.read(ctx, cancel, wishes)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			_ = s.conn.Close(websocket.StatusGoingAway, "")
			return
		case w := <-wishes:
			s.grant(ctx, w)
		case <-tick.C:
			if !s.holds(ctx, bearer) || s.ping(ctx) != nil {
				_ = s.conn.Close(websocket.StatusPolicyViolation, "")
				return
			}
		case n, more := <-news:
			if !more {
				_ = s.conn.Close(websocket.StatusTryAgainLater, "")
				return
			}
			if s.tell(ctx, n) != nil {
				return
			}
		}
	}
}

// read takes the client's messages until it goes.
func (s *socket) read(ctx context.Context, cancel context.CancelFunc, wishes chan<- wish) {
	defer cancel()
	s.conn.SetReadLimit(4 << 10)
	for {
		_, message, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		var w wish
		if json.Unmarshal(message, &w) != nil {
			continue
		}
		select {
		case wishes <- w:
		case <-ctx.Done():
			return
		}
	}
}

func (s *socket) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return s.conn.Ping(ctx)
}

func (s *socket) grant(ctx context.Context, w wish) {
	switch w.Type {
	case "subscribe":
		if err := s.add(w.Stream, w.Tag); err != nil {
			status := httpx.Status(err)
			answer, _ := json.Marshal(map[string]any{"error": http.StatusText(status), "status": status}) // strings and numbers
			_ = s.send(ctx, answer)                                                                       // a broken line shows at the next message
		}
	case "unsubscribe":
		if sub, err := subscribe(w.Stream, w.Tag); err == nil {
			delete(s.subs, strings.Join(sub.names, " "))
		}
	}
}

func (s *socket) tell(ctx context.Context, n live.News) error {
	for _, sub := range s.subs {
		events, err := s.events(ctx, sub, n)
		if err != nil {
			return err
		}
		for _, e := range events {
			message, err := json.Marshal(map[string]any{"stream": e.streams, "event": e.name, "payload": e.payload})
			if err != nil {
				return err
			}
			if err := s.send(ctx, message); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *socket) send(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, message)
}

// eventStream is the same as server-sent events, for one stream.
func (d *Door) eventStream(q *req, name string) error {
	l, err := q.listener()
	if err != nil {
		return err
	}
	sub, err := subscribe(name, q.form.Line("tag"))
	if err != nil {
		return err
	}
	if q.form.On("only_media") {
		sub.filter.MediaOnly = true
	}
	if err := l.may(&sub); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(q.Context())
	defer cancel()
	defer context.AfterFunc(d.stop, cancel)()
	news := d.Hub.Subscribe(ctx, streamBuffer)
	q.ResponseWriter.Header().Set("Content-Type", "text/event-stream")
	q.ResponseWriter.WriteHeader(http.StatusOK)
	out := http.NewResponseController(q.ResponseWriter)
	bearer := q.bearer()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	write := func(s string) bool {
		_, err := q.ResponseWriter.Write([]byte(s))
		return err == nil && out.Flush() == nil
	}
	alive := write(":)\n")
	for alive {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			alive = l.holds(ctx, bearer) && write(":thump\n")
		case n, more := <-news:
			if !more {
				return nil
			}
			events, err := l.events(ctx, &sub, n)
			if err != nil {
				d.Log.Error("event stream", "err", err)
				return nil
			}
			for _, e := range events {
				alive = alive && write("event: "+e.name+"\ndata: "+e.payload+"\n\n")
			}
		}
	}
	return nil
}
