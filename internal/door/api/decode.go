package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"allmende"
)

const (
	bodyMax   = 8 << 20 // bytes of the largest command: an article at its limit, escaped
	faultsMax = 20      // complaints about one body; more help nobody
)

// body reads what a command was sent with.
func (c *call) body() ([]byte, error) {
	if header := c.Header.Get("Content-Type"); header != "" {
		if kind, _, err := mime.ParseMediaType(header); err != nil || kind != "application/json" {
			return nil, allmende.E(allmende.Unsupported, "error.json_only")
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, bodyMax))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, allmende.E(allmende.TooLarge, "http.too_large", "limit", bodyMax).Because(err)
	case err != nil:
		return nil, allmende.E(allmende.Invalid, "error.json").Because(err)
	}
	return body, nil
}

// decode reads one JSON object into a command. What is wrong is said about each
// field, all at once; nothing unknown is passed over.
func decode(body []byte, into allmende.Command) error {
	if !utf8.Valid(body) {
		return allmende.E(allmende.Invalid, "error.json")
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(body, &parts); err != nil || parts == nil {
		return allmende.E(allmende.Invalid, "error.json").Because(err)
	}
	fields := fieldsOf(into)
	var faults allmende.Faults
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if len(faults) >= faultsMax {
			break
		}
		field, known := fields[name]
		if !known {
			name = clip(name, 60)
			faults.Add(name, "error.json_unknown", "field", name)
			continue
		}
		if fault := decodeField(parts[name], name, field); fault != nil {
			faults = append(faults, *fault)
		}
	}
	return faults.Err()
}

// fieldsOf finds a command's fields by their names in JSON.
func fieldsOf(cmd allmende.Command) map[string]reflect.Value {
	v := reflect.ValueOf(cmd).Elem()
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		if tag := jsonName(v.Type().Field(i)); tag != "" {
			fields[tag] = v.Field(i)
		}
	}
	return fields
}

// jsonName is a field's name in JSON; empty when programs cannot give it.
func jsonName(f reflect.StructField) string {
	tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if tag == "-" {
		return ""
	}
	return tag
}

// decodeField reads one field and tells what is wrong with it; nil: nothing.
func decodeField(raw json.RawMessage, name string, into reflect.Value) *allmende.Field {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err := dec.Decode(into.Addr().Interface())
	var ours *allmende.Error
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil && legible(into):
		return nil
	case err == nil:
		return &allmende.Field{Name: name, Key: "http.not_text"}
	case errors.As(err, &ours):
		return &allmende.Field{Name: name, Key: ours.Key, Args: ours.Args}
	case errors.As(err, &wrongType):
		if wrongType.Field != "" {
			name += "." + wrongType.Field
		}
		return &allmende.Field{Name: name, Key: "error.json_type", Args: []any{"want", kindOf(wrongType.Type)}}
	}
	if inner, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		inner = clip(strings.Trim(inner, `"`), 60)
		return &allmende.Field{Name: name + "." + inner, Key: "error.json_unknown", Args: []any{"field", inner}}
	}
	return &allmende.Field{Name: name, Key: "error.json_type", Args: []any{"want", kindOf(into.Type())}}
}

// legible tells whether all texts in a value can be stored: PostgreSQL, and
// people, know no character zero.
func legible(v reflect.Value) bool {
	switch {
	case v.Kind() == reflect.String:
		return !strings.ContainsRune(v.String(), 0)
	case v.Kind() == reflect.Pointer:
		return v.IsNil() || legible(v.Elem())
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			if !legible(v.Index(i)) {
				return false
			}
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			if !legible(v.Field(i)) {
				return false
			}
		}
	}
	return true
}

// clip shortens what is repeated in an answer.
func clip(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return s
}
