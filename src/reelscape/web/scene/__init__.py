"""The page of a scene: the scene or how it comes along, its files, its owner's buttons, sharing."""
