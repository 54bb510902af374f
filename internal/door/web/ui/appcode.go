package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// AppCode shows a code to be copied into an app.
func AppCode(title, text, code string) templ.Component {
	box := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<p><code id="code" class="secret">`+templ.EscapeString(code)+`</code></p>`)
		return err
	})
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return SignBox(title).Render(templ.WithChildren(ctx, Column(Para(text), box)), w)
	})
}
