"""The commands with sub-commands, one module each. Every start imports them, so they import little."""
