package text

import "strconv"

// headingPrefix starts the id of every heading, so that no text can take an id of the page around it.
const headingPrefix = "s-"

// addHeading adds a line to the table of contents and returns its id: the same text gives the same id in every revision.
func (r *references) addHeading(level int, text string) string {
	slug := Slug(text)
	if slug == "" {
		slug = strconv.Itoa(len(r.toc) + 1)
	}
	id := headingPrefix + slug
	for r.ids[id] > 0 {
		r.ids[headingPrefix+slug]++
		id = headingPrefix + slug + "-" + strconv.Itoa(r.ids[headingPrefix+slug])
	}
	r.ids[id] = 1
	r.toc = append(r.toc, Heading{Level: level, ID: id, Text: text})
	return id
}
