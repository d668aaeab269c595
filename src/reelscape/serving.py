"""The process tree of `reelscape serve`."""
