"""What each command of the command line does, one module for each.

Other rooms take: options.
"""
