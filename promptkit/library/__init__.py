"""What people write: prompts, recipes, cases, instructions and the tenant's profile, read, checked and rendered.

Other rooms take: cases, identity, instructions, languages, profile, recipe, rename, render, scaffold, standards, store,
stored_prompt, versions.
"""
