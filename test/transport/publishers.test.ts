import { afterEach, describe, expect, test } from "vitest";
import { Reply, Subscriber } from "zeromq";
import { stampNow } from "../../src/core/stamp.js";
import { openFramePublisher } from "../../src/transport/frame-publisher.js";
import { decodeMaskPixels } from "../../src/transport/mask-pixels.js";
import { openMaskPublisher } from "../../src/transport/mask-publisher.js";
import { openMaskSubscriber } from "../../src/transport/mask-subscriber.js";
import { decodeFrameMessage } from "../../src/transport/message-codec.js";
import { rejectionCode } from "./error-code.js";
import { collectingLog, sampleFrame, sampleMask } from "./sample-messages.js";
import { openStallingProxy } from "./stalling-proxy.js";

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const socket of open.splice(0)) await socket.close();
});

const anyPort = { role: "bind", endpoint: "tcp://127.0.0.1:*" } as const;

describe("the frame publisher", () => {
  test("a frame that is sent after subscribed() arrives", async () => {
    const publisher = await openFramePublisher({
      address: anyPort,
      protocol: "mavseg",
      topic: "t",
      log: collectingLog(),
    });
    const subscriber = new Subscriber({ linger: 0 });
    open.push(publisher, subscriber);
    subscriber.subscribe();
    subscriber.connect(publisher.endpoint);
    await publisher.subscribed();
    await publisher.send(sampleFrame());
    expect(decodeFrameMessage(await subscriber.receive())).toEqual({
      topic: "t",
      frame: sampleFrame({ data: expect.anything() }),
    });
  });

  test("close() resolves when the last frame has left, not before", async () => {
    const publisher = await openFramePublisher({
      address: anyPort,
      protocol: "mavseg",
      topic: "t",
      log: collectingLog(),
    });
    const proxy = await openStallingProxy(publisher.endpoint);
    const subscriber = new Subscriber({ linger: 0 });
    open.push(proxy, subscriber);
    subscriber.subscribe();
    subscriber.connect(proxy.endpoint);
    await publisher.subscribed();
    // More than the kernel holds for a peer that does not read.
    const side = 5000;
    const large = { width: side, height: side, step: side, data: new Uint8Array(side * side) };
    await publisher.send(sampleFrame({ seq: 0, ...large }));
    await publisher.send(sampleFrame({ seq: 1 }));
    await proxy.stalled;
    let isClosed = false;
    const closed = publisher.close().then(() => (isClosed = true));
    const seqs = [];
    // The link goes on a tenth of the time to linger later.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isClosed).toBe(false);
    proxy.resume();
    for (let i = 0; i < 2; i++) seqs.push(decodeFrameMessage(await subscriber.receive()).frame.seq);
    await closed;
    expect(seqs).toEqual([0, 1]);
  });

  test("REQ waits for the hub's answer before the next frame", async () => {
    const hub = new Reply({ linger: 0 });
    await hub.bind("tcp://127.0.0.1:*");
    const address = { role: "connect", endpoint: hub.lastEndpoint as string } as const;
    const publisher = await openFramePublisher({
      address,
      protocol: "imagezmq-reqrep",
      topic: "",
      log: collectingLog(),
    });
    open.push(publisher, hub);
    for (let seq = 0; seq < 2; seq++) {
      let answered = false;
      const sent = publisher.send(sampleFrame({ seq })).then(() => expect(answered).toBe(true));
      const [header] = await hub.receive();
      expect(JSON.parse(String(header))).toEqual({ msg: "cam0", dtype: "uint8", shape: [4, 8] });
      answered = true;
      await hub.send("OK");
      await sent;
    }
  });

  test("a port in use is told", async () => {
    const options = { protocol: "mavseg", topic: "t", log: collectingLog() } as const;
    const first = await openFramePublisher({ address: anyPort, ...options });
    open.push(first);
    const address = { role: "bind", endpoint: first.endpoint } as const;
    expect(await rejectionCode(openFramePublisher({ address, ...options }))).toBe("ADDRESS_IN_USE");
  });
});

describe("masks from publisher to subscriber", () => {
  test("arrive whole, with their age and the frames that are missing", async () => {
    const subscriber = await openMaskSubscriber({
      address: { role: "bind", endpoint: "inproc://masks" },
      topic: "masks",
      log: collectingLog(),
    });
    const publisher = await openMaskPublisher({
      address: { role: "connect", endpoint: "inproc://masks" },
      topic: "masks",
      encoding: "rle8",
      classes: ["background", "drone"],
      model: { name: "net", sha256: "00" },
    });
    open.push(subscriber, publisher);
    const mask = sampleMask({ stamp: stampNow() });
    const received = [];
    // A PUB socket that has no subscriber yet drops what it is given: the first number to arrive is not known.
    const iterator = subscriber[Symbol.asyncIterator]();
    const first = iterator.next();
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    let seq = 0;
    while (!arrived) {
      await publisher.publish({ ...mask, seq: seq++ });
      await new Promise((resolve) => setImmediate(resolve));
    }
    received.push((await first).value);
    const ageMs = await publisher.publish({ ...mask, seq: seq + 4 });
    let last = received[0];
    while (last.header.seq !== seq + 4) last = (await iterator.next()).value;
    expect(await decodeMaskPixels(last)).toEqual(mask.data);
    expect(last.header.timing_ms.age).toBeCloseTo(ageMs, 2);
    expect(last.ageMs).toBeGreaterThanOrEqual(ageMs);
    expect(subscriber.counters).toMatchObject({ malformed: 0, missing: 4 });
  });

  test.each([
    ["rle8", 1],
    ["png", 1],
    ["mono8", 0],
  ] as const)("%s gives the mask's buffer back %i times", async (encoding, times) => {
    const publisher = await openMaskPublisher({
      address: anyPort,
      topic: "m",
      encoding,
      classes: ["background", "drone"],
      model: { name: "m", sha256: "0".repeat(64) },
    });
    open.push(publisher);
    let released = 0;
    await publisher.publish({ ...sampleMask(), release: () => released++ });
    expect(released).toBe(times);
  });

  test("close() ends the iteration", async () => {
    const subscriber = await openMaskSubscriber({ address: anyPort, topic: "", log: collectingLog() });
    const next = subscriber[Symbol.asyncIterator]().next();
    subscriber.close();
    expect((await next).done).toBe(true);
  });
});
