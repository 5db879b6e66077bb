"""The verbs of the command line, a module each; `chemfs.cli.parser.Verb` says what a module has."""
