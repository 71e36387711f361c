"""archivist: one file per household, from the dropped scan to the statutory notice.

The map of the house, floor by floor (imports run down only; ``pyproject.toml`` states it, CI checks it)::

    cli                              commands; the only place that reads the clock and prints
    ingest | issue | lifecycle | report
                                     a dropped file · a document · what time does to a case · many cases together
    workspace                        the open house: settings + archive + index + rules
    search | config                  finding things again · archivist.toml
    store | rules                    the archive on disk · the law as data
    model                            values and the fold over events; standard library only, no I/O, no clock
    errors                           one tree of errors with codes and exit statuses
"""

__version__ = "0.1.0"
