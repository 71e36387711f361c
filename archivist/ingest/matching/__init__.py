"""ingest/matching."""
