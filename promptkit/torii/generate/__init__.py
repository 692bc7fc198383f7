"""How the seeded tenant is drawn: one module for each kind of row."""
