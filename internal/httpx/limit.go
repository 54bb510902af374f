package httpx

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"allmende"
)

// maxKeys bounds the memory of a limiter to a few megabytes.
const maxKeys = 20_000

// Limiter counts requests per key with token buckets. A nil Limiter counts
// nothing (limits.rate = off).
type Limiter struct {
	perMinute int

	mu      sync.Mutex // guards what follows
	recent  map[string]*rate.Limiter
	earlier map[string]*rate.Limiter
}

// NewLimiter lets so many requests pass per minute and key, and up to half of
// them at once.
func NewLimiter(perMinute int) *Limiter {
	return &Limiter{perMinute: perMinute, recent: map[string]*rate.Limiter{}}
}

// Quota is what is left of a key's bucket.
type Quota struct {
	Limit     int       // requests per minute
	Remaining int       // requests that would pass now
	Reset     time.Time // when the bucket is full again
	Retry     time.Duration
}

// Take counts one request of a key and tells whether it may pass.
func (l *Limiter) Take(key string) (Quota, bool) {
	if l == nil {
		return Quota{}, true
	}
	now := time.Now()
	bucket := l.bucket(key)
	ok := bucket.AllowN(now, 1)
	tokens := bucket.TokensAt(now)
	perSecond := float64(bucket.Limit())
	q := Quota{Limit: l.perMinute, Remaining: int(max(0, math.Floor(tokens)))}
	q.Reset = now.Add(time.Duration((float64(bucket.Burst()) - tokens) / perSecond * float64(time.Second)))
	if !ok {
		q.Retry = time.Duration((1 - tokens) / perSecond * float64(time.Second))
	}
	return q, ok
}

// bucket finds a key's bucket. Two generations bound the memory: when the newer
// is full the older is dropped, so that what is used stays.
func (l *Limiter) bucket(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.recent[key]; ok {
		return b
	}
	b, ok := l.earlier[key]
	if !ok {
		b = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), max(1, (l.perMinute+1)/2))
	}
	if len(l.recent) >= maxKeys/2 {
		l.earlier, l.recent = l.recent, make(map[string]*rate.Limiter, maxKeys/2)
	}
	l.recent[key] = b
	return b
}

// Guard is the middleware: it counts each request under its key (an empty key
// is not counted) and refuses with TooMany. The headers are those that
// Mastodon's apps read.
func (l *Limiter) Guard(key func(*http.Request) string, fail Fail) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if l == nil {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			k := key(r)
			if k == "" {
				next.ServeHTTP(w, r)
				return
			}
			q, ok := l.Take(k)
			q.Header(w.Header())
			if !ok {
				fail(w, r, allmende.E(allmende.TooMany, "http.too_many", "count", q.Seconds()))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// ByAddr counts by the client's address.
func ByAddr(r *http.Request) string {
	addr := Addr(r.Context())
	if !addr.IsValid() {
		return ""
	}
	return AddrKey(addr)
}

// Header writes the quota into an answer, under the names that apps read.
func (q Quota) Header(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(q.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(q.Remaining))
	h.Set("X-RateLimit-Reset", q.Reset.UTC().Format(time.RFC3339))
	if q.Retry > 0 {
		h.Set("Retry-After", strconv.Itoa(q.Seconds()))
	}
}

// Seconds is how long to wait, rounded up.
func (q Quota) Seconds() int { return int(math.Ceil(q.Retry.Seconds())) }
