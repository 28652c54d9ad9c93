"""``python -m yiyang``."""

from yiyang.cli import main

main()
