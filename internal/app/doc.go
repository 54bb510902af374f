// Package app builds the house: it is the only package that knows all others.
// It opens database and media, makes core, read, auth and the outlets, mounts
// the doors, serves, and stops in good order. The commands of the command line
// are here too, so that a running server can carry them out itself.
package app
