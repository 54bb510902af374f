// Command allmende is the whole of Allmende: the server, and the commands of
// those who run it.
package main

import (
	"os"

	"allmende/internal/app/cli"
)

// version is set when the binary is built.
var version = "unknown"

func main() { os.Exit(cli.Main(version, os.Args[1:], os.Stdout, os.Stderr)) }
