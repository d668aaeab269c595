"""Jobs and assets: the rows, the verbs that every surface uses, and the worker."""
