"""
Frame to mask with OpenVINO on the CPU, "precision" "f32" or "bf16". How it is called: peer.py.

Conversion and mask are tried both inside the compiled graph and with OpenCV.
"""

import itertools

import openvino as ov
from openvino import opset13 as ops
from openvino.preprocess import ColorFormat, PrePostProcessor

from peer import Task, opencv_head, opencv_tail, versions_with, serve

task = Task()
core = ov.Core()
SETTINGS = {
    "PERFORMANCE_HINT": "LATENCY",
    "NUM_STREAMS": 1,
    "INFERENCE_NUM_THREADS": task.threads,
    "INFERENCE_PRECISION_HINT": task.options["precision"],
    # Left to the kernel: pinned threads wait for their core while other programs run there.
    "ENABLE_CPU_PINNING": False,
}


def with_mask(model):
    """The logits enlarged and the class of each px, as part of the graph."""
    logits = model.output(0).get_node().input_value(0)
    full = ops.interpolate(
        logits,
        ops.constant([task.height, task.width], ov.Type.i64),
        mode="linear_onnx",
        shape_calculation_mode="sizes",
        coordinate_transformation_mode="half_pixel",
        axes=ops.constant([2, 3], ov.Type.i64),
    )
    best = ops.topk(full, ops.constant(1, ov.Type.i64), axis=1, mode="max", sort="none").output(1)
    return ov.Model([ops.result(ops.convert(best, "u8"))], model.get_parameters())


def with_conversion(model):
    """bgr8 [1,h,w,3] in, converted as part of the graph."""
    steps = PrePostProcessor(model)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(
        ColorFormat.BGR
    )
    steps.input().model().set_layout(ov.Layout("NCHW"))
    conversion = steps.input().preprocess()
    conversion.convert_element_type(ov.Type.f32)
    conversion.convert_color(ColorFormat.GRAY if task.is_grey else ColorFormat.RGB)
    conversion.mean(task.byte_mean).scale([1 / value for value in task.byte_scale])
    return steps.build()


def prepare(converts, masks):
    model = core.read_model(task.model)
    model.reshape([1, task.channels, task.height, task.width])
    if masks:
        model = with_mask(model)
    if converts:
        model = with_conversion(model)
    request = core.compile_model(model, "CPU", SETTINGS).create_infer_request()
    head = (lambda bgr: bgr[None]) if converts else opencv_head(task)
    tail = (lambda output: output.reshape(task.height, task.width)) if masks else opencv_tail(task)

    def segment(bgr):
        # Shared: the tensor is read where it lies, and the output is a view.
        request.infer([ov.Tensor(head(bgr), shared_memory=True)], share_inputs=True, share_outputs=True)
        output = request.get_output_tensor().data
        return tail(output if masks else output[0])

    return segment


def name_of(converts, masks):
    return f"conversion by {'OpenVINO' if converts else 'OpenCV'}, mask by {'OpenVINO' if masks else 'OpenCV'}"


def can_run():
    return task.options["precision"] == "f32" or "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def refuse():
    raise RuntimeError("this processor has no bfloat16 instructions")


combinations = itertools.product([True, False], repeat=2)
serve(
    task,
    versions_with(f"OpenVINO {ov.__version__.split('-')[0]}"),
    {
        name_of(converts, masks): (lambda converts=converts, masks=masks: prepare(converts, masks))
        for converts, masks in combinations
    }
    if can_run()
    else {"bf16": refuse},
)
