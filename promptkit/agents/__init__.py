"""Who takes turns: the loop, the reference analyst, the rogue, and language models."""
