package api_test

import (
	"bytes"
	"os"
	"testing"

	"allmende"
	"allmende/internal/door/api"
)

func TestTheReferenceIsUpToDate(t *testing.T) {
	var want bytes.Buffer
	want.WriteString(api.Intro)
	if err := api.Manual(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/api.md is out of date: go run ./internal/tool/apidocs > docs/api.md")
	}
}

func TestEveryOfferedCommandExistsAndNamesItself(t *testing.T) {
	for _, c := range api.Commands() {
		made, ok := allmende.Commands[c.Name]
		if !ok || made().Verb() != c.Name {
			t.Errorf("the command %q is offered and does not exist under that name", c.Name)
		}
	}
}
