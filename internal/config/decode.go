package config

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// setting is one field of Config, found by walking the struct.
type setting struct {
	key     string // "federation.mode"
	section string // "federation", "" at the top
	owner   string // Go name of the struct it stands in
	name    string // Go name of the field
	index   []int
}

// settings lists all fields in the order of the struct.
func settings() []setting {
	var all []setting
	var walk func(t reflect.Type, section string, index []int)
	walk = func(t reflect.Type, section string, index []int) {
		for i := range t.NumField() {
			f := t.Field(i)
			at := append(append([]int{}, index...), i)
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type, f.Tag.Get("koanf"), at)
				continue
			}
			s := setting{key: f.Tag.Get("koanf"), section: section, owner: t.Name(), name: f.Name, index: at}
			if section != "" {
				s.key = section + "." + s.key
			}
			all = append(all, s)
		}
	}
	walk(reflect.TypeFor[Config](), "", nil)
	return all
}

// Keys lists the names of all settings: "url", "federation.mode", …
func Keys() []string {
	var keys []string
	for _, s := range settings() {
		keys = append(keys, s.key)
	}
	return keys
}

// decode turns the merged values into a Config over the defaults; what cannot
// be read is a fault and keeps its default.
func (l *loader) decode() Config {
	c := Default()
	for _, s := range settings() {
		if !l.k.Exists(s.key) {
			continue
		}
		field := reflect.ValueOf(&c).Elem().FieldByIndex(s.index)
		if err := assign(field, l.k.Get(s.key)); err != nil {
			l.faults = append(l.faults, fmt.Sprintf("%s: %s: %v", l.origin[s.key], s.key, err))
		}
	}
	return c
}

// assign reads one raw value, as TOML or the environment gave it, into a field.
func assign(field reflect.Value, raw any) error {
	text := strings.TrimSpace(fmt.Sprint(raw))
	switch p := field.Addr().Interface().(type) {
	case *string:
		if _, ok := raw.(string); !ok {
			return errors.New("must be a text in quotes") // not shown: it may be a secret
		}
		*p = text
	case *bool:
		return readBool(p, text)
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		*p = n
	case *Size:
		size, err := ParseSize(text)
		if err != nil {
			return err
		}
		*p = size
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a time span (write it like 3h or 90m)", text)
		}
		*p = d
	case *[]string:
		*p = list(raw)
	case *[]netip.Prefix:
		return readPrefixes(p, list(raw))
	default:
		return fmt.Errorf("settings of type %s cannot be read", field.Type())
	}
	return nil
}

func readBool(p *bool, text string) error {
	switch strings.ToLower(text) {
	case "true", "on", "yes", "1":
		*p = true
	case "false", "off", "no", "0", "":
		*p = false
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

// list reads a TOML array, or one text with commas or spaces between the items.
func list(raw any) []string {
	if items, ok := raw.([]any); ok {
		texts := []string{}
		for _, item := range items {
			texts = append(texts, strings.TrimSpace(fmt.Sprint(item)))
		}
		return texts
	}
	return strings.FieldsFunc(fmt.Sprint(raw), func(r rune) bool { return r == ',' || r == ' ' })
}

func readPrefixes(p *[]netip.Prefix, texts []string) error {
	ranges := []netip.Prefix{}
	for _, text := range texts {
		if addr, err := netip.ParseAddr(text); err == nil {
			addr = addr.Unmap().WithZone("")
			ranges = append(ranges, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a range (write it like 127.0.0.1 or 10.0.0.0/8)", text)
		}
		ranges = append(ranges, prefix.Masked())
	}
	*p = ranges
	return nil
}

// nearest suggests the setting that a mistyped one may mean.
func nearest(key string) string {
	best, distance := "", 4
	for _, k := range Keys() {
		if d := edits(key, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return " (do you mean " + best + "?)"
}

// edits counts the letters to add, drop or change to get from a to b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
