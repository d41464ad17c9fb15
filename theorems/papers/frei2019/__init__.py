"""Deep residual ReLU networks trained by gradient descent on the cross-entropy."""
