"""Writes a trained network in the layout of the published checkpoints, for `myna convert`.

export_hf.py nano|palo|pangea|parrot FOLDER [CHECKPOINT...]

`nano` is laid out as PALO, `palo` as MobilePALO, the others as their namesakes. Averaged weights of later checkpoints are
taken over those of earlier ones; by default work/converse.pt for nano, and work/polish.pt and then its own for a sibling.
"""
import json
import shutil
import struct
import sys
from pathlib import Path

import torch

from chatml import FOLDER as CHATML
from model import SILU_SCALE, Config, Decoder, Nano, Projector
from scenes import MEAN, STD
from siblings import EXPERTS, PINPOINTS, RESIDUAL, Ldp, Qwen, QwenConfig, Sibling

HERE = Path(__file__).parent
VISION = "model.vision_tower.vision_tower.vision_model."


def tower(t):
    """CLIP's names; undoes the silu scaling of the training."""
    c = Config()
    out = {"embeddings.class_embedding": t.class_embd,
           "embeddings.patch_embedding.weight": t.patch_embd.weight.view(c.vision_width, 3, c.patch, c.patch),
           "embeddings.position_embedding.weight": t.position_embd,
           "pre_layrnorm.weight": t.pre_ln.weight, "pre_layrnorm.bias": t.pre_ln.bias,
           # CLIP has a last norm, which these models do not run.
           "post_layernorm.weight": torch.ones(c.vision_width), "post_layernorm.bias": torch.zeros(c.vision_width)}
    for i, layer in enumerate(t.blk):
        parts = [(f"self_attn.{n}_proj", w, b) for n, w, b in
                 zip("qkv", layer.attn_qkv.weight.chunk(3), layer.attn_qkv.bias.chunk(3))]
        parts += [("self_attn.out_proj", layer.attn_out.weight, layer.attn_out.bias),
                  ("layer_norm1", layer.ln1.weight, layer.ln1.bias), ("layer_norm2", layer.ln2.weight, layer.ln2.bias),
                  ("mlp.fc1", layer.ffn_up.weight / SILU_SCALE, layer.ffn_up.bias / SILU_SCALE),
                  ("mlp.fc2", layer.ffn_down.weight * SILU_SCALE, layer.ffn_down.bias)]
        for name, w, b in parts:
            out |= {f"encoder.layers.{i}.{name}.weight": w, f"encoder.layers.{i}.{name}.bias": b}
    return {VISION + name: w for name, w in out.items()}


def decoder(d):
    """The names of llama and qwen2, whose pairs for the rotation are half a head apart as here."""
    out = {"model.embed_tokens.weight": d.token_embd.weight, "model.norm.weight": d.output_norm.weight,
           "lm_head.weight": d.output.weight}
    for i, layer in enumerate(d.blk):
        gate, up = layer.ffn_gate_up.weight.chunk(2)
        parts = {"input_layernorm": layer.attn_norm.weight, "post_attention_layernorm": layer.ffn_norm.weight,
                 "self_attn.o_proj": layer.attn_output.weight,
                 "mlp.gate_proj": gate, "mlp.up_proj": up, "mlp.down_proj": layer.ffn_down.weight}
        for kind in ("weight", "bias"):
            fused = getattr(layer.attn_qkv, kind)
            if fused is not None:
                out |= {f"model.layers.{i}.self_attn.{n}_proj.{kind}": w
                        for n, w in zip("qkv", fused.chunk(3))}
        out |= {f"model.layers.{i}.{name}.weight": w for name, w in parts.items()}
    return out


def two_layers(p):
    return {f"model.mm_projector.{i}.{kind}": getattr(part, kind) for i, part in ((0, p.up), (2, p.down))
            for kind in ("weight", "bias")}


def mobile(p):
    out = {}
    for name, part in (("mlp.1", p.mlp.up), ("mlp.3", p.mlp.down)):
        out |= {f"{name}.weight": part.weight, f"{name}.bias": part.bias}
    for i, block in ((1, p.first), (2, p.second)):
        here = f"mb_block.{i}.block."
        out[here + "0.0.weight"] = block.depthwise.weight
        out[here + "2.0.weight"] = block.pointwise.weight[:, :, None, None]
        for name, part in (("0.1", block.norm1), ("2.1", block.norm2)):
            out |= {f"{here}{name}.weight": part.weight, f"{here}{name}.bias": part.bias}
        for name, part in (("1.fc1", block.fc1), ("1.fc2", block.fc2)):
            out |= {f"{here}{name}.weight": part.weight[:, :, None, None], f"{here}{name}.bias": part.bias}
    return {"model.mm_projector.model." + name: w for name, w in out.items()}


def mixture(m):
    out = {"model.moe_model.gate.weight": m.router.weight}
    for i in range(EXPERTS):
        out |= {f"model.moe_model.experts.{i}.{n}_proj.weight": getattr(m, n)[i] for n in ("gate", "up", "down")}
    return out


def config(c, **more):
    heads = {"num_attention_heads": c.heads, "num_key_value_heads": c.heads}
    return heads | {
        "hidden_act": "silu", "hidden_size": c.width, "intermediate_size": c.ffn, "num_hidden_layers": c.layers,
        "max_position_embeddings": c.context, "rms_norm_eps": c.rms_eps, "rope_theta": c.rope_base, "rope_scaling": None,
        "tie_word_embeddings": False, "vocab_size": c.vocab, "torch_dtype": "float32", "mm_hidden_size": c.vision_width,
        "mm_projector_type": "mlp2x_gelu", "mm_vision_select_feature": "patch", "mm_vision_select_layer": -1,
        "mm_vision_tower": "clip-vit-nano", "image_aspect_ratio": "pad", "mm_use_im_start_end": False} | more


LLAMA = {"bos_token_id": 1, "eos_token_id": 2, "model_type": "palo", "architectures": ["PaloForCausalLM"]}
QWEN = {"sliding_window": 32768, "use_sliding_window": False}


def laid_out(name, net, base):
    """Configuration and tensors of a sibling."""
    if name in ("nano", "palo"):
        mine = (net.decoder, config(net.c, **LLAMA), two_layers(net.projector)) if name == "nano" else \
            (net.decoder, config(Config(), **LLAMA, mm_projector_type="ldpnet") , mobile(net.projector))
    elif name == "pangea":
        mine = net.decoder, config(
            QwenConfig(), **QWEN, model_type="llava_qwen", architectures=["LlavaQwenForCausalLM"],
            image_aspect_ratio="anyres", image_grid_pinpoints=[list(p) for p in PINPOINTS],
            mm_patch_merge_type="spatial_unpad"), two_layers(net.projector) | {"model.image_newline": net.ends["newline"]}
    else:
        mine = net.decoder, config(
            QwenConfig(), **QWEN, model_type="parrot_qwen2", architectures=["ParrotQwen2ForCausalLM"],
            mm_vision_select_feature="cls_patch", mm_patch_merge_type="flat", use_moe=True, use_moe_residual=True,
            moe_weight=RESIDUAL, num_experts=EXPERTS, moe_top_k=2, moe_hidden_size=Config.width,
            moe_intermediate_size=net.experts.gate.shape[1]), two_layers(net.projector) | mixture(net.experts)
    return mine[1], decoder(mine[0]) | mine[2] | tower(net.tower if name == "pangea" else base.tower)


def safetensors(path, tensors):
    """A safetensors file in float32."""
    header, at = {"__metadata__": {"format": "pt"}}, 0
    arrays = {name: w.detach().float().contiguous().numpy() for name, w in tensors.items()}
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(array.tobytes())


def network(name, checkpoints):
    """The network of a sibling with the averaged weights of checkpoints, and nano."""
    states = [torch.load(path)["average"] for path in checkpoints]
    base = Nano(Config(layers=len({k for k in states[0] if k.endswith("ffn_gate_up.weight") and "decoder" in k})))
    net = {"nano": lambda: base, "palo": lambda: Sibling(Decoder(Config()), Ldp(Config()))}.get(
        name, lambda: Sibling(Qwen(), Projector(Config()), Nano(Config()).tower if name == "pangea" else None))()
    for path, state in zip(checkpoints, states):
        state = {k.removeprefix("nano."): v for k, v in state.items() if not k.startswith("codes.")}
        # Nano's own checkpoints come first: a sibling takes nothing of them but the tower.
        target = net if path.stem == name else base
        target.load_state_dict({k: v for k, v in state.items() if k in target.state_dict()}, strict=False)
    return net, base


def export(name, folder, checkpoints):
    folder.mkdir(parents=True, exist_ok=True)
    settings, tensors = laid_out(name, *network(name, checkpoints))
    (folder / "config.json").write_text(json.dumps(settings, indent=1) + "\n", "utf-8")
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_mean": MEAN.flatten().tolist(), "image_std": STD.flatten().tolist(), "resample": 3,
        "size": Config.image, "crop_size": Config.image}, indent=1) + "\n", "utf-8")
    safetensors(folder / "model.safetensors", tensors)
    if name in ("nano", "palo"):
        shutil.copy(HERE / "vocabulary.model", folder / "tokenizer.model")
        (folder / "tokenizer_config.json").write_text(json.dumps({
            "add_bos_token": True, "add_eos_token": False, "tokenizer_class": "LlamaTokenizer", "legacy": False,
            "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}, indent=1) + "\n", "utf-8")
    else:
        for file in ("vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"):
            shutil.copy(CHATML / file, folder / file)


if __name__ == "__main__":
    which, target = sys.argv[1], Path(sys.argv[2])
    parts = [Path(p) for p in sys.argv[3:]] or [HERE / f"work/{name}.pt" for name in
                                               (["converse"] if which == "nano" else ["polish", which])]
    export(which, target, parts)
