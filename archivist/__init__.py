"""archivist: one file per household, from the dropped scan to the statutory notice.

The map of the house, floor by floor (imports run down only; ``pyproject.toml`` states it, CI checks it)::

    cli                              commands; the only place that reads the clock and prints
    api                              one function a use case; results that know their JSON
    preservation                     fixity, restoring, disposition
    issuing                          a paper issued: planned, numbered, rendered, filed
    ingest | documents | procedure | report
                                     a dropped file · what a paper says and looks like · a case in time · many cases
    workspace                        the open house: settings + archive + index + rules
    config                           archivist.toml
    rules                            the law as data
    store | search | doctypes        the archive on disk · finding again · the catalogue of document types
    reading | declarations           bytes → pages of text · what people declare in TOML
    tables                           sheets in and out
    model | settings_file            values and the fold over events, no I/O, no clock · the file that makes a workspace
    errors                           one tree of errors with codes and exit statuses
"""

__version__ = "0.1.0"
