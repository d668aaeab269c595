"""The web process: settings, accounts and keys, the API surfaces and the pages."""
