"""What people write: prompts, recipes, cases, instructions and the tenant's profile, read, checked and rendered."""
