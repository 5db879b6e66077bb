"""The operations on a repository, one module for each verb. Changes hold the repository's lock."""
