"""The GraphQL shell: HTTP and WebSocket in, domain verbs and declared reads out."""
