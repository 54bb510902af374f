package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

const module = "allmende"

// root is the module's directory, seen from here.
const root = "../.."

// pkg is what the tests need of `go list`.
type pkg struct {
	ImportPath string
	Name       string
	Imports    []string
}

func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

var listed = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Name,Imports", "./...")
	cmd.Dir = root
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, &complaint)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

// packages lists every package of the module.
func packages(t *testing.T) []pkg {
	t.Helper()
	all, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages found", len(all))
	}
	return all
}

// file is one text file of the tree.
type file struct {
	path      string // from the root, with slashes
	text      string
	lines     int
	generated bool
}

func (f file) is(endings ...string) bool {
	return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(f.path, e) })
}

// skipped are directories that hold nothing written here.
var skipped = []string{".git", "data", "tmp", "node_modules"}

var walked = sync.OnceValues(func() ([]file, error) {
	var all []file
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains(skipped, filepath.ToSlash(name)) || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if name == ".git" { // a second working tree has a file of this name
			return nil
		}
		if info, err := d.Info(); err != nil || !info.Mode().IsRegular() || info.Size() > 4<<20 {
			return err // binaries and media
		}
		text, err := os.ReadFile(path)
		if err != nil || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		all = append(all, newFile(filepath.ToSlash(name), string(text)))
		return nil
	})
	return all, err
})

func newFile(path, text string) file {
	f := file{path: path, text: text, lines: strings.Count(text, "\n")}
	head := text[:min(len(text), 2000)]
	f.generated = strings.HasSuffix(path, "_templ.go") || strings.Contains(path, "/dist/") || strings.Contains(path, "/testdata/") ||
		strings.HasSuffix(path, "schema.sql") || strings.Contains(head, "Code generated ") && strings.Contains(head, "DO NOT EDIT")
	return f
}

// files lists the files with one of the endings that people wrote.
func files(t *testing.T, endings ...string) []file {
	t.Helper()
	all, err := walked()
	if err != nil {
		t.Fatal(err)
	}
	var some []file
	for _, f := range all {
		if !f.generated && f.is(endings...) {
			some = append(some, f)
		}
	}
	if len(some) == 0 {
		t.Fatalf("no files end in %v", endings)
	}
	return some
}

// source is a parsed Go file.
type source struct {
	file
	set  *token.FileSet
	tree *ast.File
}

func (s source) line(n ast.Node) int { return s.set.Position(n.Pos()).Line }

func parse(f file) (source, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, f.path, f.text, parser.ParseComments)
	return source{file: f, set: set, tree: tree}, err
}

// sources parses every Go file that people wrote.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, f := range files(t, ".go") {
		s, err := parse(f)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		all = append(all, s)
	}
	return all
}

// mustParse is a Go file for the tests of these tests.
func mustParse(t *testing.T, path, text string) source {
	t.Helper()
	s, err := parse(newFile(path, text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// report fails with each complaint.
func report(t *testing.T, complaints []string) {
	t.Helper()
	for _, c := range complaints {
		t.Error(c)
	}
}

// caught checks that a rule complains about each of these texts.
func caught(t *testing.T, rule func(source) []string, path string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if len(rule(mustParse(t, path, text))) == 0 {
			t.Errorf("the rule lets pass: %s", text)
		}
	}
}
