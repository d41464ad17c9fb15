"""Kernels of wide networks: Gram matrices at finite width and their infinite-width limits."""

from numeric.kernels.finite import finite_width
from numeric.kernels.infinite import Kernels, infinite_width
from numeric.kernels.layers import Activation, Dense, Residual

__all__ = ["Activation", "Dense", "Kernels", "Residual", "finite_width", "infinite_width"]
