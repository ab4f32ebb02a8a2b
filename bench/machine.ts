/** Work in short pieces: only a function that is called often is sure to run as it is compiled best. */
const pieces = 30_000;
const stepsAPiece = 1000;
const readsAPiece = 100;
const places = 16 * 1024 * 1024;
const sideBySide = 8;

/**
 * How fast this machine is at this moment, in nanoseconds of processor time: the same machine was seen half as fast on
 * another day, and ratios to real time go with it. What shares a core's units with a neighbour is slow side by side only.
 */
export function benchMachine(): Readonly<Record<string, number>> {
  const order = scattered();
  return {
    'dependent multiplication and addition, ns': timed(compute) / stepsAPiece,
    'the same, eight side by side, each, ns': timed(computeSideBySide) / stepsAPiece,
    'dependent read out of 64 MiB, ns': timed((place) => follow(order, place)) / readsAPiece,
  };
}

/** Nanoseconds of a piece, each going on where the one before ended. */
function timed(work: (from: number) => number): number {
  let at = 0;
  for (let piece = 0; piece < pieces; piece++) at = work(at);
  const before = process.threadCpuUsage();
  for (let piece = 0; piece < pieces; piece++) at = work(at);
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / pieces;
}

function compute(from: number): number {
  let value = from;
  for (let step = 0; step < stepsAPiece; step++) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  return value;
}

/** As many steps, in chains that do not wait for each other. */
function computeSideBySide(from: number): number {
  let [a, b, c, d] = [from, from + 1, from + 2, from + 3];
  let [e, f, g, h] = [from + 4, from + 5, from + 6, from + 7];
  for (let step = 0; step < stepsAPiece; step += sideBySide) {
    a = (Math.imul(a, 1_664_525) + 1) | 0;
    b = (Math.imul(b, 1_664_525) + 3) | 0;
    c = (Math.imul(c, 1_664_525) + 5) | 0;
    d = (Math.imul(d, 1_664_525) + 7) | 0;
    e = (Math.imul(e, 1_664_525) + 9) | 0;
    f = (Math.imul(f, 1_664_525) + 11) | 0;
    g = (Math.imul(g, 1_664_525) + 13) | 0;
    h = (Math.imul(h, 1_664_525) + 15) | 0;
  }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}

/** Where to read next, for each place: one circle through all of them, in no order that a cache could guess. */
function scattered(): Uint32Array {
  const order = Uint32Array.from({ length: places }, (_, index) => index);
  let value = 1;
  for (let index = places - 1; index > 0; index--) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((value / 2 ** 32) * index);
    const kept = order[index] ?? 0;
    order[index] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

function follow(order: Uint32Array, from: number): number {
  let place = from;
  for (let read = 0; read < readsAPiece; read++) place = order[place] ?? 0;
  return place;
}
