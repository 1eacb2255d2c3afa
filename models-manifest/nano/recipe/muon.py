"""Muon: momentum with orthogonal matrix updates; on the inner matrices it learns faster per step than Adam."""
import torch

from precision import narrowed


def orthogonal(g):
    """Newton-Schulz iteration towards the nearest semi-orthogonal matrices of a stack [n, rows, columns]."""
    x = narrowed(g)
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.transpose(1, 2)
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.transpose(1, 2) if tall else x).float()


class Muon(torch.optim.Optimizer):
    """For matrices; those of the same shape are handled in one stack. The update's size matches AdamW's."""

    def __init__(self, params, lr, weight_decay=0.1, momentum=0.95):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, team):
        for group in self.param_groups:
            stacks = {}
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                m = state["momentum"].lerp_(p.grad, 1 - group["momentum"])
                direction = p.grad.lerp(m, group["momentum"])
                # Fused matrices (q, k, v) are made orthogonal part by part.
                for part, d in zip(parts(p), parts(direction)):
                    stacks.setdefault(d.shape, []).append((part, d))
            for shape, pairs in stacks.items():
                # Every worker makes its part of the stack orthogonal.
                mine = pairs[team.rank::team.size]
                updates = team.exchange(orthogonal(torch.stack([d for _, d in mine])) if mine else None,
                                        (len(pairs), *shape))
                scale = group["lr"] * 0.2 * max(shape) ** 0.5
                for (part, _), update in zip(pairs, updates):
                    part.mul_(1 - group["lr"] * group["weight_decay"]).sub_(update, alpha=scale)


def parts(matrix):
    """The parts of a matrix: q, k and v, or gate and up, where they are fused."""
    rows, columns = matrix.shape
    if rows == 3 * columns:
        return matrix.chunk(3)
    return matrix.chunk(2) if rows > 4 * columns else [matrix]
