package client

// SealKey says where the key is that seals the secrets in the database. It is part of the configuration of serve, and
// of the commands that open a database themselves. At most one of its fields may be set; without any, the key is in the
// data folder.
type SealKey struct {
	SealKeyFile string `help:"File with the key that seals the secrets in the database; default: seal.key in the data folder, made when it is needed first." env:"HOOKBEAM_SEAL_KEY_FILE" placeholder:"FILE"`
	SealKeyText string `kong:"-"` // HOOKBEAM_SEAL_KEY; not a flag, because process lists are public
}
