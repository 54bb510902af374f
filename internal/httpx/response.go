package httpx

import (
	"io"
	"net/http"
	"time"
)

const (
	// stall is how long a client may keep us waiting for its next bytes.
	stall = time.Minute
	// refresh is how old a deadline must be before it is set anew: setting it
	// for each small write would cost more than the write.
	refresh = 10 * time.Second
	// slowest is how many bytes an upload must bring to earn another deadline.
	slowest = 16 << 10
	// chunk is how much of a file is sent under one deadline.
	chunk = 4 << 20
)

// response counts what is sent and moves the write deadline on while the
// client reads. It belongs to the request's goroutine.
type response struct {
	http.ResponseWriter
	status  int
	bytes   int64
	touched time.Time // when the write deadline was last set
}

// Status is what was sent; a handler that wrote nothing answers 200.
func (w *response) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what the server holds back.
func (w *response) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

func (w *response) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	w.begin()
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom keeps sendfile working, in pieces that each get a deadline.
func (w *response) ReadFrom(src io.Reader) (int64, error) {
	w.begin()
	to, ok := w.ResponseWriter.(io.ReaderFrom)
	if !ok {
		n, err := io.Copy(struct{ io.Writer }{w.ResponseWriter}, src)
		w.bytes += n
		return n, err
	}
	limit := int64(1<<63 - 1)
	if outer, limited := src.(*io.LimitedReader); limited {
		src, limit = outer.R, outer.N // sendfile looks through one LimitedReader only
	}
	var sent int64
	for sent < limit {
		piece := &io.LimitedReader{R: src, N: min(chunk, limit-sent)}
		n, err := to.ReadFrom(piece)
		sent += n
		w.bytes += n
		if err != nil || piece.N > 0 {
			return sent, err
		}
		w.begin()
	}
	return sent, nil
}

// begin notes the first write and moves an old deadline on.
func (w *response) begin() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if now := time.Now(); now.Sub(w.touched) > refresh {
		w.touched = now
		// Writers without deadlines (in tests) say so in an error; there is nothing to do then.
		_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(now.Add(stall))
	}
}

// body gives an upload a deadline that moves on as long as bytes arrive.
type body struct {
	io.ReadCloser
	control *http.ResponseController
	set     time.Time // when the deadline was last set; zero before the first read
	since   int       // bytes since then
}

func (b *body) Read(p []byte) (int, error) {
	now := time.Now()
	if b.set.IsZero() || b.since >= slowest && now.Sub(b.set) > refresh {
		b.set, b.since = now, 0
		_ = b.control.SetReadDeadline(now.Add(stall))
	}
	n, err := b.ReadCloser.Read(p)
	b.since += n
	if err != nil {
		// A deadline left behind would end a long answer: the server reads
		// ahead to notice that the client has gone.
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
