// Package e2e holds the tests that go through the front door with other
// people's programs: real clients against a real server on a loopback port.
package e2e
