"""The one decision: whether a call may go through, and what a conversation shows.

Other rooms take: decision, entry, review, suggest, verdict.
"""
