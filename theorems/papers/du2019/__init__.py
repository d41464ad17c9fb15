"""Claims of the thesis "Gradient Descent for Non-convex Problems in Modern Machine Learning" (2019)."""
