"""The verbs of the command line, a module for each noun: what to ask of the library, and how to print the answer."""
