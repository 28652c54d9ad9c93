"""The packages that the mini-program's tests run it with."""

import subprocess
from functools import cache
from pathlib import Path

from tests.npm import node

HERE = Path(__file__).resolve().parent


@cache
def compiler() -> str:
    """What compiles WXML here: ``official``, WeChat's own program, where it runs, or ``simulate``.

    Its package carries programs for Linux on x86-64, macOS and Windows.
    """
    compiles = "require('miniprogram-compiler').wxmlToJs('.')"
    # What it says of the files is for the tests to see; here only whether it can be started.
    code = f"try {{ {compiles} }} catch (error) {{ process.exitCode = error.syscall ? 1 : 0 }}"
    return "simulate" if subprocess.run([node(), "-e", code], cwd=HERE).returncode else "official"
