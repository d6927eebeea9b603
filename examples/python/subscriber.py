"""Receives masks of mavseg, in any of the three encodings. Needs pyzmq and numpy (and opencv for png).

    python subscriber.py --source tcp://127.0.0.1:5556                  a line for each mask
    python subscriber.py --json --count 100 > masks.jsonl               a JSON object for each mask
"""
import argparse
import json
import sys
import time

import numpy as np
import zmq


def decode_rle8(payload, pixels):
    """Repeated (class id: one byte, run length: unsigned LEB128)."""
    ids, lengths = [], []
    at = 0
    while at < len(payload):
        ids.append(payload[at])
        at += 1
        length = shift = 0
        while True:
            byte = payload[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        lengths.append(length)
    mask = np.repeat(np.array(ids, np.uint8), lengths)
    if mask.size != pixels:
        raise ValueError(f"rle8: {mask.size} pixels instead of {pixels}")
    return mask


def decode_mask(header, payload):
    """The class id of each pixel, as an array [height, width] of uint8."""
    height, width = header["height"], header["width"]
    if header["encoding"] == "mono8":
        step = header["step"]
        rows = np.frombuffer(payload, np.uint8, step * (height - 1) + width)
        return np.lib.stride_tricks.as_strided(rows, (height, width), (step, 1))
    if header["encoding"] == "rle8":
        return decode_rle8(payload, width * height).reshape(height, width)
    if header["encoding"] == "png":
        import cv2

        return cv2.imdecode(np.frombuffer(payload, np.uint8), cv2.IMREAD_UNCHANGED)
    raise ValueError(f"unknown encoding {header['encoding']}")


def age_ms(stamp):
    """Milliseconds since the picture was taken; both clocks must agree."""
    return time.time() * 1000 - stamp["sec"] * 1000 - stamp["nanosec"] / 1_000_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", default="tcp://127.0.0.1:5556", help="address to connect to")
    parser.add_argument("--topic", default="", help="masks of topics that begin so")
    parser.add_argument("--count", type=int, help="end after so many masks")
    parser.add_argument("--seconds", type=float, help="end after so many seconds without a mask")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()

    context = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.rcvhwm = 8
    if args.seconds:
        socket.rcvtimeo = int(args.seconds * 1000)
    socket.subscribe(args.topic)
    socket.connect(args.source)

    received = 0
    while args.count is None or received < args.count:
        try:
            topic, header, payload = socket.recv_multipart()
        except zmq.Again:
            break
        received += 1
        header = json.loads(header)
        age = age_ms(header["stamp"])
        mask = decode_mask(header, payload)
        pixels = np.bincount(mask.ravel(), minlength=len(header["classes"]))
        if args.json:
            line = {
                "topic": topic.decode(),
                "seq": header["seq"],
                "frame_id": header["frame_id"],
                "age_ms": round(age, 3),
                "timing_ms": header["timing_ms"],
                "objects": header["objects"],
                "pixels": {name: int(count) for name, count in zip(header["classes"], pixels)},
            }
            print(json.dumps(line), flush=True)
        else:
            found = ", ".join(f"{name} {count} px" for name, count in zip(header["classes"][1:], pixels[1:]) if count)
            print(f"{header['frame_id']} {header['seq']:6d}  age {age:6.1f} ms  {found or '-'}", flush=True)
    print(f"{received} masks", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
