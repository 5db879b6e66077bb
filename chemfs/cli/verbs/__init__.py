"""The verbs of the command line, one module each; `chemfs.cli.parser.Verb` is the interface of a module."""
