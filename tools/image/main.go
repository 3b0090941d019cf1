// Image makes the container image of a release without a container engine: it packs the binaries of make release into
// layers, and writes an OCI layout for both architectures and, for each, an archive that docker load and podman load
// read. The Makefile calls it, see make image.
//
//	image -version v1.2.3 -time 1700000000 -zones zoneinfo.zip -out dist amd64=bin/… arm64=bin/… LICENSE …
//
// The image starts from nothing: it contains the binary, the certificate authorities that Mozilla trusts, the time
// zones and one user. With -root DIR it writes these files but the binary to a folder instead, for the Dockerfile. It
// promises that the image depends only on its sources and on -time. Start reading at run; config.go is what the image
// tells the engine, files.go what is in it.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// options are the flags and arguments of the program.
type options struct {
	version, zones string
	out, root      string // where to write the images, or the files of one
	at             time.Time
	binaries       []binary
	documents      []string // files with licences
}

// binary is the program for one architecture.
type binary struct{ architecture, file string }

func parse(args []string) (options, error) {
	var o options
	var seconds int64
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	flags.StringVar(&o.version, "version", "", "the version of the release")
	flags.StringVar(&o.zones, "zones", "", "the time zones: lib/time/zoneinfo.zip of Go")
	flags.StringVar(&o.out, "out", "", "the folder of the release")
	flags.StringVar(&o.root, "root", "", "write the files of the image to this folder, and no image")
	flags.Int64Var(&seconds, "time", 0, "time of the release, in seconds since 1970")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.at = time.Unix(seconds, 0).UTC()
	for _, arg := range flags.Args() {
		if architecture, file, ok := strings.Cut(arg, "="); ok {
			o.binaries = append(o.binaries, binary{architecture, file})
		} else {
			o.documents = append(o.documents, arg)
		}
	}
	if o.root != "" && o.zones != "" && len(o.binaries) == 0 {
		return o, nil
	}
	if o.version == "" || o.zones == "" || o.out == "" || len(o.binaries) == 0 {
		return o, errors.New("usage: image -version V -time SECONDS -zones FILE -out DIR ARCH=BINARY… LICENSE…")
	}
	return o, nil
}

// run makes the files hookbeam-image-linux-ARCH.tar, the folder oci and the archive hookbeam-oci.tar of it. The
// archives are not compressed, because the layers in them are, and some engines do not read compressed ones.
func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	zones, err := os.ReadFile(o.zones)
	if err != nil {
		return err
	}
	base, err := baseFiles(zones, o.documents)
	if err != nil {
		return err
	}
	if o.root != "" {
		return writeFolder(o.root, base)
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range o.binaries {
		program, err := os.ReadFile(b.file)
		if err != nil {
			return err
		}
		image, err := build(o, b.architecture, base, program)
		if err != nil {
			return err
		}
		if err := writeArchive(o, b.architecture, image); err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{
			Platform: platform(b.architecture)}})
	}
	return writeLayout(o, index)
}

// platform describes an architecture of Linux as registries do.
func platform(architecture string) *v1.Platform {
	p := &v1.Platform{OS: "linux", Architecture: architecture}
	if architecture == "arm64" {
		p.Variant = "v8"
	}
	return p
}

// build returns the image for one architecture. What seldom changes is a layer of its own, so that an upgrade downloads
// only the binary.
func build(o options, architecture string, base []file, program []byte) (v1.Image, error) {
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	for _, part := range []struct {
		what  string
		files []file
	}{
		{"certificate authorities, time zones, user and folders", base},
		{"hookbeam " + o.version, []file{{name: strings.TrimPrefix(programPath, "/"), mode: 0o755, content: program}}},
	} {
		packed, err := pack(part.files, o.at)
		if err != nil {
			return nil, err
		}
		layer, err := newLayer(packed)
		if err != nil {
			return nil, err
		}
		image, err = mutate.Append(image, mutate.Addendum{Layer: layer, MediaType: types.OCILayer,
			History: v1.History{Created: v1.Time{Time: o.at}, CreatedBy: "make image", Comment: part.what}})
		if err != nil {
			return nil, err
		}
	}
	made, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	return mutate.ConfigFile(image, configFile(made.DeepCopy(), o, architecture))
}

// writeArchive writes the archive that docker load reads. Its image is tagged hookbeam:VERSION and hookbeam:latest.
func writeArchive(o options, architecture string, image v1.Image) error {
	tags := map[name.Tag]v1.Image{}
	for _, tag := range []string{o.version, "latest"} {
		t, err := name.NewTag("hookbeam:" + tag)
		if err != nil {
			return fmt.Errorf("the version %q cannot be a tag: %w", o.version, err)
		}
		tags[t] = image
	}
	var b bytes.Buffer
	if err := tarball.MultiWrite(tags, &b); err != nil {
		return err
	}
	files, err := sortedArchive(&b)
	if err != nil {
		return err
	}
	packed, err := pack(files, o.at)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.out, "hookbeam-image-linux-"+architecture+".tar"), packed, 0o644)
}

// writeLayout writes the OCI layout, whose index names the version, and packs it.
func writeLayout(o options, index v1.ImageIndex) error {
	folder := filepath.Join(o.out, "oci")
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	path, err := layout.Write(folder, mutate.IndexMediaType(empty.Index, types.OCIImageIndex))
	if err != nil {
		return err
	}
	named := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": o.version})
	if err := path.AppendIndex(index, named); err != nil {
		return err
	}
	files, err := readFolder(folder)
	if err != nil {
		return err
	}
	packed, err := pack(files, o.at)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.out, "hookbeam-oci.tar"), packed, 0o644)
}
