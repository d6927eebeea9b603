/** Size of a glyph, and of the cell it stands in, in dots. */
export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;
export const CELL_WIDTH = GLYPH_WIDTH + 1;

/**
 * Seven rows of five dots a character, one base-32 digit a row, the top row first: `v` is a full row, `h` its two ends.
 * Built in, since a drone's image often has no fonts at all. Capitals only: they are legible at this size.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  " ": "0000000",
  A: "ehhvhhh",
  B: "uhhuhhu",
  C: "ehggghe",
  D: "uhhhhhu",
  E: "vgguggv",
  F: "vgguggg",
  G: "ehgnhhf",
  H: "hhhvhhh",
  I: "e44444e",
  J: "72222ic",
  K: "hikokih",
  L: "ggggggv",
  M: "hrllhhh",
  N: "hhpljhh",
  O: "ehhhhhe",
  P: "uhhuggg",
  Q: "ehhhlid",
  R: "uhhukih",
  S: "fgge11u",
  T: "v444444",
  U: "hhhhhhe",
  V: "hhhhha4",
  W: "hhhllla",
  X: "hha4ahh",
  Y: "hha4444",
  Z: "v1248gv",
  "0": "ehjlphe",
  "1": "4c4444e",
  "2": "eh1248v",
  "3": "v2421he",
  "4": "26aiv22",
  "5": "vgu11he",
  "6": "68guhhe",
  "7": "v124888",
  "8": "ehhehhe",
  "9": "ehhf12c",
  ".": "00000cc",
  ",": "0000c48",
  ":": "0cc0cc0",
  "-": "000v000",
  _: "000000v",
  "/": "01248g0",
  "(": "2488842",
  ")": "8422248",
  "%": "op248j3",
  "+": "044v440",
  "=": "00v0v00",
};

/** Stands for what has no glyph: an empty box. */
const UNKNOWN = "vhhhhhv";

/** The rows of a character's glyph, five bits each, the leftmost dot in the highest. Small letters come as capitals. */
export function glyphRows(character: string): number[] {
  const glyph = GLYPHS[character.toUpperCase()] ?? UNKNOWN;
  return Array.from(glyph, (digit) => Number.parseInt(digit, 32));
}
