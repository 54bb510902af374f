package live

import (
	"slices"
	"sync"
	"time"
)

// Unsent is a mail that a server without mail could not send.
type Unsent struct {
	At                      time.Time
	To, Subject, Link, Code string
}

// outboxSize is how many unsent mails are remembered.
const outboxSize = 50

// Outbox remembers the last unsent mails with their links, so that an admin of
// a server without mail can hand them on. The zero value is ready.
type Outbox struct {
	mu   sync.Mutex
	list []Unsent // guarded by mu; newest first
}

// Add remembers a mail.
func (o *Outbox) Add(u Unsent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = slices.Insert(o.list, 0, u)
	o.list = o.list[:min(len(o.list), outboxSize)]
}

// List gives the unsent mails, newest first.
func (o *Outbox) List() []Unsent {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}
