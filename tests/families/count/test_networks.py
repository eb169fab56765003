"""The networks of problems/networks against what is published of them, and against PyTorch's own modules."""

from typing import Any

import pytest

import solver
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.places import ROOT

NETWORKS = ROOT / "problems/networks"

PUBLISHED: dict[str, dict[str, int]] = {
    "lenet-5": {
        "b/params_C1": 156, "b/params_S2": 12, "b/params_C3": 1516, "b/params_S4": 32, "b/params_C5": 48120,
        "b/params_F6": 10164, "b/params_total": 60840, "b/connections_C1": 122304, "b/connections_S2": 5880,
        "b/connections_C3": 151600, "b/connections_S4": 2000, "b/connections_total": 340908,
    },
    "alexnet": {
        "b/params_conv1": 34944, "b/params_conv2": 307456, "b/params_conv3": 885120, "b/params_conv4": 663936,
        "b/params_conv5": 442624, "b/params_fc1": 37752832, "b/params_fc2": 16781312, "b/params_fc3": 4097000,
        "b/params_total": 60965224, "c/macs_conv1": 105415200, "c/macs_total": 724406816,
    },
    "alexnet-torchvision": {"a/params_total": 61100840, "a/macs_total": 714188480},
    "vgg-16": {
        "a/params_total": 138357544, "a/macs_total": 15470264320, "a/params_fc1": 102764544,
        "c/reach_pool1": 6, "c/reach_pool5": 212,
    },
    "googlenet": {"a/params_total": 6624904, "a/macs_total": 1498376192},
    "resnet-18": {"a/params_total": 11689512, "a/macs_total": 1814073344},
    "resnet-50": {"a/params_total": 25557032, "a/macs_total": 4089184256},
    "mobilenet-v1": {"a/params_total": 4231976, "a/macs_total": 568740352},
    "mobilenet-v2": {"a/params_total": 3504872, "a/macs_total": 300774272},
    "transformer-base": {"a/params_total": 63082496, "a/params_decoder6_cross": 1050624},
    "bert-base": {"a/params_total": 109482240, "a/params_pooler": 590592},
    "gpt-2-small": {"a/params_total": 124439808, "a/params_emb1": 38597376, "a/params_pos1": 786432},
    "vit-b-16": {"a/T_class": 197, "b/params_total": 86567656, "b/params_patches": 590592},
    "u-net": {"a/D_map": 2, "a/H_map": 388, "a/W_map": 388, "b/params_total": 31030658},
    "mixtral-8x7b": {"a/params_total": 46702792704, "b/active_total": 12879925248, "c/cache_total": 536870912},
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_published(name: str) -> None:
    """And the parameters of all layers add up."""
    answers: dict[str, Any] = solver.solve(NETWORKS / f"{name}.yaml").answers
    assert {key: answers[key] for key in PUBLISHED[name]} == PUBLISHED[name]
    for word in ("params", "macs", "connections"):
        counted = [v for key, v in answers.items() if f"/{word}_" in key and not key.endswith("_total")]
        total = [v for key, v in answers.items() if key.endswith(f"/{word}_total")]
        assert not total or sum(counted) == total[0]


def test_mobilenet_as_keras_counts_it() -> None:
    text = (NETWORKS / "mobilenet-v1.yaml").read_text(encoding="utf-8")
    text = text.replace("  bias: false\n", "  bias: false\n  running_averages: true\n", 1)
    solution = solve_question(load_text(text).questions[0])
    assert solution["a/params_total"].value == 4253864


def test_every_network_is_in_the_table() -> None:
    assert {path.stem for path in NETWORKS.glob("*.yaml")} == set(PUBLISHED)
