"""Read-only prompts and instructions for Torii, and the evals that prove they stay read-only.

Each folder below is a room; its first lines say what it is for and what other rooms may take from it.
"""
