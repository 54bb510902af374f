package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// report gathers lines and writes them as Markdown.
type report struct {
	options options
	notes   []string
	ratios  []string
	others  []string
	growth  []string // lines of the table that compares sizes
}

func (r *report) note(name, text string) { r.notes = append(r.notes, name+": "+text) }

// compare adds a path beside the bare handler.
func (r *report) compare(name string, got, limit result, target float64) {
	share := got.rate / limit.rate
	met := "yes"
	if share < target {
		met = "no"
	}
	if got.failed > 0 {
		met = fmt.Sprintf("%d failed: %s", got.failed, got.why)
	}
	line := fmt.Sprintf("| %s | %.0f | %.1f / %.1f | %d / %d | %.0f | %.0f %% | %.0f %% | %s |", name, got.rate, ms(got.p50), ms(got.p99), got.cpu.Microseconds(), limit.cpu.Microseconds(), limit.rate, share*100, target*100, met)
	fmt.Println(line)
	r.ratios = append(r.ratios, line)
}

// rate adds something that is counted by the second.
func (r *report) rate(name string, got result, target float64) {
	value := fmt.Sprintf("%.0f a second; p50 %.1f ms, p99 %.1f ms; %d µs of processor each", got.rate, ms(got.p50), ms(got.p99), got.cpu.Microseconds())
	if got.failed > 0 {
		value += fmt.Sprintf("; %d failed: %s", got.failed, got.why)
	}
	r.figure(name, value, fmt.Sprintf("≥ %.0f", target))
}

func (r *report) figure(name, value, target string) {
	line := fmt.Sprintf("| %s | %s | %s |", name, value, target)
	fmt.Println(line)
	r.others = append(r.others, line)
}

// grow compares houses of several sizes with the first.
func (r *report) grow(all []grown) {
	head, line := "| path |", "| --- |"
	for _, g := range all {
		head += fmt.Sprintf(" %d objects: µs of processor, pages read a request |", g.objects)
		line += " --- |"
	}
	r.growth = append(r.growth, head+" last to first |", line+" --- |")
	for _, name := range all[0].names {
		row := "| " + name + " |"
		for _, g := range all {
			row += fmt.Sprintf(" %d, %.2f |", g.costs[name].cpu.Microseconds(), g.costs[name].pages)
		}
		first, last := all[0].costs[name], all[len(all)-1].costs[name]
		r.growth = append(r.growth, row+fmt.Sprintf(" %.2f, %.2f |", float64(last.cpu)/float64(first.cpu), last.pages/first.pages))
	}
	fmt.Println(strings.Join(r.growth, "\n"))
}

// write makes docs/benchmarks.md.
func (r *report) write(file string) error {
	if file == "" {
		return nil
	}
	if len(r.growth) > 0 {
		return os.WriteFile(file, []byte(r.grownText()), 0o644)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmarks\n\nMade by `make bench` on %s: %d processors, %s. The server, with the bare handler in its process, and the driver share these processors,\n", time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), runtime.Version())
	b.WriteString("so rates are those of both together; the ratio to the bare handler, measured in the same run with the same bytes, is what counts.\nAnswers are not compressed. What is spread over all objects (by Zipf's law) is asked for " + fmt.Sprintf("%.0f", r.options.warm) + " seconds before it is measured.\n\n")
	for _, n := range r.notes {
		b.WriteString("- " + n + "\n")
	}
	b.WriteString("\n## Reading, 16 clients\n\n| path | requests/s | p50 / p99 ms | µs of the server's processor a request / of bare | bare handler/s | share | target | met |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	b.WriteString(strings.Join(r.ratios, "\n"))
	b.WriteString("\n\n## Writing, searching, starting\n\n| what | measured | target |\n| --- | --- | --- |\n")
	b.WriteString(strings.Join(r.others, "\n") + "\n")
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

// grownText is the report on growth.
func (r *report) grownText() string {
	return fmt.Sprintf("# Growth\n\nMade by `make growth` on %s: %d processors, %s. What one request costs the server in houses of different sizes, asked by 16 clients after %.0f seconds of\n"+
		"asking: processor time, and pages of the database (4 KiB) read from its file. What is spread over all objects (by Zipf's law) is spread over more of them in the larger\n"+
		"house, so that memory holds a smaller part of what is asked for. The target is 1.2 at ten times the size.\n\n%s\n",
		time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), runtime.Version(), r.options.warm, strings.Join(r.growth, "\n"))
}
