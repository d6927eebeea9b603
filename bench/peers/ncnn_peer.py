"""
Frame to mask with ncnn on the CPU, "precision" "f32" or "bf16", "stride" as in the manifest, from a model converted by
pnnx. How it is called: peer.py.

Conversion and enlarging are tried both with ncnn's own functions and with OpenCV.
"""

import importlib.metadata
import importlib.util
import itertools
import pathlib
import shutil
import subprocess
import tempfile

import cv2
import ncnn
import numpy as np

from peer import Task, opencv_head, opencv_tail, versions_with, serve

task = Task()


def convert(folder):
    """@returns the paths of ncnn's two files; raises with pnnx's last line where it fails"""
    # The package's Python part wants torch; the program in it reads ONNX without.
    program = pathlib.Path(importlib.util.find_spec("pnnx").origin).parent / "pnnx"
    program.chmod(0o755)
    shutil.copy(task.model, folder / "net.onnx")
    shape = f"inputshape=[1,{task.channels},{task.height},{task.width}]f32"
    run = subprocess.run(
        [program, "net.onnx", shape, "fp16=0"], cwd=folder, capture_output=True, text=True, check=False
    )
    param, weights = folder / "net.ncnn.param", folder / "net.ncnn.bin"
    if run.returncode != 0 or not param.exists() or not weights.exists():
        lines = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
        raise RuntimeError(f"pnnx ended with {run.returncode}: {lines[-1] if lines else 'without a word'}")
    return param, weights


def with_enlarging(param):
    """Appends a bilinear resize to full size to the text of a net."""
    magic, counts, *layers = param.read_text().splitlines()
    layer_count, blob_count = (int(count) for count in counts.split())
    enlarging = f"Interp enlarging 1 1 out0 full 0=2 3={task.height} 4={task.width}"
    enlarged = param.with_name("enlarged.param")
    enlarged.write_text("\n".join([magic, f"{layer_count + 1} {blob_count + 1}", *layers, enlarging, ""]))
    return enlarged


def ncnn_head():
    kind = ncnn.Mat.PixelType.PIXEL_BGR2GRAY if task.is_grey else ncnn.Mat.PixelType.PIXEL_BGR2RGB

    def convert_pixels(bgr):
        tensor = ncnn.Mat.from_pixels(bgr, kind, task.width, task.height)
        tensor.substract_mean_normalize(task.byte_mean, task.byte_scale)
        return tensor

    return convert_pixels


def opencv_head_for_ncnn():
    head = opencv_head(task)
    lent = []

    def convert_pixels(bgr):
        # ncnn reads the array where it lies and does not keep it alive.
        lent[:] = [head(bgr)]
        return ncnn.Mat(lent[0][0])

    return convert_pixels


def full_size_tail():
    """The class of each px of logits that are enlarged already."""
    mask, wins = (np.empty((task.height, task.width), np.uint8) for _ in range(2))

    def of_two(logits):
        cv2.compare(logits[1], logits[0], cv2.CMP_GT, dst=wins)
        return np.right_shift(wins, 7, out=mask)

    return of_two if task.options["classes"] == 2 else lambda logits: logits.argmax(axis=0).astype(np.uint8)


def prepare(param, weights, converts, enlarges):
    net = ncnn.Net()
    is_half = task.options["precision"] == "bf16"
    net.opt.num_threads = task.threads
    net.opt.use_vulkan_compute = False
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = net.opt.use_bf16_packed = is_half
    if net.load_param(str(with_enlarging(param) if enlarges else param)) or net.load_model(str(weights)):
        raise RuntimeError("ncnn does not load what pnnx wrote")
    head = ncnn_head() if converts else opencv_head_for_ncnn()
    tail = full_size_tail() if enlarges else opencv_tail(task)
    output = "full" if enlarges else "out0"

    def segment(bgr):
        extractor = net.create_extractor()
        extractor.input("in0", head(bgr))
        code, logits = extractor.extract(output)
        if code != 0:
            raise RuntimeError(f"ncnn's extract gave {code}")
        return tail(logits.numpy())

    return segment


def name_of(converts, enlarges):
    return f"conversion by {'ncnn' if converts else 'OpenCV'}, enlarged by {'ncnn' if enlarges else 'OpenCV'}"


def configurations(folder):
    try:
        param, weights = convert(folder)
    except Exception as error:
        failure = error

        def refuse():
            raise failure

        return {"conversion": refuse}
    is_full_size = task.options["stride"] == 1
    return {
        name_of(converts, enlarges): (lambda c=converts, e=enlarges: prepare(param, weights, c, e))
        for converts, enlarges in itertools.product([True, False], [False] if is_full_size else [True, False])
    }


with tempfile.TemporaryDirectory() as folder:
    versions = versions_with(f"ncnn {ncnn.__version__}", f"pnnx {importlib.metadata.version('pnnx')}")
    serve(task, versions, configurations(pathlib.Path(folder)))
