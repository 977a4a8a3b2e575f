"""The one kind of error that is the user's to mend."""


class UserError(Exception):
    """Something the user gave can't be used; commands print it as one line, with exit code 2.

    ``UserError(where="train.txt:17", wrong="2 columns", expected="3 columns as in line 1",
    remedy="add the missing tag")`` reads ``train.txt:17: 2 columns; expected 3 columns as in line
    1; add the missing tag``.
    """

    def __init__(self, *, where: str, wrong: str, expected: str, remedy: str) -> None:
        self.where, self.wrong, self.expected, self.remedy = where, wrong, expected, remedy
        line = f"{where}: {wrong}; expected {expected}; {remedy}"
        super().__init__(" ".join(line.split()))
