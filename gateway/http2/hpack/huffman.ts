/** Huffman decoding (RFC 7541, 5.2 and appendix B): a state machine that takes half a byte a step. */
import { ErrorCode } from "../codes.ts";
import { ConnectionFault } from "../faults.ts";

/** Code length of every octet, then of EOS. The code is canonical: lengths alone give the codes of appendix B. */
const codeLengths = `
  13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28
  6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10
  13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6
  15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28
  20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24
  22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23
  26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27
  20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26
  30
`
  .trim()
  .split(/\s+/)
  .map(Number);

const EOS = 256;
/** A step of the machine: bits 0-7 the next state, bit 8 "gives an octet", bits 9-16 that octet, bit 17 "no such code". */
const GIVES = 1 << 8;
const OCTET_SHIFT = 9;
const REFUSED = 1 << 17;

const { steps, mayEnd } = buildMachine();

/** Room for one decoded string; grows to the longest seen, which the header block limit bounds. */
let room = Buffer.allocUnsafeSlow(4096);

/** Decodes `bytes[start, end)` to a latin1 string. Wrong padding and EOS are a COMPRESSION_ERROR. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  // The shortest code has five bits.
  const most = (((end - start) * 8) / 5 + 1) | 0;
  if (room.length < most) room = Buffer.allocUnsafeSlow(most * 2);
  const out = room;
  let length = 0;
  let state = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    const high = steps[(state << 4) | (byte >> 4)] ?? REFUSED;
    if ((high & GIVES) !== 0) {
      out[length] = high >> OCTET_SHIFT;
      length += 1;
    }
    const low = steps[((high & 0xff) << 4) | (byte & 15)] ?? REFUSED;
    if ((low & GIVES) !== 0) {
      out[length] = low >> OCTET_SHIFT;
      length += 1;
    }
    if (((high | low) & REFUSED) !== 0) throw new ConnectionFault(ErrorCode.COMPRESSION_ERROR, "EOS in a string");
    state = low & 0xff;
  }
  if (mayEnd[state] !== 1) throw new ConnectionFault(ErrorCode.COMPRESSION_ERROR, "wrong padding of a string");
  return out.toString("latin1", 0, length);
}

/** Inner nodes of the code's tree, numbered as states; a child is a state, or an octet as `~octet`. */
function buildTree(): number[][] {
  const tree: number[][] = [[]];
  const symbols = codeLengths.map((length, symbol) => ({ length, symbol }));
  symbols.sort((a, b) => a.length - b.length || a.symbol - b.symbol);
  let code = 0;
  let before = 0;
  for (const { length, symbol } of symbols) {
    code *= 2 ** (length - before);
    before = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit -= 1) {
      const side = (code >>> bit) & 1;
      const children = tree[node] ?? [];
      let next = children[side];
      if (next === undefined) {
        next = tree.push([]) - 1;
        children[side] = next;
      }
      node = next;
    }
    (tree[node] ?? [])[code & 1] = ~symbol;
    code += 1;
  }
  return tree;
}

function buildMachine(): { steps: Uint32Array; mayEnd: Uint8Array } {
  const tree = buildTree();
  const steps = new Uint32Array(tree.length * 16);
  for (let state = 0; state < tree.length; state += 1) {
    for (let nibble = 0; nibble < 16; nibble += 1) steps[state * 16 + nibble] = step(tree, state, nibble);
  }
  // A string may end within a prefix of EOS, which is all ones, of fewer than eight bits.
  const mayEnd = new Uint8Array(tree.length);
  for (let node = 0, depth = 0; depth < 8; depth += 1) {
    mayEnd[node] = 1;
    node = tree[node]?.[1] ?? 0;
  }
  return { steps, mayEnd };
}

function step(tree: number[][], state: number, nibble: number): number {
  let node = state;
  let given = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    const child = tree[node]?.[(nibble >> bit) & 1] ?? ~EOS;
    if (child === ~EOS) return REFUSED;
    if (child < 0) given = GIVES | (~child << OCTET_SHIFT);
    node = child < 0 ? 0 : child;
  }
  return node | given;
}
