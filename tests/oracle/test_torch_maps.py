"""PyTorch as the oracle: convolutions, pooling and small networks of random sizes, values and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.oracle.test_torch_sequences import agree, column, draw, solved
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times

F: Any = torch.nn.functional


def drawn_pair(rng: np.random.Generator, low: int, high: int) -> tuple[int, int]:
    """A number of rows and one of columns, often the same."""
    rows, columns = (int(n) for n in rng.integers(low, high, 2))
    return (rows, columns if rng.integers(2) else rows)


def kernels_as_typed(K: Any, rng: np.random.Generator) -> Any:
    """Filters × channels, in the shortest form that says the same."""
    filters, channels = K.shape[:2]
    if filters == channels == 1:
        return K[0, 0].tolist()
    if channels == 1 and rng.integers(2):
        return K[:, 0].tolist()
    if filters == 1 and channels > 1 and rng.integers(2):
        return K[0].tolist()
    return K.tolist()


def letters(letter: str, count: int) -> list[str]:
    return [letter] if count == 1 else [f"{letter}{k + 1}" for k in range(count)]


def kernel_names(filters: int, channels: int) -> list[str]:
    if channels == 1:
        return letters("K", filters)
    if filters == 1:
        return letters("K", channels)
    return [f"K{f + 1}_{c + 1}" for f in range(filters) for c in range(channels)]


@pytest.mark.parametrize("seed", range(times(4)))
@pytest.mark.parametrize("operation", ["cross-correlation", "convolution", "transposed"])
def test_one_layer(seed: int, operation: str) -> None:
    rng = np.random.default_rng(seed)
    groups = int(rng.choice([1, 1, 1, 2]))
    channels, filters = (groups * int(n) for n in rng.integers(1, 3, 2))
    size, kernel, stride, dilation = (drawn_pair(rng, *ends) for ends in ((4, 8), (1, 4), (1, 4), (1, 3)))
    if any(d * (f - 1) >= n for n, f, d in zip(size, kernel, dilation, strict=True)):
        dilation = (1, 1)  # so that the kernel has a place
    most = [d * (f - 1) // (2 if operation == "transposed" else 1) for d, f in zip(dilation, kernel, strict=True)]
    padding = tuple(int(rng.integers(0, min(m, 2) + 1)) for m in most)
    X, K, b = draw(rng, channels, *size), draw(rng, filters, channels // groups, *kernel), draw(rng, filters)
    leaves = [x.requires_grad_() for x in (X, K, b)]
    how = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    more = ""
    if operation == "transposed":
        each, share = channels // groups, filters // groups
        stored = torch.cat([K[g * share : (g + 1) * share].transpose(0, 1) for g in range(groups)])
        extra = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True))
        out = F.conv_transpose2d(X[None], stored, b, output_padding=extra, **how)[0]
        assert each == stored.shape[0] // groups
        more = f", output_padding: {list(extra)}"
    else:
        turned = K.flip(-1, -2) if operation == "convolution" else K
        out = F.conv2d(X[None], turned, b, **how)[0]
    out = torch.tanh(out)
    gradient = draw(rng, *out.shape)
    (out * gradient).sum().backward()
    lists = [v.detach().tolist() for v in (X, gradient)]
    given = (
        f"  {{family: convolution, X: {lists[0][0] if channels == 1 and rng.integers(2) else lists[0]}, "
        f"K: {kernels_as_typed(K.detach(), rng)}, b: {b.detach().tolist()}, operation: {operation}, activation: tanh, "
        f"stride: {list(stride)}, padding: {list(padding)}, dilation: {list(dilation)}, groups: {groups}{more}, "
        f"gradient: {lists[1][0] if filters == 1 else lists[1]}}}"
    )
    solution = solved(given, "[output, gradients, gradients_x]")
    for name, expected in zip(letters("Y", filters), out, strict=True):
        agree(solution, name, expected, given)
    for name, expected in zip(letters("grad_X", channels), leaves[0].grad, strict=True):
        agree(solution, name, expected, given)
    for name, expected in zip(kernel_names(filters, channels // groups), K.grad.reshape(-1, *kernel), strict=True):
        agree(solution, f"grad_{name}", expected, given)
    for name, expected in zip(letters("grad_b", filters), b.grad, strict=True):
        agree(solution, name, expected, given)
    assert solution.parts[0].checked is not None
    assert solution.parts[0].checked < 1e-6


@pytest.mark.parametrize("seed", range(times(3)))
def test_one_dimension(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, f, stride, dilation = (int(rng.integers(*ends)) for ends in ((5, 10), (2, 4), (1, 3), (1, 3)))
    channels, filters, padding = (int(rng.integers(*ends)) for ends in ((1, 3), (1, 3), (0, 3)))
    X, K = draw(rng, channels, n).requires_grad_(), draw(rng, filters, channels, f).requires_grad_()
    out = F.conv1d(X[None], K, stride=stride, padding=padding, dilation=dilation)[0]
    ((out - 1) ** 2).sum().backward()
    d = torch.ones_like(out).tolist()
    x, k = X.detach().tolist(), K.detach().tolist()
    given = (
        f"  {{family: convolution, dimensions: 1, X: {x}, K: {k}, stride: {stride}, padding: {padding}, "
        f"dilation: {dilation}, loss: square-error, d: {d}}}"
    )
    solution = solved(given, "[output, J, gradients, gradients_x]")
    for name, expected in zip(letters("Y", filters), out, strict=True):
        agree(solution, name, expected, given)
    for name, expected in zip(kernel_names(filters, channels), K.grad.reshape(-1, f), strict=True):
        agree(solution, f"grad_{name}", expected, given)
    for name, expected in zip(letters("grad_X", channels), X.grad, strict=True):
        agree(solution, name, expected, given)


@each("seed", range(times(4)))
@each("pool", ["max", "average"])
def test_pooling_and_back(seed: int, pool: str) -> None:
    rng = np.random.default_rng(seed)
    window, stride = drawn_pair(rng, 1, 4), drawn_pair(rng, 1, 4)
    size, padding = drawn_pair(rng, 4, 8), tuple(int(rng.integers(0, w // 2 + 1)) for w in window)
    ceil = bool(rng.integers(2))
    X = draw(rng, *size).requires_grad_()
    if pool == "max":
        out, at = F.max_pool2d(X[None, None], window, stride, padding, ceil_mode=ceil, return_indices=True)
    else:
        out = F.avg_pool2d(X[None, None], window, stride, padding, ceil_mode=ceil)
    gradient = draw(rng, *out.shape[2:])
    (out[0, 0] * gradient).sum().backward()
    fields = f"size: {list(window)}, stride: {list(stride)}, padding: {list(padding)}, ceil: {str(ceil).lower()}"
    given = (
        f"  {{family: convolution, X: {X.detach().tolist()}, pool: {pool}, {fields}, gradient: {gradient.tolist()}}}"
    )
    solution = solved(given, "[output, gradients_x]")
    agree(solution, "Y", out[0, 0], given)
    agree(solution, "grad_X", X.grad, given)
    if pool == "max" and window == stride and not any(padding):  # PyTorch overwrites where windows overlap
        given = (
            f"  {{family: convolution, X: {X.detach().tolist()}, layers: [{{pool: max, {fields}}}, {{unpool: max}}]}}"
        )
        agree(solved(given, "output"), "P2", F.max_unpool2d(out, at, window, stride, output_size=size)[0, 0], given)


@pytest.mark.parametrize("seed", range(times(3)))
def test_a_small_network(seed: int) -> None:
    rng = np.random.default_rng(seed)
    channels, filters, second = (int(n) for n in rng.integers(1, 3, 3))
    size, classes = int(rng.integers(6, 9)), int(rng.integers(2, 4))
    X, K, b = draw(rng, channels, size, size), draw(rng, filters, channels, 3, 3), draw(rng, filters)
    L = draw(rng, second, filters, 2, 2)
    maps = F.conv2d(F.max_pool2d(torch.tanh(F.conv2d(X[None], K, b, padding=1)), 2), L)
    inputs = maps.numel()
    W, c = draw(rng, classes, inputs) / 10, draw(rng, classes)
    leaves = [v.requires_grad_() for v in (X, K, b, L, W, c)]
    maps = torch.relu(F.conv2d(F.max_pool2d(torch.tanh(F.conv2d(X[None], K, b, padding=1)), 2), L))
    scores = W @ maps.reshape(-1) + c
    J = F.cross_entropy(scores[None], torch.tensor([0]))
    J.backward()
    x, k, bias, kernels, w, cc = (v.detach().tolist() for v in leaves)
    d = [1] + [0] * (classes - 1)
    given = (
        f"  {{family: convolution, X: {x}, layers: [{{K: {k}, b: {bias}, padding: same, activation: tanh}}, {{pool: max}}, "
        f"{{K: {kernels}, activation: relu}}, flatten, "
        f"{{W: {w}, weights: neurons x inputs, b: {cc}, activation: softmax}}], loss: cross-entropy, d: {d}}}"
    )
    solution = solved(given, "[y, J, gradients, gradients_x]")
    agree(solution, "J", J, given)
    agree(solution, "y", column(torch.softmax(scores, 0)), given)
    agree(solution, "grad_W5", W.grad, given)
    agree(solution, "grad_b5", column(c.grad), given)
    names = [f"grad_K1{n[1:] and '_' + n[1:]}" for n in kernel_names(filters, channels)]
    for name, expected in zip(names, K.grad.reshape(-1, 3, 3), strict=True):
        agree(solution, name, expected, given)
    names = [f"grad_K3{n[1:] and '_' + n[1:]}" for n in kernel_names(second, filters)]
    for name, expected in zip(names, L.grad.reshape(-1, 2, 2), strict=True):
        agree(solution, name, expected, given)
    for name, expected in zip(letters("grad_X", channels), X.grad, strict=True):
        agree(solution, name, expected, given)


# -- normalisation ------------------------------------------------------------------------------------------------------
@each("seed", range(times(2)))
@each("kind", ["batch", "layer", "rms", "group"])
def test_rows_normalised(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    n, m, eps = int(rng.integers(2, 5)), 2 * int(rng.integers(1, 4)), 0.01
    X, gamma, beta, gradient = draw(rng, n, m), draw(rng, m), draw(rng, m), draw(rng, n, m)
    leaves = [x.requires_grad_() for x in (X, gamma, beta)]
    mean, var = draw(rng, m), draw(rng, m).abs() + 0.1
    groups, more = int(rng.choice([1, 2])), ""
    if kind == "batch":
        more = (
            f", running_mean: {mean.tolist()}, running_var: {var.tolist()}, momentum: 0.3, running_variance: unbiased"
        )
        Y = F.batch_norm(X, mean, var, gamma, beta, training=True, momentum=0.3, eps=eps)
    elif kind == "layer":
        Y = F.layer_norm(X, (m,), gamma, beta, eps)
    elif kind == "rms":
        Y = F.rms_norm(X, (m,), gamma, eps) + beta
    else:
        more, Y = f", groups: {groups}", F.group_norm(X, groups, gamma, beta, eps)
    (Y * gradient).sum().backward()
    x, g, b, dy = (v.detach().tolist() for v in (X, gamma, beta, gradient))
    given = (
        f"  {{family: normalisation, kind: {kind}, X: {x}, gamma: {g}, beta: {b}, eps: {eps}, gradient: {dy}{more}}}"
    )
    solution = solved(given, "[output, gradients" + (", running]" if kind == "batch" else "]"))
    agree(solution, "Y", Y, given)
    agree(solution, "grad_X", leaves[0].grad, given)
    agree(solution, "grad_gamma", gamma.grad[None], given)
    agree(solution, "grad_beta", beta.grad[None], given)
    if kind == "batch":
        agree(solution, "run_mean_t1", mean[None], given)
        agree(solution, "run_var_t1", var[None], given)
    assert solution.parts[0].checked is not None
    assert solution.parts[0].checked < 1e-6


@pytest.mark.parametrize("seed", range(times(3)))
@pytest.mark.parametrize("kind", ["batch", "layer", "instance", "group"])
def test_maps_normalised(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    samples, channels, rows, columns, eps = int(rng.integers(1, 3)), 2, 2, int(rng.integers(2, 4)), 0.01
    X, gamma, beta = draw(rng, samples, channels, rows, columns), draw(rng, channels), draw(rng, channels)
    gradient = draw(rng, samples, channels, rows, columns)
    leaves = [x.requires_grad_() for x in (X, gamma, beta)]
    groups = int(rng.choice([1, 2]))
    if kind == "batch":
        Y = F.batch_norm(X, None, None, gamma, beta, training=True, eps=eps)
    elif kind == "layer":
        Y = F.layer_norm(X, (channels, rows, columns), None, None, eps) * gamma[:, None, None] + beta[:, None, None]
    elif kind == "instance":
        Y = F.instance_norm(X, weight=gamma, bias=beta, eps=eps)
    else:
        Y = F.group_norm(X, groups, gamma, beta, eps)
    (Y * gradient).sum().backward()
    x, g, b, dy = (v.detach().tolist() for v in (X, gamma, beta, gradient))
    more = f", groups: {groups}" if kind == "group" else ""
    given = (
        f"  {{family: normalisation, kind: {kind}, X: {x}, gamma: {g}, beta: {b}, eps: {eps}, gradient: {dy}{more}}}"
    )
    solution = solved(given, "[output, gradients]")
    for s in range(samples):
        for c in range(channels):
            ending = f"{s + 1}_{c + 1}" if samples > 1 else f"{c + 1}"
            agree(solution, f"Y{ending}", Y[s, c], given)
            agree(solution, f"grad_X{ending}", leaves[0].grad[s, c], given)
    for c in range(channels):
        agree(solution, f"grad_gamma{c + 1}", gamma.grad[c], given)
        agree(solution, f"grad_beta{c + 1}", beta.grad[c], given)
