package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// dependency is a package in `go list -deps` with the module it came from.
type dependency struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Module                             *struct{ Path, Version string }
}

// used lists the modules that our own packages import directly, with versions.
func used(t *testing.T) map[string]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-deps", "-test", "-json=ImportPath,Module,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]dependency{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p dependency
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p
	}
	modules := map[string]string{}
	for path, p := range all {
		if !ours(path) {
			continue
		}
		for _, list := range [][]string{p.Imports, p.TestImports, p.XTestImports} {
			for _, to := range list {
				if m := all[to].Module; m != nil && m.Path != module {
					modules[m.Path] = m.Version
				}
			}
		}
	}
	return modules
}

func TestEveryDependencyIsAccountedFor(t *testing.T) {
	const page = "docs/dependencies.md"
	text, err := os.ReadFile(root + "/" + page)
	if err != nil {
		t.Fatal(err)
	}
	gomod, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+\\.[^`]+/[^`]+)` \\| (v\\S+) \\| [^|]+ \\| [^|]+ \\|$").FindAllStringSubmatch(string(text), -1) {
		versions[m[1]] = m[2]
		if !bytes.Contains(gomod, []byte(m[1]+" "+m[2])) {
			t.Errorf("%s lists %s %s, go.mod has another or none", page, m[1], m[2])
		}
	}
	for path, version := range used(t) {
		if versions[path] != version {
			t.Errorf("%s needs a row for %s %s: what for, why this one, its licence", page, path, version)
		}
	}
}
