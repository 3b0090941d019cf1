package main

import (
	"embed"
	"io/fs"
)

// built contains the dashboard as Vite has built it. Before the first build the folder has only the file .keep, so that
// the Go code compiles without the front end's tools.
//
//go:embed all:ui/dist
var built embed.FS

// dashboard returns the files of the dashboard, for package web to serve. They are complete only after make build.
func dashboard() fs.FS {
	ui, err := fs.Sub(built, "ui/dist")
	if err != nil {
		panic(err) // the path is invalid: the build is broken
	}
	return ui
}
