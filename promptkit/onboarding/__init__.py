"""The way to a checked mapping: the wizard's proposals, and the checklist of the guide.

Other rooms take: doctor, mapping, wizard.
"""
