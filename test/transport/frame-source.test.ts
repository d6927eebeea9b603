import { afterEach, describe, expect, test, vi } from "vitest";
import { Request, XPublisher } from "zeromq";
import {
  DRAIN_LIMIT,
  openFrameSource,
  type Protocol,
  type ZeroMqFrameSource,
} from "../../src/transport/frame-source.js";
import { encodeFrameMessage } from "../../src/transport/message-codec.js";
import { collectingLog, sampleFrame } from "./sample-messages.js";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

let endpoints = 0;

/** A camera of the test and a source that is connected to it; a high-water mark of 0 drops nothing. */
async function cameraAndSource(protocol: Protocol = "mavseg", topic = "") {
  const endpoint = `inproc://frame-source-${endpoints++}`;
  const camera = new XPublisher({ linger: 0, sendHighWaterMark: 0 });
  open.push(camera);
  await camera.bind(endpoint);
  const log = collectingLog();
  const address = { role: "connect", endpoint } as const;
  const source = await openFrameSource({ address, protocol, topic, silenceMs: 60_000, log });
  open.push(source);
  await camera.receive();
  return { camera, source, log };
}

function send(camera: XPublisher, seq: number, frameId = "cam0"): Promise<void> {
  return camera.send(encodeFrameMessage("frames", sampleFrame({ seq, frameId })));
}

/** Messages that were dealt with, good and bad. */
function dealtWith({ counters }: ZeroMqFrameSource): number {
  return counters.received + counters.malformed;
}

describe("the frame source", () => {
  test("keeps the newest frame only, and counts those it replaced", async () => {
    const { camera, source } = await cameraAndSource();
    for (let seq = 0; seq < 10; seq++) await send(camera, seq);
    await vi.waitFor(() => expect(dealtWith(source)).toBe(10));
    expect((await source.next())?.frame.seq).toBe(9);
    expect(source.counters).toEqual({ received: 10, malformed: 0, lost: 0, superseded: 9 });
  });

  test("gives frames in their order to one who takes them in time", async () => {
    const { camera, source } = await cameraAndSource();
    for (let seq = 0; seq < 5; seq++) {
      const next = source.next();
      await send(camera, seq);
      expect((await next)?.frame.seq).toBe(seq);
    }
    expect(source.counters.superseded).toBe(0);
  });

  test("knows frames that never came from frames that it replaced", async () => {
    const { camera, source } = await cameraAndSource();
    for (const seq of [0, 1, 5, 6]) await send(camera, seq);
    await vi.waitFor(() => expect(dealtWith(source)).toBe(4));
    expect(source.counters).toEqual({ received: 4, malformed: 0, lost: 3, superseded: 3 });
  });

  test("skips malformed messages, counts them and tells of them", async () => {
    const { camera, source, log } = await cameraAndSource();
    await camera.send("no multipart");
    await camera.send(["frames", "{", "payload"]);
    await send(camera, 3);
    await vi.waitFor(() => expect(dealtWith(source)).toBe(3));
    expect((await source.next())?.frame.seq).toBe(3);
    expect(source.counters).toMatchObject({ received: 1, malformed: 2, superseded: 0 });
    expect(log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields.code)).toEqual([
      "MESSAGE_INVALID",
    ]);
  });

  test("takes only the topics it was asked for", async () => {
    const { camera, source } = await cameraAndSource("mavseg", "left");
    await camera.send(encodeFrameMessage("right", sampleFrame({ seq: 1 })));
    await camera.send(encodeFrameMessage("left/raw", sampleFrame({ seq: 2 })));
    expect((await source.next())?.frame.seq).toBe(2);
    expect(dealtWith(source)).toBe(1);
  });

  test("numbers and stamps imageZMQ frames as they arrive, and counts none as lost", async () => {
    const { camera, source } = await cameraAndSource("imagezmq");
    const header = JSON.stringify({ msg: "pi", dtype: "uint8", shape: [4, 8] });
    const before = Date.now();
    const seqs = [];
    for (let i = 0; i < 3; i++) {
      const next = source.next();
      await camera.send([header, new Uint8Array(32)]);
      const frame = (await next)?.frame;
      seqs.push(frame?.seq);
      expect(frame?.stamp.sec).toBeGreaterThanOrEqual(Math.floor(before / 1000));
    }
    expect(seqs).toEqual([0, 1, 2]);
    expect(source.counters.lost).toBe(0);
  });

  test("after close() the frame that waits can be taken, then nothing comes", async () => {
    const { camera, source } = await cameraAndSource();
    await send(camera, 1);
    await vi.waitFor(() => expect(dealtWith(source)).toBe(1));
    source.close();
    expect((await source.next())?.frame.seq).toBe(1);
    expect(await source.next()).toBeUndefined();
  });

  test("lets timers and other sockets have their turn in a flood", async () => {
    const { camera, source } = await cameraAndSource();
    const messages = 5000;
    for (let seq = 0; seq < messages; seq++) await send(camera, seq);
    let turns = 0;
    while (dealtWith(source) < messages) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    // Half: some of the flood is taken while it is still being sent, before the counting begins.
    expect(turns).toBeGreaterThanOrEqual(messages / DRAIN_LIMIT / 2);
    expect(source.counters.superseded).toBe(messages - 1);
  });
});

describe("a camera that was started again", () => {
  test("is found by itself, and its numbers from the beginning are no loss", async () => {
    const first = new XPublisher({ linger: 0 });
    await first.bind("tcp://127.0.0.1:*");
    const endpoint = first.lastEndpoint as string;
    const log = collectingLog();
    const address = { role: "connect", endpoint } as const;
    const source = await openFrameSource({ address, protocol: "mavseg", topic: "", silenceMs: 60_000, log });
    open.push(source);
    await first.receive();
    await send(first, 500);
    expect((await source.next())?.frame.seq).toBe(500);
    first.close();
    const second = new XPublisher({ linger: 0 });
    open.push(second);
    await vi.waitFor(() => second.bind(endpoint));
    await second.receive();
    await send(second, 0);
    expect((await source.next())?.frame.seq).toBe(0);
    expect(source.counters).toEqual({ received: 2, malformed: 0, lost: 0, superseded: 0 });
  });
});

describe("imageZMQ in REQ/REP", () => {
  test("connecting where senders connect too is warned of", async () => {
    const log = collectingLog();
    const address = { role: "connect", endpoint: "tcp://127.0.0.1:1" } as const;
    open.push(
      await openFrameSource({ address, protocol: "imagezmq-reqrep", topic: "", silenceMs: 60_000, log }),
    );
    expect(log.lines).toMatchObject([{ level: "warn", message: expect.stringContaining("@") }]);
  });

  async function senderAndSource() {
    const log = collectingLog();
    const address = { role: "bind", endpoint: "tcp://127.0.0.1:*" } as const;
    const source = await openFrameSource({
      address,
      protocol: "imagezmq-reqrep",
      topic: "",
      silenceMs: 60_000,
      log,
    });
    const sender = new Request({ linger: 0 });
    open.push(source, sender);
    sender.connect(source.endpoint);
    const ask = async (...parts: (string | Uint8Array)[]) => {
      await sender.send(parts);
      return String((await sender.receive())[0]);
    };
    return { source, ask };
  }

  test("every frame is answered OK, without waiting for anybody to take it", async () => {
    const { source, ask } = await senderAndSource();
    const header = JSON.stringify({ msg: "pi", dtype: "uint8", shape: [4, 8] });
    for (let i = 0; i < 3; i++) expect(await ask(header, new Uint8Array(32))).toBe("OK");
    expect((await source.next())?.frame.seq).toBe(2);
  });

  test("a malformed message is answered too, and the next frame is taken", async () => {
    const { source, ask } = await senderAndSource();
    expect(await ask("{", "x")).toBe("MESSAGE_INVALID");
    expect(await ask(JSON.stringify({ msg: "pi", dtype: "uint8", shape: [4, 8] }), new Uint8Array(32))).toBe(
      "OK",
    );
    expect(source.counters).toMatchObject({ received: 1, malformed: 1 });
  });
});
