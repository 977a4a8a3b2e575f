"""What the kernel's tests share."""

import pytest
from native.text_library import TextLibrary, build, compiler


@pytest.fixture(scope="session")
def text_library(tmp_path_factory):
    if compiler() is None:
        pytest.skip("no C++ compiler")
    return TextLibrary(build(tmp_path_factory.mktemp("native")))
