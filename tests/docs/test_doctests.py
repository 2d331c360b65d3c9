"""The examples in docstrings."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pulumi_snapcopy
import pytest

from tests import harness

ROOTS = {
    "pulumi_snapcopy": Path(pulumi_snapcopy.__file__).parent,
    "tests.harness": Path(harness.__file__).parent,
}
MODULES = sorted(
    ".".join([name, *path.relative_to(root).with_suffix("").parts]).removesuffix(".__init__")
    for name, root in ROOTS.items()
    for path in root.rglob("*.py")
    if ">>> " in path.read_text()
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_end_as_they_say(module: str) -> None:
    """Each example of a module gives the result that stands beneath it."""
    try:
        imported = importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in ("pulumi_snapcopy", "tests"):
            raise
        pytest.skip(f"{missing.name} isn't installed")
    tried = [test for test in doctest.DocTestFinder().find(imported) if test.examples]
    assert tried, "no docstring of this module holds the example that its source does"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    for test in tried:
        runner.run(test, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)
