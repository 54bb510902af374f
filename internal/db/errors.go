package db

import (
	"context"
	"errors"

	"allmende"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// fact is what a driver's error code means to us.
type fact int

const (
	unknown    fact = iota // a bug of ours: stays raw
	duplicate              // a unique index or primary key refused it
	dangling               // a foreign key refused it
	diskFull               // no room
	away                   // the database cannot be reached or is busy for too long
	serialized             // PostgreSQL lost a conflict; trying again helps
)

// IsUnique tells whether err comes from a unique index or primary key; also for
// errors from Row.Scan, which no one translated.
func IsUnique(err error) bool { return factOf(err) == duplicate }

// translate gives driver errors their kind; all others come back as they are.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if e := (*allmende.Error)(nil); errors.As(err, &e) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch factOf(err) {
	case duplicate, dangling:
		return allmende.E(allmende.Conflict, "error.conflict").Because(err)
	case diskFull:
		return allmende.E(allmende.Unavailable, "error.disk_full").Because(err)
	case away, serialized:
		return allmende.E(allmende.Unavailable, "error.database_away").Because(err)
	default:
		return err
	}
}

func factOf(err error) fact {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteFact(lite.Code())
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return postgresFact(pg.Code)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return away
	}
	return unknown
}

func sqliteFact(code int) fact {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return duplicate
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return dangling
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_TRUNCATE:
		return diskFull
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return diskFull
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return away
	}
	return unknown
}

// postgresFact reads SQLSTATE, by its class where all of a class mean the same.
func postgresFact(code string) fact {
	switch code {
	case "23505":
		return duplicate
	case "23503":
		return dangling
	case "53100":
		return diskFull
	case "40001", "40P01":
		return serialized
	case "57P01", "57P02", "57P03", "53300", "25006":
		return away
	}
	if len(code) == 5 && (code[:2] == "08" || code[:2] == "58") {
		return away
	}
	return unknown
}
