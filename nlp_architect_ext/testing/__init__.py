"""The conformance kit: does a student or a teacher keep what the program relies on?

In a test of your own package, ``check_student("gru")``, ``check_student(Gru, width=32)`` or
``check_teacher("honorifics", "PER", labels, sentences)`` is all it takes.
"""

from nlp_architect_ext.testing.student import check_student
from nlp_architect_ext.testing.teacher import check_teacher

__all__ = ["check_student", "check_teacher"]
