"""The views as a service: found by a question, answered by code within a host's limits, given in pages.

Other rooms take: finding, pages, search_index, service.
"""
