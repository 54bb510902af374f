// Package archtest holds the tests that keep the house in order: which package
// may import which, how long files and functions may grow, which SQL runs on
// both databases, and what must not stand in the tree. It has no code of its
// own; the tables in its tests are the law.
package archtest
