package text

import "strings"

const maxWikiLink = 600

// matchWikiLink returns the length of "[[…]]" at the start of s, or 0. It stands on one line and holds no other brackets.
func matchWikiLink(s string) int {
	if !strings.HasPrefix(s, "[[") {
		return 0
	}
	for i := 2; i < len(s) && i < maxWikiLink; i++ {
		switch s[i] {
		case '\n', '[':
			return 0
		case ']':
			if i+1 < len(s) && s[i+1] == ']' && i > 2 {
				return i + 2
			}
			return 0
		}
	}
	return 0
}

// wikiLink draws [[Title]], [[Title|label]], [[Title#section]] and [[#section]]. In a table the bar is written \|.
func (r *references) wikiLink(raw string) string {
	target, label, labelled := strings.Cut(raw[2:len(raw)-2], "|")
	if labelled {
		target = strings.TrimSuffix(target, `\`)
	} else {
		label = target
	}
	target, label = strings.TrimSpace(target), strings.TrimSpace(label)
	title, section, _ := strings.Cut(target, "#")
	if label == "" {
		label = target
	}
	anchor := ""
	if slug := Slug(section); slug != "" {
		anchor = "#" + headingPrefix + slug
	}
	if strings.TrimSpace(title) == "" {
		return r.sectionLink(anchor, strings.TrimPrefix(label, "#"))
	}
	title, err := NormalTitle(title)
	if err != nil || len(r.wiki.list) >= maxReferences {
		return ""
	}
	href, class := "/wiki/"+TitlePath(title), "wiki"
	if r.o.ResolveWiki != nil {
		var exists bool
		if href, exists = r.o.ResolveWiki(title); !exists {
			class = "wiki missing"
		}
	}
	if !ownPolicy.url(href + anchor) {
		return ""
	}
	r.wiki.add(title, title)
	var b strings.Builder
	writeLink(&b, href+escapeURL(anchor), class, label)
	return b.String()
}

func (r *references) sectionLink(anchor, label string) string {
	if anchor == "" {
		return ""
	}
	var b strings.Builder
	writeLink(&b, escapeURL(anchor), "wiki", label)
	return b.String()
}
