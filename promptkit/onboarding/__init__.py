"""Setting up a tenant: proposals for the mapping of its fields, and the guide's checklist.

Other rooms take: doctor, draft, finding, given, interview, mapping, readiness, tenant_fields, typed, wizard.
"""
