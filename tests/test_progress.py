"""What a person watches: each line once."""

import logging

from nlp_architect_ext.core.progress import LOG, say, show_on_terminal


def test_a_program_that_logs_itself_shows_no_line_twice(capsys, caplog):
    with caplog.at_level(logging.INFO):
        with show_on_terminal():
            say("shown")
        assert caplog.messages == []
        assert capsys.readouterr().err == "shown\n"
        assert LOG.propagate
        LOG.setLevel(logging.INFO)
        say("logged")
        LOG.setLevel(logging.NOTSET)
        assert caplog.messages == ["logged"]
