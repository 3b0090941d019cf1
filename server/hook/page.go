package hook

// StatusPage is the data of one public status page. Package api fills it in and package web renders it. It is declared
// here because api and web may not import each other, and package wire holds only what clients get as JSON.
//
// A page without script reloads itself: Reload says after how many seconds, and Seen goes into the URL of the reload.
// The server holds that request until the status differs from Seen, so the page changes as soon as the status does.
type StatusPage struct {
	Nonce    string
	Token    string
	Public   Public
	Brand    Page
	Language string // one of en, de, fr, es and hi; "": from the request
	Base     string // URL of the site, ending with a slash
	Script   bool   // the script for live updates is available
	Reload   int    // seconds until a page without script reloads; 0: Public.PollAfter
	Seen     string // identifies what the page shows, for its reload; letters, digits and dots
	Now      Time
}
