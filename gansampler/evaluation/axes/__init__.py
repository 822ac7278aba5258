"""What can be chosen: each file a dict and its dataclass, nothing of the others."""
