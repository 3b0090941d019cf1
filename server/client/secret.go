package client

import (
	"errors"
	"fmt"
	"os"

	"hookbeam/server/datafile"
)

// ReadSecret returns a secret that is given as a value or in a file, "" if neither is given. name and fileName are what
// people call the two: a variable and a flag. What is part of the secret, datafile.SecretText says. Both of
// them at once, a file that cannot be read and an empty one are mistakes: the error is a *UsageError.
func ReadSecret(name, value, fileName, file string) (string, error) {
	switch {
	case file == "":
		return value, nil
	case value != "":
		return "", &UsageError{fmt.Errorf("%s and %s are both set. Set one of them", name, fileName)}
	}
	secret, err := datafile.ReadSecret(file)
	if err != nil {
		return "", &UsageError{fmt.Errorf("%s: %w", fileName, withoutOp(err))}
	}
	if secret == "" {
		return "", &UsageError{fmt.Errorf("%s: the file %s is empty", fileName, file)}
	}
	return secret, nil
}

// withoutOp returns an error of package os as "FILE: what is wrong".
func withoutOp(err error) error {
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}
