import { describe, expect, test } from "vitest";
import { TopicChoice } from "../../../src/video/mcap/topic-choice.js";

const topic = (name: string, schema: string) => ({ topic: name, schema, messages: 1 });
const CAMERA = topic("/front", "sensor_msgs/msg/Image");
const SECOND = topic("/rear", "foxglove.CompressedImage");
const MASK = topic("/mavseg/mask", "foxglove.CompressedImage");
const OVERLAY = topic("/mavseg/overlay", "foxglove.CompressedVideo");
const OTHER = topic("/imu", "sensor_msgs/msg/Imu");

describe("the topic of a recording", () => {
  test("is the only one with a camera's pictures", () => {
    expect(new TopicChoice([OTHER, MASK, CAMERA, OVERLAY], undefined).topic).toBe("/front");
  });

  test("is the only one with pictures where no camera's are there", () => {
    expect(new TopicChoice([OTHER, MASK], undefined).topic).toBe("/mavseg/mask");
  });

  test("has to be named where there are several", () => {
    expect(() => new TopicChoice([CAMERA, SECOND, MASK], undefined)).toThrow(
      /\/front .*\/rear .*\/mavseg\/mask/,
    );
    expect(() => new TopicChoice([MASK, OVERLAY], undefined)).toThrow(/\/mavseg\/mask .*\/mavseg\/overlay/);
    expect(new TopicChoice([CAMERA, SECOND], "/rear").topic).toBe("/rear");
  });

  test("is refused where it is not there, or holds no pictures", () => {
    for (const wanted of ["/other", "/imu"]) {
      expect(() => new TopicChoice([CAMERA, OTHER], wanted, "--source-topic")).toThrow(
        /--source-topic to be one of \/front/,
      );
    }
    expect(() => new TopicChoice([OTHER], undefined)).toThrow(/none among \/imu/);
  });

  test("without an index is the first with a camera's pictures, and stays it", () => {
    const choice = new TopicChoice(undefined, undefined);
    expect([OTHER, MASK, SECOND, CAMERA, OVERLAY, SECOND].map((message) => choice.wants(message))).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  test("without an index is the one that was named", () => {
    const choice = new TopicChoice(undefined, "/mavseg/mask");
    expect([CAMERA, MASK].map((message) => choice.wants(message))).toEqual([false, true]);
  });
});
