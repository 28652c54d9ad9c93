"""Alarms: raised by devices, ended by people."""
