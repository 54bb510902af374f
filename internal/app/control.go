package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"allmende/internal/config"
)

// ErrNoServer says that no server runs on this data directory.
var ErrNoServer = errors.New("no server runs here")

// report is one line of the answer to an order.
type report struct {
	Say  string `json:"say,omitempty"`
	Note string `json:"note,omitempty"`
	Fail string `json:"fail,omitempty"` // the last line, when it failed
	Done bool   `json:"done,omitempty"` // the last line, when it did not
}

// failed is an error that the server has put into words already.
type failed string

func (f failed) Error() string { return string(f) }

// Ask lets the running server carry out an order. ErrNoServer when there is none.
func Ask(ctx context.Context, cfg config.Config, o Order, v Voice) error {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", cfg.SocketPath())
	}
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://allmende/order", bytes.NewReader(body))
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if isNobody(err) {
		return ErrNoServer
	}
	if err != nil {
		return fmt.Errorf("asking the server: %w", err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var r report
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("the server's answer: %w", err)
		}
		switch {
		case r.Done:
			return nil
		case r.Fail != "":
			return failed(r.Fail)
		case r.Note != "":
			v.Note(r.Note)
		default:
			v.Say(r.Say)
		}
	}
	return errors.Join(errors.New("the server stopped answering"), lines.Err())
}

// isNobody tells whether nobody listens at the socket.
func isNobody(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// control opens the socket at which orders are answered. Whoever can open the
// file runs the server anyway; nobody else can.
func (h *House) control() (func(context.Context) error, error) {
	path := h.Config.SocketPath()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("socket: %w", err)
	}
	l, err := listenPrivately(path)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /order", h.takeOrder)
	return func(ctx context.Context) error {
		server := &http.Server{Handler: mux, BaseContext: func(net.Listener) context.Context { return ctx }, ReadHeaderTimeout: time.Second}
		stop := context.AfterFunc(ctx, func() {
			if err := server.Close(); err != nil {
				h.Log.Warn("socket", "err", err)
			}
		})
		defer stop()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("socket: %w", err)
		}
		return nil
	}, nil
}

func (h *House) takeOrder(w http.ResponseWriter, r *http.Request) {
	lines, flush := json.NewEncoder(w), http.NewResponseController(w)
	var mu sync.Mutex
	tell := func(line report) {
		mu.Lock()
		defer mu.Unlock()
		if err := errors.Join(lines.Encode(line), flush.Flush()); err != nil {
			h.Log.Debug("nobody hears the answer to an order", "err", err)
		}
	}
	var o Order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		tell(report{Fail: err.Error()})
		return
	}
	v := Voice{Say: func(t string) { tell(report{Say: t}) }, Note: func(t string) { tell(report{Note: t}) }}
	if err := h.Carry(r.Context(), o, v); err != nil {
		h.Log.Info("order", "err", err)
		tell(report{Fail: Explain(o.Lang, err)})
		return
	}
	tell(report{Done: true})
}
