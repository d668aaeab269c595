"""The open surface: files and reconstructions for whoever knows their ids, after OpenStrate's document."""
