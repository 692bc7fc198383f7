"""Who takes turns: the loop, the reference analyst, the rogue, language models, and recordings of them.

Other rooms take: cassette, eval_spec, journal, loop, open_models, reference, rogue, turns,
view_reference.
"""
