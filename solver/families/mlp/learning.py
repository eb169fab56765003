"""How a network learns: the updates that its gradients make, and the loss after each."""

from collections.abc import Mapping

from solver.families.mlp.given import Train
from solver.nets.network import Network, Pass
from solver.nets.training import Optimizer, iteration, repeat, updated, within_budget
from solver.spec.nodes import Report


class Training:
    """Writes the iterations into the working: gradients, the update, and the loss with the new parameters.

    parts: a pass for each part of the patterns in turn; every: one of all patterns.
    """

    def __init__(self, net: Network, train: Train, parts: list[Pass], every: Pass) -> None:
        self.net, self.train, self.parts, self.every = net, train, parts, every
        weights = [net.weights(k) for k in net.layers]
        learnt = self._parameters() if train.update_biases else weights
        self.optimizer = Optimizer(net.working, train, learnt, decayed=weights)

    def _parameters(self) -> list[str]:
        return [name for k in self.net.layers for name in self.net.parameters(k)]

    def run(self, report: Report) -> bool:
        """All iterations; False (and a problem) where they are too many."""
        w = self.net.working
        self.optimizer.givens()
        before = len(w.items)
        for t in range(1, self.train.iterations + 1):
            self.optimizer.advance(t, self.gradients(t))
            self.after(t)
            if t == 1 and not within_budget(w, before, self.train, report):
                return False
        self.groups()
        return True

    def present(
        self, part: Pass, t: int, ending: str = "", mark: str = "", point: Mapping[str, str] | None = None
    ) -> Pass:
        """A pass with the parameters after t updates, or those at another point."""
        return part._replace(
            ending=ending or f"_t{t}", time=str(t), mark=mark, parameters=dict(point or self.optimizer.current)
        )

    def gradients(self, t: int) -> dict[str, str]:
        """The gradients that update t uses, by parameter."""
        net, w, learnt = self.net, self.net.working, self.optimizer.parameters
        if t == 1:
            return {name: f"grad_{name}" for name in learnt}
        before = len(w.items)
        part, note = self.parts[(t - 1) % len(self.parts)], iteration(self.train, t)
        point = self.optimizer.ahead(t)
        at = self.present(part, t - 1)._replace(note=note)
        if point != self.optimizer.current:
            at = self.present(part, t, f"_ahead_t{t}", "ahead", point)._replace(note=note)
        if at.quantity("J") not in w.items:
            net.forward(at)
            net.loss(at)
        net.backward(at, at.quantity("J"), net.depth, learnt)
        repeat(w, before, t, t if at.mark else t - 1, {})
        return {name: f"grad_{at.parameter(name)}" for name in learnt}

    def after(self, t: int) -> None:
        """The loss with the new parameters: of all patterns."""
        net, w, before = self.net, self.net.working, len(self.net.working.items)
        if len(self.parts) == 1:
            at = self.present(self.parts[0], t)
        else:
            at = self.present(self.every, t, f"_all_t{t}", "all")
        at = at._replace(note=updated(self.train, t))
        net.forward(at)
        net.loss(at)
        repeat(w, before, t, t, {at.quantity("J"): w.symbols[self.net.letter("J")]})

    def groups(self) -> None:
        w, times = self.net.working, range(1, self.train.iterations + 1)
        ending = "" if len(self.parts) == 1 else "_all"
        updates = [f"{name}_t{t}" for t in times for name in self.optimizer.parameters]
        after = [f"{self.net.letter('J')}{ending}_t{t}" for t in times]
        w.group("updates", updates)
        w.group("loss_after", after)
        w.group("history", [*updates, *after])
        w.group("final", updates[-len(self.optimizer.parameters) :])
