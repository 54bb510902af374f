// Command apidocs writes the reference of our own API, docs/api.md.
package main

import (
	"fmt"
	"os"

	"allmende/internal/door/api"
)

func main() {
	fmt.Print(api.Intro)
	if err := api.Manual(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "apidocs:", err)
		os.Exit(1)
	}
}
