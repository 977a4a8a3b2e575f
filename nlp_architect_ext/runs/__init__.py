"""The job behind each command, from settings to result folder."""
