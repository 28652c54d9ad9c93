"""The MQTT shell: what devices say becomes rows, alarms and receipts."""
