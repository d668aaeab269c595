"""Structure from motion: features, pairs, checks, mapping, orientation, undistortion."""
