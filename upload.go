package allmende

// Upload is what comes along with a file that somebody sends: through which
// door, its own name, and what they say about it.
type Upload struct {
	Via    string
	Name   string
	Alt    string
	FocusX float64 // -1 left … 1 right
	FocusY float64 // -1 bottom … 1 top
}
