"""What can be done to running mocks from a terminal? One module for each group of commands.

Commands act and print; what they tell comes from the control API, or from the files that come with
ixkit. Heavy imports wait until a command needs them.
"""
