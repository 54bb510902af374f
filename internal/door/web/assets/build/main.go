// Command build bundles the page script and style, draws the icon sprite and
// writes everything, named by hash and compressed, to dist/. Run it from the
// root of the repository and commit what it makes:
//
//	go run ./internal/door/web/assets/build
//
// Every .ts and .css directly under src/ becomes a bundle; what stands in
// folders is only imported. Neither Node.js nor a network is needed.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

const home = "internal/door/web/assets"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := bundle()
	if err != nil {
		return err
	}
	if files["icons.svg"], err = sprite(filepath.Join(home, "src", "icons")); err != nil {
		return err
	}
	static, err := filepath.Glob(filepath.Join(home, "src", "static", "*"))
	if err != nil {
		return err
	}
	for _, name := range static {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			return err
		}
	}
	return write(filepath.Join(home, "dist"), files)
}

// bundle runs esbuild over the entry points. Modern output only: every browser
// that knows oklch and light-dark also knows ES2022.
func bundle() (map[string][]byte, error) {
	var entries []string
	for _, pattern := range []string{"*.ts", "*.css"} {
		found, err := filepath.Glob(filepath.Join(home, "src", pattern))
		if err != nil {
			return nil, err
		}
		entries = append(entries, found...)
	}
	result := api.Build(api.BuildOptions{
		EntryPoints: entries, Bundle: true, Outdir: "out", Write: false,
		MinifySyntax: true, MinifyWhitespace: true, MinifyIdentifiers: true,
		Target: api.ES2022, Format: api.FormatESModule, Charset: api.CharsetUTF8,
		LegalComments: api.LegalCommentsEndOfFile,
		Supported:     map[string]bool{"nesting": true, "color-functions": true},
	})
	if len(result.Errors) > 0 {
		e := result.Errors[0]
		if e.Location != nil {
			return nil, fmt.Errorf("%s:%d: %s", e.Location.File, e.Location.Line, e.Text)
		}
		return nil, fmt.Errorf("%s", e.Text)
	}
	files := map[string][]byte{}
	for _, out := range result.OutputFiles {
		files[filepath.Base(out.Path)] = out.Contents
	}
	return files, nil
}

var (
	comment = regexp.MustCompile(`(?s)<!--.*?-->`)
	outer   = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	space   = regexp.MustCompile(`\s+`)
)

// sprite makes one SVG of symbols, so that a page names an icon by #name.
func sprite(dir string) ([]byte, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.svg"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide, ISC and MIT licences, see icons/LICENSE -->`)
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m := outer.FindSubmatch(comment.ReplaceAll(body, nil))
		if m == nil {
			return nil, fmt.Errorf("%s is no SVG", name)
		}
		id := strings.TrimSuffix(filepath.Base(name), ".svg")
		inner := strings.ReplaceAll(strings.TrimSpace(space.ReplaceAllString(string(m[1]), " ")), "> <", "><")
		fmt.Fprintf(&b, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`, id, inner)
	}
	b.WriteString("</svg>")
	return b.Bytes(), nil
}

// write replaces dist/ as a whole, at the last moment, so that others who build
// meanwhile find the old files; the manifest tells plain name from hashed.
func write(final string, files map[string][]byte) error {
	dir := final + ".new"
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	manifest := map[string]string{}
	for name, body := range files {
		sum := sha256.Sum256(body)
		hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:10]
		ext := filepath.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "-" + hash + ext
		manifest[name] = hashed
		if err := writeAll(filepath.Join(dir, hashed), body); err != nil {
			return err
		}
	}
	body, err := json.MarshalIndent(manifest, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), append(body, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	return os.Rename(dir, final)
}

// writeAll writes the file and its compressed twins where they are smaller.
func writeAll(name string, body []byte) error {
	if err := os.WriteFile(name, body, 0o644); err != nil {
		return err
	}
	var gz bytes.Buffer
	zw, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zw.Write(body); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return err
	}
	var br bytes.Buffer
	bw := brotli.NewWriterLevel(&br, brotli.BestCompression)
	if _, err := bw.Write(body); err != nil {
		return err
	}
	if err := bw.Close(); err != nil {
		return err
	}
	fmt.Printf("%-40s %7d  gzip %6d  brotli %6d\n", filepath.Base(name), len(body), gz.Len(), br.Len())
	for ext, small := range map[string][]byte{".gz": gz.Bytes(), ".br": br.Bytes()} {
		if len(small) < len(body) {
			if err := os.WriteFile(name+ext, small, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
