"""Deep ReLU networks: generalisation bounds of gradient descent near the initialisation."""
