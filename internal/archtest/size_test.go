package archtest

import (
	"fmt"
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

const (
	longFile     = 500 // above this a file says why at its top: "// Long: …"
	tooLongFile  = 800
	tooLongFunc  = 100
	reasonWithin = 15 // lines
)

var reason = regexp.MustCompile(`(?m)^\s*(//|/\*|\*|<!--)\s*Long: \S`)

func sizeOf(f file) []string {
	head := strings.Join(strings.SplitN(f.text, "\n", reasonWithin+1)[:min(reasonWithin, f.lines)], "\n")
	switch {
	case f.lines > tooLongFile:
		return []string{fmt.Sprintf("%s has %d lines, more than %d: split it by what it speaks of", f.path, f.lines, tooLongFile)}
	case f.lines > longFile && !reason.MatchString(head):
		return []string{fmt.Sprintf("%s has %d lines, more than %d: split it, or say why in a comment \"// Long: …\" at its top", f.path, f.lines, longFile)}
	}
	return nil
}

func TestFilesStayShort(t *testing.T) {
	for _, f := range files(t, ".go", ".templ", ".ts", ".css") {
		report(t, sizeOf(f))
	}
}

func TestLongFilesAreCaught(t *testing.T) {
	long, longer := strings.Repeat("\n", 600), strings.Repeat("\n", 801)
	for text, bad := range map[string]bool{
		"package a\n": false, long: true, "// Long: one table.\n" + long: false, "// Long:\n" + long: true, "// Long: one table.\n" + longer: true,
	} {
		if got := len(sizeOf(newFile("a.go", text))) > 0; got != bad {
			t.Errorf("%.25q of %d bytes: complaint %v", text, len(text), got)
		}
	}
}

// wiring are the names of functions that only list what is connected to what.
var wiring = regexp.MustCompile(`^(routes|Routes|wire|Wire|mount|Mount)`)

func longFuncs(s source) []string {
	var complaints []string
	for _, d := range s.tree.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || wiring.MatchString(f.Name.Name) {
			continue
		}
		if n := s.set.Position(f.End()).Line - s.line(f) + 1; n > tooLongFunc {
			complaints = append(complaints, fmt.Sprintf("%s:%d: %s has %d lines, more than %d", s.path, s.line(f), f.Name.Name, n, tooLongFunc))
		}
	}
	return complaints
}

func TestFunctionsStayShort(t *testing.T) {
	for _, s := range sources(t) {
		report(t, longFuncs(s))
	}
}

func TestLongFunctionsAreCaught(t *testing.T) {
	body := "{" + strings.Repeat("\n", 101) + "}\n"
	caught(t, longFuncs, "a.go", "package a\nfunc f() "+body, "package a\nfunc (t T) rout() "+body)
	if c := longFuncs(mustParse(t, "a.go", "package a\nfunc routesOfAPI() "+body)); len(c) > 0 {
		t.Errorf("a route table is excepted: %v", c)
	}
}

// undocumented finds exported names and packages without a comment.
func undocumented(s source) []string {
	var complaints []string
	note := func(n ast.Node, name string) {
		complaints = append(complaints, fmt.Sprintf("%s:%d: %s is exported and has no comment", s.path, s.line(n), name))
	}
	for _, d := range s.tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || exportedReceiver(d)) && !obvious(d.Name.Name) {
				note(d, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if typ, ok := spec.(*ast.TypeSpec); ok && typ.Name.IsExported() && d.Doc == nil && typ.Doc == nil && typ.Comment == nil {
					note(typ, typ.Name.Name)
				}
			}
		}
	}
	return complaints
}

func exportedReceiver(d *ast.FuncDecl) bool {
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if generic, ok := typ.(*ast.IndexExpr); ok {
		typ = generic.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

// obvious are methods whose interface of the standard library says it all.
func obvious(name string) bool {
	switch name {
	case "Error", "Unwrap", "String", "Read", "Write", "Close", "Len", "Less", "Swap", "ServeHTTP", "WriteHeader":
		return true
	}
	return false
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasSuffix(s.path, "_test.go") && s.tree.Name.Name != "main" {
			report(t, undocumented(s))
		}
	}
}

func TestPackagesAreDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		dir := s.path[:max(0, strings.LastIndex(s.path, "/"))]
		documented[dir] = documented[dir] || s.tree.Doc != nil
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package in %q has no comment", dir)
		}
	}
}

func TestUndocumentedNamesAreCaught(t *testing.T) {
	caught(t, undocumented, "a.go", "package a\nfunc F() {}", "package a\ntype T int", "package a\nfunc (t *T) M() {}\n\n// T is.\ntype T int")
	if c := undocumented(mustParse(t, "a.go", "package a\nfunc (t t) M() {}\nfunc f() {}\ntype t int")); len(c) > 0 {
		t.Errorf("unexported names need none: %v", c)
	}
}
