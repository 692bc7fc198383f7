"""Proof that the tripwire works: the rogue model, and faults planted in good answers."""
