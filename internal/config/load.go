package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	gotoml "github.com/pelletier/go-toml/v2"
)

// DefaultFile is read when no other file is named and it exists.
const DefaultFile = "allmende.toml"

// EnvFile names the settings file; every other ALLMENDE_ variable is a setting.
const EnvFile = "ALLMENDE_CONFIG"

const envPrefix = "ALLMENDE_"

// Sources says where settings come from; later ones win: File, Environ, Flags.
type Sources struct {
	File    string            // path of the toml file; empty: EnvFile, else DefaultFile if it exists
	Environ []string          // as from os.Environ
	Flags   map[string]string // by key ("federation.mode"), see TakeFlags
}

// Faults is everything that is wrong with the settings, one line each.
type Faults []string

// Error is the faults, one a line.
func (f Faults) Error() string { return strings.Join(f, "\n") }

// shorthands are sections that may be given as a single value.
var shorthands = map[string]string{
	"tls":        "tls.auto",
	"mail":       "mail.url",
	"federation": "federation.mode",
	"metrics":    "metrics.listen",
}

// Load reads the settings from all sources and checks them. Its error is
// Faults with all that is wrong, so that they can be mended in one go.
func Load(src Sources) (Config, error) {
	l := loader{k: koanf.New("."), origin: map[string]string{}}
	l.file(src)
	l.environ(src.Environ)
	l.flags(src.Flags)
	c := l.decode()
	if l.origin["url"] == "" {
		c.URL = urlAt(c.Listen, c.URL)
	}
	c.tidy()
	l.faults = append(l.faults, c.check()...)
	if len(l.faults) > 0 {
		return Config{}, l.faults
	}
	return c, nil
}

// urlAt is the address on this machine of what listens there, for who tries
// things out and says no other.
func urlAt(listen, otherwise string) string {
	switch _, port, err := net.SplitHostPort(listen); {
	case err != nil || port == "" || port == "0":
		return otherwise
	case port == "80":
		return "http://localhost"
	default:
		return "http://localhost:" + port
	}
}

// loader gathers the layers in one koanf, and what is wrong with them.
type loader struct {
	k      *koanf.Koanf
	origin map[string]string // key: where its value came from, for messages
	faults Faults
}

// set puts one value into the merged settings; unknown keys are faults.
func (l *loader) set(key string, value any, origin string) {
	if m, ok := value.(map[string]any); ok && len(m) == 0 {
		return // an empty section
	}
	if full, ok := shorthands[key]; ok {
		key = full
	}
	if !slices.Contains(Keys(), key) {
		l.faults = append(l.faults, origin+": there is no setting "+key+nearest(key))
		return
	}
	l.origin[key] = origin
	if err := l.k.Set(key, value); err != nil {
		l.faults = append(l.faults, fmt.Sprintf("%s: %s: %v", origin, key, err))
	}
}

func (l *loader) file(src Sources) {
	path, asked := src.File, src.File != ""
	if !asked {
		path, asked = lookup(src.Environ, EnvFile)
	}
	if !asked || path == "" {
		path, asked = DefaultFile, false
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && !asked {
		return
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), toml.Parser()); err != nil {
		l.faults = append(l.faults, fileFault(path, err))
		return
	}
	all := k.All()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		l.set(key, all[key], filepath.Base(path))
	}
}

// fileFault says where in the file the first thing is that cannot be read.
func fileFault(path string, err error) string {
	name := filepath.Base(path)
	if d, ok := errors.AsType[*gotoml.DecodeError](err); ok {
		row, _ := d.Position()
		return fmt.Sprintf("%s: line %d: %s", name, row, strings.TrimPrefix(d.Error(), "toml: "))
	}
	if errors.Is(err, os.ErrNotExist) {
		return name + ": no such file"
	}
	return fmt.Sprintf("%s: %v", name, err)
}

func (l *loader) environ(environ []string) {
	keys := map[string]string{} // ALLMENDE_MAIL_FROM: mail.from
	for _, key := range append(Keys(), slices.Collect(maps.Keys(shorthands))...) {
		keys[EnvName(key)] = key
	}
	k := koanf.New("\x00") // names hold no such byte, so nothing is split
	err := k.Load(env.Provider("", env.Opt{Prefix: envPrefix, EnvironFunc: func() []string { return environ }}), nil)
	if err != nil {
		l.faults = append(l.faults, fmt.Sprintf("environment: %v", err))
		return
	}
	all := k.All()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		key, known := keys[name]
		switch {
		case known:
			l.set(key, all[name], name)
		case name == EnvFile || strings.HasPrefix(name, envPrefix+"TEST_"):
		default:
			l.faults = append(l.faults, name+": there is no setting of this name")
		}
	}
}

func (l *loader) flags(flags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(flags)) {
		l.set(key, flags[key], "--"+key)
	}
}

// EnvName is the environment variable of a setting: ALLMENDE_MAIL_FROM for mail.from.
func EnvName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// TakeFlags takes the flags that are settings (--listen :80, --mail.from=x) out
// of a command line and returns them with all that is left. A flag that is no
// setting is left for others to read; nothing after "--" is taken.
func TakeFlags(args []string) (flags map[string]string, rest []string, err error) {
	flags = map[string]string{}
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		_, short := shorthands[name]
		switch {
		case args[i] == "--":
			return flags, append(rest, args[i:]...), nil
		case !strings.HasPrefix(args[i], "--") || !short && !slices.Contains(Keys(), name):
			rest = append(rest, args[i])
			continue
		case !given && i+1 == len(args):
			return nil, nil, Faults{"--" + name + ": a value is missing"}
		case !given:
			i++
			value = args[i]
		}
		flags[name] = value
	}
	return flags, rest, nil
}

func lookup(environ []string, name string) (string, bool) {
	for _, e := range environ {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value, true
		}
	}
	return "", false
}
