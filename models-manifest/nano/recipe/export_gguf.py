"""Writes a checkpoint as nano.gguf (text model) and nano-mmproj.gguf (tower and projector)."""
import argparse
import struct
from pathlib import Path

import numpy as np
import torch

import vocabulary
from model import Config, Nano

HERE = Path(__file__).parent
ALIGNMENT = 32
F32, F16, Q8_0 = 0, 1, 8
FILE_TYPES = {F16: 1, Q8_0: 7}
SILU_SCALE = 1.702
MEAN = [0.48145466, 0.4578275, 0.40821073]
STD = [0.26862954, 0.26130258, 0.27577711]
ABOUT = [
    ("general.license", "cc-by-4.0"),
    ("general.author", "The Myna authors"),
    ("general.description", "A tiny vision-language model trained from scratch: it names drawn things, and says "
                            "where they stand, in ten languages. See MODEL_CARD.md."),
]


class U32(int):
    """An integer that is written as an unsigned 32-bit value."""


def string(text):
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def value(v):
    """The type code and the bytes of a metadata value."""
    if isinstance(v, bool):
        return 7, struct.pack("<?", v)
    if isinstance(v, U32):
        return 4, struct.pack("<I", v)
    if isinstance(v, int):
        return 5, struct.pack("<i", v)
    if isinstance(v, float):
        return 6, struct.pack("<f", v)
    if isinstance(v, str):
        return 8, string(v)
    kinds = [value(x) for x in v]
    return 9, struct.pack("<IQ", kinds[0][0], len(kinds)) + b"".join(data for _, data in kinds)


def quantise(matrix):
    """Q8_0: blocks of 32 values with one half-precision scale, rounded half away from zero."""
    blocks = matrix.astype(np.float32).reshape(-1, 32)
    scale = np.abs(blocks).max(1) / np.float32(127)
    inverse = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale > 0)
    scaled = blocks * inverse[:, None]
    q = (np.sign(scaled) * np.floor(np.abs(scaled) + np.float32(0.5))).astype(np.int8)
    out = np.zeros(len(blocks), np.dtype([("d", "<f2"), ("q", "i1", 32)]))
    out["d"], out["q"] = scale.astype(np.float16), q
    return out


def encode(name, array, kind):
    """The GGML type and bytes of a tensor: matrices of the given kind; vectors, positions and the patch kernel F32."""
    if array.ndim == 2 and array.shape[1] % 32 == 0 and "position" not in name:
        return kind, quantise(array).tobytes() if kind == Q8_0 else array.astype("<f2").tobytes()
    return F32, np.ascontiguousarray(array, "<f4").tobytes()


def write(path, metadata, tensors, matrices):
    """Writes a GGUF file of version 3, with matrices of a GGML type."""
    metadata = [*metadata, ("general.file_type", U32(FILE_TYPES[matrices]))]
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    for key, v in metadata:
        kind, data = value(v)
        header += string(key) + struct.pack("<I", kind) + data
    body = b""
    for name, array in tensors.items():
        kind, data = encode(name, array, matrices)
        header += string(name) + struct.pack("<I", array.ndim)
        header += struct.pack(f"<{array.ndim}Q", *reversed(array.shape)) + struct.pack("<IQ", kind, len(body))
        body += data + bytes(-len(data) % ALIGNMENT)
    path.write_bytes(header + bytes(-len(header) % ALIGNMENT) + body)


def adjacent(matrix, heads):
    """Reorders the rows of q or k from pairs half a head apart to the adjacent pairs of GGUF's `llama`."""
    rows, columns = matrix.shape
    return matrix.view(heads, 2, rows // heads // 2, columns).transpose(1, 2).reshape(rows, columns)


def apart(matrix, heads):
    """The inverse of `adjacent`."""
    rows, columns = matrix.shape
    return matrix.view(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)


def text_tensors(net):
    """The decoder's tensors by their GGUF names."""
    d = net.decoder
    out = {"token_embd.weight": d.token_embd.weight}
    for i, layer in enumerate(d.blk):
        q, k, v = layer.attn_qkv.weight.chunk(3)
        q, k = adjacent(q, layer.heads), adjacent(k, layer.heads)
        gate, up = layer.ffn_gate_up.weight.chunk(2)
        out |= {f"blk.{i}.{name}.weight": w for name, w in [
            ("attn_norm", layer.attn_norm.weight), ("attn_q", q), ("attn_k", k), ("attn_v", v),
            ("attn_output", layer.attn_output.weight), ("ffn_norm", layer.ffn_norm.weight),
            ("ffn_gate", gate), ("ffn_up", up), ("ffn_down", layer.ffn_down.weight)]}
    out |= {"output_norm.weight": d.output_norm.weight, "output.weight": d.output.weight}
    return {name: w.detach().float().numpy() for name, w in out.items()}


def vision_tensors(net):
    """The tower's and the projector's tensors by their GGUF names; undoes the training's silu scaling."""
    c, t = net.c, net.tower
    out = {"v.class_embd": t.class_embd,
           "v.patch_embd.weight": t.patch_embd.weight.view(c.vision_width, 3, c.patch, c.patch),
           "v.position_embd.weight": t.position_embd,
           "v.pre_ln.weight": t.pre_ln.weight, "v.pre_ln.bias": t.pre_ln.bias}
    for i, layer in enumerate(t.blk):
        weights, biases = layer.attn_qkv.weight.chunk(3), layer.attn_qkv.bias.chunk(3)
        parts = [(f"attn_{n}", w, b) for n, w, b in zip("qkv", weights, biases)]
        parts += [("attn_out", layer.attn_out.weight, layer.attn_out.bias),
                  ("ln1", layer.ln1.weight, layer.ln1.bias), ("ln2", layer.ln2.weight, layer.ln2.bias),
                  ("ffn_up", layer.ffn_up.weight / SILU_SCALE, layer.ffn_up.bias / SILU_SCALE),
                  ("ffn_down", layer.ffn_down.weight * SILU_SCALE, layer.ffn_down.bias)]
        for name, w, b in parts:
            out |= {f"v.blk.{i}.{name}.weight": w, f"v.blk.{i}.{name}.bias": b}
    p = net.projector
    out |= {"mm.0.weight": p.up.weight, "mm.0.bias": p.up.bias, "mm.2.weight": p.down.weight, "mm.2.bias": p.down.bias}
    return {name: w.detach().float().numpy() for name, w in out.items()}


def text_metadata(c):
    spm = vocabulary.load()
    size = spm.get_piece_size()
    kinds = [2 if spm.is_unknown(i) else 3 if spm.is_control(i) else 6 if spm.is_byte(i) else 1 for i in range(size)]
    return [
        ("general.architecture", "llama"), ("general.type", "model"), ("general.name", "Myna nano"), *ABOUT,
        ("general.quantization_version", U32(2)), ("general.alignment", U32(ALIGNMENT)),
        ("llama.block_count", U32(c.layers)), ("llama.context_length", U32(c.context)),
        ("llama.embedding_length", U32(c.width)), ("llama.feed_forward_length", U32(c.ffn)),
        ("llama.attention.head_count", U32(c.heads)), ("llama.attention.head_count_kv", U32(c.heads)),
        ("llama.attention.layer_norm_rms_epsilon", c.rms_eps), ("llama.rope.freq_base", c.rope_base),
        ("llama.rope.dimension_count", U32(c.width // c.heads)), ("llama.vocab_size", U32(size)),
        ("tokenizer.ggml.model", "llama"), ("tokenizer.ggml.pre", "default"),
        ("tokenizer.ggml.tokens", [spm.id_to_piece(i) for i in range(size)]),
        ("tokenizer.ggml.scores", [float(spm.get_score(i)) for i in range(size)]),
        ("tokenizer.ggml.token_type", kinds),
        ("tokenizer.ggml.bos_token_id", U32(1)), ("tokenizer.ggml.eos_token_id", U32(2)),
        ("tokenizer.ggml.unknown_token_id", U32(0)),
        ("tokenizer.ggml.add_bos_token", True), ("tokenizer.ggml.add_eos_token", False),
        ("tokenizer.ggml.add_space_prefix", True),
    ]


def vision_metadata(c):
    return [
        ("general.architecture", "clip"), ("general.type", "mmproj"), ("general.name", "Myna nano"), *ABOUT,
        ("general.quantization_version", U32(2)), ("general.alignment", U32(ALIGNMENT)),
        ("clip.has_vision_encoder", True), ("clip.has_audio_encoder", False), ("clip.projector_type", "mlp"),
        ("clip.use_gelu", False), ("clip.use_silu", False),
        ("clip.vision.image_size", U32(c.image)), ("clip.vision.patch_size", U32(c.patch)),
        ("clip.vision.embedding_length", U32(c.vision_width)), ("clip.vision.feed_forward_length", U32(c.vision_ffn)),
        ("clip.vision.projection_dim", U32(c.width)), ("clip.vision.block_count", U32(c.vision_layers)),
        ("clip.vision.attention.head_count", U32(c.vision_heads)),
        ("clip.vision.attention.layer_norm_epsilon", c.vision_eps),
        ("clip.vision.image_mean", MEAN), ("clip.vision.image_std", STD),
        ("clip.vision.feature_layer", [c.vision_layers]), ("clip.vision.feature_select", "patch"),
        ("clip.vision.image_aspect_ratio", "pad"), ("clip.projector.gelu", "erf"),
    ]


def export(net, folder, matrices=Q8_0):
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "nano.gguf", text_metadata(net.c), text_tensors(net), matrices)
    write(folder / "nano-mmproj.gguf", vision_metadata(net.c), vision_tensors(net), matrices)
    for name in ("nano.gguf", "nano-mmproj.gguf"):
        print(folder / name, (folder / name).stat().st_size)


def weights(state):
    """The averaged network of a checkpoint of any stage."""
    state = state["average"]
    return {k.removeprefix("nano."): v for k, v in state.items() if not k.startswith("codes.")}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("checkpoints", nargs="*", type=Path,
                        help="checkpoints with averaged networks, the later over the earlier; none: untrained weights")
    parser.add_argument("--f16", action="store_true", help="matrices in half precision, to be quantised further")
    arguments = parser.parse_args()
    torch.manual_seed(1)
    network = Nano(Config())
    for path in arguments.checkpoints:
        part = weights(torch.load(path))
        network.load_state_dict({k: v for k, v in part.items() if k in network.state_dict()}, strict=False)
    export(network, arguments.folder, F16 if arguments.f16 else Q8_0)
