"""Mutated rule packs: each row taken away, each value of each row perturbed, and what notices it.

``mutations`` what is done to a row · ``verdict`` who catches it, layer by layer · ``sentences`` numbers against the sentence a row
quotes · ``vectors`` the numbers and the procedure written down apart from the packs · ``suite`` the tests of the packs, run on a mutated one.
"""
