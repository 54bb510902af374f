package app_test

import (
	"io"
	"net/http"
	"testing"

	"allmende/internal/app/apptest"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func TestTheHouseAnswersAtItsFrontDoor(t *testing.T) {
	r := apptest.Start(t)
	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/readyz": 200, "/nothing-here": 404} {
		if got := status(t, r.URL+path); got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}
