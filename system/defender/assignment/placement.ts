/** A unit while it is placed, by number. */
export interface PlacedUnit {
  readonly unit: string;
  readonly weight: number;
  /** Index of the member that the ring names. */
  readonly ringOwner: number;
  /** So heavy that it is spread by hand (defender §4). */
  readonly extreme: boolean;
}

const nobody = -1;

/** Who has which unit, and how much that is, while an assignment is being made. All by index; ties by lower index. */
export class Placement {
  readonly units: readonly PlacedUnit[];
  readonly loads: Float64Array;
  readonly extremeCounts: Uint32Array;
  readonly maxExtremes: number;
  readonly #owners: Int32Array;
  readonly #held: Set<number>[];

  constructor(units: readonly PlacedUnit[], members: number, maxExtremes: number) {
    this.units = units;
    this.loads = new Float64Array(members);
    this.extremeCounts = new Uint32Array(members);
    this.maxExtremes = maxExtremes;
    this.#owners = new Int32Array(units.length).fill(nobody);
    this.#held = Array.from({ length: members }, () => new Set<number>());
  }

  ownerOf(unitIndex: number): number {
    return this.#owners[unitIndex] ?? nobody;
  }

  isPlaced(unitIndex: number): boolean {
    return this.ownerOf(unitIndex) !== nobody;
  }

  /** Units of a member, ascending by index. */
  heldBy(member: number): number[] {
    return [...(this.#held[member] ?? [])].sort((a, b) => a - b);
  }

  loadOf(member: number): number {
    return this.loads[member] ?? 0;
  }

  /** Gives a unit to a member, taking it from whoever had it. */
  place(unitIndex: number, member: number): void {
    const unit = this.units[unitIndex];
    if (unit === undefined) return;
    const before = this.ownerOf(unitIndex);
    if (before !== nobody) {
      this.loads[before] = this.loadOf(before) - unit.weight;
      if (unit.extreme) this.extremeCounts[before] = (this.extremeCounts[before] ?? 0) - 1;
      this.#held[before]?.delete(unitIndex);
    }
    this.#owners[unitIndex] = member;
    this.loads[member] = this.loadOf(member) + unit.weight;
    if (unit.extreme) this.extremeCounts[member] = (this.extremeCounts[member] ?? 0) + 1;
    this.#held[member]?.add(unitIndex);
  }

  hasRoomForExtreme(member: number): boolean {
    return (this.extremeCounts[member] ?? 0) < this.maxExtremes;
  }

  /** The least loaded of those that `allowed` admits, or undefined. */
  emptiest(allowed: (member: number) => boolean): number | undefined {
    let best: number | undefined;
    for (let member = 0; member < this.loads.length; member++) {
      if (allowed(member) && (best === undefined || this.loadOf(member) < this.loadOf(best))) best = member;
    }
    return best;
  }

  /** All members, fullest first. */
  fullestFirst(): number[] {
    return Array.from(this.loads, (_load, member) => member).sort(
      (a, b) => this.loadOf(b) - this.loadOf(a) || a - b,
    );
  }
}
