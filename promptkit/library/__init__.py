"""What people write: prompts, recipes, cases, instructions and the tenant's profile, read, checked and rendered.

Other rooms take: cases, check, identity, instructions, profile, render, scaffold, store, versions.
"""
