"""Frame to mask with OpenCV's own nets (cv2.dnn), every engine of it tried. How it is called: peer.py."""

import cv2

from peer import Task, opencv_head, opencv_tail, versions_with, serve

task = Task()


def prepare(engine):
    net = cv2.dnn.readNetFromONNX(task.model, engine=engine)
    # The new engine knows only its own back end and refuses to be told.
    if engine == cv2.dnn.ENGINE_CLASSIC:
        net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
        net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
    head, tail = opencv_head(task), opencv_tail(task)

    def segment(bgr):
        net.setInput(head(bgr))
        return tail(net.forward()[0])

    return segment


serve(
    task,
    versions_with(),
    {
        "new engine": lambda: prepare(cv2.dnn.ENGINE_NEW),
        "classic engine": lambda: prepare(cv2.dnn.ENGINE_CLASSIC),
    },
)
