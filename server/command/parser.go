package command

import (
	"os"

	"github.com/alecthomas/kong"
)

// newParser returns the parser of the command line. Each flag has an environment variable: HOOKBEAM_ and its name,
// unless its tag has another one. A variable that is empty counts as one that is not set, as container tools pass it.
func newParser(c *commandLine, stdio Stdio, more ...kong.Option) *kong.Kong {
	options := append([]kong.Option{
		kong.Name("hookbeam"),
		kong.Description("Hookbeam receives webhooks, keeps them, and shows them live in the browser."),
		kong.Writers(stdio.Out, stdio.Err), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.DefaultEnvars("HOOKBEAM"),
		kong.PostBuild(func(k *kong.Kong) error {
			eachFlag(k.Model.Node, unsetEmptyVariables)
			return nil
		}),
	}, more...)
	parser, err := kong.New(c, options...)
	if err != nil {
		panic(err) // a tag is invalid: the build is broken
	}
	return parser
}

// eachFlag calls do for the flags of a command and of all commands below it.
func eachFlag(node *kong.Node, do func(*kong.Node, *kong.Flag)) {
	for _, flag := range node.Flags {
		do(node, flag)
	}
	for _, child := range node.Children {
		eachFlag(child, do)
	}
}

// unsetEmptyVariables removes the variables of a flag that are empty.
func unsetEmptyVariables(_ *kong.Node, flag *kong.Flag) {
	for _, name := range flag.Envs {
		if value, set := os.LookupEnv(name); set && value == "" {
			_ = os.Unsetenv(name) // fails only for a name that is not valid
		}
	}
}
