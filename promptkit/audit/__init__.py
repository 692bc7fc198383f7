"""Transcripts of any host: its format, its calls, and the verdict on each conversation.

Other rooms take: audit, detect, redact, rows, screen.
"""
