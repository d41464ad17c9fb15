"""Claims of the 2019 thesis on gradient descent for non-convex problems."""
