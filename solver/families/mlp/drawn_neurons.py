"""What a figure shows of a network."""

from solver.nets.layers import neurons_inputs
from solver.nets.network import Network, Pass
from solver.working.sketches import MINUS, Feedforward, NeuronColumn


def network(net: Network, at: Pass) -> Feedforward:
    """The layers from where the question starts on."""
    columns = []
    for k, layer in net.layers.items():
        neurons, _ = neurons_inputs(net.matrices[k], net.stored)
        letter = "theta" if layer.theta is not None else "b" if layer.b is not None else ""
        columns.append(
            NeuronColumn(
                net.output_of(k, at),
                layer.activation,
                neurons,
                net.weights(k),
                f"{net.letter(letter)}{k}" if letter else "",
                net.stored == "inputs x neurons",
                MINUS if letter == "theta" else "+",
            )
        )
    _, inputs = neurons_inputs(net.matrices[net.first], net.stored)
    return Feedforward(net.output_of(net.first - 1, at), inputs, tuple(columns))
