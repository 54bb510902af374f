package text

import "testing"

func TestOwnAddressesGetTheServersName(t *testing.T) {
	const base = "https://example.org"
	for in, want := range map[string]string{
		`<p>plain</p>`: `<p>plain</p>`,
		`<p><a href="/@ada" class="u-url mention">@<span>ada</span></a></p>`: `<p><a href="https://example.org/@ada" class="u-url mention">@<span>ada</span></a></p>`,
		`<img src="/media/1/a.webp" alt="a > b">`:                            `<img src="https://example.org/media/1/a.webp" alt="a > b">`,
		`<a title="x" href="/a"><img src="/b"></a>`:                          `<a title="x" href="https://example.org/a"><img src="https://example.org/b"></a>`,
		`<code> href="/x"</code> <a href="https://o.example/x">y</a>`:        `<code> href="/x"</code> <a href="https://o.example/x">y</a>`,
		`<a href="//o.example/x">y</a>`:                                      `<a href="//o.example/x">y</a>`,
		`<video src="/a" poster="/b"></video>`:                               `<video src="https://example.org/a" poster="https://example.org/b"></video>`,
		`text after <a href="/x">`:                                           `text after <a href="https://example.org/x">`,
	} {
		if got := Absolute(in, base); got != want {
			t.Errorf("Absolute(%s)\n got %s\nwant %s", in, got, want)
		}
	}
}
