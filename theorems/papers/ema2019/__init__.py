"""Deep networks with skip connections: gradient descent in their random-feature regime."""
