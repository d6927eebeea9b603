"""Frame to mask with onnxruntime from Python, two ways: "way" is "plain" or "best". How it is called: peer.py."""

import cv2
import numpy as np
import onnxruntime as ort

from peer import Task, opencv_head, opencv_tail, versions_with, serve

task = Task()


# Channels in blocks as wide as vector registers: onnxruntime's default, and a loss for nets with fewer channels than that.
BLOCKED = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
PLAIN_LAYOUT = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED


def open_session(spins, level=BLOCKED):
    settings = ort.SessionOptions()
    settings.graph_optimization_level = level
    settings.intra_op_num_threads = task.threads
    settings.inter_op_num_threads = 1
    # Threads that wait awake gain time between layers and take the cores from OpenCV's after the run.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "1" if spins else "0")
    return ort.InferenceSession(task.model, settings, providers=["CPUExecutionProvider"])


def plain():
    """What a tutorial does."""
    session = open_session(spins=True)
    input_name = session.get_inputs()[0].name

    def segment(bgr):
        picture = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY if task.is_grey else cv2.COLOR_BGR2RGB)
        scaled = picture.astype(np.float32) * task.scale
        if task.is_grey:
            scaled = scaled[:, :, None]
        tensor = np.ascontiguousarray(((scaled - task.mean) / task.std).transpose(2, 0, 1))[None]
        logits = session.run(None, {input_name: tensor})[0][0]
        full = cv2.resize(
            logits.transpose(1, 2, 0), (task.width, task.height), interpolation=cv2.INTER_LINEAR
        )
        return full.argmax(axis=2).astype(np.uint8)

    return segment


def best(spins, level):
    """What somebody does who has measured."""
    session = open_session(spins, level)
    input_name = session.get_inputs()[0].name
    head, tail = opencv_head(task), opencv_tail(task)

    def segment(bgr):
        return tail(session.run(None, {input_name: head(bgr)})[0][0])

    return segment


def best_ways():
    return {
        f"{layout}, threads {waits}": (lambda level=level, spins=spins: best(spins, level))
        for layout, level in {"blocked channels": BLOCKED, "plain layout": PLAIN_LAYOUT}.items()
        for waits, spins in {"sleep between layers": False, "wait awake": True}.items()
    }


configurations = {"numpy": plain} if task.options["way"] == "plain" else best_ways()
serve(task, versions_with(f"onnxruntime {ort.__version__}"), configurations)
