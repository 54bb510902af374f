package text

import (
	"hash/fnv"
	"strconv"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	footnotePrefix  = "fn-"
	footnoteMeta    = "footnotePrefix"
	maxMarkdownNest = 200 // depth of the tree; our HTML nests less
)

// markdown is CommonMark with GitHub's tables, strikethrough and task lists, footnotes and our references. It cannot pass HTML
// through: the parsers for it are left out, so that "<b>" is shown as it was typed.
type markdown struct {
	parser   parser.Parser
	renderer renderer.Renderer
}

// sharedMarkdown is built once; it keeps no state between texts.
var sharedMarkdown = sync.OnceValue(newMarkdown)

func newMarkdown() *markdown {
	footnotes := extension.NewFootnoteHTMLRenderer(
		extension.WithFootnoteIDPrefixFunction(footnoteIDPrefix),
		extension.WithFootnoteBacklinkHTML("↩\uFE0E"),
	)
	tables := extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	return &markdown{
		parser: parser.NewParser(
			parser.WithBlockParsers(blockParsers()...),
			parser.WithInlineParsers(inlineParsers()...),
			parser.WithParagraphTransformers(
				util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
				util.Prioritized(extension.NewTableParagraphTransformer(), 200),
			),
			parser.WithASTTransformers(
				util.Prioritized(extension.NewTableASTTransformer(), 0),
				util.Prioritized(extension.NewFootnoteASTTransformer(), 999),
			),
		),
		renderer: renderer.NewRenderer(renderer.WithNodeRenderers(
			util.Prioritized(pieceRenderer{}, 100),
			util.Prioritized(footnotes, 500),
			util.Prioritized(tables, 500),
			util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
			util.Prioritized(html.NewRenderer(), 1000),
		)),
	}
}

func blockParsers() []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(extension.NewFootnoteBlockParser(), 999),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	}
}

func inlineParsers() []util.PrioritizedValue {
	return []util.PrioritizedValue{
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(extension.NewFootnoteParser(), 101),
		util.Prioritized(referenceParser{}, 150),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(breakParser{}, 400),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(extension.NewStrikethroughParser(), 500),
		util.Prioritized(addressParser{}, 999),
	}
}

// footnoteIDPrefix differs from text to text, because several of them can stand on one page.
func footnoteIDPrefix(n ast.Node) []byte {
	prefix, _ := n.OwnerDocument().Meta()[footnoteMeta].([]byte)
	return prefix
}

func renderMarkdown(source string, r *references) string {
	if tooTangled(source) {
		return renderPlain(source, r)
	}
	md, src := sharedMarkdown(), []byte(source)
	pc := parser.NewContext()
	pc.Set(wikiLinksKey, r.o.Wiki)
	doc, _ := md.parser.Parse(text.NewReader(src), parser.WithContext(pc)).(*ast.Document)
	if doc == nil || depthOver(doc, maxMarkdownNest) {
		return renderPlain(source, r)
	}
	hash := fnv.New32a()
	hash.Write(src)
	doc.AddMeta(footnoteMeta, []byte(footnotePrefix+strconv.FormatUint(uint64(hash.Sum32()), 36)+"-"))
	t := &treeWalk{src: src, refs: r, code: newHighlighter()}
	t.children(doc, false)
	var out htmlBuilder
	out.Grow(2*len(src) + 64)
	if err := md.renderer.Render(&out, src, doc); err != nil {
		return renderPlain(source, r)
	}
	return out.String()
}

// htmlBuilder lets the renderer write where the result is built, without a buffer between.
type htmlBuilder struct{ strings.Builder }

// Available is asked by nobody who writes here; there is always room.
func (b *htmlBuilder) Available() int { return b.Cap() - b.Len() }

// Buffered is zero: what was written is there.
func (*htmlBuilder) Buffered() int { return 0 }

// Flush has nothing to do.
func (*htmlBuilder) Flush() error { return nil }

// depthOver reports whether a tree is deeper than limit, without recursion.
func depthOver(root ast.Node, limit int) bool {
	depth := 0
	for n := root; n != nil; {
		if child := n.FirstChild(); child != nil {
			if depth++; depth > limit {
				return true
			}
			n = child
			continue
		}
		for n != root && n.NextSibling() == nil {
			n = n.Parent()
			depth--
		}
		if n == root {
			return false
		}
		n = n.NextSibling()
	}
	return false
}

// treeWalk goes once through a parsed text: it resolves references, checks addresses, names headings and colours code.
type treeWalk struct {
	src  []byte
	refs *references
	code *highlighter
}

func (t *treeWalk) children(parent ast.Node, inLink bool) {
	for n := parent.FirstChild(); n != nil; {
		next := n.NextSibling()
		t.node(parent, n, inLink)
		n = next
	}
}

func (t *treeWalk) node(parent, n ast.Node, inLink bool) {
	switch n := n.(type) {
	case *ast.Text:
		if n.SoftLineBreak() && !t.refs.o.SoftBreaks {
			n.SetHardLineBreak(true)
		}
	case *piece:
		if !inLink && n.html == "" {
			n.html = t.refs.resolve(n.raw)
		}
	case *ast.CodeSpan:
	case *ast.FencedCodeBlock:
		t.replace(parent, n, t.code.block(string(n.Language(t.src)), blockText(n, t.src)))
	case *ast.CodeBlock:
		t.replace(parent, n, t.code.block("", blockText(n, t.src)))
	case *extast.TaskCheckBox:
		t.replaceInline(parent, n, taskBox(n.IsChecked))
	case *ast.AutoLink:
		t.autoLink(parent, n, inLink)
	case *ast.Image:
		t.image(parent, n, inLink)
	case *ast.Link:
		t.children(n, true)
		t.link(parent, n)
	case *ast.Paragraph, *ast.TextBlock:
		if html := t.figures(n); html != "" {
			t.replace(parent, n, html)
			return
		}
		t.children(n, inLink)
	case *ast.Heading:
		t.children(n, inLink)
		if t.refs.o.Heading {
			n.SetAttributeString("id", []byte(t.refs.addHeading(n.Level, t.textOf(n))))
		}
	default:
		t.children(n, inLink)
	}
}

func (t *treeWalk) replace(parent, n ast.Node, html string) {
	parent.ReplaceChild(parent, n, &pieceBlock{html: html})
}

func (t *treeWalk) replaceInline(parent, n ast.Node, html string) {
	parent.ReplaceChild(parent, n, &piece{html: html})
}

func taskBox(done bool) string {
	if done {
		return `<span class="task task-done">☑</span> `
	}
	return `<span class="task">☐</span> `
}

// autoLink draws <https://…> like an address in the text, and <ada@example.org> as a link that writes mail.
func (t *treeWalk) autoLink(parent ast.Node, n *ast.AutoLink, inLink bool) {
	label := string(n.Label(t.src))
	p := &piece{raw: label}
	switch {
	case inLink:
	case n.AutoLinkType == ast.AutoLinkEmail:
		var b strings.Builder
		writeLink(&b, "mailto:"+label, "", label)
		p.html = b.String()
	case isHTTP(label):
		p.html = autolink(label)
	default:
		if href := escapeURL(label); ownPolicy.url(href) {
			var b strings.Builder
			writeLink(&b, href, "", label)
			p.html = b.String()
		}
	}
	parent.ReplaceChild(parent, n, p)
}

func (t *treeWalk) link(parent ast.Node, n *ast.Link) {
	href := string(util.URLEscape(n.Destination, true))
	if !ownPolicy.url(href) {
		for c := n.FirstChild(); c != nil; c = n.FirstChild() {
			parent.InsertBefore(parent, n, c)
		}
		parent.RemoveChild(parent, n)
		return
	}
	if rel := linkRel(href, false); rel != "" {
		n.SetAttributeString("rel", []byte(rel))
	}
}

func (t *treeWalk) image(parent ast.Node, n *ast.Image, inLink bool) {
	src, alt := string(util.URLEscape(n.Destination, true)), t.textOf(n)
	p := &piece{raw: alt}
	if f, ok := t.figure(n); ok {
		f.Inline = true
		p.html = f.html()
		parent.ReplaceChild(parent, n, p)
		return
	}
	var b strings.Builder
	if path, ok := t.refs.image(src); ok {
		b.WriteString("<img")
		writeAttr(&b, "src", path)
		writeAttr(&b, "alt", cutBytes(alt, 10_000))
		if title := string(n.Title); title != "" && len(title) <= 500 {
			writeAttr(&b, "title", title)
		}
		b.WriteString(` loading="lazy">`)
	} else if !inLink && isHTTP(src) && ownPolicy.url(src) {
		writeLink(&b, src, "image", imageLabel(alt, src))
	}
	p.html = b.String()
	parent.ReplaceChild(parent, n, p)
}

// textOf is the plain text of a node.
func (t *treeWalk) textOf(n ast.Node) string {
	var b strings.Builder
	t.appendText(&b, n)
	return strings.TrimSpace(b.String())
}

func (t *treeWalk) appendText(b *strings.Builder, parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			b.Write(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(n.Value(t.src)))))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *piece:
			b.WriteString(n.label())
		default:
			t.appendText(b, n)
		}
	}
}

func blockText(n ast.Node, src []byte) string {
	var b strings.Builder
	lines := n.Lines()
	for i := range lines.Len() {
		line := lines.At(i)
		b.Write(line.Value(src))
	}
	return b.String()
}
