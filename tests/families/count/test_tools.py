"""What other counters print, as we say it, against what they do print."""

from typing import Any

import pytest

from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.pytorch import counter, torch

nn = torch.nn

LAYERS = """
  - conv 8@3x3 stride 2 padding 1
  - batch-norm
  - max-pool 2
  - depthwise 3 padding 1 no-bias
  - {type: pointwise, filters: 12}
  - group-norm 3
  - {type: instance-norm, affine: false}
  - transposed 6@3x3 stride 2
  - upsample 2
  - average-pool 2
  - {type: conv, filters: 9, size: [1, 3], groups: 3}
  - global-pool
  - flatten
  - {type: dense, neurons: 20}
  - layer-norm
  - {type: dense, neurons: 5, bias: false}
"""


def network() -> Any:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, 1, 1, groups=8, bias=False),
        nn.Conv2d(8, 12, 1), nn.GroupNorm(3, 12), nn.InstanceNorm2d(12), nn.ConvTranspose2d(12, 6, 3, 2),
        nn.Upsample(scale_factor=2), nn.AvgPool2d(2), nn.Conv2d(6, 9, (1, 3), groups=3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(9, 20),
        nn.LayerNorm(20), nn.Linear(20, 5, bias=False),
    ).eval()  # fmt: skip


def told() -> dict[str, str]:
    text = f"title: t\ngiven:\n  family: count\n  input: [3, 37, 41]\n  layers:{LAYERS}\nparts: [{{label: a}}]".replace(
        "\n  -", "\n    -"
    )
    working = solve_question(load_text(text).questions[0]).parts[0].context.working
    assert working.others is not None
    return {str(row[0]): str(row[2]).replace(",", "") for row in working.others().rows}


def test_pytorch() -> None:
    with counter() as counts, torch.no_grad():
        network()(torch.zeros(1, 3, 37, 41))
    assert told()["torch.utils.flop_counter"] == str(counts.get_total_flops())


def test_torchinfo() -> None:
    torchinfo = pytest.importorskip("torchinfo")
    summary = torchinfo.summary(network(), (1, 3, 37, 41), verbose=0)
    assert told()["torchinfo"] == str(summary.total_mult_adds)


@pytest.mark.filterwarnings("ignore")
def test_thop() -> None:
    thop = pytest.importorskip("thop")
    macs, _ = thop.profile(network(), (torch.zeros(1, 3, 37, 41),), verbose=False)
    assert told()["thop"] == str(int(macs))


@pytest.mark.filterwarnings("ignore")
def test_ptflops() -> None:
    ptflops = pytest.importorskip("ptflops")
    macs, _ = ptflops.get_model_complexity_info(
        network(), (3, 37, 41), as_strings=False, print_per_layer_stat=False, backend="pytorch"
    )
    assert told()["ptflops"] == str(macs)


@pytest.mark.filterwarnings("ignore")
def test_fvcore() -> None:
    fvcore = pytest.importorskip("fvcore.nn")
    counted = fvcore.FlopCountAnalysis(network(), torch.zeros(1, 3, 37, 41)).unsupported_ops_warnings(False)
    assert told()["fvcore"] == str(int(counted.total()))
