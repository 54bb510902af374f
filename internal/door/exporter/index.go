package exporter

import (
	"cmp"
	"html/template"
	"io"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/lang"
	"allmende/internal/text"
	"allmende/internal/wire/archive"
)

// index gathers what the page for people shows.
type index struct {
	head    archive.Head
	tag     lang.Tag
	objects []archive.Object
}

func newIndex(h archive.Head) *index {
	x := &index{head: h, tag: lang.En}
	if h.Account != nil {
		x.tag = lang.Match("", h.Account.Lang)
	}
	return x
}

// add keeps an object for the page, without its older revisions.
func (x *index) add(o archive.Object) {
	o.Revisions = nil
	x.objects = append(x.objects, o)
}

// row is one object as the page shows it.
type row struct {
	Title, Summary, When, State, URL, Kind string
	HTML                                   template.HTML
	Files                                  []archive.Media
}

// render draws the page. HTML is what the server keeps of each text: it was
// sanitised on the way in.
func (x *index) render(w io.Writer, media []archive.Media) error {
	files := map[string]archive.Media{}
	for _, m := range media {
		files[m.ID] = m
	}
	rows := make([]row, 0, len(x.objects))
	for _, o := range slices.Backward(x.objects) {
		when := o.Published
		if when.IsZero() {
			when = o.Changed
		}
		r := row{Title: o.Title, Summary: o.Summary, When: lang.DateTime(x.tag, when), URL: o.URL, Kind: o.Kind,
			HTML: template.HTML(inArchive(&o, files))}
		if o.State != "published" {
			r.State = lang.T(x.tag, "cli.archive_state_"+o.State)
		}
		inText := text.FiguresIn(o.HTML)
		for _, name := range o.Media {
			id, _ := allmende.ParseID(name) // written by us
			if m, ok := files[name]; ok && m.File != "" && !slices.Contains(inText, id) {
				r.Files = append(r.Files, m)
			}
		}
		rows = append(rows, r)
	}
	name := x.head.Actor.DisplayName
	if name == "" {
		name, _, _ = strings.Cut(x.head.Actor.Handle, "@")
	}
	return page.Execute(w, map[string]any{"Head": x.head, "Name": name, "Rows": rows, "Lang": x.tag.HTML(),
		"Made":   lang.T(x.tag, "cli.archive_made", "date", lang.DateTime(x.tag, x.head.Made), "url", x.head.URL),
		"Avatar": files[x.head.Actor.Avatar].File})
}

// inArchive is an object's text with the media that stand in it, as files of
// the archive.
func inArchive(o *archive.Object, files map[string]archive.Media) string {
	return text.DrawFigures(o.HTML, func(f text.Figure) string {
		m := files[f.Media.String()]
		if !slices.Contains(o.Media, m.ID) {
			m.File = ""
		}
		var b strings.Builder
		if err := figure.Execute(&b, map[string]any{"File": m.File, "Kind": m.Kind, "Alt": cmp.Or(f.Alt, m.Alt), "Caption": f.Caption, "Inline": f.Inline}); err != nil {
			return ""
		}
		return b.String()
	})
}

var figure = template.Must(template.New("figure").Parse(`{{if not .Inline}}<figure>{{end}}` +
	`{{if not .File}}{{.Alt}}{{else if eq .Kind "image"}}<img src="{{.File}}" alt="{{.Alt}}" loading="lazy">` +
	`{{else if eq .Kind "audio"}}<audio controls preload="none" src="{{.File}}"></audio>{{else}}<video controls preload="none" src="{{.File}}"></video>{{end}}` +
	`{{if not .Inline}}{{with .Caption}}<figcaption>{{.}}</figcaption>{{end}}</figure>{{end}}`))

var page = template.Must(template.New("index").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'self' file:">
<title>{{.Name}}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<header>
{{with .Avatar}}<img class="face" src="{{.}}" alt="">{{end}}
<h1>{{.Name}}</h1>
<p>@{{.Head.Actor.Handle}}</p>
<p class="bio">{{.Head.Actor.Bio}}</p>
<p class="soft">{{.Made}}</p>
</header>
<main>
{{range .Rows}}<article>
{{with .Title}}<h2>{{.}}</h2>{{end}}
{{with .Summary}}<p class="summary">{{.}}</p>{{end}}
<div>{{.HTML}}</div>
{{range .Files}}{{if eq .Kind "image"}}<img src="{{.File}}" alt="{{.Alt}}" loading="lazy">{{else if eq .Kind "audio"}}<audio controls preload="none" src="{{.File}}"></audio>{{else}}<video controls preload="none" src="{{.File}}"></video>{{end}}
{{end}}<footer><a href="{{.URL}}">{{.When}}</a>{{with .State}} · {{.}}{{end}}</footer>
</article>
{{end}}</main>
</body>
</html>
`))

const style = `:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
.face { width: 6rem; height: 6rem; border-radius: 50%; object-fit: cover; }
.bio { white-space: pre-line; }
.soft, footer { opacity: .7; font-size: .9rem; }
article { border-top: 1px solid; padding: 1rem 0; overflow-wrap: anywhere; }
article img, article video { max-width: 100%; height: auto; }
.summary { font-style: italic; }
pre { overflow-x: auto; }
table { border-collapse: collapse; }
td, th { border: 1px solid; padding: .2rem .5rem; }
`
