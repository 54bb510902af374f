package archtest

import (
	"fmt"
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// calls finds calls of pkg.name in a file.
func calls(s source, pkg string, names ...string) []*ast.CallExpr {
	var found []*ast.CallExpr
	ast.Inspect(s.tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		for _, name := range names {
			if ok && x.Name == pkg && sel.Sel.Name == name {
				found = append(found, call)
			}
		}
		return true
	})
	return found
}

func sleeps(s source) []string {
	if !strings.HasSuffix(s.path, "_test.go") {
		return nil
	}
	var complaints []string
	for _, call := range calls(s, "time", "Sleep") {
		complaints = append(complaints, fmt.Sprintf("%s:%d: tests don't sleep: wait for a condition, or use synctest", s.path, s.line(call)))
	}
	return complaints
}

func TestTestsDoNotSleep(t *testing.T) {
	for _, s := range sources(t) {
		report(t, sleeps(s))
	}
}

// carriers may put a value into a context: a request's id and address, the
// language, which is all that components ask of it, whether a query watches for
// the context's end, and what a page was drawn from.
var carriers = regexp.MustCompile(`^internal/(httpx|lang|db)/|^internal/read/trail\.go$|_test\.go$`)

func smuggled(s source) []string {
	if carriers.MatchString(s.path) {
		return nil
	}
	var complaints []string
	for _, call := range calls(s, "context", "WithValue") {
		complaints = append(complaints, fmt.Sprintf("%s:%d: viewer, transaction and config are parameters, not values in a context", s.path, s.line(call)))
	}
	return complaints
}

func TestNothingIsSmuggledInAContext(t *testing.T) {
	for _, s := range sources(t) {
		report(t, smuggled(s))
	}
}

// trusting matches what switches templ's escaping off.
var trusting = regexp.MustCompile(`\btempl\.(SafeURL|SafeCSS|SafeCSSProperty|SafeScript|SafeScriptInline|Raw|JSUnsafeFuncCall|JSExpression)\b`)

// trusted is the only file that may do so; its inputs are typed as sanitised.
const trusted = "internal/door/web/ui/trusted.go"

func unescaped(f file) []string {
	if f.path == trusted || strings.HasPrefix(f.path, "internal/archtest/") {
		return nil
	}
	var complaints []string
	for i, line := range strings.Split(f.text, "\n") {
		if what := trusting.FindString(line); what != "" {
			complaints = append(complaints, fmt.Sprintf("%s:%d: %s belongs in %s", f.path, i+1, what, trusted))
		}
	}
	return complaints
}

func TestEscapingIsSwitchedOffInOneFileOnly(t *testing.T) {
	for _, f := range files(t, ".go", ".templ") {
		report(t, unescaped(f))
	}
}

// leaks are what belongs to the machine on which the code was written: package
// registries and directories.
var leaks = []*regexp.Regexp{
	regexp.MustCompile(`\b(proxy|sum|registry|deb|security|pypi|files)\.(golang|npmjs|debian|pypi|pythonhosted)\.(org|com|io)\b`),
	regexp.MustCompile("(^|[\\s\"'`(=])/(work|workspace|root|Users)/[a-z]"),
}

func leaking(f file) []string {
	var complaints []string
	for i, line := range strings.Split(f.text, "\n") {
		for _, p := range leaks {
			if what := p.FindString(line); what != "" {
				complaints = append(complaints, fmt.Sprintf("%s:%d: %q belongs to one machine, not to the project", f.path, i+1, strings.TrimSpace(what)))
			}
		}
	}
	return complaints
}

func TestNothingOfOneMachineIsInTheTree(t *testing.T) {
	for _, f := range files(t, "") {
		report(t, leaking(f))
	}
}

func TestUntidyThingsAreCaught(t *testing.T) {
	const imports = "package a\nimport (\"context\"; \"time\")\n"
	caught(t, sleeps, "internal/a/a_test.go", imports+"func f() { time.Sleep(time.Second) }")
	caught(t, smuggled, "internal/core/a.go", imports+"func f(c context.Context) { context.WithValue(c, 1, 2) }")
	if c := sleeps(mustParse(t, "internal/a/a.go", imports+"func f() { time.Sleep(1) }")); len(c) > 0 {
		t.Errorf("outside of tests it is not our matter: %v", c)
	}
	if len(unescaped(newFile("internal/door/web/ui/card.templ", "@templ.Raw(x)"))) == 0 {
		t.Error("templ.Raw passes")
	}
	for _, text := range []string{"see /work/" + "place/x", "https://registry." + "npmjs.org/x", `dir = "/root/` + `go"`} {
		if len(leaking(newFile("a.md", text))) == 0 {
			t.Errorf("passes: %s", text)
		}
	}
	for _, text := range []string{"the network/work/ethics", "https://www.debian.org/", "/workers/x"} {
		if c := leaking(newFile("a.md", text)); len(c) > 0 {
			t.Errorf("is caught: %v", c)
		}
	}
}
