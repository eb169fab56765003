"""Questions written from ONNX models: as many parameters as the model's weights, sizes as they flow, refusals."""

import builtins
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from solver.cli.main import main
from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question

onnx = pytest.importorskip("onnx")
helper, FLOAT = onnx.helper, onnx.TensorProto.FLOAT


def weight(name: str, *dims: int) -> Any:
    size = 1
    for dim in dims:
        size *= dim
    return helper.make_tensor(name, FLOAT, dims, [0.0] * size)


def model(path: Path, nodes: list[Any], weights: list[Any], size: tuple[Any, ...] = (1, 3, 16, 16)) -> str:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", FLOAT, size)],
        [helper.make_tensor_value_info("y", FLOAT, None)],
        weights,
    )
    onnx.save(helper.make_model(graph), str(path))
    return str(path)


def residual(path: Path) -> str:
    """Two convolutions with a shortcut, beside one another a depthwise one, a dense layer in two nodes."""
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Relu", ["c1"], ["r1"]),
        node("MaxPool", ["r1"], ["p1"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1),
        node("Conv", ["p1", "w2"], ["c2"], pads=[1, 1, 1, 1], group=2),
        node("BatchNormalization", ["c2", "g", "b", "m", "v"], ["n1"]),
        node("Add", ["n1", "p1"], ["a1"]),
        node("Conv", ["a1", "w3"], ["c3"], strides=[2, 1]),
        node("Sigmoid", ["c3"], ["s"]),
        node("Mul", ["c3", "s"], ["swish"]),
        node("Conv", ["a1", "w4"], ["c4"], strides=[2, 1]),
        node("Concat", ["swish", "c4"], ["cat"], axis=1),
        node("GlobalAveragePool", ["cat"], ["gap"]),
        node("Flatten", ["gap"], ["f"]),
        node("MatMul", ["f", "w5"], ["mm"]),
        node("Add", ["mm", "b5"], ["fc"]),
        node("Gemm", ["fc", "w6", "b6"], ["y"], transB=1),
    ]
    weights = [
        weight("w1", 8, 3, 3, 3), weight("b1", 8), weight("w2", 8, 4, 3, 3), weight("g", 8), weight("b", 8),
        weight("m", 8), weight("v", 8), weight("w3", 6, 8, 1, 1), weight("w4", 10, 8, 1, 1), weight("w5", 16, 12),
        weight("b5", 12), weight("w6", 5, 12), weight("b6", 5),
    ]  # fmt: skip
    return model(path, nodes, weights)


def test_a_small_model(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["new", "--from", residual(tmp_path / "small.onnx")])
    assert done.exit_code == 0, done.output
    assert "- conv 8@3x3 padding 1\n" in done.output
    assert "- conv 8@3x3 no-bias groups 2 padding 1\n" in done.output or "groups 2" in done.output
    answers = solve_question(load_text(done.output).questions[0]).answers
    learned = 8 * 3 * 9 + 8 + 8 * 4 * 9 + 16 + 6 * 8 + 10 * 8 + 16 * 12 + 12 + 5 * 12 + 5
    assert answers["b/params_total"] == learned
    assert (answers["a/H_pool1"], answers["a/D_concat1"], answers["a/H_conv3"], answers["a/W_conv3"]) == (9, 16, 5, 9)


def refused(
    tmp_path: Path, nodes: list[Any], weights: list[Any] | None = None, size: tuple[Any, ...] = (1, 3, 16, 16)
) -> str:
    done = CliRunner().invoke(main, ["new", "--from", model(tmp_path / "m.onnx", nodes, weights or [], size)])
    assert done.exit_code == 2
    return done.output


def test_what_count_does_not_know_is_refused(tmp_path: Path) -> None:
    node = helper.make_node
    assert "GridSample, node 'n', is an operation that count does not know" in refused(
        tmp_path, [node("GridSample", ["x", "x"], ["y"], name="n")]
    )
    assert "export it with a fixed size" in refused(tmp_path, [node("Relu", ["x"], ["y"])], size=(1, 3, "h", "w"))
    assert "padded by [1, 1] before and [0, 0] behind" in refused(
        tmp_path, [node("Conv", ["x", "w"], ["y"], pads=[1, 1, 0, 0])], [weight("w", 4, 3, 3, 3)]
    )


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no model at all" * 9)
    for name, said in (("bad.onnx", "is no ONNX model"), ("none.onnx", "does not exist"), ("x.pt", "is no .onnx file")):
        done = CliRunner().invoke(main, ["new", "--from", str(tmp_path / name)])
        assert done.exit_code == 2
        assert said in done.output


def test_a_missing_package_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from solver.author.from_onnx import question

    real = builtins.__import__

    def without(name: str, *args: Any, **extra: Any) -> Any:
        if name == "onnx":
            raise ImportError(name)
        return real(name, *args, **extra)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SpecError) as caught:
        question(str(tmp_path / "m.onnx"))
    assert "pip install 'nnsolve[onnx]'" in caught.value.problems[0].hint


def test_a_device_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "endless.onnx").symlink_to("/dev/zero")
    done = CliRunner().invoke(main, ["new", "--from", str(tmp_path / "endless.onnx")])
    assert (done.exit_code, "endless.onnx: is no regular file" in done.stderr) == (2, True)
