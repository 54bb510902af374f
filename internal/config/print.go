package config

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

//go:embed config.go
var source string

// Print writes a sample allmende.toml: every setting with its comment from
// config.go and its default, switched off by a "#".
func Print(w io.Writer) error {
	docs, err := comments()
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("# Settings of Allmende. Every line shows a default; take the # before a setting away to change it.\n")
	b.WriteString("# Each is also an environment variable (federation.mode: ALLMENDE_FEDERATION_MODE)\n")
	b.WriteString("# and a flag (--federation.mode=off). Flags win over variables, variables over this file.\n")
	defaults := Default()
	section := ""
	for _, s := range settings() {
		if s.section != section {
			section = s.section
			fmt.Fprintf(&b, "\n\n%s[%s]\n", hashed(docs[s.owner]), section)
		}
		b.WriteString("\n" + hashed(docs[s.owner+"."+s.name]))
		value := reflect.ValueOf(defaults).FieldByIndex(s.index).Interface()
		fmt.Fprintf(&b, "#%s = %s\n", strings.TrimPrefix(s.key, section+"."), literal(value))
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// comments reads the comments of all types ("Mail") and fields ("Mail.From")
// of config.go.
func comments() (map[string]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	docs := map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.TYPE {
			continue
		}
		for _, spec := range group.Specs {
			typ := spec.(*ast.TypeSpec)
			docs[typ.Name.Name] = plain(typ.Name.Name, group.Doc.Text())
			fields, ok := typ.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, field := range fields.Fields.List {
				docs[typ.Name.Name+"."+field.Names[0].Name] = field.Doc.Text()
			}
		}
	}
	return docs, nil
}

// plain turns a type's Go comment ("Mail is how …") into a heading ("How …").
func plain(name, doc string) string {
	for _, verb := range []string{" is ", " are "} {
		if rest, ok := strings.CutPrefix(doc, name+verb); ok {
			return strings.ToUpper(rest[:1]) + rest[1:]
		}
	}
	return doc
}

func hashed(doc string) string {
	var b strings.Builder
	for line := range strings.Lines(doc) {
		b.WriteString("# " + strings.TrimRight(line, "\n") + "\n")
	}
	return b.String()
}

// literal writes a value as TOML.
func literal(value any) string {
	switch v := value.(type) {
	case string:
		return strconv.Quote(v)
	case Size:
		return strconv.Quote(v.String())
	case time.Duration:
		return strconv.Quote(strings.TrimSuffix(strings.TrimSuffix(v.String(), "0s"), "0m"))
	case []string:
		quoted := []string{}
		for _, s := range v {
			quoted = append(quoted, strconv.Quote(s))
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case []netip.Prefix:
		quoted := []string{}
		for _, p := range v {
			quoted = append(quoted, strconv.Quote(p.String()))
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return fmt.Sprint(value)
}

// PrintOwn writes an allmende.toml with what differs from the defaults, for
// backups: passwords and tokens are left out, with a line that says so.
func (c Config) PrintOwn(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Settings of Allmende that differ from the defaults. Passwords and tokens are not in this file.\n")
	section := ""
	for _, s := range settings() {
		name := strings.TrimPrefix(s.key, s.section+".")
		value := reflect.ValueOf(c).FieldByIndex(s.index).Interface()
		if reflect.DeepEqual(value, reflect.ValueOf(Default()).FieldByIndex(s.index).Interface()) {
			continue
		}
		if s.section != section {
			section = s.section
			fmt.Fprintf(&b, "\n[%s]\n", section)
		}
		if text, ok := value.(string); ok && s.secret(text) {
			fmt.Fprintf(&b, "#%s = \"…\"\n", name)
			continue
		}
		fmt.Fprintf(&b, "%s = %s\n", name, literal(value))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// secret tells whether a value holds a password or is one.
func (s setting) secret(value string) bool {
	if s.key == "metrics.token" {
		return true
	}
	u, err := url.Parse(value)
	return strings.Contains(value, "://") && (err != nil || u.User != nil)
}
