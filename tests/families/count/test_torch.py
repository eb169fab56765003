"""Every kind of layer against PyTorch's modules: sizes by running them, parameters by asking them, operations by its counter."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.places import ROOT
from tests.pytorch import counter, torch
from tests.tables import each
from tests.trials import times

nn = torch.nn


def answers(given: str, find: str = "[totals, parameters, macs]") -> dict[str, Any]:
    text = f"title: t\ngiven: {{family: count, {given}}}\nparts: [{{label: a, find: {find}}}]"
    return {key.removeprefix("a/"): v for key, v in solve_question(load_text(text).questions[0]).answers.items()}


def counted(module: Any) -> int:
    return sum(p.numel() for p in module.parameters())


IMAGES = [
    ("conv 8@3x3", lambda: nn.Conv2d(6, 8, 3)),
    ("conv 8@5x3 stride 2 padding 1", lambda: nn.Conv2d(6, 8, (5, 3), 2, 1)),
    ("conv 9@4x4 stride 3 padding 2 dilation 2 groups 3", lambda: nn.Conv2d(6, 9, 4, 3, 2, 2, groups=3)),
    ("conv 8@4x4 same", lambda: nn.Conv2d(6, 8, 4, padding="same")),
    ("conv 8@3x3 same d2 no-bias", lambda: nn.Conv2d(6, 8, 3, padding="same", dilation=2, bias=False)),
    ("{type: conv, filters: 4, size: [3, 5], stride: [2, 1], padding: [0, 2]}", lambda: nn.Conv2d(6, 4, (3, 5), (2, 1), (0, 2))),
    ("depthwise 3 stride 2 padding 1", lambda: nn.Conv2d(6, 6, 3, 2, 1, groups=6)),
    ("{type: depthwise, size: 3, filters: 12}", lambda: nn.Conv2d(6, 12, 3, groups=6)),
    ("pointwise 7", lambda: nn.Conv2d(6, 7, 1)),
    ("separable 7@3x3 padding 1", lambda: nn.Sequential(nn.Conv2d(6, 6, 3, 1, 1, groups=6), nn.Conv2d(6, 7, 1))),
    ("transposed 4@3x3 stride 2 padding 1 output_padding 1", lambda: nn.ConvTranspose2d(6, 4, 3, 2, 1, 1)),
    ("transposed 4@4x4 groups 2 dilation 2", lambda: nn.ConvTranspose2d(6, 4, 4, groups=2, dilation=2)),
    ("max-pool 3 stride 2", lambda: nn.MaxPool2d(3, 2)),
    ("max-pool 3 stride 2 padding 1 ceil", lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True)),
    ("average-pool 2 ceil", lambda: nn.AvgPool2d(2, ceil_mode=True)),
    ("average-pool 2 stride 3 ceil padding 1", lambda: nn.AvgPool2d(2, 3, 1, ceil_mode=True)),
    ("global-pool", lambda: nn.AdaptiveAvgPool2d(1)),
    ("adaptive-pool 4x5", lambda: nn.AdaptiveAvgPool2d((4, 5))),
    ("upsample 2", lambda: nn.Upsample(scale_factor=2)),
    ("batch-norm", lambda: nn.BatchNorm2d(6)),
    ("group-norm 3", lambda: nn.GroupNorm(3, 6)),
    ("{type: instance-norm}", lambda: nn.InstanceNorm2d(6, affine=True)),
    ("{type: instance-norm, affine: false}", lambda: nn.InstanceNorm2d(6)),
    ("layer-norm", lambda: nn.LayerNorm([6, 17, 22])),
    ("dropout", lambda: nn.Dropout()),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Using padding=.same.")
@each(("layer", "module"), IMAGES)
def test_layers_of_images(layer: str, module: Any) -> None:
    built, image = module(), torch.zeros(2, 6, 17, 22)
    out = built(image)
    found = answers(f"input: [6, 17, 22], layers: [{layer}, flatten, dense 1]", "[sizes, parameters, macs]")
    assert found["D_flat1"] == out[0].numel()
    sizes = {
        key: v for key, v in found.items() if key[0] in "DHW" and key[1] == "_" and not key.endswith(("flat1", "fc1"))
    }
    assert not sizes or list(sizes.values())[-3:] == list(out.shape[1:])
    assert found["params_total"] - found["params_fc1"] == counted(built)
    with counter() as counts:
        built(image[:1])
    assert 2 * (found["macs_total"] - found["macs_fc1"]) == counts.get_total_flops()


OTHER_DIMENSIONS = [
    ("[5, 40]", "conv 8@7 stride 2 padding 3", lambda: nn.Conv1d(5, 8, 7, 2, 3), (5, 40)),
    ("[5, 40]", "transposed 8@4 stride 2", lambda: nn.ConvTranspose1d(5, 8, 4, 2), (5, 40)),
    ("[5, 40]", "max-pool 3", lambda: nn.MaxPool1d(3), (5, 40)),
    ("[2, 9, 12, 11]", "conv 4@3x3x3 padding 1", lambda: nn.Conv3d(2, 4, 3, padding=1), (2, 9, 12, 11)),
    ("[2, 9, 12, 11]", "conv 4@3x2x1 stride 2", lambda: nn.Conv3d(2, 4, (3, 2, 1), 2), (2, 9, 12, 11)),
    ("[2, 9, 12, 11]", "average-pool 2", lambda: nn.AvgPool3d(2), (2, 9, 12, 11)),
    ("[2, 9, 12, 11]", "batch-norm", lambda: nn.BatchNorm3d(2), (2, 9, 12, 11)),
]


@pytest.mark.parametrize(
    ("size", "layer", "module", "shape"), OTHER_DIMENSIONS, ids=[x[1] + x[0] for x in OTHER_DIMENSIONS]
)
def test_one_and_three_dimensions(size: str, layer: str, module: Any, shape: tuple[int, ...]) -> None:
    built = module()
    found = answers(f"input: {size}, layers: [{layer}, flatten, dense 1]", "[sizes, parameters, macs]")
    with counter() as counts:
        out = built(torch.zeros(1, *shape))
    assert found["D_flat1"] == out.numel()
    assert found["params_total"] - found["params_fc1"] == counted(built)
    assert 2 * (found["macs_total"] - found["macs_fc1"]) == counts.get_total_flops()


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_recurrent_layers(kind: str, both: bool, bias: bool) -> None:
    built = getattr(nn, kind)(5, 7, bidirectional=both, bias=bias, batch_first=True)
    flag = " bidirectional" if both else ""
    found = answers(
        f"input: [9, 5], bias: {str(bias).lower()}, layers: ['{kind.lower()} 7 biases 2{flag}']",
        "[sizes, parameters, macs]",
    )
    assert found["params_total"] == counted(built)
    name = f"{kind.lower()}1"
    assert found[f"D_{name}"] == built(torch.zeros(1, 9, 5))[0].shape[-1]
    one = answers(f"input: [9, 5], bias: {str(bias).lower()}, layers: ['{kind.lower()} 7{flag}']")
    gates = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind] * (2 if both else 1)
    assert found["params_total"] - one["params_total"] == (gates * 7 if bias else 0)
    assert one["macs_total"] == 9 * gates * 7 * (5 + 7)


@pytest.mark.parametrize("bias", [False, True])
def test_attention(bias: bool) -> None:
    built = nn.MultiheadAttention(12, 3, bias=bias, batch_first=True).eval()
    found = answers(f"input: [10, 12], bias: {str(bias).lower()}, layers: [attention 3]")
    x = torch.zeros(1, 10, 12)
    assert found["params_total"] == counted(built)
    with counter() as counts:
        built(x, x, x, need_weights=True)
    assert 2 * found["macs_total"] == counts.get_total_flops()


def test_cross_attention_of_other_features() -> None:
    built = nn.MultiheadAttention(12, 3, kdim=8, vdim=8, batch_first=True)
    given = "input: {x: [10, 12], memory: [7, 8]}, layers: [{type: attention, heads: 3, memory: memory}]"
    assert answers(given)["params_total"] == counted(built)


@pytest.mark.parametrize("norm", ["layer-norm"])
def test_encoder_and_decoder(norm: str) -> None:
    encoder = nn.TransformerEncoderLayer(16, 4, 40, batch_first=True)
    decoder = nn.TransformerDecoderLayer(16, 4, 40, batch_first=True)
    given = "input: {x: [10, 16], m: [7, 16]}, layers: [{type: %s, heads: 4, neurons: 40%s}]"
    assert answers(given % ("encoder", ""))["params_total"] == counted(encoder)
    assert answers(given % ("decoder", ", memory: m"))["params_total"] == counted(decoder)


def test_words() -> None:
    found = answers(
        "input: [9], layers: [embedding 100 size 6, layer-norm, rms-norm, positions 20, lstm 5 last, dense 3]",
        "[sizes, parameters]",
    )
    built = [nn.Embedding(100, 6), nn.LayerNorm(6), nn.RMSNorm(6), nn.Embedding(20, 6)]
    names = ["emb1", "norm1", "norm2", "pos1"]
    assert [found[f"params_{name}"] for name in names] == list(map(counted, built))
    assert found["D_fc1"] == 3
    assert found["params_fc1"] == 18


@st.composite
def windows(draw: st.DrawFn) -> tuple[str, Any]:
    """A convolution, transposed convolution or pool of any numbers, with its module."""
    kind = draw(st.sampled_from(["conv", "transposed", "max-pool", "average-pool"]))
    F, s, p, r = (
        draw(st.tuples(st.integers(low, high), st.integers(low, high)))
        for low, high in ((1, 5), (1, 3), (0, 2), (1, 2))
    )
    if "pool" in kind:
        p = tuple(min(a, b // 2) for a, b in zip(p, F, strict=True))
        ceil = draw(st.booleans())
        numbers = f"size: {list(F)}, stride: {list(s)}, padding: {list(p)}, ceil: {str(ceil).lower()}"
        if kind == "max-pool":
            return f"{{type: max-pool, {numbers}, dilation: {list(r)}}}", nn.MaxPool2d(F, s, p, r, ceil_mode=ceil)
        return f"{{type: average-pool, {numbers}}}", nn.AvgPool2d(F, s, p, ceil_mode=ceil)
    g, bias, n = draw(st.sampled_from([1, 2, 3])), draw(st.booleans()), 6 * draw(st.integers(1, 2))
    numbers = f"filters: {n}, size: {list(F)}, stride: {list(s)}, padding: {list(p)}, dilation: {list(r)}, groups: {g}"
    fields = f"{{type: {kind}, {numbers}, bias: {str(bias).lower()}}}"
    if kind == "conv":
        return fields, nn.Conv2d(6, n, F, s, p, r, groups=g, bias=bias)
    return fields, nn.ConvTranspose2d(6, n, F, s, p, 0, groups=g, bias=bias, dilation=r)


@settings(max_examples=times(12))
@given(windows(), st.integers(6, 20), st.integers(6, 20))
def test_random_windows(window: tuple[str, Any], height: int, width: int) -> None:
    layer, built = window
    image = torch.zeros(1, 6, height, width)
    try:
        out = built(image)
    except RuntimeError:  # does not fit
        with pytest.raises(SpecError):
            answers(f"input: [6, {height}, {width}], layers: [{layer}, flatten, dense 1]", "sizes")
        return
    found = answers(f"input: [6, {height}, {width}], layers: [{layer}, flatten, dense 1]", "[sizes, parameters, macs]")
    name = "pool1" if "pool" in layer else "conv1"
    assert [found[f"{axis}_{name}"] for axis in "DHW"] == list(out.shape[1:])
    assert found["params_total"] - found["params_fc1"] == counted(built)
    with counter() as counts:
        built(image)
    assert 2 * (found["macs_total"] - found["macs_fc1"]) == counts.get_total_flops()


def resnet50() -> Any:
    """ResNet-50 as torchvision builds it."""

    class Bottleneck(nn.Module):
        def __init__(self, i: int, c: int, s: int) -> None:
            super().__init__()
            self.a, self.na = nn.Conv2d(i, c, 1, bias=False), nn.BatchNorm2d(c)
            self.b, self.nb = nn.Conv2d(c, c, 3, s, 1, bias=False), nn.BatchNorm2d(c)
            self.c, self.nc = nn.Conv2d(c, 4 * c, 1, bias=False), nn.BatchNorm2d(4 * c)
            other = s != 1 or i != 4 * c
            self.d = nn.Sequential(nn.Conv2d(i, 4 * c, 1, s, bias=False), nn.BatchNorm2d(4 * c)) if other else None

        def forward(self, x: Any) -> Any:
            y = self.nc(self.c(torch.relu(self.nb(self.b(torch.relu(self.na(self.a(x))))))))
            return torch.relu(y + (x if self.d is None else self.d(x)))

    layers: list[Any] = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    i = 64
    for c, blocks, s in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for k in range(blocks):
            layers.append(Bottleneck(i, c, s if k == 0 else 1))
            i = 4 * c
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


def test_resnet_50_layer_by_layer() -> None:
    """Of a small image: on sizes alone, PyTorch would count with its compiler, whose import takes longer."""
    with torch.device("meta"):
        built = resnet50().eval()
    text = (ROOT / "problems/networks/resnet-50.yaml").read_text(encoding="utf-8").replace("224", "64")
    found = solve_question(load_text(text).questions[0]).answers
    per_layer = [m for m in built.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d | nn.Linear)]
    counts = [v for key, v in found.items() if re.match(r"a/params_(?!total)", key)]
    assert counts == [counted(m) for m in per_layer]
    with counter() as counts, torch.no_grad():
        built.to_empty(device="cpu")(torch.zeros(1, 3, 64, 64))
    assert 2 * found["a/macs_total"] == counts.get_total_flops()
