r"""Chapter 3, Theorems 3.1, 3.2 and 3.3: the step size that they allow, as the depth grows.

Measured as in `du2018.step_sizes`, with a Gaussian output layer that is trained along.
"""

from __future__ import annotations

from theorems.claim import Claim, Source
from theorems.papers.du2018 import step_sizes as steps
from theorems.quantifiers import UpToConstant
from theorems.sides import Computed, Sampled

PAPER = "du2019"
RATE = r"$L(\theta(k))\le(1-\frac{\eta\lambda_{\min}(K^{(H)})}2)^kL(\theta(0))$ for "

dense = Claim(
    id="du2019.theorem-3.1.step",
    source=Source(PAPER, "3.4", "Theorem 3.1, the step size"),
    title="the step size of Theorem 3.1 as the depth grows",
    statement=RATE + r"$\eta=O(\frac{\lambda_{\min}(K^{(H)})}{n^22^{O(H)}})$",
    reading=steps.DENSE_READING,
    lhs=Sampled(steps.dense_inverse("normal")),
    restates="du2018.theorem-3.1.step",
    uses=("du2019.lemma-3.7",),
    **steps.DENSE,
)

dense_inputs = Claim(
    id="du2019.theorem-3.1.step.inputs",
    source=dense.source,
    title="the step size of Theorem 3.1 as the number of inputs grows",
    statement=dense.statement,
    reading=steps.INPUTS_READING,
    lhs=Sampled(steps.dense_inverse("normal")),
    restates="du2018.theorem-3.1.step.inputs",
    uses=("du2019.lemma-3.7",),
    **steps.INPUTS,
)

residual = Claim(
    id="du2019.theorem-3.2.step",
    source=Source(PAPER, "3.5", "Theorem 3.2, the step size"),
    title="the step size of Theorem 3.2 as the depth grows",
    statement=RATE + r"$\eta=O\left(\frac{\lambda_{\min}(K^{(H)})H^2}{n^2}\right)$",
    reading=steps.DEEP_READING,
    lhs=Sampled(steps.residual_inverse(True)),
    restates="du2018.theorem-4.1.step",
    uses=("du2019.lemma-3.14",),
    **{**steps.RESIDUAL, "quantifier": UpToConstant(along=("H",), samples=48)},
)

convolution = Claim(
    id="du2019.theorem-3.3.step",
    source=Source(PAPER, "3.6", "Theorem 3.3, the step size"),
    title="the step size of Theorem 3.3 as the depth grows",
    statement=RATE + r"$\eta=O\left(\frac{\lambda_0H^2}{n^2\mathrm{poly}(p)}\right)$",
    reading=steps.CONVOLUTION_READING,
    lhs=Sampled(steps.convolution_inverse(True)),
    rhs=Computed(steps.convolution_printed(True)),
    restates="du2018.theorem-5.1.step",
    uses=("du2019.lemma-3.21",),
    **steps.CONVOLUTION,
)
