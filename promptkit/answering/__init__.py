"""A view answered by code: its reads, SQL over the rows, and the answer contract."""
