import { expect, test } from "vitest";
import { escapeHtml } from "../../src/core/escape-html.js";

test("leaves nothing of a text that would end a tag or an attribute, and escapes nothing twice", () => {
  expect(escapeHtml('<b class="x">R&D &lt;</b>')).toBe("&lt;b class=&quot;x&quot;>R&amp;D &amp;lt;&lt;/b>");
});
