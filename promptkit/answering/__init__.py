"""Answers views by code: their reads, SQL over the rows, and the answer contract.

Other rooms take: analyst, answer, contract, evidence, figures, keyed, list_reader, parsed, query,
rows, table_reader, view_answer, view_tools.
"""
