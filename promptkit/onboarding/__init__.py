"""Setting up a tenant: proposals for the mapping of its fields, and the guide's checklist.

Other rooms take: doctor, finding, mapping, wizard.
"""
