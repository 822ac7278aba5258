"""What the long table of a benchmark says: frames in, frames out."""
