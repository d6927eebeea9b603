"""Writes and reads robotics recordings with Python's own packages: the other side of the tests of `mavseg video`.

    recordings.py ros2 DIR        camera pictures as ROS 2 messages, by rosbags, in DIR/DIR.mcap
    recordings.py foxglove_ros2 DIR VIDEO     the same as foxglove_msgs, by rosbags, with the H.264 of another recording
    recordings.py foxglove FILE COMPRESSION   the same as Foxglove's JSON messages, by mcap (none, zstd or lz4)
    recordings.py read FILE       prints every message as a line of JSON
    recordings.py salvage FILE    the same of a file that was cut off, as far as it goes
"""

import base64
import json
import sys

import cv2
import numpy as np

WIDTH, HEIGHT, SIDE = 96, 64, 16
START_NS = 1_700_000_000_123_456_789
PERIOD_NS = 50_000_000
FRAMES = 12


def picture(index):
    rgb = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
    rgb[8 : 8 + SIDE, index * 4 : index * 4 + SIDE] = 250
    return rgb


def stamp_ns(index):
    """When the picture was taken: a little before it was logged."""
    return START_NS + index * PERIOD_NS - 1_000_000


def write_ros2(folder):
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    types = get_typestore(Stores.ROS2_HUMBLE)
    Image = types.types["sensor_msgs/msg/Image"]
    CompressedImage = types.types["sensor_msgs/msg/CompressedImage"]
    Header = types.types["std_msgs/msg/Header"]
    Time = types.types["builtin_interfaces/msg/Time"]
    with Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        raw = writer.add_connection("/raw", Image.__msgtype__, typestore=types)
        small = writer.add_connection("/small", CompressedImage.__msgtype__, typestore=types)
        for index in range(FRAMES):
            taken = stamp_ns(index)
            header = Header(Time(taken // 10**9, taken % 10**9), "front")
            bgr = np.ascontiguousarray(picture(index)[:, :, ::-1])
            image = Image(header, HEIGHT, WIDTH, "bgr8", 0, WIDTH * 3, bgr.reshape(-1))
            png = cv2.imencode(".png", bgr)[1].reshape(-1)
            logged = START_NS + index * PERIOD_NS
            writer.write(raw, logged, types.serialize_cdr(image, Image.__msgtype__))
            writer.write(small, logged, types.serialize_cdr(CompressedImage(header, "png", png), CompressedImage.__msgtype__))


FOXGLOVE_MSGS = {
    "RawImage": "uint32 width\nuint32 height\nstring encoding\nuint32 step\nuint8[] data",
    "CompressedImage": "uint8[] data\nstring format",
    "CompressedVideo": "uint8[] data\nstring format",
}


def write_foxglove_ros2(folder, video):
    from mcap.reader import make_reader
    from mcap_protobuf.decoder import DecoderFactory
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_types_from_msg, get_typestore

    types = get_typestore(Stores.ROS2_HUMBLE)
    for name, fields in FOXGLOVE_MSGS.items():
        text = f"builtin_interfaces/Time timestamp\nstring frame_id\n{fields}"
        types.register(get_types_from_msg(text, f"foxglove_msgs/msg/{name}"))
    Time = types.types["builtin_interfaces/msg/Time"]
    Raw, Compressed, Video = (types.types[f"foxglove_msgs/msg/{name}"] for name in FOXGLOVE_MSGS)
    with open(video, "rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        films = [message.data for _, _, _, message in reader.iter_decoded_messages(topics=["/mavseg/overlay"])]
    with Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        topics = {"/raw": Raw, "/small": Compressed, "/film": Video}
        connections = {
            topic: writer.add_connection(topic, kind.__msgtype__, typestore=types) for topic, kind in topics.items()
        }
        for index in range(FRAMES):
            taken = stamp_ns(index)
            head = (Time(taken // 10**9, taken % 10**9), "front")
            bgr = np.ascontiguousarray(picture(index)[:, :, ::-1])
            png = cv2.imencode(".png", bgr)[1].reshape(-1)
            messages = {
                "/raw": Raw(*head, WIDTH, HEIGHT, "bgr8", WIDTH * 3, bgr.reshape(-1)),
                "/small": Compressed(*head, png, "png"),
                "/film": Video(*head, np.frombuffer(films[index], np.uint8), "h264"),
            }
            for topic, message in messages.items():
                data = types.serialize_cdr(message, message.__msgtype__)
                writer.write(connections[topic], START_NS + index * PERIOD_NS, data)


def write_foxglove(file, compression):
    from mcap.writer import CompressionType, Writer

    with open(file, "wb") as stream:
        writer = Writer(stream, compression=CompressionType[compression.upper()], chunk_size=20_000)
        writer.start()
        schema = writer.register_schema("foxglove.RawImage", "jsonschema", b'{"type": "object"}')
        channel = writer.register_channel("/camera", "json", schema)
        for index in range(FRAMES):
            taken = stamp_ns(index)
            message = {
                "timestamp": {"sec": taken // 10**9, "nsec": taken % 10**9},
                "frame_id": "front",
                "width": WIDTH,
                "height": HEIGHT,
                "encoding": "rgb8",
                "step": WIDTH * 3,
                "data": base64.b64encode(picture(index).tobytes()).decode(),
            }
            logged = START_NS + index * PERIOD_NS
            writer.add_message(channel, logged, json.dumps(message).encode(), logged, index)
        writer.finish()


def read(file):
    from mcap.reader import make_reader

    with open(file, "rb") as stream:
        for schema, channel, message in make_reader(stream, validate_crcs=True).iter_messages():
            print(json.dumps(describe(schema, channel, message)))


def salvage(file):
    from mcap.exceptions import McapError
    from mcap.records import Channel, Message, Schema
    from mcap.stream_reader import StreamReader

    schemas, channels = {}, {}
    with open(file, "rb") as stream:
        try:
            for record in StreamReader(stream, validate_crcs=True).records:
                if isinstance(record, Schema):
                    schemas[record.id] = record
                elif isinstance(record, Channel):
                    channels[record.id] = record
                elif isinstance(record, Message):
                    channel = channels[record.channel_id]
                    print(json.dumps(describe(schemas[channel.schema_id], channel, record)))
        except McapError as error:
            print(json.dumps({"end": str(error)}))


def describe(schema, channel, message):
    from mcap_protobuf.decoder import DecoderFactory

    line = {"topic": channel.topic, "schema": schema.name, "log": str(message.log_time), "sequence": message.sequence}
    if channel.message_encoding == "json":
        return line | {"json": json.loads(message.data)}
    decoded = DecoderFactory().decoder_for(channel.message_encoding, schema)(message.data)
    line["stamp"] = str(decoded.timestamp.seconds * 10**9 + decoded.timestamp.nanos)
    if schema.name == "foxglove.ImageAnnotations":
        boxes = [[[point.x, point.y] for point in box.points] for box in decoded.points]
        return line | {"boxes": boxes, "texts": [text.text for text in decoded.texts]}
    line["frame_id"] = decoded.frame_id
    if schema.name == "foxglove.CompressedImage":
        image = cv2.imdecode(np.frombuffer(decoded.data, np.uint8), cv2.IMREAD_UNCHANGED)
        line |= {"format": decoded.format, "shape": list(image.shape)}
        if image.ndim == 2:
            line["pixels"] = int(np.count_nonzero(image == 1))
    elif schema.name == "foxglove.CompressedVideo":
        line |= {"format": decoded.format, "start": decoded.data[:5].hex()}
    else:
        image = np.frombuffer(decoded.data, np.uint8).reshape(decoded.height, decoded.step)
        line |= {"encoding": decoded.encoding, "shape": list(image.shape), "bright": int(np.count_nonzero(image > 128))}
    return line


WHAT = {
    "ros2": write_ros2,
    "foxglove_ros2": write_foxglove_ros2,
    "foxglove": write_foxglove,
    "read": read,
    "salvage": salvage,
}
WHAT[sys.argv[1]](*sys.argv[2:])
