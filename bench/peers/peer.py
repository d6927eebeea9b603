"""What all Python peers share: the task, OpenCV's conversions before and after the net, and the talk with the benchmark.

  python <name>_peer.py '{"model": FILE, "frame": FILE, "width": .., "height": .., "threads": ..,
                          "colour": "grey" | "rgb", "mean": [..], "std": [..], "scale": .., "classes": .., ...}'

"frame" holds one or several pictures, bgr8, one after the other; they are segmented in turn. The first line on stdout is
{"versions": .., "configuration": .., "trialsMs": ..} or {"unavailable": REASON}. "masks", where given, is a file that the
masks of all pictures are written to; "knownMs" is the time of a configuration that was tried in another process. Each line
on stdin is a number of runs; each answer a JSON list of as many durations in ms.
"""

import json
import sys
import time

import cv2
import numpy as np

# Runs of each configuration before one is chosen: the minimum of a few tells two apart that differ by a tenth.
TRIALS = 6
# What is so many times slower than the best after the first few is not tried further: it would take minutes.
TRIALS_AT_LEAST, HOPELESS = 2, 2.5


class Task:
    def __init__(self):
        options = json.loads(sys.argv[1])
        self.options = options
        self.model = options["model"]
        self.threads = options["threads"]
        self.width, self.height = options["width"], options["height"]
        self.frames = np.fromfile(options["frame"], np.uint8).reshape(-1, self.height, self.width, 3)
        self.is_grey = options["colour"] == "grey"
        self.channels = 1 if self.is_grey else 3
        self.scale = options["scale"]
        self.mean = np.array(options["mean"], np.float32)
        self.std = np.array(options["std"], np.float32)
        # (byte * scale - mean) / std = (byte - byte_mean) * byte_scale, the form that libraries take.
        self.byte_mean = [float(value) for value in self.mean / self.scale]
        self.byte_scale = [float(value) for value in self.scale / self.std]
        cv2.setNumThreads(self.threads)


def opencv_head(task):
    """One fused conversion: bgr8 [h,w,3] -> float32 [1,c,h,w]."""
    blob = cv2.dnn.Image2BlobParams()
    blob.scalefactor = (task.byte_scale * 3)[:3]
    blob.mean = (task.byte_mean * 3)[:3]
    blob.size = (task.width, task.height)
    blob.swapRB = not task.is_grey
    blob.ddepth = cv2.CV_32F
    grey = np.empty((task.height, task.width), np.uint8)

    def convert(bgr):
        picture = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY, dst=grey) if task.is_grey else bgr
        return cv2.dnn.blobFromImageWithParams(picture, blob)

    return convert


def opencv_tail(task):
    """float32 logits [c,h/stride,w/stride] -> uint8 mask [h,w]: enlarged, and a running maximum instead of argmax."""
    size = (task.width, task.height)
    shape = (task.height, task.width)
    mask = np.empty(shape, np.uint8)
    wins = np.empty(shape, np.uint8)
    highest, plane = np.empty(shape, np.float32), np.empty(shape, np.float32)
    class_planes = [np.full(shape, class_id, np.uint8) for class_id in range(task.options["classes"])]

    def enlarged(values, target):
        if values.shape == shape:
            return values
        return cv2.resize(values, size, dst=target, interpolation=cv2.INTER_LINEAR)

    def of_two(logits):
        # Enlarging is linear: the difference of two planes needs to be enlarged only once.
        cv2.compare(enlarged(cv2.subtract(logits[1], logits[0]), plane), 0.0, cv2.CMP_GT, dst=wins)
        return np.right_shift(wins, 7, out=mask)

    def of_many(logits):
        top = enlarged(logits[0], highest)
        mask[:] = 0
        for class_id in range(1, len(logits)):
            values = enlarged(logits[class_id], plane)
            cv2.compare(values, top, cv2.CMP_GT, dst=wins)
            cv2.copyTo(class_planes[class_id], wins, mask)
            top = cv2.max(values, top, dst=highest)
        return mask

    return of_two if task.options["classes"] == 2 else of_many


def versions_with(*packages):
    return ", ".join([*packages, f"OpenCV {cv2.__version__}", f"Python {sys.version.split()[0]}"])


def serve(task, versions, configurations):
    """
    Tries the configurations, keeps the fastest and obeys the benchmark.

    configurations: name -> function that prepares and returns `segment(bgr) -> mask`; one that raises is left out.
    """
    segments, trials_ms, failures = try_all(task, configurations)
    if not segments:
        answer({"unavailable": "; ".join(failures), "versions": versions})
        return
    name = min(trials_ms, key=trials_ms.get)
    segment = segments[name]
    if "masks" in task.options:
        with open(task.options["masks"], "wb") as file:
            for frame in task.frames:
                file.write(np.ascontiguousarray(segment(frame)).tobytes())
    answer({"versions": versions, "configuration": name, "trialsMs": trials_ms, "failures": failures})
    at = 0
    for line in sys.stdin:
        durations = []
        for _ in range(int(line)):
            frame = task.frames[at % len(task.frames)]
            at += 1
            start = time.perf_counter()
            segment(frame)
            durations.append((time.perf_counter() - start) * 1000)
        answer(durations)


def try_all(task, configurations):
    segments, trials_ms, failures = {}, {}, []
    for name, prepare in configurations.items():
        try:
            segment = prepare()
            best_ms = min([task.options.get("knownMs", float("inf")), *trials_ms.values()])
            trials_ms[name] = least_trial_ms(segment, task.frames[0], best_ms)
            segments[name] = segment
        except Exception as error:
            failures.append(f"{name}: {first_line(error)}")
    return segments, trials_ms, failures


def least_trial_ms(segment, frame, best_ms):
    least_ms = float("inf")
    for trial in range(TRIALS):
        least_ms = min(least_ms, trial_ms(segment, frame))
        if trial + 1 >= TRIALS_AT_LEAST and least_ms > HOPELESS * best_ms:
            break
    return least_ms


def trial_ms(segment, frame):
    start = time.perf_counter()
    mask = segment(frame)
    took_ms = (time.perf_counter() - start) * 1000
    if mask.shape != frame.shape[:2] or mask.dtype != np.uint8:
        raise ValueError(f"a mask of {mask.shape} {mask.dtype} for a frame of {frame.shape}")
    return took_ms


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def answer(value):
    print(json.dumps(value), flush=True)
