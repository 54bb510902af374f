package archtest

import (
	"slices"
	"strings"
	"testing"
)

// The rooms of the house. A package belongs to the room with the longest
// prefix of its path; imports within one unit of a room are free.
const (
	words    = "words (package allmende)"
	command  = "cmd"
	app      = "app"
	door     = "door"
	web      = "door/web"
	ui       = "door/web/ui"
	assets   = "door/web/assets"
	fediDoor = "door/activitypub"
	room     = "room"
	core     = "core"
	read     = "read"
	auth     = "auth"
	store    = "store"
	db       = "db"
	outlet   = "outlet"
	wire     = "wire"
	tests    = "tests and tools"
)

// helpers know the words at most; those in talking may also speak (lang).
var (
	helpers = []string{"text", "blob", "mediafile", "lang", "config", "fedi", "live", "httpx", "fetch"}
	talking = []string{"live", "httpx"}
)

// law says what each room may import besides itself and the words.
//
//	cmd > app > door > room > core > read, auth > store > db > allmende
//	app > outlet > read, store
var law = map[string][]string{
	words:    {},
	command:  {app, "config"},
	app:      {anything},
	door:     {room, core, read, auth, wire, "httpx", "text", "lang", "live", "blob"},
	web:      {room, core, read, auth, wire, "httpx", "text", "lang", "live", "blob", ui, assets},
	fediDoor: {room, core, read, auth, wire, "httpx", "text", "lang", "live", "blob", "fedi"},
	ui:       {assets, "lang", "text"},
	assets:   {},
	room:     {core, read, auth, "text", "live"},
	core:     {read, auth, store, db, "text", "lang", "blob", "mediafile", "live"},
	read:     {store, db, "text", "lang", "live"},
	auth:     {store, db, "text", "lang", "live"},
	store:    {db, "text"},
	db:       {},
	outlet:   {read, store, db, wire, "text", "lang", "blob", "mediafile", "fedi", "fetch", "live"},
	"demo":   {},                    // its words go through core, handed in
	"upload": {"blob", "mediafile"}, // doors get it from app as an interface
	wire:     {"lang", "text"},
	tests:    {anything},
}

const anything = "*"

// roomOf finds the room and the unit of a package: "door" and
// "internal/door/api" for allmende/internal/door/api/v1. An unknown package
// has no room.
func roomOf(path string) (in, unit string) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
	parts := strings.Split(path, "/")
	at := func(n int) string { return strings.Join(parts[:min(n, len(parts))], "/") }
	last := parts[len(parts)-1]
	switch {
	case path == "":
		return words, ""
	case strings.HasSuffix(last, "test") || at(2) == "internal/bench" || at(2) == "internal/tool" || parts[0] == "scripts":
		return tests, path
	case parts[0] == "cmd":
		return command, at(2)
	case parts[0] != "internal" || len(parts) < 2:
		return "", ""
	}
	switch parts[1] {
	case "door":
		return doorRoom(at(4)), at(3)
	case "outlet", "wire":
		return parts[1], at(3)
	}
	_, known := law[parts[1]]
	if known || slices.Contains(helpers, parts[1]) {
		return parts[1], at(2)
	}
	return "", ""
}

func doorRoom(path string) string {
	switch {
	case strings.HasPrefix(path, "internal/door/web/ui"):
		return ui
	case strings.HasPrefix(path, "internal/door/web/assets"):
		return assets
	case strings.HasPrefix(path, "internal/door/web"):
		return web
	case strings.HasPrefix(path, "internal/door/activitypub"):
		return fediDoor
	}
	return door
}

// allowed tells whether one package of ours may import another.
func allowed(from, to string) bool {
	fromRoom, fromUnit := roomOf(from)
	toRoom, toUnit := roomOf(to)
	switch {
	case fromRoom == "" || toRoom == "":
		return false
	case toRoom == words || law[fromRoom] != nil && slices.Contains(law[fromRoom], anything):
		return true
	case fromRoom == toRoom && fromUnit == toUnit:
		return true
	case toUnit == "internal/outlet" && fromRoom == outlet:
		return true // the outlets' contract stands beside the runner
	case slices.Contains(helpers, fromRoom):
		return toRoom == "lang" && slices.Contains(talking, fromRoom)
	}
	return slices.Contains(law[fromRoom], toRoom)
}

const theLaw = "imports go down only: cmd > app > door > room > core > read, auth > store > db > allmende; app > outlet > read, store; " +
	"helpers import allmende at most. See CONTRIBUTING.md and the table in internal/archtest/law_test.go"

func TestImportsGoDownOnly(t *testing.T) {
	for _, p := range packages(t) {
		if in, _ := roomOf(p.ImportPath); in == "" {
			t.Errorf("%s stands in no room of the house; %s", p.ImportPath, theLaw)
			continue
		}
		for _, to := range p.Imports {
			if ours(to) && !allowed(p.ImportPath, to) {
				t.Errorf("%s may not import %s; %s", p.ImportPath, to, theLaw)
			}
		}
	}
}

func TestTheWordsNeedTheStandardLibraryOnly(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module {
			continue
		}
		for _, to := range p.Imports {
			if first, _, _ := strings.Cut(to, "/"); ours(to) || strings.Contains(first, ".") {
				t.Errorf("package allmende imports %s; it knows the standard library only", to)
			}
		}
	}
}

func TestTheLawForbidsWhatItShould(t *testing.T) {
	for _, arrow := range [][2]string{
		{"internal/door/api", "internal/door/web"},       // door to door
		{"internal/door/web", "internal/outlet/stream"},  // door to outlet
		{"internal/door/mastodon", "internal/store"},     // door to store
		{"internal/door/mastodon", "internal/db"},        // door to db
		{"internal/door/mastodon", "internal/fedi"},      // only activitypub speaks to other servers
		{"internal/door/api", "internal/door/web/ui"},    // pages belong to web
		{"internal/door/web/ui", "internal/read"},        // components do no I/O
		{"internal/outlet/mail", "internal/door/web"},    // outlet to door
		{"internal/outlet/mail", "internal/core"},        // outlet to core
		{"internal/outlet/mail", "internal/outlet/home"}, // outlet to outlet
		{"internal/core", "internal/wire/as2"},           // core to wire
		{"internal/core", "internal/outlet"},             // core to outlet
		{"internal/core", "internal/app"},                // anything to app
		{"internal/read", "internal/core"},               // upwards
		{"internal/read", "internal/auth"},               // sideways
		{"internal/store", "internal/read"},              // upwards
		{"internal/db", "internal/store"},                // upwards
		{"internal/wire/masto", "internal/wire/as2"},     // protocols don't know each other
		{"internal/text", "internal/lang"},               // a helper knows the words at most
		{"internal/httpx", "internal/config"},            // a helper knows the words at most
		{"internal/blob", "internal/db"},                 // a helper knows the words at most
		{"internal/core", "internal/db/dbtest"},          // test helpers are for tests
		{"", "internal/text"},                            // the words import nothing of ours
		{"cmd/allmende", "internal/store"},               // cmd calls app
		{"internal/house", "internal/core"},              // not in the house
	} {
		if allowed(full(arrow[0]), full(arrow[1])) {
			t.Errorf("%s may import %s", arrow[0], arrow[1])
		}
	}
}

func TestTheLawAllowsWhatItShould(t *testing.T) {
	for _, arrow := range [][2]string{
		{"cmd/allmende", "internal/app"},
		{"internal/app", "internal/outlet/mail"},
		{"internal/door/web", "internal/door/web/ui"},
		{"internal/door/activitypub", "internal/fedi"},
		{"internal/door/api", "internal/core"},
		{"internal/core", "internal/store"},
		{"internal/outlet/federate", "internal/wire/as2"},
		{"internal/outlet/mail", "internal/outlet"},
		{"internal/blob/s3", "internal/blob"},
		{"internal/httpx", "internal/lang"},
		{"internal/text", ""},
		{"internal/db/dbtest", "internal/store"},
	} {
		if !allowed(full(arrow[0]), full(arrow[1])) {
			t.Errorf("%s may not import %s", arrow[0], arrow[1])
		}
	}
}

func full(path string) string { return strings.TrimSuffix(module+"/"+path, "/") }

func TestNoPackageHasAnEmptyName(t *testing.T) {
	empty := []string{"util", "utils", "common", "helper", "helpers", "manager", "base", "impl", "models", "misc", "shared", "lib"}
	for _, p := range packages(t) {
		if slices.Contains(empty, p.Name) {
			t.Errorf("%s: the name %q says nothing of what is in it", p.ImportPath, p.Name)
		}
	}
}
