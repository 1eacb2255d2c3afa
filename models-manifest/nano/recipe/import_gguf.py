"""Reads an exported pair back into the network, so that training can go on from it."""
import torch

from evaluate import Gguf
from model import SILU_SCALE, Config, Nano


def apart(matrix, heads):
    """Reorders the rows of q or k from GGUF's adjacent pairs for `llama` to pairs half a head apart."""
    rows, columns = matrix.shape
    return matrix.view(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)


def read(folder):
    """A Nano with the weights of nano.gguf and nano-mmproj.gguf of a folder, and as many layers."""
    decoder, vision = Gguf(folder / "nano.gguf"), Gguf(folder / "nano-mmproj.gguf").tensors
    text, net = decoder.tensors, Nano(Config(layers=decoder.meta["llama.block_count"]))
    state = {f"decoder.{n}": text[n] for n in ("token_embd.weight", "output_norm.weight", "output.weight")}
    for i, layer in enumerate(net.decoder.blk):
        here, part = f"decoder.blk.{i}", lambda n: text[f"blk.{i}.{n}.weight"]
        q, k = (apart(part(f"attn_{n}"), layer.heads) for n in "qk")
        state |= {f"{here}.{n}.weight": part(n) for n in ("attn_norm", "attn_output", "ffn_norm", "ffn_down")}
        state[f"{here}.attn_qkv.weight"] = torch.cat([q, k, part("attn_v")])
        state[f"{here}.ffn_gate_up.weight"] = torch.cat([part("ffn_gate"), part("ffn_up")])
    state |= {f"tower.{n}": vision[f"v.{n}"] for n in ("pre_ln.weight", "pre_ln.bias")}
    state |= {"tower.class_embd": vision["v.class_embd"], "tower.position_embd": vision["v.position_embd.weight"],
              "tower.patch_embd.weight": vision["v.patch_embd.weight"].flatten(1)}
    for i in range(len(net.tower.blk)):
        here, part = f"tower.blk.{i}", lambda n: vision[f"v.blk.{i}.{n}"]
        for kind in ("weight", "bias"):
            state[f"{here}.attn_qkv.{kind}"] = torch.cat([part(f"attn_{n}.{kind}") for n in "qkv"])
            state |= {f"{here}.{n}.{kind}": part(f"{n}.{kind}") for n in ("attn_out", "ln1", "ln2", "ffn_down")}
            state[f"{here}.ffn_up.{kind}"] = part(f"ffn_up.{kind}") * SILU_SCALE
        state[f"{here}.ffn_down.weight"] = part("ffn_down.weight") / SILU_SCALE
    for mine, name in (("up", "mm.0"), ("down", "mm.2")):
        state |= {f"projector.{mine}.{kind}": vision[f"{name}.{kind}"] for kind in ("weight", "bias")}
    net.load_state_dict(state)
    return net
