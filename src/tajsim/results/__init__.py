"""What reads labelled results, for tables, pictures and reports alike."""
