/** What Management knows of a tool (delivery R41, R79): who may go first is decided by it. */
export interface InventoryTool {
  readonly tool: string;
  readonly critical: boolean;
  /** Typical length of a context; short cycles give evidence sooner. */
  readonly typicalCycleMs: number;
}

/** All tools of the fab in the order in which they may join a canary. Errors: a tool twice, a name that is empty. */
export class Inventory {
  readonly #order: readonly string[];
  readonly #known: ReadonlySet<string>;
  /** By name in lower case; without those that differ in case only. */
  readonly #byLowerCase: ReadonlyMap<string, string>;

  constructor(tools: readonly InventoryTool[]) {
    this.#known = new Set(tools.map((entry) => entry.tool));
    if (this.#known.size !== tools.length) throw new Error('inventory: a tool is listed twice');
    if (this.#known.has('')) throw new Error('inventory: a tool has no name');
    const byLowerCase = Map.groupBy(this.#known, (name) => name.toLowerCase());
    this.#byLowerCase = new Map(
      [...byLowerCase].flatMap(([lower, names]) => (names.length === 1 ? [[lower, names[0] ?? lower]] : [])),
    );
    this.#order = tools.toSorted(byRisk).map((entry) => entry.tool);
  }

  get size(): number {
    return this.#order.length;
  }

  /** The first `count` tools of the fixed order, so each stage is a superset of the one before. */
  selectTools(count: number): readonly string[] {
    return this.#order.slice(0, count);
  }

  knows(tool: string): boolean {
    return this.#known.has(tool);
  }

  /** The name as the inventory has it, whatever its case (delivery F6); as it is where there is none, or more than one. */
  nameOf(tool: string): string {
    return this.#known.has(tool) ? tool : (this.#byLowerCase.get(tool.toLowerCase()) ?? tool);
  }

  /** Every tool that is not in `listed`, in the fixed order. */
  without(listed: ReadonlySet<string>): readonly string[] {
    return this.#order.filter((tool) => !listed.has(tool));
  }
}

function byRisk(one: InventoryTool, two: InventoryTool): number {
  if (one.critical !== two.critical) return one.critical ? 1 : -1;
  if (one.typicalCycleMs !== two.typicalCycleMs) return one.typicalCycleMs - two.typicalCycleMs;
  return one.tool < two.tool ? -1 : 1;
}
