"""Commands with sub-commands of their own."""
