"""What a figure shows of a convolutional network."""

from collections.abc import Iterator

from solver.families.cnn.chain import Chain, Slide
from solver.families.cnn.dimensions import Pair
from solver.working.sketches import NumberOf, Solid, Volumes

_Note = tuple[str | NumberOf, ...]


def network(chain: Chain) -> Volumes:
    """The input, then what each layer makes of it."""
    return Volumes((Solid("", ("D1", "H1", "W1") if chain.volumes else ("n_in",)), *_made(chain)))


def _made(chain: Chain) -> Iterator[Solid]:
    flat = "" if chain.volumes else "n_in"
    for layer in chain.drawn:
        if isinstance(layer, Slide):
            yield Solid(layer.title, tuple(layer.after), tuple(_notes(layer)))
            continue
        if not flat:
            yield Solid("Flattened", (layer.inputs,))
        flat = layer.neurons
        yield Solid(layer.title, (layer.neurons,))
    if not flat and "n_flat" in chain.working.items:
        yield Solid("Flattened", ("n_flat",))


def _notes(layer: Slide) -> Iterator[_Note]:
    window = layer.window
    F = _both(window.F)
    if layer.k:
        yield (NumberOf(f"n{layer.k}"), " of ", NumberOf(f"d{layer.k}"), "×", *F)
    else:
        yield ("window ", *F)
    yield ("stride ", *_both(window.s, short=True))
    if window.p:
        yield ("padding ", *_both(window.p, short=True))
    if window.r:
        yield ("dilation ", *_both(window.r, short=True))


def _both(names: Pair, short: bool = False) -> _Note:
    """Height by width; once where both are the same and that is said shortly."""
    if short and names[0] == names[1]:
        return (NumberOf(names[0]),)
    return (NumberOf(names[0]), "×", NumberOf(names[1]))
