"""Sends frames to mavseg with imageZMQ, as they are or as JPEG, in both of its patterns. Needs imagezmq and opencv.

PUB/SUB: this side binds, and mavseg connects:
    python imagezmq_sender.py --pattern pub --address tcp://127.0.0.1:5555
    mavseg run --protocol imagezmq --source tcp://127.0.0.1:5555 ...
REQ/REP: this side connects, and mavseg binds (@):
    python imagezmq_sender.py --pattern req --address tcp://127.0.0.1:5555
    mavseg run --protocol imagezmq-reqrep --source @tcp://127.0.0.1:5555 ...
"""
import argparse
import itertools
import time

import cv2
import imagezmq
import numpy as np


def drawn_frames(width, height):
    """Dark colour frames (blue, green, red) with a bright square that moves to the right."""
    side = height // 4
    for number in itertools.count():
        image = np.full((height, width, 3), 30, np.uint8)
        x = 4 * number % (width - side + 1)
        cv2.rectangle(image, (x, side), (x + side - 1, 2 * side - 1), (220, 220, 220), cv2.FILLED)
        yield image


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pattern", choices=["pub", "req"], default="pub")
    parser.add_argument("--address", default="tcp://127.0.0.1:5555", help="bound with pub, connected to with req")
    parser.add_argument("--name", default="imagezmq-camera", help="becomes the frame_id of the masks")
    parser.add_argument("--size", default="640x480", help="WIDTHxHEIGHT of the frames")
    parser.add_argument("--jpg", action="store_true", help="send_jpg instead of send_image")
    parser.add_argument("--fps", type=float, default=30)
    parser.add_argument("--count", type=int, help="end after so many frames")
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))

    with imagezmq.ImageSender(connect_to=args.address, REQ_REP=args.pattern == "req") as sender:
        due = time.monotonic()
        for image in itertools.islice(drawn_frames(width, height), args.count):
            time.sleep(max(0, due - time.monotonic()))
            due += 1 / args.fps
            if args.jpg:
                _, jpg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])
                sender.send_jpg(args.name, jpg.tobytes())
            else:
                sender.send_image(args.name, image)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
