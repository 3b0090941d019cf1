package main

import (
	"embed"
	"io/fs"
)

// built is the dashboard as Vite wrote it. Before it is built, it holds nothing but .keep.
//
//go:embed all:ui/dist
var built embed.FS

func dashboard() fs.FS {
	ui, err := fs.Sub(built, "ui/dist")
	if err != nil {
		panic(err) // only for an invalid path
	}
	return ui
}
