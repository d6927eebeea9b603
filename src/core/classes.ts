/** One class of a segmentation: its id is the value in label and mask images. */
export interface ClassInfo {
  readonly id: number;
  readonly name: string;
  /** `#rrggbb`, for overlays and legends. */
  readonly color: string;
}

/** The id that labels give to pixels that count neither way, in every data set and mask of this project. */
export const IGNORE_INDEX = 255;

/** Colours for classes that bring none: far apart in hue, readable on grey video (Okabe & Ito, 2008). */
const PALETTE = ["#404040", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];

export function defaultColor(classId: number): string {
  return PALETTE[classId % PALETTE.length] as string;
}

/** @param color `#rrggbb` */
export function parseColor(color: string): readonly [red: number, green: number, blue: number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
