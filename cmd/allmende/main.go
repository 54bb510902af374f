// Command allmende is the whole of Allmende: the server, and the commands of
// those who run it.
package main

import (
	"os"
	"runtime/debug"

	"allmende/internal/app/cli"
)

// version is set when a release is built.
var version = ""

func main() { os.Exit(cli.Main(built(), os.Args[1:], os.Stdout, os.Stderr)) }

// built names what this binary was built from.
func built() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
