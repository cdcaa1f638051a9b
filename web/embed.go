// Package web holds the front ends, built by "npm run build" into dist and
// embedded into the binary. It serves nothing itself.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built front end: a file for each page and, below static/, files
// whose names change with their content, so that they may be cached for ever.
// Without a build before it (a fresh clone) the tree has no index.html.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the embed directive above guarantees the folder
	}
	return files
}
