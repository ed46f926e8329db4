"""The default encoder's forward pass beside onnxruntime: the same weights (exported here, 32-bit floats), the same thread counts, turns
in one run, the medians of their rates. First it is checked that both compute the same.

    pip install numpy onnx onnxruntime safetensors
    cargo build --release -p icdraft-benches --bin forward
    python3 benches/onnx/compare.py models/icdraft-base target/release/forward

The model has 64 positions; for rows of 128 pieces the table of positions is written out twice, for both.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

TOKENS, SECONDS, TURNS = 128, 2.0, 7


def lengthened(folder, out):
    """The model with its table of positions repeated up to TOKENS, as 32-bit floats."""
    config = json.load(open(f"{folder}/config.json"))
    weights = {name: value.astype(np.float32) for name, value in load_file(f"{folder}/model.safetensors").items()}
    name = "embeddings.position_embeddings.weight"
    times = -(-TOKENS // config["max_position_embeddings"])
    weights[name] = np.tile(weights[name], (times, 1))
    config["max_position_embeddings"] *= times
    save_file(weights, f"{out}/model.safetensors")
    json.dump(config, open(f"{out}/config.json", "w"))
    return config, weights


def export(config, weights, path):
    """The encoder as ONNX: pieces [batch, tokens] in, last layer out, with the fused operators that onnxruntime makes of it."""
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind, inputs, out, **attributes):
        nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def linear(x, name, out):
        product = node("MatMul", [x, constant(f"{name}.wt", weights[f"{name}.weight"].T)], f"{out}.mm")
        return node("Add", [product, constant(f"{name}.b", weights[f"{name}.bias"])], out)

    def norm(x, name, out):
        scale, shift = constant(f"{name}.g", weights[f"{name}.weight"]), constant(f"{name}.h", weights[f"{name}.bias"])
        return node("LayerNormalization", [x, scale, shift], out, axis=-1, epsilon=config["layer_norm_eps"])

    width, heads = config["hidden_size"], config["num_attention_heads"]
    size = width // heads
    words = node("Gather", [constant("words", weights["embeddings.word_embeddings.weight"]), "pieces"], "w")
    places = weights["embeddings.position_embeddings.weight"][:TOKENS] + weights["embeddings.token_type_embeddings.weight"][0]
    x = norm(node("Add", [words, constant("places", places)], "e"), "embeddings.LayerNorm", "x0")
    split = constant("split", np.array([0, 0, heads, size], dtype=np.int64))
    whole = constant("whole", np.array([0, 0, width], dtype=np.int64))
    scale = constant("scale", np.float32(np.sqrt(size)))
    for n in range(config["num_hidden_layers"]):
        of = lambda part: f"encoder.layer.{n}.{part}"
        turned = {}
        for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
            flat = linear(x, of(f"attention.self.{part}"), f"{part}{n}")
            parted = node("Reshape", [flat, split], f"{part}{n}.r")
            turned[part] = node("Transpose", [parted], f"{part}{n}.t", perm=order)
        scores = node("Div", [node("MatMul", [turned["query"], turned["key"]], f"s{n}"), scale], f"s{n}.d")
        shares = node("Softmax", [scores], f"p{n}", axis=-1)
        mixed = node("Transpose", [node("MatMul", [shares, turned["value"]], f"c{n}")], f"c{n}.t", perm=[0, 2, 1, 3])
        mixed = node("Reshape", [mixed, whole], f"c{n}.r")
        attended = node("Add", [linear(mixed, of("attention.output.dense"), f"a{n}"), x], f"a{n}.s")
        attended = norm(attended, of("attention.output.LayerNorm"), f"a{n}.n")
        wide = linear(attended, of("intermediate.dense"), f"i{n}")
        assert config["hidden_act"] == "relu"
        out = linear(node("Relu", [wide], f"i{n}.a"), of("output.dense"), f"o{n}")
        x = norm(node("Add", [out, attended], f"o{n}.s"), of("output.LayerNorm"), f"x{n + 1}")
    pieces = helper.make_tensor_value_info("pieces", TensorProto.INT64, ["batch", "tokens"])
    last = helper.make_tensor_value_info(x, TensorProto.FLOAT, ["batch", "tokens", width])
    graph = helper.make_graph(nodes, "encoder", [pieces], [last], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def theirs(path, threads, pieces):
    """Sequences a second of onnxruntime: a session a thread, as ours has a batch a thread."""
    sessions, counts = [session(path) for _ in range(threads)], [0.0] * threads

    def run(n):
        start, passes = time.perf_counter(), 0
        while time.perf_counter() - start < SECONDS:
            sessions[n].run(None, {"pieces": pieces})
            passes += 1
        counts[n] = passes * len(pieces) / (time.perf_counter() - start)

    running = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    [thread.start() for thread in running]
    [thread.join() for thread in running]
    return sum(counts)


def ours(program, folder, threads, batch, output=()):
    command = [program, folder, str(threads), str(batch), str(TOKENS), str(SECONDS), *output]
    return float(subprocess.run(command, env={**os.environ, "RAYON_NUM_THREADS": "1"}, check=True, capture_output=True, text=True).stdout)


def main(folder, program):
    with tempfile.TemporaryDirectory() as out:
        config, weights = lengthened(folder, out)
        path = f"{out}/encoder.onnx"
        export(config, weights, path)
        draw = lambda batch: (np.arange(batch * TOKENS, dtype=np.int64) * 7919 + 13).reshape(batch, TOKENS) % (config["vocab_size"] - 10) + 5
        ours(program, out, 1, 8, [f"{out}/states"])
        states = np.fromfile(f"{out}/states", dtype="<f4").reshape(8, TOKENS, -1)
        gap = np.abs(states - session(path).run(None, {"pieces": draw(8)})[0]).max()
        print(f"largest difference of the last layer: {gap:.1e}")
        assert gap < 1e-3, "the two do not compute the same"
        print("threads  batch  icdraft  onnxruntime  ratio (sequences of 128 pieces a second, medians)")
        for threads in (1, 2):
            for batch in (1, 8):
                rates = [(ours(program, out, threads, batch), theirs(path, threads, draw(batch))) for _ in range(TURNS)]
                mine, other = (statistics.median(r[n] for r in rates) for n in (0, 1))
                print(f"{threads:7}  {batch:5}  {mine:7.0f}  {other:11.0f}  {statistics.median(a / b for a, b in rates):.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
