"""Those who look after elders: their certificates and training, and whom they are assigned to."""
