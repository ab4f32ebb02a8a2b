import type { UChart } from '../../system/charts/uchart.ts';
import type { HostClock, Kernel } from '../kernel/index.ts';
import { defaultEquipmentSettings, type EquipmentOptions } from './settings.ts';
import { SyntheticWorkload } from './synthetic-workload.ts';
import { Tool, type ToolPorts } from './tool.ts';
import { TraceWorkload } from './trace-workload.ts';
import type { ToolProfile, Workload } from './workload.ts';

/** What waits in the tools: contexts that are over and not acknowledged. */
export interface EquipmentBacklog {
  readonly tools: number;
  readonly contexts: number;
}

/**
 * The tools of the fab (delivery R2), as plain state machines on the kernel. They know nothing of what their calls run
 * through; what happens to them is recorded as `EquipmentEvent`s.
 */
export class Equipment {
  /** In the order of the tools' numbers. */
  readonly inventory: readonly ToolProfile[];
  readonly #tools: readonly Tool[];
  readonly #workload: Workload;
  #completing: UChart | undefined;

  constructor(kernel: Kernel, options: EquipmentOptions) {
    const { tools, wafers } = options;
    const settings = { ...defaultEquipmentSettings, ...options.settings };
    this.#workload =
      wafers === undefined
        ? new SyntheticWorkload(kernel.seed, tools, settings.pace)
        : new TraceWorkload(kernel.seed, wafers);
    const ports: ToolPorts = {
      kernel,
      workload: this.#workload,
      send: options.send,
      record: options.record,
      completed: (chart) => {
        this.#completing = chart;
      },
      settings,
    };
    this.#tools = Array.from({ length: tools }, (_, index) => new Tool(index, ports));
    this.inventory = this.#tools.map(({ profile }) => profile);
    kernel.at(options.startMs * 1000, startAll, this.#tools, undefined);
  }

  /** Encoded U-charts of good contexts by recipe, to be in the store before the run: limits are learnt from them. */
  qualifiedCharts(): ReadonlyMap<string, readonly Uint8Array[]> {
    return this.#workload.qualifiedCharts();
  }

  /**
   * The fault-free result of a context, for whoever is handed its `context.completed`; undefined at any other time, since
   * it is not kept.
   */
  expectedUChart(contextId: string): UChart | undefined {
    return this.#completing?.contextId === contextId ? this.#completing : undefined;
  }

  /** The wall clock of one tool, for faults. */
  clockOf(tool: number): HostClock | undefined {
    return this.#tools[tool]?.clock;
  }

  /** The tools collect nothing more; what is over is still sent and completed. */
  stop(): void {
    for (const tool of this.#tools) tool.stop();
  }

  get backlog(): EquipmentBacklog {
    const waiting = this.#tools.map((tool) => tool.waitingContexts).filter((contexts) => contexts > 0);
    return { tools: waiting.length, contexts: waiting.reduce((sum, contexts) => sum + contexts, 0) };
  }
}

function startAll(tools: readonly Tool[]): void {
  for (const tool of tools) tool.start();
}
