package auth

import (
	"sync"
	"time"
)

// memo keeps a bounded number of values for a short time under keys that
// cannot be guessed: half-finished sign-ins. When full, the oldest goes.
type memo[T any] struct {
	most int
	life time.Duration

	mu    sync.Mutex
	items map[string]memoItem[T] // guarded by mu
}

type memoItem[T any] struct {
	value T
	made  time.Time
}

func newMemo[T any](most int, life time.Duration) *memo[T] {
	return &memo[T]{most: most, life: life, items: map[string]memoItem[T]{}}
}

// put keeps a value and gives its key.
func (m *memo[T]) put(v T, now time.Time) string {
	key := secret()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.items) >= m.most {
		m.makeRoom(now)
	}
	m.items[key] = memoItem[T]{v, now}
	return key
}

// makeRoom wants mu held.
func (m *memo[T]) makeRoom(now time.Time) {
	oldest, when := "", now.Add(time.Hour)
	for k, i := range m.items {
		if now.Sub(i.made) > m.life {
			delete(m.items, k)
		} else if i.made.Before(when) {
			oldest, when = k, i.made
		}
	}
	if len(m.items) >= m.most {
		delete(m.items, oldest)
	}
}

// get looks at a value.
func (m *memo[T]) get(key string, now time.Time) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.items[key]
	if !ok || now.Sub(i.made) > m.life {
		delete(m.items, key)
		var none T
		return none, false
	}
	return i.value, true
}

// take gives a value once.
func (m *memo[T]) take(key string, now time.Time) (T, bool) {
	v, ok := m.get(key, now)
	m.drop(key)
	return v, ok
}

func (m *memo[T]) drop(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.items, key)
}
