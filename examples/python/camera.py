"""A camera for mavseg: frames over ZeroMQ in the format of docs/wire-format.md. Needs pyzmq and numpy.

    python camera.py --publish tcp://127.0.0.1:5555                     draws a bright square that moves
    python camera.py --jpeg-folder flight/ --size 1280x1024             sends JPEG files as they are
"""
import argparse
import itertools
import json
import pathlib
import time

import numpy as np
import zmq


def drawn_frames(width, height):
    """Grey frames, dark, with a bright square of a quarter of the height that moves to the right."""
    side = height // 4
    for number in itertools.count():
        image = np.full((height, width), 30, np.uint8)
        x = 4 * number % (width - side + 1)
        image[side : 2 * side, x : x + side] = 220
        yield "mono8", image.strides[0], image


def jpeg_frames(folder):
    """The JPEG files of a folder, again and again."""
    files = sorted(pathlib.Path(folder).glob("*.jp*g"))
    for file in itertools.cycle(files):
        yield "jpeg", 0, file.read_bytes()


def send_frame(socket, topic, seq, frame_id, width, height, encoding, step, data):
    now = time.time_ns()
    header = {
        "v": 1,
        "type": "frame",
        "seq": seq,
        "stamp": {"sec": now // 1_000_000_000, "nanosec": now % 1_000_000_000},
        "frame_id": frame_id,
        "width": width,
        "height": height,
        "encoding": encoding,
        "step": step,
    }
    socket.send_multipart([topic.encode(), json.dumps(header).encode(), data], copy=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--publish", default="tcp://127.0.0.1:5555", help="address to bind")
    parser.add_argument("--topic", default="frames")
    parser.add_argument("--frame-id", default="python")
    parser.add_argument("--size", default="640x480", help="WIDTHxHEIGHT of the frames")
    parser.add_argument("--jpeg-folder", help="send these files instead; --size says how large they are")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--count", type=int, help="end after so many frames")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))

    context = zmq.Context()
    socket = context.socket(zmq.XPUB)  # PUB that also tells of subscribers, so that the first frame is not lost
    socket.sndhwm = 4
    socket.linger = 1000  # ms for the last frames to leave
    socket.bind(args.publish)
    while not socket.recv().startswith(b"\x01"):
        pass

    frames = jpeg_frames(args.jpeg_folder) if args.jpeg_folder else drawn_frames(width, height)
    due = time.monotonic()
    for seq, (encoding, step, data) in enumerate(itertools.islice(frames, args.count)):
        time.sleep(max(0, due - time.monotonic()))
        due += 1 / args.fps
        send_frame(socket, args.topic, seq, args.frame_id, width, height, encoding, step, data)
    context.destroy()


if __name__ == "__main__":
    main()
