"""Rings each station's test call, each minute, and watches it arrive."""

from yiyang.canary.ringing import CanarySettings as CanarySettings
from yiyang.canary.ringing import keep_ringing as keep_ringing
