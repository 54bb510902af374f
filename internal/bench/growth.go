package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// databasePage is the size of one in SQLite, in bytes.
const databasePage = 4096

// cost is what a request costs the server.
type cost struct {
	cpu   time.Duration
	pages float64 // of the database, read from its file
}

// grown are the costs of a house of one size, by what is asked.
type grown struct {
	objects int
	names   []string
	costs   map[string]cost
}

// measureGrowth makes houses of several sizes and compares what the same
// requests cost in each: a house that grows must not become slower.
func measureGrowth(o options, r *report) error {
	var all []grown
	for _, size := range o.growth {
		g, err := measureSize(size, o)
		if err != nil {
			return fmt.Errorf("with %d objects: %w", size, err)
		}
		all = append(all, g)
	}
	r.grow(all)
	return nil
}

// measureSize asks a house with so many objects for everything.
func measureSize(objects int, o options) (g grown, err error) {
	o.objects = objects
	if o.keep != "" {
		o.keep = filepath.Join(o.keep, strconv.Itoa(objects))
		if err := os.MkdirAll(o.keep, 0o750); err != nil {
			return g, err
		}
	}
	dir, forget, err := o.directory()
	if err != nil {
		return g, err
	}
	defer func() { err = errors.Join(err, forget()) }()
	cfg, err := settings(dir)
	if err != nil {
		return g, err
	}
	w, err := filledHouse(cfg, o, &report{})
	if err != nil {
		return g, err
	}
	g = grown{objects: objects, costs: map[string]cost{}}
	err = withServer(cfg, o, "growth"+strconv.Itoa(objects), func(s *server, _ time.Duration) error {
		for _, p := range readingPathsOf(s.base, w) {
			if p.edits == nil && o.only.MatchString(p.name) {
				g.measure(s, p.name, o, p.load)
			}
		}
		if o.only.MatchString("search") {
			g.measure(s, "search, API, 20", o, load{next: func(n int64) *http.Request {
				return get(s.base+"/api/v2/search?limit=20&type=statuses&q="+strings.ReplaceAll(question(int(n)), " ", "+"), w.Members[n%min(tokens, int64(len(w.Members)))].Token)
			}})
		}
		return nil
	})
	return g, err
}

func (g *grown) measure(s *server, name string, o options, what load) {
	drive(16, o.warm, s.processor, what)
	before := s.pagesRead()
	got := drive(16, o.seconds, s.processor, what)
	requests := got.rate * o.seconds
	c := cost{cpu: got.cpu, pages: (s.pagesRead() - before) / requests}
	if got.failed > 0 {
		name += fmt.Sprintf(" (%d failed: %s)", got.failed, got.why)
	}
	fmt.Printf("%d objects, %s: %.0f a second, %d µs, %.2f pages a request\n", g.objects, name, got.rate, c.cpu.Microseconds(), c.pages)
	g.names = append(g.names, name)
	g.costs[name] = c
}

// pagesRead is how many pages of a database the server has read from files.
func (s *server) pagesRead() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	var bytes float64
	if _, err := fmt.Sscanf(string(text), "rchar: %f", &bytes); err != nil {
		return 0
	}
	return bytes / databasePage
}
