"""What training costs on this machine, and how good it is: `reelscape bench`."""
