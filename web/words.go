package web

import (
	"net/http"

	"github.com/a-h/templ"
)

// themeAttribute returns the attribute of <html> that selects a theme in tokens.css. Without the attribute, the
// system's preference decides.
func themeAttribute(f frame) templ.Attributes {
	if f.Theme == "" {
		return nil
	}
	return templ.Attributes{"data-theme": f.Theme}
}

// notBuiltText is the text of the page notBuilt, which names the command that builds the dashboard below it.
const notBuiltText = "The server is up and receives webhooks. Its dashboard is made by a step of its own, " +
	"which needs Node. In the project’s folder:"

// heading returns the title of an error page for an HTTP status, in words for somebody who does not know these numbers.
// The page's text, which is the problem's, says what to do.
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
