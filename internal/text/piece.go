package text

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// piece is a part of a line whose HTML we make ourselves: a reference, an image, a check box.
type piece struct {
	ast.BaseInline
	raw  string // as typed
	html string // when it was resolved; otherwise the raw text is shown
}

// pieceBlock is the same for a block.
type pieceBlock struct {
	ast.BaseBlock
	html string
}

var (
	kindPiece      = ast.NewNodeKind("Piece")
	kindPieceBlock = ast.NewNodeKind("PieceBlock")
	wikiLinksKey   = parser.NewContextKey()
)

// Kind tells the renderer which node this is.
func (*piece) Kind() ast.NodeKind { return kindPiece }

// Dump prints the node when a tree is looked at.
func (p *piece) Dump(source []byte, level int) {
	ast.DumpHelper(p, source, level, map[string]string{"raw": p.raw}, nil)
}

// label is the text of a piece, for headings and alternative texts.
func (p *piece) label() string {
	if p.html != "" {
		return PlainText(p.html)
	}
	return p.raw
}

// Kind tells the renderer which node this is.
func (*pieceBlock) Kind() ast.NodeKind { return kindPieceBlock }

// Dump prints the node when a tree is looked at.
func (p *pieceBlock) Dump(source []byte, level int) { ast.DumpHelper(p, source, level, nil, nil) }

// referenceParser finds @ada, #Garten and [[Title]].
type referenceParser struct{}

// Trigger names the characters a reference starts with.
func (referenceParser) Trigger() []byte { return []byte{'@', '#', '['} }

// Parse reads one reference at the reader's position.
func (referenceParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	n := 0
	switch c := line[0]; {
	case !canPrecede(block.PrecendingCharacter(), c):
	case c == '@':
		n = matchMention(string(line[:min(len(line), maxHandle+maxDomain+10)]))
	case c == '#':
		n = matchTag(string(line[:min(len(line), 4*maxTag)]))
	case len(line) > 1 && line[1] == '[' && pc.Get(wikiLinksKey) == true:
		n = matchWikiLink(string(line[:min(len(line), maxWikiLink)]))
	}
	if n == 0 {
		return nil
	}
	block.Advance(n)
	return &piece{raw: string(line[:n])}
}

// addressParser finds web addresses that are just typed.
type addressParser struct{}

// Trigger names what can stand before an address; the space stands for the start of a line, too.
func (addressParser) Trigger() []byte { return []byte{' ', '(', '"', '\'', ':', '>'} }

// Parse reads one address at the reader's position or one character after it.
func (addressParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	skip := 0
	switch line[0] {
	case ' ', '(', '"', '\'', ':', '>', '\t':
		skip = 1
	default:
		if !canPrecede(block.PrecendingCharacter(), line[0]) {
			return nil
		}
	}
	rest := line[skip:]
	if urlPrefix(string(rest[:min(len(rest), 9)])) == 0 {
		return nil
	}
	n := matchURL(string(rest[:min(len(rest), 2100)]))
	if n == 0 {
		return nil
	}
	if skip > 0 {
		ast.MergeOrAppendTextSegment(parent, segment.WithStop(segment.Start+skip))
	}
	block.Advance(skip + n)
	return &piece{raw: string(rest[:n])}
}

// breakParser reads <br>, the one tag people need: a table cell has no other way to break a line.
type breakParser struct{}

// Trigger names the character the tag starts with.
func (breakParser) Trigger() []byte { return []byte{'<'} }

// Parse reads <br>, <br/> or <br />.
func (breakParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	for _, tag := range [...]string{"<br>", "<br/>", "<br />"} {
		if len(line) >= len(tag) && string(line[:len(tag)]) == tag {
			block.Advance(len(tag))
			return &piece{raw: " ", html: "<br>"}
		}
	}
	return nil
}

// pieceRenderer writes pieces.
type pieceRenderer struct{}

// RegisterFuncs names the nodes this renderer draws.
func (pieceRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindPiece, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if p, ok := n.(*piece); ok && entering {
			return ast.WalkContinue, p.write(w)
		}
		return ast.WalkContinue, nil
	})
	reg.Register(kindPieceBlock, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if p, ok := n.(*pieceBlock); ok && entering {
			_, err := w.WriteString(p.html)
			return ast.WalkContinue, err
		}
		return ast.WalkContinue, nil
	})
}

func (p *piece) write(w util.BufWriter) error {
	if p.html != "" {
		_, err := w.WriteString(p.html)
		return err
	}
	_, err := w.Write(util.EscapeHTML([]byte(p.raw)))
	return err
}
