"""How is a connector started, told to work, and ended? One module for each way."""
