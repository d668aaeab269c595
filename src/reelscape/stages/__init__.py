"""The stages of a run: one plain function each, `run(workspace, config, report) -> facts`."""
