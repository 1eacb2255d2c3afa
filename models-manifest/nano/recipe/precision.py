"""Products in bfloat16 where the processor has instructions for them, and in float32 where it has not.

Without such instructions bfloat16 is seventy times as slow as float32 (1.4 and 102 GFLOP/s on one core with AVX2).
"""
from pathlib import Path

import torch

CPU = Path("/proc/cpuinfo")
QUICK_BFLOAT16 = CPU.exists() and any(flag in CPU.read_text().split() for flag in ("avx512_bf16", "amx_bf16"))


def quick():
    """A context in which matrix products are computed in the quicker type."""
    return torch.autocast("cpu", torch.bfloat16, enabled=QUICK_BFLOAT16)


def narrowed(x):
    """A matrix in the quicker type, for products outside such a context."""
    return x.bfloat16() if QUICK_BFLOAT16 else x
