"""What went wrong, where, and what to do: the one shape of every error a user sees."""

from collections.abc import Iterable

from solver.named import NamedTuple


class Place(NamedTuple):
    """A position in a file; line and column count from 1, and are 0 where they say nothing."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(x) for x in self if x or x is self.file)


class Problem(NamedTuple):
    """One error: where, what was found and expected, and a hint that helps."""

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f"\n  hint: {self.hint}" if self.hint else "")


class SpecError(Exception):
    """A specification that cannot be solved; carries every problem found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.place.file, p.place.line, p.place.column))
        super().__init__("\n".join(str(p) for p in self.problems))


class FormulaError(Exception):
    """A formula that cannot be read, shaped or computed; the caller knows its place."""

    def __init__(self, message: str, hint: str = "", column: int = 0) -> None:
        self.message, self.hint, self.column = message, hint, column
        super().__init__(message)


_ALSO_CALLED = {
    "prompt": "question text task ask wording",
    "marks": "mark score points credit",
    "given": "family data",
    "title": "name heading",
    "cnn": "conv convnet convolution convolutional lenet vgg",
    "mlp": "feedforward ffn nn ann dnn network dense backprop backpropagation",
    "rnn": "recurrent elman jordan bptt",
    "optimizer": "adam adamw sgd momentum nesterov rmsprop adagrad descent optimiser",
    "positional": "pe encoding embedding",
    "attention": "transformer",
    "competitive": "kmeans k-means som lvq rbf hopfield clustering",
    "generative": "gan vae",
    "normalisation": "batchnorm layernorm batch-norm layer-norm normalization",
    "initialisation": "xavier glorot init",
    "metrics": "confusion precision recall f1 iou",
    "gradient": "derivative differentiate",
    "conv": "convolution conv2d cnn",
    "batch-norm": "bn batchnorm batchnorm2d norm",
    "layer-norm": "ln layernorm",
    "global-pool": "gap globalpool globalavgpool global-average-pool",
    "pointwise": "conv1x1 1x1",
    "feed-forward": "ffn feedforward",
    "max-pool": "pool pooling maxpool maxpooling",
    "average-pool": "avgpool avg-pool mean-pool",
    "dense": "linear fc fully-connected",
    "transposed": "deconv deconvolution upconv",
    "size": "kernel kernel_size f window",
    "padding": "pad p",
    "filters": "channels kernels n",
    "neurons": "units",
    "type": "kind",
    "activation": "act nonlinearity",
    "leaky_relu": "lrelu",
    "sigmoid": "logistic σ sigma",
    "linear": "identity none",
    "mean-square-error": "mse",
    "square-error": "sse l2",
    "cross-entropy": "ce bce nll log-loss",
    "rate": "lr alpha eta learning-rate",
    "iterations": "epochs steps",
    "truth": "answer",
    "W": "w weights weight",
    "b": "bias biases",
    "d": "target y t desired",
    "x": "input",
    "train": "lr rate epochs optimizer",
}
"""What else people call a word; proposed only where the word itself is known."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to `word`, or lists what is known."""
    options = sorted(known)
    close = _closest(word[:100], options)
    if close:
        return f"did you mean {close!r}?"
    shown = ", ".join(options[:20]) + (", …" if len(options) > 20 else "")
    return f"known here: {shown}" if options else ""


def _closest(word: str, options: list[str]) -> str:
    """The option that is the same but for its case, that is also called so, or that is spelt alike; "" if none is."""
    import difflib

    plain = word.casefold().replace("_", "-")
    same = [option for option in options if option.casefold().replace("_", "-") == plain]
    also = [o for o in options if {word, word.casefold(), plain} & set(_ALSO_CALLED.get(o, "").split())]
    close = same or also or difflib.get_close_matches(word, options, n=1)
    return close[0] if close else ""
