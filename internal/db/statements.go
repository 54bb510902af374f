package db

import (
	"container/list"
	"context"
	"database/sql"
	"sync"
)

// keptStatements is how many prepared statements a cache holds. The product has
// a few hundred; lists of different lengths ("in") make more, the oldest go.
const keptStatements = 400

// preparer is a *sql.DB (readers) or a *sql.Conn (the writer).
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements keeps prepared statements by their text, the least used go first.
type statements struct {
	on preparer

	mu     sync.Mutex
	byText map[string]*list.Element // owned by mu, as all below
	recent *list.List               // of *statement, the last used in front
}

// statement counts its users, so that it is not closed under their hands.
type statement struct {
	*sql.Stmt
	text    string
	users   int  // owned by statements.mu
	evicted bool // owned by statements.mu
}

func newStatements(on preparer) *statements {
	return &statements{on: on, byText: map[string]*list.Element{}, recent: list.New()}
}

// use gives the statement for a text; release it after the call.
func (s *statements) use(ctx context.Context, text string) (*statement, error) {
	s.mu.Lock()
	if e := s.byText[text]; e != nil {
		st := e.Value.(*statement)
		st.users++
		s.recent.MoveToFront(e)
		s.mu.Unlock()
		return st, nil
	}
	s.mu.Unlock()
	prepared, err := s.on.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.add(text, prepared), nil
}

// add keeps a new statement. When two prepared the same text at once, the second
// stays outside the cache and is closed by its one user.
func (s *statements) add(text string, prepared *sql.Stmt) *statement {
	st := &statement{Stmt: prepared, text: text, users: 1}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byText[text] != nil {
		st.evicted = true
		return st
	}
	s.byText[text] = s.recent.PushFront(st)
	for s.recent.Len() > keptStatements {
		s.evict(s.recent.Back())
	}
	return st
}

// evict wants mu held.
func (s *statements) evict(e *list.Element) {
	st := s.recent.Remove(e).(*statement)
	delete(s.byText, st.text)
	st.evicted = true
	if st.users == 0 {
		st.Close()
	}
}

func (s *statements) release(st *statement) {
	s.mu.Lock()
	st.users--
	last := st.evicted && st.users == 0
	s.mu.Unlock()
	if last {
		st.Close() // rows that are still open keep it alive inside database/sql
	}
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.recent.Len() > 0 {
		s.evict(s.recent.Back())
	}
}

func (s *statements) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	st, err := s.use(ctx, query)
	if err != nil {
		return nil, err
	}
	defer s.release(st)
	return st.ExecContext(ctx, args...)
}

func (s *statements) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	st, err := s.use(ctx, query)
	if err != nil {
		return nil, err
	}
	defer s.release(st)
	return st.QueryContext(ctx, args...)
}

// queryRow wants a fallback for a text that does not prepare, as only the
// database can make a *sql.Row with its error.
func (s *statements) queryRow(ctx context.Context, query string, args []any, fallback rower) *sql.Row {
	st, err := s.use(ctx, query)
	if err != nil {
		return fallback.QueryRowContext(ctx, query, args...)
	}
	defer s.release(st)
	return st.QueryRowContext(ctx, args...)
}

type rower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Statements are the texts that SQLite keeps prepared, so that their plans can
// be looked at; PostgreSQL's are none.
func (d *DB) Statements() []string {
	r, reads := d.read.(*cachedReader)
	w, writes := d.write.(*sqliteWriter)
	if !reads || !writes {
		return nil
	}
	return append(r.statements.texts(), w.statements.texts()...)
}

func (s *statements) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.byText))
	for text := range s.byText {
		out = append(out, text)
	}
	return out
}
