"""Who may come in, and as whom they read: sign-ins of many people, what is kept of them, and how it is operated.

Other rooms take: opening.
"""
