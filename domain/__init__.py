"""What is true, whoever asks. Knows no GraphQL, no HTTP and no MQTT."""
