/** A prefix code: how many bits each symbol takes, 0 for those that do not occur, and these bits, the first one lowest. */
export interface HuffmanCode {
  readonly lengths: Uint8Array;
  readonly codes: Uint16Array;
}

interface Node {
  readonly count: number;
  /** A leaf has a symbol, every other node two children. */
  readonly symbol?: number;
  readonly children?: readonly [Node, Node];
}

/**
 * The canonical code of RFC 1951 (3.2.2) for symbols that occur so often. With fewer than two of them one bit is spent all
 * the same: there is no code of none.
 * @param mostBits no code is longer; 2 ** mostBits symbols at most
 */
export function huffmanCode(counts: Uint32Array, mostBits: number): HuffmanCode {
  let lengths = treeDepths(counts);
  // Rare symbols are made more frequent until the tree is flat enough: not the best code, but hardly ever needed.
  for (let flat = counts; Math.max(...lengths) > mostBits; lengths = treeDepths(flat)) {
    flat = flat.map((count) => (count === 0 ? 0 : (count >>> 1) + 1));
  }
  return { lengths, codes: canonicalCodes(lengths, mostBits) };
}

function treeDepths(counts: Uint32Array): Uint8Array {
  const nodes: Node[] = [];
  for (const [symbol, count] of counts.entries()) if (count > 0) nodes.push({ symbol, count });
  nodes.sort((a, b) => a.count - b.count || (a.symbol as number) - (b.symbol as number));
  const depths = new Uint8Array(counts.length);
  if (nodes.length === 1) depths[nodes[0]?.symbol as number] = 1;
  if (nodes.length > 1) setDepths(join(nodes), 0, depths);
  return depths;
}

/** Leaves and joined nodes both come in the order of their counts, so that two queues do for Huffman's algorithm. */
function join(leaves: readonly Node[]): Node {
  const joined: Node[] = [];
  let [leaf, inner] = [0, 0];
  const rarest = (): Node => {
    const [a, b] = [leaves[leaf], joined[inner]];
    if (b === undefined || (a !== undefined && a.count <= b.count)) leaf++;
    else inner++;
    return (b === undefined || (a !== undefined && a.count <= b.count) ? a : b) as Node;
  };
  while (joined.length < leaves.length - 1) {
    const [first, second] = [rarest(), rarest()];
    joined.push({ count: first.count + second.count, children: [first, second] });
  }
  return joined.at(-1) as Node;
}

function setDepths(node: Node, depth: number, depths: Uint8Array): void {
  if (node.children === undefined) depths[node.symbol as number] = depth;
  for (const child of node.children ?? []) setDepths(child, depth + 1, depths);
}

function canonicalCodes(lengths: Uint8Array, mostBits: number): Uint16Array {
  // The first code of each length.
  const next = new Uint16Array(mostBits + 2);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length > 0) next[length + 1]!++;
  }
  for (let bits = 1; bits <= mostBits; bits++) next[bits] = (next[bits - 1]! + next[bits]!) << 1;
  const codes = new Uint16Array(lengths.length);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length > 0) codes[symbol] = reversed(next[length]!++, length);
  }
  return codes;
}

/** DEFLATE packs bits from the lowest on, but codes from their highest bit on. */
function reversed(code: number, bits: number): number {
  let turned = 0;
  for (let bit = 0; bit < bits; bit++) turned |= ((code >> bit) & 1) << (bits - 1 - bit);
  return turned;
}
