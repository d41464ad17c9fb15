"""Du, Lee, Li, Wang, Zhai: gradient descent finds global minima of deep neural networks."""
