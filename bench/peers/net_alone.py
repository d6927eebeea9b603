"""
The net alone, without conversion and mask: processor time of one run on one thread, minimum of many interleaved runs.

  .cache/python-peers/bin/python bench/peers/net_alone.py models/tied-m-perch_drone/model.onnx

Processor time leaves other programs out of it, so that it tells two runtimes apart on a busy machine as well.
"""

import sys
import time

import numpy as np
import onnxruntime as ort
import openvino as ov

HEIGHT, WIDTH = 1024, 1280
ROUNDS = 10


def with_onnxruntime(model, level):
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.graph_optimization_level = level
    session = ort.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    input_name = session.get_inputs()[0].name
    return lambda tensor: session.run(None, {input_name: tensor})


def with_openvino(model, precision):
    core = ov.Core()
    net = core.read_model(model)
    net.reshape([1, channels_of(model), HEIGHT, WIDTH])
    settings = {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": precision}
    request = core.compile_model(net, "CPU", settings).create_infer_request()
    return lambda tensor: request.infer([tensor], share_inputs=True, share_outputs=True)


def channels_of(model):
    return ort.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()[0].shape[1]


def main(model):
    levels = ort.GraphOptimizationLevel
    runtimes = {
        "onnxruntime, blocked channels (ALL)": with_onnxruntime(model, levels.ORT_ENABLE_ALL),
        "onnxruntime, plain layout (EXTENDED)": with_onnxruntime(model, levels.ORT_ENABLE_EXTENDED),
        "OpenVINO, float32": with_openvino(model, "f32"),
        "OpenVINO, bfloat16": with_openvino(model, "bf16"),
    }
    shape = (1, channels_of(model), HEIGHT, WIDTH)
    tensor = np.random.default_rng(1).standard_normal(shape, np.float32)
    least_ms = dict.fromkeys(runtimes, float("inf"))
    for _ in range(ROUNDS):
        for name, run in runtimes.items():
            start = time.process_time()
            run(tensor)
            least_ms[name] = min(least_ms[name], (time.process_time() - start) * 1000)
    for name, ms in least_ms.items():
        print(f"{name:38} {ms:8.2f} ms")


main(sys.argv[1])
