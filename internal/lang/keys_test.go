package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

func TestEveryKeyIsThereInBothLanguages(t *testing.T) {
	for _, key := range append(Keys(De), Keys(En)...) {
		if !Has(key) {
			t.Errorf("%s is there in one language only", key)
		}
	}
	for _, key := range Keys(DeFormal) {
		if !Has(key) {
			t.Errorf("%s is said formally only", key)
		}
	}
}

func TestPlaceholdersAreTheSameInBothLanguages(t *testing.T) {
	for _, key := range Keys(De) {
		de, en := slots(catalogue()[De][key]), slots(catalogue()[En][key])
		if de != en {
			t.Errorf("%s: German has %q, English %q", key, de, en)
		}
		if formal, ok := catalogue()[DeFormal][key]; ok && slots(formal) != de {
			t.Errorf("%s: formal German has other placeholders", key)
		}
	}
}

// slots are a message's placeholders; the forms together count, since "one
// post" may leave out the number.
func slots(m message) string {
	seen := map[string]bool{}
	for _, pieces := range append(slices.Collect(maps.Values(m.forms)), m.other) {
		for _, p := range pieces {
			if p.slot != "" {
				seen[p.slot] = true
			}
		}
	}
	var out []string
	for s := range seen {
		out = append(out, s)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

func TestEveryKeyStandsInTheFileOfItsFamily(t *testing.T) {
	names, err := files.ReadDir("messages")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^\[?"?([a-z0-9_]+)\.[a-z0-9_.]+"?\]?`)
	for _, f := range names {
		family, _, _ := strings.Cut(f.Name(), ".")
		body, _ := files.ReadFile("messages/" + f.Name())
		for _, m := range line.FindAllStringSubmatch(string(body), -1) {
			if m[1] != family {
				t.Errorf("%s: %s belongs into %s", f.Name(), m[0], m[1])
			}
		}
	}
}

func TestEveryKeyUsedInCodeExists(t *testing.T) {
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Skip("the source is not here")
	}
	found := 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		if strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go") {
			found += checkFile(t, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("only %d uses of keys found; the search is broken", found)
	}
}

var keyShape = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)

// checkFile looks for calls of T, E, Wrong and Add with a key as literal.
// Keys made at run time ("time.month_"+n) are not seen.
func checkFile(t *testing.T, name string) int {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	if err != nil {
		return 0 // somebody is just writing it; the compiler will say so
	}
	found := 0
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		at, ok := keyAt(call)
		if !ok || at >= len(call.Args) {
			return true
		}
		lit, ok := call.Args[at].(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		key, _ := strconv.Unquote(lit.Value)
		if !keyShape.MatchString(key) {
			return true
		}
		found++
		if !Has(key) {
			t.Errorf("%s: key %s has no text", name, key)
		}
		return true
	})
	return found
}

// keyAt tells at which argument a call takes a key: T(tag, key), E(kind, key),
// Wrong(field, key), faults.Add(field, key), request.t(key).
func keyAt(call *ast.CallExpr) (int, bool) {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return 1, fun.Name == "T" || fun.Name == "E" || fun.Name == "Wrong"
	case *ast.SelectorExpr:
		switch fun.Sel.Name {
		case "T", "E", "Wrong", "Add":
			return 1, true
		case "t":
			return 0, true
		}
	}
	return 0, false
}
