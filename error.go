package allmende

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an error is; doors turn it into their
// protocol's status. The zero Kind is Internal: what we do not know is our fault.
type Kind int

// The kinds of failure.
const (
	Internal    Kind = iota // a bug or a broken part; people see no details
	Invalid                 // what was asked makes no sense; Fields say where
	SignIn                  // the asker must sign in first
	Forbidden               // the asker is known and may not
	NotFound                // there is no such thing, or the asker may not know of it
	Gone                    // it was here and was deleted
	Conflict                // it changed meanwhile, or a name is taken
	TooLarge                // more bytes, pixels or seconds than allowed
	TooMany                 // too often; try later
	Unsupported             // a form we do not read or offer
	Unavailable             // a part is away (disk full, database away); try later
)

// Error is a failure with a kind for machines, words for people (a message key
// and its arguments, translated by the doors) and a cause for the log.
type Error struct {
	Kind   Kind
	Key    string  // message id, "error.name_taken"
	Args   []any   // key, value, key, value … for the message
	Fields []Field // which form fields are wrong, and why
	Cause  error   // never shown to people
}

// Field is a complaint about one field of a form or call.
type Field struct {
	Name string // "title", "media.2.alt"
	Key  string // message id
	Args []any
}

// E makes an error of a kind with a message key and key-value arguments.
func E(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Wrong makes an Invalid error about one field.
func Wrong(field, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Key: key, Args: args, Fields: []Field{{field, key, args}}}
}

// Because adds the cause for the log.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

// Error is the text for logs: key, fields and cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Key)
	for i := 0; i+1 < len(e.Args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", e.Args[i], e.Args[i+1])
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s: %s]", f.Name, f.Key)
	}
	if e.Cause != nil {
		b.WriteString(": ")
		b.WriteString(e.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf is the kind of an error; Internal for errors that are not ours.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// IsKind tells whether err is of that kind; nil is of none.
func IsKind(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Faults gathers complaints about the fields of one command, so that a person
// hears all of them at once.
type Faults []Field

// Add notes a complaint about a field.
func (f *Faults) Add(name, key string, args ...any) { *f = append(*f, Field{name, key, args}) }

// Err is nil without complaints, otherwise one Invalid error with all of them.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: f[0].Key, Args: f[0].Args, Fields: f}
}
