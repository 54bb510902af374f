package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// looksSQL recognises a statement, or the part of one that our where-builders add.
var looksSQL = regexp.MustCompile(`(?is)\bselect\b.+\bfrom\b|\binsert\s+(or\s+\w+\s+)?into\b|\bupdate\s+\w+\s+set\b|\bdelete\s+from\b|` +
	`\b(create|alter|drop)\s+(unique\s+)?(table|index)\b|^\s*(and|or|where|order by|join|left join)\s|\bon\s+conflict\b`)

// oneSided are constructs that only one of the two databases understands, or
// that mean different things on both.
var oneSided = []struct {
	what    string
	pattern *regexp.Regexp
	instead string
}{
	{"now()", regexp.MustCompile(`(?i)\bnow\s*\(`), "pass the time as milliseconds"},
	{"current_timestamp", regexp.MustCompile(`(?i)\bcurrent_(timestamp|time|date)\b`), "pass the time as milliseconds"},
	{"a cast with ::", regexp.MustCompile(`\w::\w|\)::\w`), "cast(x as t)"},
	{"any(array)", regexp.MustCompile(`(?i)=\s*any\s*\(`), "in ($3, $4, …)"},
	{"a JSON operator", regexp.MustCompile(`->>?|#>>?|@>|<@`), "JSON is opaque text; make a column"},
	{"a JSON function", regexp.MustCompile(`(?i)\bjsonb?_\w+\s*\(`), "JSON is opaque text; make a column"},
	{"for update", regexp.MustCompile(`(?i)\bfor\s+(no\s+key\s+)?(update|share)\b|\bskip\s+locked\b`), "an update with the condition in its where"},
	{"distinct on", regexp.MustCompile(`(?i)\bdistinct\s+on\b`), "a window function"},
	{"lateral", regexp.MustCompile(`(?i)\blateral\b`), "a window function or two queries"},
	{"greatest or least", regexp.MustCompile(`(?i)\b(greatest|least)\s*\(`), "case when"},
	{"left() or right()", regexp.MustCompile(`(?i)\b(left|right)\s*\(`), "substr()"},
	{"max or min of two", regexp.MustCompile(`(?i)\b(max|min)\s*\([^()]*,`), "case when"},
	{"alter type", regexp.MustCompile(`(?i)\balter\s+(column\s+)?(\w+\s+)?type\b`), "a new column"},
	{"lower() or upper()", regexp.MustCompile(`(?i)\b(lower|upper)\s*\(`), "fold in Go"},
	{"ilike or glob", regexp.MustCompile(`(?i)\b(ilike|glob|similar\s+to)\s+('|\$)`), "fold in Go, then like or a range"},
	{"a ? placeholder", regexp.MustCompile(`[=(,]\s*\?`), "$1"},
	{"insert or replace", regexp.MustCompile(`(?i)\binsert\s+or\s+\w+`), "on conflict"},
	{"autoincrement or serial", regexp.MustCompile(`(?i)\b(autoincrement|bigserial|serial)\b`), "ids are made in Go"},
}

var upsertSelect = regexp.MustCompile(`(?is)\binsert\s+into\b[^;]*\bselect\b[^;]*\bon\s+conflict\b`)

// paired tells whether a file may speak one database's dialect.
func paired(path string) bool {
	return regexp.MustCompile(`_(sqlite|postgres)(_test)?\.(go|sql)$`).MatchString(path)
}

// foreign lists what in an SQL text runs on one database only.
func foreign(sql string) []string {
	var found []string
	for _, c := range oneSided {
		if c.pattern.MatchString(sql) {
			found = append(found, fmt.Sprintf("%s (write: %s)", c.what, c.instead))
		}
	}
	if upsertSelect.MatchString(sql) && !regexp.MustCompile(`(?i)\bwhere\b`).MatchString(sql) {
		found = append(found, "insert … select … on conflict without a where (write: where true)")
	}
	return found
}

func foreignSQL(s source) []string {
	var complaints []string
	ast.Inspect(s.tree, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil || !looksSQL.MatchString(text) {
			return true
		}
		for _, what := range foreign(text) {
			complaints = append(complaints, fmt.Sprintf("%s:%d: not for both databases: %s", s.path, s.line(lit), what))
		}
		return true
	})
	return complaints
}

// talksToDatabase are the rooms in which SQL is written.
var talksToDatabase = regexp.MustCompile(`^internal/(store|db|auth|read|core|outlet|room|app)/`)

func TestSQLRunsOnBothDatabases(t *testing.T) {
	for _, s := range sources(t) {
		if talksToDatabase.MatchString(s.path) && !paired(s.path) && !strings.HasSuffix(s.path, "_test.go") {
			report(t, foreignSQL(s))
		}
	}
	for _, f := range files(t, ".sql") {
		if paired(f.path) {
			continue
		}
		for _, what := range foreign(withoutComments(f.text)) {
			t.Errorf("%s: not for both databases: %s", f.path, what)
		}
	}
}

func withoutComments(sql string) string {
	return regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(sql, "")
}

func TestDialectFilesComeInPairsAndAreFew(t *testing.T) {
	var names []string
	for _, f := range files(t, ".go") {
		opens := strings.HasPrefix(f.path, "internal/db/") // the package that is there to hide the difference
		if paired(f.path) && !opens && !strings.HasSuffix(f.path, "_test.go") {
			names = append(names, f.path)
		}
	}
	for _, name := range names {
		other := strings.Replace(name, "_sqlite.go", "_postgres.go", 1)
		if other == name {
			other = strings.Replace(name, "_postgres.go", "_sqlite.go", 1)
		}
		if !slices.Contains(names, other) {
			t.Errorf("%s has no partner %s", name, other)
		}
	}
	if len(names) > 6 {
		t.Errorf("%d files speak one dialect; the budget is three pairs: %v", len(names), names)
	}
}

func TestForeignSQLIsCaught(t *testing.T) {
	for _, sql := range []string{
		"select now() from a", "select a::text from b", "select a from b where a = any($1)", "select a->>'x' from b", "select json_extract(a, 'x') from b",
		"select a from b for update skip locked", "select distinct on (a) a from b", "select a from b, lateral (select 1) c",
		"update a set b = greatest(b, 1)", "select left(a, 3) from b", "update a set b = max(b, $1)", "alter table a alter column b type text",
		"select a from b where lower(a) = $1", "select a from b where a ilike $1", "select a from b where c = ?", "insert or ignore into a values (1)",
		"insert into a select b from c on conflict do nothing", "create table a (id bigserial)", " and a = any($2)",
	} {
		caught(t, foreignSQL, "internal/store/a.go", "package a\nconst q = "+strconv.Quote(sql))
	}
	for _, fine := range []string{
		"select max(at), count(*) from a where (at, id) < ($1, $2) order by at desc nulls last limit 20", "please select one of the files now (or later)",
		"insert into a select b from c where true on conflict (b) do update set b = excluded.b", "update a set b = $1 where id in ($2, $3) returning id",
		"select a from b left join c on c.id = b.c", "select coalesce(max(number), 0) + 1 from revision where object = $1",
	} {
		if c := foreignSQL(mustParse(t, "internal/store/a.go", "package a\nconst q = "+strconv.Quote(fine))); len(c) > 0 {
			t.Errorf("runs on both: %s: %v", fine, c)
		}
	}
}
