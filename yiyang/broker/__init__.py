"""What a broker of production needs from us: its configuration, and its devices' accounts."""
