import { Latencies } from './latencies.ts';

/** What one side made of a request. `digest` stands for the whole answer; undefined: an error, or no answer. */
export interface SideResult {
  readonly digest: number | undefined;
  readonly alarm: boolean;
  readonly durationMs: number;
}

export interface ComparisonSettings {
  /** An hour (delivery R132), kept in sixty parts. */
  readonly windowMs: number;
}

export const defaultComparisonSettings: ComparisonSettings = { windowMs: 3_600_000 };

interface SideView {
  readonly averageMs: number | undefined;
  readonly p95Ms: number | undefined;
  readonly errors: number;
  readonly alarms: number;
}

/** One tool's row of the view (delivery R132). */
export interface ToolComparison {
  readonly tool: string;
  /** Requests that both sides have answered, or failed to. */
  readonly messages: number;
  readonly live: SideView;
  readonly shadow: SideView;
  /** Requests that both answered, and not alike. What one side failed is an error, no difference. */
  readonly differences: number;
}

const cells = 60;

class Side {
  readonly latencies = new Latencies();
  errors = 0;
  alarms = 0;

  add({ digest, alarm, durationMs }: SideResult): void {
    this.latencies.add(durationMs);
    if (digest === undefined) this.errors++;
    if (alarm) this.alarms++;
  }

  merge(other: Side): void {
    this.latencies.merge(other.latencies);
    this.errors += other.errors;
    this.alarms += other.alarms;
  }

  get view(): SideView {
    const { count, sumMs, p95Ms } = this.latencies;
    return {
      averageMs: count === 0 ? undefined : sumMs / count,
      p95Ms,
      errors: this.errors,
      alarms: this.alarms,
    };
  }
}

class Cell {
  readonly live = new Side();
  readonly shadow = new Side();
  number: number;
  messages = 0;
  differences = 0;

  constructor(number: number) {
    this.number = number;
  }

  merge(other: Cell): void {
    this.live.merge(other.live);
    this.shadow.merge(other.shadow);
    this.messages += other.messages;
    this.differences += other.differences;
  }
}

/** Live and shadow side by side, tool by tool, over the last hour (delivery R131–R133, R140). */
export class ShadowComparison {
  readonly #cellMs: number;
  readonly #tools = new Map<string, Cell[]>();

  constructor({ windowMs }: ComparisonSettings) {
    this.#cellMs = windowMs / cells;
  }

  /** One request with what both sides made of it. */
  add(tool: string, live: SideResult, shadow: SideResult, nowMs: number): void {
    const number = Math.floor(nowMs / this.#cellMs);
    const kept = this.#tools.get(tool) ?? [];
    this.#tools.set(tool, kept);
    let cell = kept.at(-1);
    if (cell?.number !== number) {
      cell = new Cell(number);
      kept.push(cell);
      while ((kept[0]?.number ?? number) <= number - cells) kept.shift();
    }
    cell.live.add(live);
    cell.shadow.add(shadow);
    cell.messages++;
    const bothAnswered = live.digest !== undefined && shadow.digest !== undefined;
    if (bothAnswered && (live.digest !== shadow.digest || live.alarm !== shadow.alarm)) cell.differences++;
  }

  /** Tools with requests within the window, by name. */
  view(nowMs: number): readonly ToolComparison[] {
    const oldest = Math.floor(nowMs / this.#cellMs) - cells;
    const rows: ToolComparison[] = [];
    for (const [tool, kept] of this.#tools) {
      const sum = new Cell(0);
      for (const cell of kept) if (cell.number > oldest) sum.merge(cell);
      if (sum.messages === 0) continue;
      const { messages, differences, live, shadow } = sum;
      rows.push({ tool, messages, live: live.view, shadow: shadow.view, differences });
    }
    return rows.toSorted((left, right) => (left.tool < right.tool ? -1 : 1));
  }
}
