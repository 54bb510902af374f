package mastodon_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"allmende"
)

// ear is an open connection to the streams.
type ear struct {
	t    testing.TB
	conn *websocket.Conn
}

type heard struct {
	Stream  []string
	Event   string
	Payload string
	Error   string
}

func (h *house) listen(server *httptest.Server, query, token string) *ear {
	h.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	before := h.Hub.Streams()
	conn, _, err := websocket.Dial(ctx, strings.Replace(server.URL, "http", "ws", 1)+"/api/v1/streaming"+query,
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil {
		h.T.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	h.T.Cleanup(func() { _ = conn.CloseNow() })
	for h.Hub.Streams() == before { // until it listens
		runtime.Gosched()
	}
	return &ear{h.T, conn}
}

func (e *ear) say(v any) {
	e.t.Helper()
	b, _ := json.Marshal(v)
	if err := e.conn.Write(context.Background(), websocket.MessageText, b); err != nil {
		e.t.Fatal(err)
	}
}

func (e *ear) next() heard {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, b, err := e.conn.Read(ctx)
	if err != nil {
		e.t.Fatalf("nothing was heard: %v", err)
	}
	var m heard
	if err := json.Unmarshal(b, &m); err != nil {
		e.t.Fatal(err)
	}
	return m
}

// wants fails the test unless the next message is that event about that id.
func (e *ear) wants(event string, id allmende.ID) heard {
	e.t.Helper()
	m := e.next()
	got := m.Payload
	if event != "delete" {
		var status struct{ ID string }
		_ = json.Unmarshal([]byte(m.Payload), &status)
		got = status.ID
	}
	if m.Event != event || got != id.String() && id != 0 {
		e.t.Fatalf("heard %s %s, want %s %s", m.Event, got, event, id)
	}
	return m
}

func TestT18_TheHomeArrivesWithoutAsking(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	ada, ben, cleo := h.Member("ada"), h.Member("ben"), h.Member("cleo")
	b := h.app(ben)
	b.post("/api/v1/accounts/" + ada.Actor.String() + "/follow").ok()
	e := h.listen(server, "?stream=user", b.token)
	h.Note(cleo, "not for ben")
	note := h.Note(ada, "for ben")
	if m := e.wants("update", note); len(m.Stream) != 1 || m.Stream[0] != "user" {
		t.Errorf("it came on %v", m.Stream)
	}
	words := "better words"
	h.Do(&allmende.Edit{Act: ada.Act(), Object: note, Source: &words})
	if m := e.wants("status.update", note); !strings.Contains(m.Payload, words) {
		t.Errorf("the edit came without its words: %s", m.Payload)
	}
	h.Do(&allmende.Delete{Act: ada.Act(), Object: note})
	e.wants("delete", note)
	own := h.Note(ben, "like me")
	e.wants("update", own)
	h.Do(&allmende.React{Act: ada.Act(), Object: own, Kind: allmende.Like})
	h.catchUp()
	if m := e.wants("notification", 0); !strings.Contains(m.Payload, `"type":"favourite"`) {
		t.Errorf("the notification says %s", m.Payload)
	}
	boost := h.Do(&allmende.React{Act: ada.Act(), Object: own, Kind: allmende.Boost}).Reaction
	e.wants("update", boost)
}

func TestOneConnectionHearsSeveralStreams(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	ada, ben := h.Member("ada"), h.Member("ben")
	reader := h.appAs(ben, ben.Actor, "read:statuses")
	e := h.listen(server, "", reader.token)
	e.say(map[string]string{"type": "subscribe", "stream": "hashtag", "tag": "Tee"})
	e.say(map[string]string{"type": "subscribe", "stream": "user:notification"})
	if m := e.next(); m.Error != "Forbidden" {
		t.Errorf("a stream without its scope: %+v", m)
	}
	h.Note(ada, "no tag")
	tea := h.Note(ada, "a cup of #tee")
	if m := e.wants("update", tea); strings.Join(m.Stream, " ") != "hashtag Tee" {
		t.Errorf("it came on %v", m.Stream)
	}
	e.say(map[string]string{"type": "unsubscribe", "stream": "hashtag", "tag": "Tee"})
	e.say(map[string]string{"type": "subscribe", "stream": "public:local"})
	e.say(map[string]string{"type": "subscribe", "stream": "moon"}) // its refusal says that the others were heard
	if m := e.next(); m.Error == "" {
		t.Errorf("an unknown stream: %+v", m)
	}
	more := h.Note(ada, "more #tee")
	if m := e.wants("update", more); m.Stream[0] != "public:local" {
		t.Errorf("it came on %v", m.Stream)
	}
}

func TestStreamsNeedAToken(t *testing.T) {
	h := newHouse(t)
	h.nobody().get("/api/v1/streaming?stream=public").want(http.StatusUnauthorized)
	h.app(h.Member("ada")).get("/api/v1/streaming?stream=moon").want(http.StatusUnprocessableEntity)
	if got := h.nobody().get("/api/v1/streaming/health").ok(); string(got.body) != "OK" {
		t.Errorf("health says %s", got.body)
	}
}

func TestEventStreamsWorkWithoutSockets(t *testing.T) {
	h := newHouse(t)
	server := httptest.NewServer(h.handler)
	defer server.Close()
	ada := h.Member("ada")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/api/v1/streaming/public?access_token="+h.app(ada).token, nil)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() || lines.Text() != ":)" {
		t.Fatalf("it begins with %q", lines.Text())
	}
	note := h.Note(ada, "news")
	for _, want := range []string{"event: update", `data: {"id":"` + note.String()} {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
			t.Fatalf("the stream says %.80q, want %q", lines.Text(), want)
		}
	}
	h.door.Close()
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("closing the door: %v", err)
	}
}
