package web

import (
	"net/http"

	"github.com/a-h/templ"
)

// themeOf is the attribute that holds a chosen theme. Without a choice there is none, and the system decides.
func themeOf(f frame) templ.Attributes {
	if f.Theme == "" {
		return nil
	}
	return templ.Attributes{"data-theme": f.Theme}
}

// heading says in a person's words what a status means.
func heading(status int) string {
	switch status {
	case http.StatusNotFound:
		return "There is nothing here"
	case http.StatusTooManyRequests:
		return "Too many tries"
	case http.StatusServiceUnavailable:
		return "Not right now"
	case http.StatusInternalServerError:
		return "Something went wrong"
	case http.StatusForbidden:
		return "Not from here"
	default:
		return "That did not work"
	}
}
