"""The conformance kit: does a student keep what training, prediction and files rely on?

In a test of your own package, ``check_student("gru")`` or ``check_student(Gru, width=32)`` is all
it takes.
"""

from nlp_architect_ext.testing.student import check_student

__all__ = ["check_student"]
