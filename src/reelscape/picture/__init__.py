"""A picture of any file: meshes, point clouds, splats, videos and photos drawn; a card for everything else."""
