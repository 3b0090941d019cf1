package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// BackupPath is the call that streams a backup.
const BackupPath = "/control/v1/backup"

// ErrorTrailer is the trailer of a response that was cut off because the server could not go on. It says why.
const ErrorTrailer = "Hookbeam-Error"

// Backup writes a backup of the server's data folder to w. It may take any time. Only a local server offers it.
func (s *Server) Backup(ctx context.Context, w io.Writer, withCertificates bool) error {
	path := BackupPath + "?certificates=" + strconv.FormatBool(withCertificates)
	return s.stream(ctx, path, w)
}

// stream copies the response to a GET to w. The response has no time limit and no limit of its size.
func (s *Server) stream(ctx context.Context, path string, w io.Writer) error {
	r, err := s.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	patient := *s.http
	patient.Timeout = 0
	response, err := patient.Do(r)
	if err != nil {
		return s.unreachable(err)
	}
	defer response.Body.Close()
	if err := s.checkProtocol(response.Header); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		return problemOf(response.StatusCode, text)
	}
	_, err = io.Copy(w, response.Body)
	if why := response.Trailer.Get(ErrorTrailer); why != "" {
		return errors.New("the server could not go on: " + why)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the server stopped before the response was complete. Try again")
	}
	return err
}

// Check has the server look for damage in its databases. It may take any time. Only a local server offers it.
func (s *Server) Check(ctx context.Context) (Checked, error) {
	var text bytes.Buffer
	var checked Checked
	if err := s.stream(ctx, CheckPath, &text); err != nil {
		return checked, err
	}
	err := json.Unmarshal(text.Bytes(), &checked)
	return checked, err
}
