package api_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"allmende/internal/door/api"
)

// FuzzDo gives commands with whatever body: the answer is a result or a refusal.
func FuzzDo(f *testing.F) {
	v := newVillage(f)
	commands := api.Commands()
	errands := v.errands()
	for i, c := range commands {
		body, err := json.Marshal(errands[c.Name].body)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), body)
	}
	for _, name := range slices.Sorted(maps.Keys(broken)) {
		f.Add(uint8(0), broken[name][:min(len(broken[name]), 1000)])
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		v.T = t
		c := commands[int(which)%len(commands)]
		a := v.program(errands[c.Name].by).raw(c.Name, body)
		if a.status != 200 && (a.status < 400 || a.status >= 500) {
			t.Fatalf("%s with %q: %s", c.Name, body, a)
		}
	})
}
