"""From depth maps to a coloured triangle mesh."""
