"""`python -m reelscape.cli` is `reelscape`."""

from reelscape.cli import main

main(prog_name="reelscape")
