package client

import (
	"io"
	"time"

	"hookbeam/server/hook"
)

// RestoreRequest says what a restore does. Package command fills it, and package server carries it out.
type RestoreRequest struct {
	Folder string                        // the data folder
	Name   string                        // of the backup, for messages
	Open   func() (io.ReadCloser, error) // opens the backup
	// Open works once, so that the backup cannot be verified before it is unpacked
	Once    bool
	Replace bool // the folder may have data, which is moved aside
	Key     SealKey
}

// Restored is the result of a restore.
type Restored struct {
	Head     hook.Seq  `json:"head"`
	Epoch    string    `json:"epoch"` // the new one
	Created  time.Time `json:"created,omitzero"`
	Release  string    `json:"release,omitempty"`
	KeyID    string    `json:"key_id"`
	Replaced string    `json:"replaced,omitempty"` // folder to which the previous data was moved
}
