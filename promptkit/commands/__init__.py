"""The door: one module for each command of the command line.

Other rooms take: options.
"""
