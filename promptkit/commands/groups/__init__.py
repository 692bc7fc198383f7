"""The commands that have sub-commands, one module each. Every start imports them, so they import little."""
