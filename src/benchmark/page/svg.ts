/** Px of the drawing; the page scales it to the window. */
export const WIDTH_PX = 860;
/** For the rows' names, at the left. */
export const NAME_PX = 250;
/** Of the longest name that fits NAME_PX at the page's 12 px. */
const NAME_CHARACTERS = 38;
/** Right of the last tick, for half of its text. */
export const RIGHT_PX = 24;
/** Colours of rows; the style sheet defines so many. */
export const SERIES = 8;

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** @param label what a reader who does not see the drawing is told */
export function drawing(label: string, heightPx: number, parts: readonly string[]): string {
  const size = `viewBox="0 0 ${WIDTH_PX} ${px(heightPx)}"`;
  return `<div class="scroll"><svg ${size} role="img" aria-label="${escapeHtml(label)}">${parts.join("")}</svg></div>`;
}

export function seriesClass(index: number): string {
  return `s${index % SERIES}`;
}

/** A row's name at the left, cut where it does not fit; whole when pointed at. */
export function rowName(name: string, y: number, index: number): string {
  const short = name.length <= NAME_CHARACTERS ? name : `${name.slice(0, NAME_CHARACTERS - 1)}…`;
  const dot = `<circle class="fill ${seriesClass(index)}" cx="6" cy="${px(y - 4)}" r="5"/>`;
  return `${dot}<text class="name" x="18" y="${px(y)}">${escapeHtml(short)}<title>${escapeHtml(name)}</title></text>`;
}

/** Maps values to px along one axis. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** @param low a value that is to lie at `from` or above */
export function linearScale(low: number, high: number, from: number, to: number): Scale {
  const step = niceStep((high - low || 1) / 5);
  const first = Math.floor(low / step) * step;
  const last = Math.max(Math.ceil(high / step) * step, first + step);
  const ticks = Array.from(
    { length: Math.round((last - first) / step) + 1 },
    (_, index) => first + index * step,
  );
  return { at: (value) => from + ((value - first) / (last - first)) * (to - from), ticks };
}

/** For values above 0: times and ratios, whose distances are factors. */
export function logScale(low: number, high: number, from: number, to: number): Scale {
  // A little air at both ends; without it a single value would have no range at all.
  const [first, last] = [Math.log(low / 1.08), Math.log(high * 1.08)];
  return {
    at: (value) => from + ((Math.log(value) - first) / (last - first)) * (to - from),
    ticks: logTicks(Math.exp(first), Math.exp(last)),
  };
}

/** 1, 2 and 5 times powers of ten; where those are fewer than three, even steps. */
function logTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent <= high; exponent++) {
    for (const factor of [1, 2, 5]) {
      const value = factor * 10 ** exponent;
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  if (ticks.length >= 3) return ticks;
  const step = niceStep((high - low) / 5);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? 10 * power;
}

/** Vertical lines with their values below. @param unit behind each value, such as ` ms` */
export function verticalGrid(scale: Scale, top: number, bottom: number, unit: string): string {
  return scale.ticks
    .map((tick) => {
      const x = px(scale.at(tick));
      return `<line class="grid" x1="${x}" x2="${x}" y1="${px(top)}" y2="${px(bottom)}"/><text class="tick middle" x="${x}" y="${px(bottom + 16)}">${figure(tick)}${unit}</text>`;
    })
    .join("");
}

/** Horizontal lines with their values at the left. */
export function horizontalGrid(scale: Scale, left: number, right: number, unit: string): string {
  return scale.ticks
    .map((tick) => {
      const y = px(scale.at(tick));
      return `<line class="grid" x1="${px(left)}" x2="${px(right)}" y1="${y}" y2="${y}"/><text class="tick end" x="${px(left - 6)}" y="${px(scale.at(tick) + 4)}">${figure(tick)}${unit}</text>`;
    })
    .join("");
}

/** A coordinate: tenths of a px are enough. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A value in three digits, without the noise of binary fractions. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
