"""What is wrong with a library: every problem of every file, at its place and with its fix.

Other rooms take: library, recipes.
"""
