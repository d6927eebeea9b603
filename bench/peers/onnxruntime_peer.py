"""Frame to mask with onnxruntime from Python, two ways, at the command of the benchmark.

  python onnxruntime_peer.py '{"way": "plain" | "best", "model": FILE, "frame": FILE, "width": .., "height": ..,
                               "threads": .., "colour": "grey" | "rgb", "mean": [..], "std": [..], "scale": ..}'

Each line on stdin is a number of runs; each answer on stdout is a JSON list of as many durations in milliseconds.
"""

import json
import sys
import time

import cv2
import numpy as np
import onnxruntime as ort

options = json.loads(sys.argv[1])
threads = options["threads"]
cv2.setNumThreads(threads)

settings = ort.SessionOptions()
settings.intra_op_num_threads = threads
settings.inter_op_num_threads = 1
# The best way on a machine that has other work: threads that wait awake take the cores from OpenCV's.
if options["way"] == "best":
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(options["model"], settings, providers=["CPUExecutionProvider"])
input_name = session.get_inputs()[0].name

width, height = options["width"], options["height"]
frame = np.fromfile(options["frame"], np.uint8).reshape(height, width, 3)
is_grey = options["colour"] == "grey"
mean = np.array(options["mean"], np.float32)
std = np.array(options["std"], np.float32)


def plain(bgr):
    """What a tutorial does."""
    picture = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY if is_grey else cv2.COLOR_BGR2RGB)
    scaled = picture.astype(np.float32) * options["scale"]
    if is_grey:
        scaled = scaled[:, :, None]
    tensor = np.ascontiguousarray(((scaled - mean) / std).transpose(2, 0, 1))[None]
    logits = session.run(None, {input_name: tensor})[0][0]
    full = cv2.resize(logits.transpose(1, 2, 0), (width, height), interpolation=cv2.INTER_LINEAR)
    return full.argmax(axis=2).astype(np.uint8)


# (byte * scale - mean) / std = (byte - mean / scale) * (scale / std), the form that OpenCV takes.
blob_mean = [float(value) for value in mean / options["scale"]]
blob_scale = [float(value) for value in options["scale"] / std]
blob = cv2.dnn.Image2BlobParams()
blob.scalefactor = (blob_scale * 3)[:3] if is_grey else blob_scale
blob.mean = (blob_mean * 3)[:3] if is_grey else blob_mean
blob.size = (width, height)
blob.swapRB = not is_grey
blob.ddepth = cv2.CV_32F
mask = np.empty((height, width), np.uint8)
class_planes = [np.full((height, width), class_id, np.uint8) for class_id in range(session.get_outputs()[0].shape[1])]


def best(bgr):
    """What somebody does who has measured: one fused conversion, and a running maximum instead of argmax."""
    picture = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY) if is_grey else bgr
    tensor = cv2.dnn.blobFromImageWithParams(picture, blob)
    logits = session.run(None, {input_name: tensor})[0][0]
    highest = cv2.resize(logits[0], (width, height), interpolation=cv2.INTER_LINEAR)
    mask[:] = 0
    for class_id in range(1, len(logits)):
        plane = cv2.resize(logits[class_id], (width, height), interpolation=cv2.INTER_LINEAR)
        cv2.copyTo(class_planes[class_id], cv2.compare(plane, highest, cv2.CMP_GT), mask)
        if class_id + 1 < len(logits):
            cv2.max(plane, highest, highest)
    return mask


segment = plain if options["way"] == "plain" else best
versions = f"Python {sys.version.split()[0]}, onnxruntime {ort.__version__}, OpenCV {cv2.__version__}"
print(json.dumps({"versions": versions, "pixels": np.bincount(segment(frame).ravel()).tolist()}), flush=True)
for line in sys.stdin:
    durations = []
    for _ in range(int(line)):
        start = time.perf_counter()
        segment(frame)
        durations.append((time.perf_counter() - start) * 1000)
    print(json.dumps(durations), flush=True)
