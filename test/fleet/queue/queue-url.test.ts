import { expect, test } from "vitest";
import { checkQueueUrl, withoutSecrets } from "../../../src/fleet/queue/queue-url.js";

test.each([
  ["redis://queue", "redis://queue"],
  ["redis://user:secret@queue:6379/2", "redis://queue:6379/2"],
  ["rediss://:secret@10.0.0.1:6380", "rediss://10.0.0.1:6380"],
])("%s is shown as %s", (text, shown) => {
  expect(withoutSecrets(checkQueueUrl(text))).toBe(shown);
});

test.each(["queue:6379", "http://user:secret@queue", "redis://:secret@", "redis://queue/name", ""])(
  "%j is refused without being repeated",
  (text) => {
    let message = "";
    expect(() => {
      try {
        checkQueueUrl(text);
      } catch (error) {
        message = (error as Error).message;
        throw error;
      }
    }).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(message).not.toContain("secret");
  },
);
