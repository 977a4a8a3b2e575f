"""The commands, one file each; installed as `nlp_architect_ext_procedures`."""
