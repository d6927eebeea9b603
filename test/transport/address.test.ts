import { afterEach, describe, expect, test } from "vitest";
import { Publisher } from "zeromq";
import { openAddress, parseAddress } from "../../src/transport/address.js";
import { errorCode, rejectionCode } from "./error-code.js";

const sockets: Publisher[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

function publisher(): Publisher {
  const socket = new Publisher({ linger: 0 });
  sockets.push(socket);
  return socket;
}

describe("parseAddress", () => {
  test.each([
    ["tcp://127.0.0.1:5555", "connect", "connect", "tcp://127.0.0.1:5555"],
    ["tcp://127.0.0.1:5555", "bind", "bind", "tcp://127.0.0.1:5555"],
    ["@tcp://*:5555", "connect", "bind", "tcp://*:5555"],
    [">tcp://camera.local:5555", "bind", "connect", "tcp://camera.local:5555"],
    ["@tcp://[::1]:*", "connect", "bind", "tcp://[::1]:*"],
    ["ipc:///tmp/masks.sock", "bind", "bind", "ipc:///tmp/masks.sock"],
    ["inproc://frames", "connect", "connect", "inproc://frames"],
  ] as const)("%s, by default to %s: to %s %s", (text, defaultRole, role, endpoint) => {
    expect(parseAddress(text, defaultRole)).toEqual({ role, endpoint });
  });

  test.each([
    "",
    "127.0.0.1:5555",
    "tcp://127.0.0.1",
    "tcp://127.0.0.1:0",
    "tcp://127.0.0.1:65536",
    "tcp://a b:5555",
    "udp://127.0.0.1:5555",
    "@@tcp://127.0.0.1:5555",
    "ipc://",
    "inproc://a\nb",
  ])("refuses %j", (text) => {
    expect(errorCode(() => parseAddress(text, "bind"))).toBe("ADDRESS_INVALID");
  });

  test("says how to bind where * cannot be connected to", () => {
    try {
      parseAddress("tcp://*:5555", "connect");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: "ADDRESS_INVALID",
        hint: expect.stringContaining("@tcp://*:5555"),
      });
    }
  });
});

describe("openAddress", () => {
  test("gives the port that was found for *", async () => {
    const endpoint = await openAddress(publisher(), { role: "bind", endpoint: "tcp://127.0.0.1:*" });
    expect(endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  });

  test("a port in use is ADDRESS_IN_USE and names the address", async () => {
    const endpoint = await openAddress(publisher(), { role: "bind", endpoint: "tcp://127.0.0.1:*" });
    const second = openAddress(publisher(), { role: "bind", endpoint });
    await expect(second).rejects.toMatchObject({ code: "ADDRESS_IN_USE", expected: `to bind ${endpoint}` });
  });

  test("an interface that is not there is ADDRESS_UNUSABLE", async () => {
    const opening = openAddress(publisher(), { role: "bind", endpoint: "tcp://192.0.2.1:5555" });
    expect(await rejectionCode(opening)).toBe("ADDRESS_UNUSABLE");
  });
});
