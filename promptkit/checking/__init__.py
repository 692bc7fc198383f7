"""What is wrong with a library: every problem in every file, with its place and its fix.

Other rooms take: library, recipes.
"""
