package hook

// StatusPage is what a status page is drawn from.
type StatusPage struct {
	Nonce    string
	Token    string
	Public   Public
	Brand    Page
	Language string // one of en, de, fr, es and hi; "": as the request says
	Base     string // address of the site, with a slash at its end
	Script   bool   // the script that makes it live is there
	Reload   int    // seconds until a page without script loads itself again, which may take until there is news; 0: never, it is final
	Seen     string // what it then says that it shows; made of letters, digits and dots
	Now      Time
}
