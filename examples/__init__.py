"""What an office does with the program, as scripts that run: ``month`` a month of forty households, ``first_day`` the first day.

``desk`` is the office's desk (commands typed, scans brought), ``stories`` the invented households, ``recount`` counts from
the events on disk without the program.
"""
