"""Ways to change the archive behind the program's back, each with the very finding ``verify`` must make of it.

``scene`` the small real archive each way is tried on · ``hands`` what somebody with a text editor, or with this program's
source, can do · ``ways_*`` the ways, one file a kind · ``test_ways`` tries them all. To add one: a ``Way`` in ``WAYS`` of a
``ways_*`` module; a new module is found by its name.
"""
